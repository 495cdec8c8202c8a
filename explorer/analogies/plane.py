"""A plane in the space, in which lengths and angles are true: for drawing what lies in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

FLAT = 1e-4  # of the largest extent: closer to a plane than this is in it


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane through `origin` (d,), spanned by two orthonormal rows of `basis` (2, d).

    `is_exact` tells whether the points that it was laid through all lie in it.
    """

    origin: Floats
    basis: Floats
    is_exact: bool

    def place(self, vectors: NDArray[np.floating]) -> tuple[Floats, Floats]:
        """Return where each of k vectors falls on the plane, (k, 2), and its distance, (k,)."""
        away = vectors.astype(np.float64) - self.origin
        places = away @ self.basis.T
        distances = np.linalg.norm(away - places @ self.basis, axis=1)
        return places, distances


def plane_through(points: NDArray[np.floating]) -> Plane:
    """Return the plane through the points, or the nearest to them where they are too many.

    The first point is the origin, where it lies in the plane; the second stands to its
    right, and the third above.

    Parameters
    ----------
    points
        (m, d), m ≥ 2.

    Examples
    --------
    >>> plane = plane_through(np.array([[0, 0, 1.0], [3, 0, 1], [0, 4, 1]]))
    >>> places, distances = plane.place(np.array([[3, 4, 3.0]]))
    >>> places.round(6).tolist(), distances.tolist()
    ([[3.0, 4.0]], [2.0])
    """
    wide = points.astype(np.float64)
    middle = wide.mean(axis=0)
    _, extents, directions = np.linalg.svd(wide - middle, full_matrices=False)
    basis = np.zeros((2, wide.shape[1]))  # a line of numbers has only one direction
    found = directions[:2]
    basis[: len(found)] = found
    # The least-squares plane goes through the mean; the first point's foot on it is the origin.
    origin = middle + (wide[0] - middle) @ basis.T @ basis
    places = (wide - origin) @ basis.T
    turn = np.arctan2(places[1, 1], places[1, 0])
    cosine, sine = np.cos(turn), np.sin(turn)
    basis = np.array([[cosine, sine], [-sine, cosine]]) @ basis
    if len(wide) > 2 and (wide[2] - origin) @ basis[1] < 0:
        basis[1] *= -1
    is_exact = len(extents) < 3 or bool(extents[2] <= FLAT * max(extents[0], 1e-30))
    return Plane(origin, basis, is_exact)


def angle(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Return the angle between two vectors in degrees; NaN where one is zero."""
    lengths = float(np.linalg.norm(first) * np.linalg.norm(second))
    if lengths == 0:
        return float("nan")
    return float(np.degrees(np.arccos(np.clip(float(first @ second) / lengths, -1, 1))))
