"""Out-of-sample points: placing new vectors in a picture without moving the others."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ProjectionError
from explorer.jobs.threads import in_threads
from explorer.neighbors.exact import Neighbors, check_lengths, dense, nearest_neighbors
from explorer.projection.preparation import prepare
from explorer.projection.projection import Projection
from explorer.space import EmbeddingSpace
from explorer.vector import Vector, row_lengths

Floats = NDArray[np.float32]

BLOCK_BYTES = 32 << 20  # one block of distances, per core
K = 15  # neighbors to place by; UMAP's default n_neighbors
LISTED = 5  # nearest points that a landing lists
SAMPLE = 500  # points whose cosine to their nearest neighbor a landing is compared with
LAST_WEIGHT = 0.1  # of the k-th neighbor, relative to its distance: it still counts a little


@dataclass(frozen=True, eq=False)
class Placement:
    """Where new points belong in a picture.

    Attributes
    ----------
    coordinates
        (m, 2) or (m, 3) float32.
    neighbor_recall
        (m,) float32, 0 to 1: the share of each new point's k true neighbors that are among
        the k points drawn nearest to it.
    neighbors
        (m, k) intp: its true nearest rows of the space, nearest first.
    is_exact
        Whether the method has a formula for new points (PCA, axes), or they were placed among
        their neighbors.
    """

    coordinates: Floats
    neighbor_recall: Floats
    neighbors: NDArray[np.intp]
    is_exact: bool

    @property
    def sentence(self) -> str:
        """How they were placed, in words."""
        if self.is_exact:
            return "Placed exactly, by the formula that placed the others; none of them moved."
        return (
            "Placed among its nearest neighbors: this method has no formula for new points, "
            "and the others were not moved."
        )


def place(space: EmbeddingSpace, projection: Projection, vectors: object, k: int = K) -> Placement:
    """Place new vectors in a picture; no drawn point moves.

    PCA and custom axes have a formula for new points. In UMAP and t-SNE, a new point is placed
    at the weighted mean of its k nearest neighbors by cosine: nearer ones weigh more, and those
    drawn far from the others are left out.

    Parameters
    ----------
    space, projection
        n points and their picture.
    vectors
        (m, d) numbers, or (d,) for one vector.
    k
        Neighbors to place by and to measure recall with.

    Returns
    -------
    Placement
        With (m, 2) or (m, 3) float32 coordinates.

    Raises
    ------
    ProjectionError
        The vectors do not have the space's dimensions, or hold NaN or infinite values.

    Examples
    --------
    >>> from explorer.projection import project
    >>> space = EmbeddingSpace(["a", "b", "c"], [[0, 0, 1], [2, 0, 1], [4, 0, 1]])
    >>> place(space, project(space, "pca"), [[3, 0, 1]]).coordinates.tolist()
    [[1.0, 0.0]]
    """
    given = np.atleast_2d(np.asarray(vectors, np.float32))
    if given.ndim != 2 or given.shape[1] != space.dim:
        raise ProjectionError(
            f"The new vectors have shape {given.shape}; {space.name} needs {space.dim} values each."
        )
    if not np.isfinite(given).all():
        raise ProjectionError("A new vector holds NaN or infinite values. Give finite numbers.")
    k = min(k, len(space))
    near, distances = nearest_known(space, given, k)
    if projection.linear is None:
        placed = among(projection.coordinates[near], distances)
    else:
        _, apply = prepare(space, projection.params.get("prepared", ()))
        placed = projection.linear.place(apply(given))
    recall = neighbor_recall(projection.coordinates, placed, near)
    return Placement(placed, recall, near, projection.linear is not None)


def nearest_known(space: EmbeddingSpace, given: Floats, k: int) -> tuple[NDArray[np.intp], Floats]:
    """Return each new vector's k nearest rows by cosine, and their distances, (m, k) each."""
    from explorer.neighbors.topk import topk

    lengths = row_lengths(given)[:, None]
    directions = np.divide(given, lengths, out=np.zeros_like(given), where=lengths > 0)
    near = np.empty((len(given), k), np.intp)
    distances = np.empty((len(given), k), np.float32)
    step = max(1, BLOCK_BYTES // (4 * len(space)))

    def fill(start: int) -> None:
        block = cosines(space, directions[start : start + step])
        np.negative(block, out=block)
        found = topk(block, k)
        near[start : start + step] = found
        distances[start : start + step] = 1 + np.take_along_axis(block, found, axis=1)

    deque(in_threads(fill, range(0, len(given), step)), maxlen=0)
    return near, np.maximum(distances, 0)


def cosines(space: EmbeddingSpace, directions: Any) -> Floats:
    """Return the cosine of (m, d) rows of length 1 with each row of the space, (m, n)."""
    check_lengths(space)
    products = dense(directions @ space.matrix.T)
    return np.divide(products, space.norms, out=np.zeros_like(products), where=space.norms > 0)


def among(places: NDArray[np.float32], distances: Floats) -> Floats:
    """Return a place for each new point, (m, c), among its neighbors' places, (m, k, c).

    The mean of two distant groups would lie in empty space. So the neighbors' medoid is found
    first, and neighbors drawn farther from it than the median are left out.
    """
    # linear in the distance up to the k-th neighbor's; 1e-6 for where all distances are 0
    last = distances[:, -1:]
    weights = np.maximum(last - distances, 0) + LAST_WEIGHT * last + 1e-6
    apart = np.linalg.norm(places[:, :, None] - places[:, None, :], axis=3)
    middle = (apart * weights[:, None, :]).sum(axis=2).argmin(axis=1)
    from_middle = np.take_along_axis(apart, middle[:, None, None], axis=1)[:, 0]
    weights = np.where(from_middle <= np.median(from_middle, axis=1, keepdims=True), weights, 0)
    placed: Floats = (places * weights[:, :, None]).sum(axis=1) / weights.sum(axis=1, keepdims=True)
    return placed.astype(np.float32)


def neighbor_recall(coordinates: Floats, placed: Floats, near: NDArray[np.intp]) -> Floats:
    """Return the share of true neighbors, (m, k), that are drawn nearest to each place, (m,)."""
    from scipy.spatial import cKDTree

    k = near.shape[1]
    drawn = cKDTree(coordinates).query(placed, k)[1].reshape(len(placed), k)
    common = (near[:, :, None] == drawn[:, None, :]).any(axis=2)
    shares: Floats = common.mean(axis=1, dtype=np.float32)
    return shares


@dataclass(frozen=True, eq=False)
class Landing:
    """Where a new text lands in a picture of the space.

    Attributes
    ----------
    text
        What was encoded.
    placement
        Its place in the picture, and how many of its neighbors are drawn near it.
    neighbors
        Its nearest points of the space, by cosine in all dimensions.
    usual
        (m,) float32, ascending: for a sample of the space's points, the cosine similarity to
        their own nearest neighbors.
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
        """Cosine similarity to its nearest point of the space."""
        return float(self.neighbors.scores[0])

    @property
    def rank(self) -> float:
        """Share of the sampled points whose nearest neighbor is less similar, 0 to 1."""
        return float(np.searchsorted(self.usual, self.nearness) / max(1, len(self.usual)))


def land(
    space: EmbeddingSpace, projection: Projection, text: str, vector: NDArray[np.float32]
) -> Landing:
    """Place the vector of a new text, (d,), in a picture of its space; see `place`.

    Raises
    ------
    QueryError
        The vector has not as many dimensions as the space.

    Examples
    --------
    >>> from explorer.projection import project
    >>> space = EmbeddingSpace(["a", "b", "c"], [[1, 0], [0, 1], [-1, 0]])
    >>> drawn = project(space, "axes", axes=["a", "b"])
    >>> land(space, drawn, "almost a", np.array([1, 0.01], np.float32)).coordinates.round(1)
    array([1., 0.], dtype=float32)
    """
    found = nearest_neighbors(space, Vector(text, vector), k=min(LISTED, len(space)))
    return Landing(text, place(space, projection, vector), found, usual_nearness(space))


# computed once for each space, while the space lives: it does not depend on what lands
USUAL: WeakKeyDictionary[EmbeddingSpace, Floats] = WeakKeyDictionary()


def usual_nearness(space: EmbeddingSpace) -> Floats:
    """Return the cosine to the nearest neighbor of points taken evenly from the space, ascending.

    Exact duplicates count as neighbors, at cosine 1.
    """
    if len(space) < 2:
        return np.empty(0, np.float32)
    if space not in USUAL:
        nearest = cosine_to_nearest(space, np.linspace(0, len(space) - 1, min(SAMPLE, len(space))))
        nearest.flags.writeable = False
        USUAL[space] = nearest
    return USUAL[space]


def cosine_to_nearest(space: EmbeddingSpace, places: NDArray[np.floating]) -> Floats:
    """Return the cosine of some rows to their nearest other row, ascending, (m,) float32."""
    rows = places.astype(np.intp)
    nearest = np.empty(len(rows), np.float32)
    step = max(1, BLOCK_BYTES // (4 * len(space)))

    def fill(start: int) -> None:
        some = rows[start : start + step]
        lengths = np.where(space.norms[some] > 0, space.norms[some], np.float32(1))[:, None]
        points = space.matrix[some]
        is_sparse = space.is_sparse
        block = cosines(space, points.multiply(1 / lengths) if is_sparse else points / lengths)
        block[np.arange(len(some)), some] = -np.inf
        nearest[start : start + step] = block.max(axis=1)

    deque(in_threads(fill, range(0, len(rows), step)), maxlen=0)
    nearest.sort()
    return nearest
