"""densMAP (Narayan, Berger & Cho 2021): the gradient of UMAP's density term."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]

# umap-learn's defaults
WEIGHT = 2.0  # of the density term: dens_lambda
FROM = 0.7  # share of the epochs without the density term: 1 − dens_frac
LEAST_VARIANCE = 0.1  # added to the variance of the log radii: dens_var_shift
TINY = 1e-8  # against the logarithm of 0
# ours: below this deviation of the log radii the density counts as uniform; real vectors have
# 0.1 to 1
LEAST_DEVIATION = 1e-6


class Densities:
    """The local densities of the vectors, and the gradient that makes a layout match them.

    Parameters
    ----------
    edges
        (m,) heads, tails and weights of the edges of UMAP's graph.
    lengths
        (m,) float32: the distance of each edge's ends among the vectors.
    n
        How many points.
    curve
        a and b of the similarity 1 / (1 + a d^2b).
    """

    def __init__(
        self,
        edges: tuple[NDArray[np.int32], NDArray[np.int32], Floats],
        lengths: Floats,
        n: int,
        curve: tuple[float, float],
    ) -> None:
        self._head, self._tail, self._weights = edges
        self._n, self._curve = n, curve
        radius, total = self._radius(self._weights, lengths**2)
        self._strength = WEIGHT * total.sum() / 2 / n
        deviation = radius.std()
        # where the density is uniform, rounding must not count as a difference
        differs = deviation > LEAST_DEVIATION
        self._wanted = (radius - radius.mean()) / deviation if differs else np.zeros(n)

    def gradient(self, points: Floats) -> Floats:
        """Return the density gradient of each edge, (m,) float32, relative to its length.

        The density term is the correlation of the log local radii among the vectors with those
        in the layout, (n, 2) or (n, 3). Above 0, the edge should grow.
        """
        a, b = self._curve
        square = ((points[self._head] - points[self._tail]) ** 2).sum(axis=1, dtype=np.float64)
        square = np.maximum(square, TINY)
        near = 1 / (1 + a * square**b)
        radius, total = self._radius(near, square)
        variance = radius.var() + LEAST_VARIANCE
        covariance = radius @ self._wanted / (self._n - 1)
        missing = self._wanted - covariance * (radius - radius.mean()) / variance
        falling = a * b * square ** (b - 1) * near

        asked = np.zeros(len(square))
        for end in (self._head, self._tail):
            grown = (1 - b * (1 - near)) / np.exp(radius[end]) + falling
            asked += missing[end] * near / total[end] * grown
        growth = 2 * self._strength * asked / (self._weights * np.sqrt(variance))
        return np.asarray(growth, np.float32)

    def _radius(self, share: Any, square: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return each point's log local radius, and the sum of its edges' weights, (n,) each.

        The local radius is the weighted mean of the point's squared edge lengths.
        """

        def around(values: Any) -> NDArray[np.float64]:
            one, other = (np.bincount(end, values, n) for end in (self._head, self._tail))
            return np.add(one, other, dtype=np.float64)

        n = self._n
        total = around(share)
        return np.log(TINY + around(share * square) / np.maximum(total, 1e-12)), total
