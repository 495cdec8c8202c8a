"""The k-nearest-neighbor graph: exact where that is quick, else by an index."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.jobs.progress import Report, no_report
from explorer.neighbors.exact import neighbor_graph
from explorer.neighbors.gpu import GPU_TO, gpu, neighbor_graph_on
from explorer.neighbors.inverted import inverted_graph
from explorer.space import EmbeddingSpace

EXACT_TO = 20_000  # points; above, an index is faster
GPU_FROM = 30_000  # points; fewer take the processor only seconds


def nearest_graph(
    space: EmbeddingSpace,
    k: int,
    metric: str,
    seed: int | None,
    *,
    report: Report = no_report,
    share: float = 1.0,
) -> tuple[NDArray[np.int32], NDArray[np.float32], tuple[str, ...]]:
    """Return the k-nearest-neighbor graph, and notes for the reader of a picture made from it.

    Exact up to 20,000 points, for sparse vectors, and between 30,000 and a million on a GPU if
    there is one; else by an index that finds at least 98 of 100 true neighbors. Reported shares
    run from 0 to `share`.

    Returns
    -------
    indices, distances, notes
        (n, k) int32 and (n, k) float32, nearest first, each row its own first neighbor; the
        notes say whether the neighbors are approximate, and how good.

    Raises
    ------
    QueryError
        The metric is neither 'cosine' nor 'euclidean'.
    """
    n = len(space)
    k = min(k, n)
    if GPU_FROM < n <= GPU_TO and not space.is_sparse and (device := gpu()):
        step = "comparing every point with every other on the GPU"
        report(0.0, step)
        indices, distances = neighbor_graph_on(
            device, space, k, metric, report=lambda done: report(share * done, step)
        )
        return indices, distances, ()
    if n > EXACT_TO and not space.is_sparse:
        found = inverted_graph(
            space, k, metric, seed, report=lambda done, step: report(share * done, step)
        )
        return found.indices, found.distances, (approximate(found.recall, found.sampled),)
    step = "comparing every point with every other"
    report(0.0, step)
    indices, distances = neighbor_graph(
        space, k, metric, report=lambda done: report(share * done, step)
    )
    return indices, distances, ()


def approximate(recall: float, sampled: int) -> str:
    """Return the note on approximate neighbors: rounded down, so that it promises no more."""
    percent = int(1000 * recall) / 10
    return (
        f"The neighbors it rests on are approximate: an index (IVF) found {percent:g} % of the "
        f"true ones, measured on {sampled:,} points."
    )
