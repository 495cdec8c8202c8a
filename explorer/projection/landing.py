"""Setting a new point into a space that is drawn already, without moving anything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.neighbors.exact import Neighbors, nearest_neighbors
from explorer.projection import Projection
from explorer.projection.out_of_sample import Placement, place
from explorer.space import EmbeddingSpace
from explorer.vector import Vector

NEIGHBORS = 5
SAMPLE = 500  # points whose own nearest neighbor is looked up, to know what is usual


@dataclass(frozen=True, eq=False)
class Landing:
    """Where a new vector comes down among the points of a projection.

    Attributes
    ----------
    text
        What was encoded.
    placement
        Where that is in the picture, how it was found, and what it keeps (see `place`).
    neighbors
        Its nearest known points, by cosine in all dimensions.
    usual
        (m,) float32, sorted: the cosine of points of this space to their own nearest.
    """

    text: str
    placement: Placement
    neighbors: Neighbors
    usual: NDArray[np.float32]

    @property
    def coordinates(self) -> NDArray[np.float32]:
        """(2,) or (3,) float32: its place; no other point moves."""
        where: NDArray[np.float32] = self.placement.coordinates[0]
        return where

    @property
    def nearness(self) -> float:
        """Cosine similarity to its nearest known point."""
        return float(self.neighbors.scores[0])

    @property
    def rank(self) -> float:
        """Share of the space's own points that have their nearest farther away, 0 to 1."""
        return float(np.searchsorted(self.usual, self.nearness) / max(1, len(self.usual)))


def land(
    space: EmbeddingSpace, projection: Projection, text: str, vector: NDArray[np.float32]
) -> Landing:
    """Return where a text's vector, (d,), comes down among the drawn points of its space.

    PCA and custom axes have a formula for it; in other pictures it is put among its
    neighbors.

    Raises
    ------
    QueryError
        The vector has another number of dimensions than the space.

    Examples
    --------
    >>> from explorer.projection import project
    >>> space = EmbeddingSpace(["a", "b", "c"], [[1, 0], [0, 1], [-1, 0]])
    >>> drawn = project(space, "axes", axes=["a", "b"])
    >>> land(space, drawn, "almost a", np.array([1, 0.01], np.float32)).coordinates.round(1)
    array([1., 0.], dtype=float32)
    """
    found = nearest_neighbors(space, Vector(text, vector), k=min(NEIGHBORS, len(space)))
    return Landing(text, place(space, projection, vector), found, usual_nearness(space))


def usual_nearness(space: EmbeddingSpace) -> NDArray[np.float32]:
    """Return the cosine of points, taken evenly from the space, to their nearest neighbor, sorted.

    A point's exact repetitions count as neighbors: then it has one at 1.
    """
    if len(space) < 2:
        return np.empty(0, np.float32)
    rows = np.linspace(0, len(space) - 1, min(SAMPLE, len(space))).astype(np.intp)
    lengths = np.where(space.norms > 0, space.norms, np.float32(1))
    nearest = np.empty(len(rows), np.float32)
    for at, row in enumerate(rows):
        scores = (space.vectors @ (space.vectors[row] / lengths[row])) / lengths
        scores[row] = -np.inf
        nearest[at] = scores.max()
    nearest.sort()
    return nearest
