"""densMAP (Narayan, Berger & Cho 2021): the gradient that keeps the density of regions."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]

# umap-learn's defaults
WEIGHT = 2.0  # of the densities, beside the neighbors
FROM = 0.7  # of all epochs: first the layout finds its shape
LEAST_VARIANCE = 0.1
TINY = 1e-8
LEAST_DEVIATION = 1e-6  # of the logarithms of radii; those of real vectors differ by 0.1 to 1


class Densities:
    """How dense it is around each point, and how a layout must change to show it.

    Parameters
    ----------
    edges
        (m,) heads, tails and strengths of the edges of UMAP's graph.
    lengths
        (m,) float32, their lengths among the vectors.
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
        # where it is equally dense everywhere, rounding must not be taken for densities
        differs = deviation > LEAST_DEVIATION
        self._wanted = (radius - radius.mean()) / deviation if differs else np.zeros(n)

    def gradient(self, points: Floats) -> Floats:
        """Return the density gradient on each edge, (m,), relative to the edge's length.

        It is that of the correlation between the logarithms of the local radius among the
        vectors and in the layout, (n, 2) or more; above 0, the edge is to grow.
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
        """Return the logarithm of each point's mean squared edge, and the sum of its shares."""

        def around(values: Any) -> NDArray[np.float64]:
            one, other = (np.bincount(end, values, n) for end in (self._head, self._tail))
            return np.add(one, other, dtype=np.float64)

        n = self._n
        total = around(share)
        return np.log(TINY + around(share * square) / np.maximum(total, 1e-12)), total
