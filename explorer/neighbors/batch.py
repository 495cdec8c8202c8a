"""Exact nearest neighbors of many queries at once, by a matrix product in cache-sized blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

POINTS, QUERIES = 1024, 512  # of a block: two megabytes of scores, which stay in the cache


def nearest_rows(points: Floats, queries: Floats, k: int) -> tuple[NDArray[np.intp], Floats]:
    """Return each query's k rows of largest dot product, by exact search on one thread of ours.

    The matrix products use as many threads as NumPy is given. For cosine, give unit vectors.

    Parameters
    ----------
    points, queries
        (n, d) and (q, d) float32.
    k
        At most n and 300.

    Returns
    -------
    rows, products
        (q, k) intp and (q, k) float32, largest product first, equal ones in row order.
    """
    from explorer.neighbors.topk import nothing_yet, select  # compiles: only where it is used

    found, products = nothing_yet(len(queries), k)[::-1]
    scores = np.empty(POINTS * QUERIES, np.float32)
    if len(queries) == 1:  # a matrix times a vector is bound by memory: no blocks needed
        product = np.negative(points @ queries[0])[None]
        select(product, 0, products, found)
        return found, -products
    for low in range(0, len(queries), QUERIES):
        high = min(low + QUERIES, len(queries))
        asked = np.negative(queries[low:high]).T
        for first in range(0, len(points), POINTS):
            block = points[first : first + POINTS]
            product = scores[: len(block) * (high - low)].reshape(high - low, len(block))
            np.matmul(asked.T, block.T, out=product)
            select(product, first, products[low:high], found[low:high])
    return found, -products
