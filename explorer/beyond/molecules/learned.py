"""What was learned of molecules: vectors as spaces, predictions with intervals, atoms' parts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.beyond.course import Course
from explorer.beyond.molecules.molecules import Chemistry, Molecules, Rows
from explorer.beyond.molecules.network import Parameters, Seen, see
from explorer.beyond.molecules.splits import SPLITS, Split
from explorer.beyond.molecules.surroundings import element_names, surroundings
from explorer.beyond.molecules.training import (
    BASELINE,
    Recipe,
    rmse,
    scale_of,
    train_molecules,
)
from explorer.beyond.optimizer import PARAMETER
from explorer.jobs.progress import Report, no_report
from explorer.neighbors.exact import nearest_neighbors
from explorer.space import EmbeddingSpace, Source

LEARNED, CHOSEN, HELD_OUT = "learned from", "to choose by", "held out"
COVERAGE = 0.9  # share of molecules whose measured value should lie within its interval
MOST_ATOMS_SHOWN = 50_000  # of the space of atoms; of more, the molecules are sampled
NEAR = 5  # neighbors shown


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the network says of one molecule.

    Attributes
    ----------
    value, low, high
        The property, and the interval in which COVERAGE of measured values should lie.
    parts
        (n,): each atom's part in it, in units of the property; with `start` they add up to value.
    start
        What the network says of no atoms at all.
    vector
        (width,) float32.
    """

    value: float
    low: float
    high: float
    parts: NDArray[np.float64]
    start: float
    vector: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Learned:
    """A network, as far as its course has come.

    Attributes
    ----------
    molecules, recipe, course
        What was learned, how, and how far it has come.
    """

    molecules: Molecules
    recipe: Recipe
    course: Course

    @cached_property
    def split(self) -> Split:
        """What was learned from, chosen by, held out."""
        return SPLITS[self.recipe.split].divide(self.molecules)

    @cached_property
    def scale(self) -> tuple[float, float]:
        """Mean and standard deviation of the property among those learned from."""
        return scale_of(self.molecules, self.split.train)

    @cached_property
    def parameters(self) -> Parameters:
        """The network's parameters."""
        import torch

        return {
            name.removeprefix(PARAMETER): torch.from_numpy(np.array(values))
            for name, values in self.course.state.items()
            if name.startswith(PARAMETER)
        }

    @cached_property
    def seen(self) -> Seen:
        """What the network makes of all molecules."""
        return see(self.parameters, self.molecules.chemistry, self.recipe.layers)

    @cached_property
    def predicted(self) -> NDArray[np.float64]:
        """The property of all molecules, (n,), as the network says."""
        mean, spread = self.scale
        return mean + spread * self.seen.predictions.astype(np.float64)

    def baseline(self, name: str) -> NDArray[np.float64]:
        """Return what a baseline says of all molecules, (n,)."""
        return np.asarray(self.course.state[BASELINE + name], dtype=np.float64)

    @cached_property
    def part(self) -> NDArray[np.object_]:
        """What each molecule was there for: LEARNED, CHOSEN or HELD_OUT; (n,)."""
        found = np.full(len(self.molecules), LEARNED, dtype=object)
        found[self.split.valid], found[self.split.test] = CHOSEN, HELD_OUT
        return found

    def error(self, predicted: NDArray[np.float64], rows: Rows | None = None) -> float:
        """Return the RMSE of predictions on some rows, by default those held out."""
        chosen = self.split.test if rows is None else rows
        return rmse(predicted[chosen], self.molecules.values[chosen])

    @cached_property
    def reach(self) -> float:
        """Half the width of an interval, by the molecules to choose by.

        Split conformal prediction (Lei et al. 2018): the ⌈(n + 1) COVERAGE⌉-th smallest of their n
        errors. If those asked about are drawn like these, COVERAGE of the intervals hold.
        """
        rows = self.split.valid
        errors = np.sort(np.abs(self.predicted[rows] - self.molecules.values[rows]))
        place = int(np.ceil((len(errors) + 1) * COVERAGE))
        return float(errors[min(place, len(errors)) - 1])

    @cached_property
    def coverage(self) -> float:
        """Share of the molecules held out whose measured value lies within its interval."""
        rows = self.split.test
        return float(
            np.mean(np.abs(self.predicted[rows] - self.molecules.values[rows]) <= self.reach)
        )

    def predict(self, chemistry: Chemistry, row: int = 0) -> Prediction:
        """Return what the network says of one of some molecules."""
        mean, spread = self.scale
        seen = see(self.parameters, chemistry.take(np.array([row])), self.recipe.layers)
        value = mean + spread * float(seen.predictions[0])
        return Prediction(
            value,
            value - self.reach,
            value + self.reach,
            seen.parts.astype(np.float64) * spread,
            mean + spread * seen.nothing,
            seen.vectors[0],
        )

    @cached_property
    def learned_space(self) -> EmbeddingSpace:
        """The molecules' learned vectors as an embedding space."""
        table = self.molecules.metadata()
        table = table.append_column("predicted", pa.array(self.predicted))
        table = table.append_column("part", pa.array(self.part.tolist()))
        return EmbeddingSpace(
            self.molecules.labels,
            self.seen.vectors,
            name=f"{self.molecules.name}, learned",
            metadata=table,
            source=Source(
                self.molecules.name,
                "message-passing network",
                (
                    f"learned {self.molecules.property}",
                    f"epoch {self.course.epoch:,}",
                    f"seed {self.recipe.seed}",
                ),
            ),
        )

    @cached_property
    def spaces(self) -> dict[str, EmbeddingSpace]:
        """Learned vectors, Morgan fingerprints, descriptors: three spaces of the same molecules."""
        return {
            "learned": self.learned_space,
            "Morgan": self.molecules.morgan_space(),
            "descriptors": self.molecules.descriptor_space(),
        }

    def nearest(
        self, space: str, vector: NDArray[np.float32], row: int | None, k: int = NEAR
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Return the rows nearest to a vector in a space, and their cosines; not `row`."""
        found = nearest_neighbors(self.spaces[space], vector, k + 1)
        kept = found.indices != (-1 if row is None else row)
        return found.indices[kept][:k], found.scores[kept][:k]

    @cached_property
    def atoms(self) -> EmbeddingSpace:
        """The atoms' vectors as an embedding space: each is called by its element and molecule."""
        starts, chemistry = self.molecules.chemistry.atom_starts, self.molecules.chemistry
        sizes = np.diff(starts)
        shown = np.arange(len(sizes))
        if starts[-1] > MOST_ATOMS_SHOWN:
            order = np.random.default_rng(0).permutation(len(sizes))
            shown = np.sort(order[: np.searchsorted(np.cumsum(sizes[order]), MOST_ATOMS_SHOWN)])
        keep = np.repeat(np.isin(np.arange(len(sizes)), shown), sizes)
        where = np.repeat(np.arange(len(sizes)), sizes)[keep]
        elements = element_names(chemistry)[keep]
        names = np.array(self.molecules.labels, dtype=object)[where]
        return EmbeddingSpace(
            [f"{element} in {name}" for element, name in zip(elements, names, strict=True)],
            self.seen.atoms[keep],
            name=f"{self.molecules.name}, atoms",
            metadata=pa.table(
                {
                    "element": elements.tolist(),
                    "surroundings": surroundings(chemistry)[keep].tolist(),
                    "part in the prediction": self.seen.parts[keep] * self.scale[1],
                    "molecule": names.tolist(),
                }
            ),
            source=Source(self.molecules.name, "atoms in a message-passing network"),
        )


def learn_molecules(molecules: Molecules, recipe: Recipe, report: Report = no_report) -> Learned:
    """Train the network on the measured property of molecules.

    Raises
    ------
    TrainingError
        If the molecules cannot be divided so, or the loss is no longer a number.
    """
    return Learned(molecules, recipe, train_molecules(molecules, recipe, report))
