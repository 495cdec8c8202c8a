"""Exact nearest neighbors on a GPU: the same blocked product as on the processor, by torch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from explorer.neighbors.exact import comparable
from explorer.space import EmbeddingSpace

Floats = NDArray[np.float32]

BLOCK_BYTES = 512 << 20  # one block of distances
GPU_TO = 1_000_000  # points; their vectors must fit into the GPU's memory beside two blocks


def gpu() -> str | None:
    """Return torch's name of a GPU, or None where there is none."""
    import torch

    return "cuda" if torch.cuda.is_available() else None


def neighbor_graph_on(
    device: str,
    space: EmbeddingSpace,
    k: int,
    metric: str,
    *,
    report: Callable[[float], None] = lambda share: None,
) -> tuple[NDArray[np.int32], Floats]:
    """Return the exact k-nearest-neighbor graph, computed on torch's `device`.

    Equal to `explorer.neighbors.exact.neighbor_graph`, except for the order of ties.
    """
    import torch

    given, given_squares, unit = comparable(space, metric)
    points = torch.from_numpy(np.ascontiguousarray(given)).to(device)
    squares = torch.from_numpy(np.ascontiguousarray(given_squares)).to(device)
    n = len(space)
    indices = np.empty((n, k), np.int32)
    distances = np.empty((n, k), np.float32)
    step = max(1, BLOCK_BYTES // (4 * n))
    for start in range(0, n, step):
        stop = min(start + step, n)
        block = points[start:stop] @ points.T
        block.neg_()
        if metric == "euclidean":
            block.mul_(2).add_(squares)  # |x − y|² − |x|², which orders a row's neighbors
        rows = torch.arange(stop - start, device=device)
        block[rows, start + rows] = -torch.inf  # the row itself comes before its duplicates
        near, places = torch.topk(block, k, dim=1, largest=False, sorted=True)
        if metric == "euclidean":
            near = (near + squares[start:stop, None]).clamp_(min=0).sqrt_().mul_(unit)
        else:
            near = (near + 1).clamp_(min=0)
        near[:, 0] = 0
        indices[start:stop] = places.cpu().numpy()
        distances[start:stop] = near.cpu().numpy()
        report(stop / n)
    return indices, distances
