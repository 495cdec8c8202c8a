"""How far a picture can be trusted: where true neighbors stand in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def ranks_in_picture(
    coordinates: NDArray[np.float32], row: int, others: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return the place of each of the others among all points, by nearness to a row in the picture.

    Parameters
    ----------
    coordinates
        (n, 2) or (n, 3) float32.
    row
        The point to measure from.
    others
        (k,) rows.

    Returns
    -------
    places
        (k,) intp; 1 is the point drawn nearest, the row itself is not counted.
    """
    squares = ((coordinates - coordinates[row]) ** 2).sum(axis=1)
    squares[row] = np.inf
    ordered = np.sort(squares)
    places: NDArray[np.intp] = np.searchsorted(ordered, squares[others], side="left") + 1
    return places
