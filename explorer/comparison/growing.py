"""A map that grows: new items placed on an old picture, and how well each fits there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.comparison.matching import Matching
from explorer.errors import QueryError
from explorer.projection.out_of_sample import Placement, place, usual_nearness
from explorer.projection.projection import Projection
from explorer.space import EmbeddingSpace
from explorer.wording import count

FAR = 0.05  # share of the old items whose nearest neighbor is less near; as where a text lands
MOST = 2000  # new items placed, drawn with seed 0
CHECKED, ALIKE = 200, 0.9  # shared items, and their mean cosine if one model made both spaces
SEED = 0


@dataclass(frozen=True, eq=False)
class Grown:
    """New items on an old picture.

    Attributes
    ----------
    rows
        (m,) intp: their rows in the new space.
    placement
        Where they stand, and what of their neighborhood the picture shows.
    nearness
        (m,) float32: cosine to the nearest old item.
    rank
        (m,) float64: the share of old items whose nearest neighbor is less near, 0 to 1.
    left_out
        New items that were not placed because there are too many.
    """

    rows: NDArray[np.intp]
    placement: Placement
    nearness: NDArray[np.float32]
    rank: NDArray[np.float64]
    left_out: int = 0

    @property
    def is_far(self) -> NDArray[np.bool_]:
        """(m,) whether hardly any old item is so far from its nearest neighbor."""
        return self.rank < FAR


def grow(
    space: EmbeddingSpace, picture: Projection, other: EmbeddingSpace, found: Matching
) -> Grown:
    """Place the items that only the new space has on the picture of the old one.

    No old point moves. Both spaces must come from one model: with another, a new vector has nothing
    to do with the old ones. Where items are shared, their vectors tell.

    Parameters
    ----------
    space, picture
        The old space, and its picture in row order.
    other, found
        The new space, and which items the two share.

    Raises
    ------
    QueryError
        There is no new item, the dimensions differ, or shared items have unrelated vectors.
    """
    if not len(found.other_alone):
        raise QueryError(
            f"{other.name} has no item that {space.name} lacks, so nothing is to be placed."
        )
    if space.dim != other.dim:
        raise QueryError(
            f"{space.name} has {space.dim:,} dimensions and {other.name} {other.dim:,}: they come "
            "from two models, so new items have no place in the old picture. Encode them with the "
            "old model."
        )
    alike = shared_cosine(space, other, found)
    if alike < ALIKE:
        raise QueryError(
            f"The same item has unrelated vectors in {space.name} and in {other.name}: their mean "
            f"cosine is {alike:.2f}, and of one model it would be near 1. So new items have no "
            "place in the old picture. Encode them with the old model."
        )
    rows = found.other_alone
    if len(rows) > MOST:
        rows = np.sort(np.random.default_rng(SEED).choice(rows, MOST, replace=False))
    vectors = np.stack([np.asarray(other.vector_at(int(row))) for row in rows])
    placement = place(space, picture, vectors)
    nearest = placement.neighbors[:, 0]
    nearness = np.array(
        [cosine(one, space.vector_at(int(row))) for one, row in zip(vectors, nearest, strict=True)],
        np.float32,
    )
    usual = usual_nearness(space)
    rank = np.searchsorted(usual, nearness) / max(1, len(usual))
    return Grown(rows, placement, nearness, rank, len(found.other_alone) - len(rows))


def shared_cosine(space: EmbeddingSpace, other: EmbeddingSpace, found: Matching) -> float:
    """Return the mean cosine of shared items' two vectors, of some evenly taken; 1 without any."""
    places = np.unique(np.linspace(0, len(found) - 1, min(CHECKED, len(found))).astype(np.intp))
    values = [
        cosine(space.vector_at(int(found.rows[one])), other.vector_at(int(found.other_rows[one])))
        for one in places
    ]
    return float(np.mean(values)) if values else 1.0


def cosine(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Return the cosine of two vectors; 0 for a zero vector."""
    lengths = float(np.linalg.norm(one)) * float(np.linalg.norm(other))
    return float(one @ other) / lengths if lengths else 0.0


def sentence(grown: Grown) -> str:
    """Return how well the new items fit."""
    n, far = len(grown.rows), int(grown.is_far.sum())
    kept = float(grown.placement.neighbor_recall.mean())
    fit = f"{count(n - far, 'new item fits', 'new items fit')}" if n - far else "No new item fits"
    return (
        f"{fit} among the old ones, {far:,} {'lies' if far == 1 else 'lie'} far from all of them. "
        f"Of a new item’s {grown.placement.neighbors.shape[1]} true neighbors, the picture draws "
        f"{kept:.0%} nearest to it."
    )
