"""Hubs and lonely points: how many rows have a row among their nearest (k-occurrence)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

K = 10  # neighbors that count, as in Radovanović et al.
HUB = 5  # times the average of K


def occurrences(
    neighbors: NDArray[np.int32], counted: NDArray[np.bool_], k: int = K
) -> NDArray[np.int64]:
    """Return how many rows have each row among their k nearest, (n,) int64.

    The k-occurrence of Radovanović, Nanopoulos & Ivanović (2010). Only the lists of rows that are
    `counted`, (n,), are looked at.
    """
    return np.bincount(neighbors[counted, :k].ravel(), minlength=len(neighbors))


def skewness(values: NDArray[np.float64]) -> float:
    """Return the standardized third moment; 0 where all values are equal."""
    if not len(values):
        return 0.0
    apart = values - values.mean()
    spread = float(np.sqrt(np.mean(apart**2)))
    return float(np.mean(apart**3)) / spread**3 if spread > 0 else 0.0


def in_words(skew: float) -> str:
    """Return what a skewness of the k-occurrence means, as a clause."""
    if skew < 0.7:
        return "near 0: all rows are found about equally often, and there is no hubness"
    if skew < 2:
        return "moderate: some rows are found more often than others, as in most embeddings"
    return "strong: a few rows crowd the lists of many others, and hide what is nearer in meaning"
