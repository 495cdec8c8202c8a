"""Exact nearest neighbors on a GPU: the same blocked product as on the processor, by torch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from explorer.neighbors.exact import comparable
from explorer.space import EmbeddingSpace

Floats = NDArray[np.float32]

BLOCK_BYTES = 512 << 20  # of one block of distances
GPU_TO = 1_000_000  # points; their vectors have to fit into its memory beside two blocks


def gpu() -> str | None:
    """Return the name of the device to compare all points on, or None."""
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
    """Return each row's k nearest rows, itself first, and their distances, (n, k) each.

    `device` is torch's name of where to compute. As `explorer.neighbors.exact.neighbor_graph`,
    but for the order of equally distant rows.
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
            block.mul_(2).add_(squares)  # |x − y|² less the row's own |x|²
        rows = torch.arange(stop - start, device=device)
        block[rows, start + rows] = -torch.inf  # the row itself comes first
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
