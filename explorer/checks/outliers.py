"""Outliers by the local outlier factor: how much emptier a row's surroundings are than usual."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TINY = 1e-10  # scikit-learn's: keeps the density of equal rows finite
SPREADS = 6.0  # robust standard deviations; chosen on seeds 100 to 104 (benchmarks/checks.py)
LEAST_SPREAD = 0.005  # of log LOF: where nearly all rows are alike, rounding is no outlier


def local_outlier_factor(
    neighbors: NDArray[np.int32], distances: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return each row's local outlier factor (Breunig, Kriegel, Ng & Sander 2000).

    The density around the row's k neighbors, divided by the density around the row itself: about
    1 within a cluster, whether it is tight or loose, and larger for a row that lies apart.

    Parameters
    ----------
    neighbors, distances
        (n, k), nearest first, without the row itself.

    Returns
    -------
    (n,) float32
        1 for rows without any neighbors.
    """
    if neighbors.shape[1] == 0:
        return np.ones(len(neighbors), np.float32)
    reach = np.maximum(distances, distances[:, -1][neighbors])
    density = 1 / (reach.mean(axis=1, dtype=np.float64) + TINY)
    found: NDArray[np.float32] = (density[neighbors].mean(axis=1) / density).astype(np.float32)
    return found


def usual_bound(factors: NDArray[np.float32]) -> float:
    """Return the factor above which a row is called an outlier.

    The usual width of the factors depends on the data and its dimensions. So the bound is set on
    their logarithms: the median and six robust standard deviations (1.4826 times the median
    absolute deviation, Hampel 1974).
    """
    known = factors[np.isfinite(factors)]
    if not len(known):
        return 1.0
    logs = np.log(known.astype(np.float64))
    middle = float(np.median(logs))
    spread = max(1.4826 * float(np.median(np.abs(logs - middle))), LEAST_SPREAD)
    return float(np.exp(middle + SPREADS * spread))
