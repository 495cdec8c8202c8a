"""What measures the answer to a lesson's question, on whatever space is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.analogies.arithmetic import AnalogyResult, solve_analogy
from explorer.analogies.inputs import read_inputs
from explorer.neighbors.exact import METRICS, nearest_neighbors, neighbors_of_row
from explorer.projection import project
from explorer.projection.quality import ranks_in_picture
from explorer.space import EmbeddingSpace

NEIGHBORS = 15  # as the Map counts
DECIMALS = 2


@dataclass(frozen=True)
class Measure:
    """A question that any space answers: how many labels it is asked of, and what it returns."""

    labels: int
    sentence: str
    ask: Callable[[EmbeddingSpace, Sequence[str]], str]


def cosine(space: EmbeddingSpace, labels: Sequence[str]) -> str:
    """Return the cosine similarity of two labels, with two decimals."""
    first, second = labels
    scores = METRICS["cosine"].score(space, space[first].values)
    return f"{float(scores[space.row(second)]):.{DECIMALS}f}"


def nearest(space: EmbeddingSpace, labels: Sequence[str]) -> str:
    """Return the nearest neighbor of a label, by cosine."""
    return nearest_neighbors(space, labels[0], 1).labels[0]


def nearer(space: EmbeddingSpace, labels: Sequence[str]) -> str:
    """Return which of the second and the third label is nearer to the first, by cosine."""
    anchor, *others = labels
    scores = METRICS["cosine"].score(space, space[anchor].values)
    return max(others, key=lambda label: float(scores[space.row(label)]))


def place(space: EmbeddingSpace, labels: Sequence[str]) -> str:
    """Return the place of the second label among the neighbors of the first: 1 is the nearest."""
    first, second = labels
    found = nearest_neighbors(space, first, len(space))
    return str(int(np.flatnonzero(found.indices == space.row(second))[0]) + 1)


def solved(space: EmbeddingSpace, labels: Sequence[str]) -> AnalogyResult:
    """Solve: the first is to the second as the third is to what?"""
    a, b, c = labels
    return solve_analogy(space, read_inputs(space, [b, c], [a]))


def kept_in_pca(space: EmbeddingSpace, labels: Sequence[str]) -> str:
    """Return how many of a label's 15 nearest neighbors are drawn among its 15 nearest by PCA."""
    row = space.row(labels[0])
    near = neighbors_of_row(space, row, NEIGHBORS).indices
    drawn = project(space, "pca").coordinates
    return str(int((ranks_in_picture(drawn, row, near) <= NEIGHBORS).sum()))


MEASURES = {
    "cosine": Measure(2, "the cosine similarity of two labels", cosine),
    "nearest": Measure(1, "the nearest neighbor of a label", nearest),
    "nearer": Measure(3, "which of the last two is nearer to the first", nearer),
    "place": Measure(2, "the place of the second among the neighbors of the first", place),
    "analogy": Measure(
        3,
        "the first is to the second as the third is to what",
        lambda space, labels: solved(space, labels).answer(1).labels[0],
    ),
    "analogy with inputs": Measure(
        3,
        "the same, where the answer may be one of the three",
        lambda space, labels: solved(space, labels).answer(1, exclude_inputs=False).labels[0],
    ),
    "kept in PCA": Measure(
        1, f"how many of a label’s {NEIGHBORS} neighbors stay neighbors in PCA", kept_in_pca
    ),
}


def measure(space: EmbeddingSpace, name: str, labels: Sequence[str]) -> str:
    """Return the answer that a space gives to one of MEASURES.

    Raises
    ------
    UnknownLabelError
        The space lacks one of the labels.
    QueryError, ProjectionError
        The question does not fit the space.
    """
    for label in labels:
        space.row(label)  # raises where the space lacks it
    return MEASURES[name].ask(space, labels)
