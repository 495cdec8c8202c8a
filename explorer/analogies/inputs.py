"""The inputs of an analogy: vectors, weights, and the rows that may not be answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from explorer.errors import QueryError
from explorer.formula import Term
from explorer.space import EmbeddingSpace
from explorer.vector import Vector, as_text

Floats: TypeAlias = NDArray[np.float32]
Input: TypeAlias = str | Vector | Term | tuple[str | Vector, float]

MOST_INPUTS = 200


@dataclass(frozen=True, eq=False)
class Inputs:
    """The m vectors that an analogy adds and subtracts.

    Attributes
    ----------
    names, rows
        m names; the rows of the space that carry these labels, which are no answers.
    values, weights
        (m, d) float32 vectors, as they are added; (m,) float64, negative for subtracted ones.
    normalized
        Whether each vector was scaled to length 1 first.
    """

    names: tuple[str, ...]
    rows: tuple[int, ...]
    values: Floats
    weights: NDArray[np.float64]
    normalized: bool

    @cached_property
    def gram(self) -> NDArray[np.float64]:
        """(m, m) float64: the dot products of the inputs with each other."""
        wide = self.values.astype(np.float64)
        products: NDArray[np.float64] = wide @ wide.T
        return products

    @property
    def lengths(self) -> NDArray[np.float64]:
        """(m,) float64: the length of each input."""
        return np.sqrt(np.diag(self.gram))

    @property
    def result(self) -> Floats:
        """(d,) float32: the sum."""
        total: Floats = (self.weights @ self.values.astype(np.float64)).astype(np.float32)
        return total

    @property
    def is_parallelogram(self) -> bool:
        """Whether the sum is B + C − A, in this order and with weights of 1."""
        return bool(np.array_equal(self.weights, [1, 1, -1]))

    @property
    def formula(self) -> str:
        """The sum in words: 'king − man + woman'."""
        text = ""
        parts = list(zip(self.names, self.weights.tolist(), strict=True))
        if self.is_parallelogram:
            parts = [parts[0], parts[2], parts[1]]
        for name, weight in parts:
            sign = "−" if weight < 0 else "+"
            factor = "" if abs(weight) == 1 else f"{as_text(abs(weight))} × "
            text += f" {sign} {factor}{name}" if text else f"{'−' * (weight < 0)}{factor}{name}"
        return text


def read_inputs(
    space: EmbeddingSpace,
    positive: Input | Sequence[Input],
    negative: Input | Sequence[Input] = (),
    *,
    normalize: bool = True,
) -> Inputs:
    """Look up the inputs of an analogy; the parameters are those of `analogy`.

    Raises
    ------
    UnknownLabelError
        A label has no vector in the space.
    QueryError
        There are no inputs or more than 200, or one does not fit the space.
    """
    weighted = [
        *(read_input(space, one, 1.0) for one in as_list(positive)),
        *(read_input(space, one, -1.0) for one in as_list(negative)),
    ]
    if not weighted:
        raise QueryError("An analogy needs at least one label or vector to start from.")
    if len(weighted) > MOST_INPUTS:
        raise QueryError(f"{len(weighted):,} terms are too many: {MOST_INPUTS} are the most.")
    vectors = [vector.unit() if normalize else vector for vector, _ in weighted]
    labels = dict.fromkeys(label for vector in vectors for label in vector.labels)
    rows = rows_labelled(space, labels)
    values = np.stack([vector.values for vector in vectors])
    if values.shape[1] != space.dim or not np.isfinite(values).all():
        raise QueryError(
            f"An input has {values.shape[1]:,} dimensions and {space.name} {space.dim:,}, or it "
            "holds values that are not finite. Use vectors of the space itself."
        )
    return Inputs(
        tuple(vector._enclosed() for vector in vectors),
        rows,
        values,
        np.array([weight for _, weight in weighted]),
        normalize,
    )


def read_input(space: EmbeddingSpace, given: Input, sign: float) -> tuple[Vector, float]:
    """Return one input as a Vector and its weight."""
    if isinstance(given, Term):
        source: str | Vector = given.label
        weight = given.weight
    elif isinstance(given, tuple):
        source, weight = given
    else:
        source, weight = given, 1.0
    vector = space[source] if isinstance(source, str) else source
    if not np.isfinite(weight):
        raise QueryError(f"The weight of {vector.name} is {weight}: give a finite number.")
    return vector, sign * float(weight)


def as_list(given: Input | Sequence[Input]) -> list[Input]:
    """Return one input, or several, as a list."""
    if isinstance(given, str | Vector | Term):
        return [given]
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], int | float):
        return [(given[0], given[1])]
    return list(given)


def rows_labelled(space: EmbeddingSpace, labels: Iterable[str]) -> tuple[int, ...]:
    """Return all rows that carry one of the labels; labels may repeat."""
    return tuple(sorted(row for label in set(labels) for row in space.rows(label)))
