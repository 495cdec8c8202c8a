"""UMAP's fuzzy graph of membership strengths, in NumPy.

Equal to umap-learn's `fuzzy_simplicial_set`, which first compiles for five seconds of processor
time in each process: most of what a first picture would take.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# umap-learn's values
BISECTIONS = 64
TOLERANCE = 1e-5  # of the sum of memberships
LEAST_BANDWIDTH = 1e-3  # lower bound of σ, relative to the mean distance
DISCONNECTION_DISTANCE = {"cosine": 2.0}  # distances at which points count as disconnected


def fuzzy_graph(indices: NDArray[np.int32], distances: Floats, metric: str) -> Any:
    """Return the symmetric graph of membership strengths, (n, n) SciPy CSR of float32.

    McInnes, Healy & Melville 2018, section 3.1: a strength is exp(−(d − ρ) / σ), where ρ is the
    distance to the nearest other point, and σ makes the strengths of a point add up to log2(k).
    The two directions of each pair are then united as a + b − ab.

    Parameters
    ----------
    indices, distances
        (n, k) kNN graph, each point its own first neighbor; −1 and infinity where an
        approximate search found fewer.
    metric
        The metric of these distances.
    """
    from scipy.sparse import csr_matrix

    n, k = indices.shape
    nearest, sigma = bandwidths(distances)
    beyond = np.maximum(distances - nearest[:, None], 0)
    share = np.divide(beyond, sigma[:, None], where=sigma[:, None] > 0, out=np.zeros_like(beyond))
    strength = np.exp(-share)
    strength[indices == np.arange(n)[:, None]] = 0  # no point is its own neighbor
    strength[(indices < 0) | (distances >= DISCONNECTION_DISTANCE.get(metric, np.inf))] = 0
    rows = np.repeat(np.arange(n), k)
    columns = np.maximum(indices, 0).ravel()
    one = csr_matrix((strength.ravel(), (rows, columns)), shape=(n, n))
    one.eliminate_zeros()
    other = one.T.tocsr()
    return (one + other - one.multiply(other)).tocsr()


def bandwidths(distances: Floats) -> tuple[Floats, Floats]:
    """Return ρ and the bandwidth σ of each point, (n,) each; σ by vectorized bisection."""
    wide = distances.astype(np.float64)
    k = wide.shape[1]
    nearest = np.where(wide > 0, wide, np.inf).min(axis=1)
    nearest[~np.isfinite(nearest)] = 0  # all in one place
    beyond = np.maximum(wide[:, 1:] - nearest[:, None], 0)
    low, high, sigma = np.zeros(len(wide)), np.full(len(wide), np.inf), np.ones(len(wide))
    open_ones = np.arange(len(wide))
    for _ in range(BISECTIONS):
        total = np.exp(-beyond[open_ones] / sigma[open_ones, None]).sum(axis=1)
        missing = total - np.log2(k)
        open_ones, missing = (one[np.abs(missing) >= TOLERANCE] for one in (open_ones, missing))
        if not len(open_ones):
            break
        too_large = missing > 0
        high[open_ones[too_large]] = sigma[open_ones[too_large]]
        low[open_ones[~too_large]] = sigma[open_ones[~too_large]]
        ends = np.where(np.isfinite(high), (low + high) / 2, 2 * sigma)
        sigma[open_ones] = ends[open_ones]
    known = np.where(np.isfinite(wide), wide, np.nan)
    means = np.where(nearest > 0, np.nanmean(known, axis=1), np.nanmean(known))
    return nearest.astype(np.float32), np.maximum(sigma, LEAST_BANDWIDTH * means).astype(np.float32)
