"""New points in an old picture: where they belong, without moving the others."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ProjectionError
from explorer.jobs.threads import in_threads
from explorer.neighbors.exact import comparable, dense
from explorer.projection import axes, pca
from explorer.projection.preparation import prepare
from explorer.projection.projection import Projection
from explorer.space import EmbeddingSpace

Floats = NDArray[np.float32]

BLOCK_BYTES = 32 << 20  # of one block of distances, for each core
K = 15


@dataclass(frozen=True, eq=False)
class Placement:
    """Where new points belong in a picture.

    Attributes
    ----------
    coordinates
        (m, 2) or (m, 3) float32.
    confidence
        (m,) float32: the share of each new point's true neighbors that are among the
        points nearest to its place, 0 to 1.
    neighbors
        (m, k) intp: the rows of the space that are nearest to it in truth, nearest first.
    is_exact
        Whether the method itself says where they belong (PCA, axes), or they were put
        among their neighbors.
    """

    coordinates: Floats
    confidence: Floats
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
    """Find where new vectors belong in a picture.

    PCA and custom axes transform exactly. UMAP and t-SNE get each new point placed at the
    mean of its k nearest neighbors' places (by cosine), each weighted by how near it is
    compared with the k-th, after leaving out those drawn far from most.

    Parameters
    ----------
    space, projection
        n points and their picture.
    vectors
        (m, d) numbers.
    k
        Neighbors to go by.

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
    placed = exactly(space, projection, given)
    is_exact = placed is not None
    if placed is None:
        placed = among(projection.coordinates[near], distances)
    return Placement(placed, confidence(projection.coordinates, placed, near), near, is_exact)


def exactly(space: EmbeddingSpace, projection: Projection, given: Floats) -> Floats | None:
    """Return the coordinates that the method's own formula gives; None if it has none."""
    if not projection.has_axes:
        return None
    ready, apply = prepare(space, projection.params.get("prepared", ()))
    if "axes" in projection.params:
        read = [axes.read_axis(ready, text) for text in projection.params["axes"]]
        return axes.transform(apply(given), read)
    numbers = projection.params.get("components", range(1, projection.n_components + 1))
    chosen = np.array(list(numbers)) - 1
    return pca.transform(apply(given), pca.fit(ready.vectors, int(chosen.max()) + 1), chosen)


def nearest_known(space: EmbeddingSpace, given: Floats, k: int) -> tuple[NDArray[np.intp], Floats]:
    """Return each new vector's k nearest rows by cosine, and their distances."""
    from explorer.neighbors.topk import smallest_columns

    points, _ = comparable(space, "cosine")
    lengths = np.linalg.norm(given, axis=1, keepdims=True)
    directions = np.divide(given, lengths, out=np.zeros_like(given), where=lengths > 0)
    near = np.empty((len(given), k), np.intp)
    distances = np.empty((len(given), k), np.float32)
    step = max(1, BLOCK_BYTES // (4 * len(space)))

    def fill(start: int) -> None:
        block = dense(directions[start : start + step] @ points.T)
        np.negative(block, out=block)
        found = smallest_columns(block, k)
        near[start : start + step] = found
        distances[start : start + step] = 1 + np.take_along_axis(block, found, axis=1)

    deque(in_threads(fill, range(0, len(given), step)), maxlen=0)
    return near, np.maximum(distances, 0)


def among(places: NDArray[np.float32], distances: Floats) -> Floats:
    """Return a place for each new point among its neighbors' places (m, k, c).

    A mean between two far groups would lie where nobody is. So first the neighbor is
    found that the others are nearest to, and those farther from it than the median are
    left out.
    """
    weights = np.maximum(distances[:, -1:] - distances, 0) + 0.1 * distances[:, -1:] + 1e-6
    apart = np.linalg.norm(places[:, :, None] - places[:, None, :], axis=3)
    middle = (apart * weights[:, None, :]).sum(axis=2).argmin(axis=1)
    from_middle = np.take_along_axis(apart, middle[:, None, None], axis=1)[:, 0]
    weights = np.where(from_middle <= np.median(from_middle, axis=1, keepdims=True), weights, 0)
    placed: Floats = (places * weights[:, :, None]).sum(axis=1) / weights.sum(axis=1, keepdims=True)
    return placed.astype(np.float32)


def confidence(coordinates: Floats, placed: Floats, near: NDArray[np.intp]) -> Floats:
    """Return the share of true neighbors among those drawn nearest to each place, (m,)."""
    from scipy.spatial import cKDTree

    k = near.shape[1]
    drawn = cKDTree(coordinates).query(placed, k)[1].reshape(len(placed), k)
    common = (near[:, :, None] == drawn[:, None, :]).any(axis=2)
    shares: Floats = common.mean(axis=1, dtype=np.float32)
    return shares
