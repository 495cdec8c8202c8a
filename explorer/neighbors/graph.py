"""The k-nearest-neighbor graph: exact where that is quick, else by PyNNDescent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.jobs.progress import Report, no_report
from explorer.neighbors.exact import in_range, neighbor_graph
from explorer.neighbors.gpu import GPU_TO, gpu, neighbor_graph_on
from explorer.space import EmbeddingSpace

EXACT_TO = 50_000  # points; above, PyNNDescent is faster, its 20 seconds of compilation included
GPU_FROM = 30_000  # points; fewer take the processor only seconds
SPARE = 5  # neighbors searched for beyond k: raises the recall of the k
APPROXIMATE = "The neighbors it rests on are approximate (PyNNDescent)."


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

    Exact up to 50,000 points, and between 30,000 and a million on a GPU if there is one; else
    approximate, by PyNNDescent (Dong, Moses & Li 2011). Reported shares run from 0 to `share`.

    Returns
    -------
    indices, distances, notes
        (n, k) int32 and (n, k) float32, nearest first, each row its own first neighbor; the
        notes say whether the neighbors are approximate.

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
    if n <= EXACT_TO:
        step = "comparing every point with every other"
        report(0.0, step)
        indices, distances = neighbor_graph(
            space, k, metric, report=lambda done: report(share * done, step)
        )
        return indices, distances, ()
    report(
        0.0, "searching each point's neighbors with an index; its first time takes half a minute"
    )
    from pynndescent import NNDescent

    points, unit = in_range(space)
    index = NNDescent(
        points,
        metric=metric,
        n_neighbors=min(k + SPARE, n),
        random_state=seed,
        n_trees=min(64, 5 + round(n**0.5 / 20)),  # as umap-learn sets it
        low_memory=True,
        compressed=True,
    )
    found, distances = (part[:, :k] for part in index.neighbor_graph)
    if metric == "euclidean":
        distances = distances * np.float32(unit)
    report(share, "searching each point's neighbors")
    return found.astype(np.int32), distances.astype(np.float32), (APPROXIMATE,)
