"""Two pictures of the same items laid one over the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

ROUNDS = 40  # of weighing anew; then the items that stayed decide
LEAST = 1e-4  # a distance, of the picture's size: an item that fits exactly does not outweigh all


def superimposed(picture: Floats, onto: Floats) -> Floats:
    """Return a picture turned, mirrored, scaled and shifted to lie on another.

    Where in a picture things stand, and how they are turned, is chance. The fit is by orthogonal
    Procrustes with scaling (Schönemann & Carroll 1970), for the least sum of distances: each round
    weighs an item by the inverse of its distance, so that those that moved count little.

    Parameters
    ----------
    picture, onto
        (n, c) coordinates of the same items, row by row.

    Returns
    -------
    numpy.ndarray
        (n, c) float32; the picture as it was if all its points are equal.

    Examples
    --------
    >>> square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    >>> superimposed(3 * square[:, ::-1] + 5, square).round(3).tolist() == square.tolist()
    True
    """
    moving, fixed = np.asarray(picture, np.float64), np.asarray(onto, np.float64)
    laid, weights = moving, np.ones((len(moving), 1))
    for _ in range(ROUNDS):
        one, other = (
            points - (weights * points).sum(axis=0) / weights.sum() for points in (moving, fixed)
        )
        sizes = [float((weights * points**2).sum()) for points in (one, other)]
        if not all(sizes):
            return np.asarray(picture, np.float32)
        left, _, right = np.linalg.svd((weights * one).T @ other)
        # by both sizes: the least squares' own scale shrinks the picture where little fits
        laid = one @ (left @ right) * (sizes[1] / sizes[0]) ** 0.5 + fixed - other
        away = np.linalg.norm(laid - fixed, axis=1, keepdims=True)
        weights = 1 / np.maximum(away, LEAST * np.ptp(fixed))
    return laid.astype(np.float32)
