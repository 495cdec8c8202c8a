"""Training the network on a measured property, beside the baselines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer import cache
from explorer.beyond.course import Arrays, Course, learn
from explorer.beyond.molecules.baselines import BASELINES
from explorer.beyond.molecules.molecules import Molecules
from explorer.beyond.molecules.network import BLOCK, Graphs, first_parameters, predictions
from explorer.beyond.molecules.splits import SPLITS
from explorer.beyond.optimizer import rate_at, restore, state_of
from explorer.errors import TrainingError
from explorer.jobs.progress import Report, no_report

VERSION = 1  # raise it when the computation changes: courses of the former one are not resumed
DECAY = 0.01  # AdamW's
LIMITS = {  # of the settings, lowest and highest
    "width": (2, 256),
    "layers": (0, 8),
    "epochs": (1, 500),
    "batch": (2, 1024),
    "seed": (0, 2**31),
}
BASELINE = "baseline "


@dataclass(frozen=True)
class Recipe:
    """How a property is learned.

    Attributes
    ----------
    split
        A key of SPLITS.
    width
        Numbers of an atom's and of a molecule's vector.
    layers
        Rounds of messages: how many bonds far an atom sees.
    epochs, batch, rate
        How often all molecules are seen, how many at once, and AdamW's highest learning rate.
    seed
        The same seed gives the same vectors on the same machine.
    """

    split: str = "scaffold"
    width: int = 64
    layers: int = 3
    epochs: int = 80
    batch: int = 32
    rate: float = 2e-3
    seed: int = 0

    def __post_init__(self) -> None:
        if self.split not in SPLITS:
            raise TrainingError(f"No division “{self.split}”. There are {', '.join(SPLITS)}.")
        for name, (low, high) in LIMITS.items():
            if not low <= getattr(self, name) <= high:
                raise TrainingError(
                    f"{name} is {getattr(self, name):,}; it must be from {low:,} to {high:,}."
                )


class MoleculeLearner:
    """The network's parameters, AdamW's memory, and what the baselines predict."""

    def __init__(self, molecules: Molecules, recipe: Recipe) -> None:
        import torch

        self.molecules, self.recipe = molecules, recipe
        self.split = SPLITS[recipe.split].divide(molecules)
        self.epochs = recipe.epochs
        self.mean, self.spread = scale_of(molecules, self.split.train)
        self.graphs = Graphs(molecules.chemistry)
        self.parameters = first_parameters(recipe.width, recipe.layers, recipe.seed)
        for one in self.parameters.values():
            one.requires_grad_()
        self.optimizer = torch.optim.AdamW(
            self.parameters.values(), lr=recipe.rate, weight_decay=DECAY
        )
        self.batches = -(-len(self.split.train) // recipe.batch)

    def epoch(self, number: int) -> float:
        """Learn from all molecules once, in an order of this epoch's own."""
        import torch
        from torch.nn import functional

        drawn = np.random.default_rng((self.recipe.seed, number))
        order = drawn.permutation(self.split.train)
        wanted = (self.molecules.values[order] - self.mean) / self.spread
        losses = []
        for turn in range(self.batches):
            part = slice(turn * self.recipe.batch, (turn + 1) * self.recipe.batch)
            share = ((number - 1) * self.batches + turn) / (self.epochs * self.batches)
            for group in self.optimizer.param_groups:
                group["lr"] = self.recipe.rate * rate_at(share)
            self.optimizer.zero_grad()
            found = predictions(self.parameters, self.graphs.batch(order[part]), self.recipe.layers)
            loss = functional.mse_loss(found, torch.from_numpy(wanted[part]).float())
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
            losses.append(float(loss.detach()))
        return float(np.mean(losses))

    def measure(self) -> dict[str, float]:
        """Return the error on the molecules to choose by, in units of the property."""
        import torch

        rows = self.split.valid
        with torch.inference_mode():
            parts = [
                predictions(
                    self.parameters,
                    self.graphs.batch(rows[start : start + BLOCK]),
                    self.recipe.layers,
                ).numpy()
                for start in range(0, len(rows), BLOCK)
            ]
        found = np.concatenate(parts) * self.spread + self.mean
        return {"RMSE": rmse(found, self.molecules.values[rows])}

    @cached_property
    def baselines(self) -> Arrays:
        """What each baseline predicts for all molecules."""
        return {
            BASELINE + name: predict(self.molecules, self.split.train, self.recipe.seed)
            for name, predict in BASELINES.items()
        }

    def state(self) -> Arrays:
        """Return parameters, AdamW's means of gradients and of their squares, the baselines."""
        return self.baselines | state_of(self.parameters, self.optimizer)

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on from a state."""
        self.baselines = {name: state[name] for name in state if name.startswith(BASELINE)}
        restore(self.parameters, self.optimizer, state)


def scale_of(molecules: Molecules, rows: NDArray[np.int64]) -> tuple[float, float]:
    """Return mean and standard deviation of the property among those learned from."""
    values = molecules.values[rows]
    return float(values.mean()), float(values.std()) or 1.0


def rmse(found: NDArray[np.floating], right: NDArray[np.floating]) -> float:
    """Return the root of the mean squared error."""
    return float(np.sqrt(np.mean((np.asarray(found, np.float64) - right) ** 2)))


def course_key(molecules: Molecules, recipe: Recipe) -> str:
    """Return the key under which a course is kept."""
    return cache.content_key(version=VERSION, molecules=molecules.digest, **asdict(recipe))


def train_molecules(molecules: Molecules, recipe: Recipe, report: Report = no_report) -> Course:
    """Train the network on a property, from where an earlier training stopped.

    Raises
    ------
    TrainingError
        If the molecules cannot be divided so, or the loss is no longer a number.

    References
    ----------
    Gilmer et al. 2017 (message passing), Hu et al. 2020 (the layers).
    """
    from explorer.jobs.threads import one_thread

    report(0.0, "the baselines first")
    with one_thread():
        return learn(MoleculeLearner(molecules, recipe), course_key(molecules, recipe), report)
