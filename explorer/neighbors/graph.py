"""Who is near whom: exact while that is quick, by a search index beyond."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.jobs.progress import Report, no_report
from explorer.neighbors.exact import in_range, neighbor_graph
from explorer.neighbors.gpu import GPU_TO, gpu, neighbor_graph_on
from explorer.space import EmbeddingSpace

EXACT_TO = 50_000  # points; beyond, an index is faster, though it first compiles for 20 seconds
GPU_FROM = 30_000  # points; the processor is done with fewer in some seconds
SPARE = 5  # neighbors more than asked for: the search looks further, and misses fewer
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
    """Return each row's k nearest rows, itself first, their distances, and what to note.

    Exact to 50,000 points, and on a GPU, where there is one, from 30,000 to a million; else
    by PyNNDescent (Dong, Moses & Li 2011): approximate, and fast.
    `share` is what this is of the whole work that `report` tells of.
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
        n_trees=min(64, 5 + round(n**0.5 / 20)),
        low_memory=True,
        compressed=True,
    )
    found, distances = (part[:, :k] for part in index.neighbor_graph)
    if metric == "euclidean":
        distances = distances * np.float32(unit)
    report(share, "searching each point's neighbors")
    return found.astype(np.int32), distances.astype(np.float32), (APPROXIMATE,)
