"""What all findings rest on: one neighbor graph of a space, and what follows from it alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.checks import duplicates, hubs, outliers
from explorer.errors import QueryError
from explorer.jobs.progress import Report, no_report
from explorer.neighbors.graph import nearest_graph
from explorer.space import EmbeddingSpace

K = 20  # neighbors: what Breunig et al. advise for the local outlier factor, at the least
SEED = 0
GRAPH_SHARE = 0.9  # of the time
METRICS = ("cosine", "euclidean")


@dataclass(frozen=True, eq=False)
class Measured:
    """A space's neighbor graph, and one value a row for each finding that needs no labels.

    Attributes
    ----------
    neighbors, distances
        (n, k) int32 and (n, k) float32, nearest first, without the row itself; k is 20, or n − 1.
    copy_of
        (n,) int32: the first row with an equal vector, the row itself where there is none before.
    other, nearest
        (n,) int32 and (n,) float32: the nearest row with another vector, and its distance; −1 and
        NaN where all neighbors are copies.
    outlier
        (n,) float32: the local outlier factor.
    in_lists
        (n,) float32: in how many lists of ten neighbors the row is.
    counted
        (n,) bool: whether the row's neighbors are worth the name. A zero vector has none by
        cosine; of more than k copies, the graph lists any k. `outlier` and `in_lists` are NaN
        for the others.
    metric
        'cosine' or 'euclidean'.
    notes
        How good the neighbors are, where they are approximate.
    """

    neighbors: NDArray[np.int32]
    distances: NDArray[np.float32]
    copy_of: NDArray[np.int32]
    other: NDArray[np.int32]
    nearest: NDArray[np.float32]
    outlier: NDArray[np.float32]
    in_lists: NDArray[np.float32]
    counted: NDArray[np.bool_]
    metric: str
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.copy_of)

    @property
    def copies(self) -> NDArray[np.int64]:
        """(n,) how many rows have the row's vector, itself among them."""
        found: NDArray[np.int64] = np.bincount(self.copy_of, minlength=len(self))[self.copy_of]
        return found


def measure(space: EmbeddingSpace, metric: str = "cosine", report: Report = no_report) -> Measured:
    """Compute the neighbor graph of a space and what follows from it.

    Raises
    ------
    QueryError
        The metric is neither 'cosine' nor 'euclidean', or some vectors are too long for float32.
    """
    if metric not in METRICS:
        raise QueryError(f"The metric “{metric}” is unknown here. Known: {', '.join(METRICS)}.")
    n = len(space)
    indices, distances, notes = nearest_graph(
        space, min(K + 1, n), metric, SEED, report=report, share=GRAPH_SHARE
    )
    neighbors, distances = indices[:, 1:], distances[:, 1:]
    report(GRAPH_SHARE, "looking for equal vectors")
    first = duplicates.copy_of(space)
    other, nearest = duplicates.nearest_other(neighbors, distances, first)
    known = np.flatnonzero(other >= 0)
    nearest[known] = duplicates.distances_between(space, known, other[known], metric)
    report(0.95, "comparing each row's surroundings")
    copies = np.bincount(first, minlength=n)[first]
    counted = copies <= max(neighbors.shape[1], 1)
    if metric == "cosine":
        counted &= space.norms > 0
    factors = outliers.local_outlier_factor(neighbors, distances)
    found = hubs.occurrences(neighbors, counted).astype(np.float32)
    report(1.0, "done")
    return Measured(
        np.ascontiguousarray(neighbors),
        np.ascontiguousarray(distances),
        first,
        other,
        nearest,
        np.where(counted, factors, np.nan).astype(np.float32),
        np.where(counted, found, np.nan).astype(np.float32),
        counted,
        metric,
        notes,
    )
