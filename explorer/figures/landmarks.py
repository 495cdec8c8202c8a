"""Which points of a map to name before anybody asks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CELLS = (7, 9)  # columns and rows: a label is wider than high
LONGEST = 24


def landmarks(
    coordinates: NDArray[np.float32], labels: tuple[str, ...]
) -> NDArray[np.intp]:
    """Return the rows to name: in each cell of a grid over the map, its first short-labelled one.

    Files usually begin with what is frequent or important, so the first is a fair guess;
    one per cell keeps the names apart.

    Parameters
    ----------
    coordinates
        (n, 2) or (n, 3) float32; the first two axes count.
    labels
        n labels.
    """
    plane = coordinates[:, :2]
    low = plane.min(axis=0)
    extent = np.maximum(plane.max(axis=0) - low, 1e-12)
    cells = np.minimum((plane - low) / extent * CELLS, np.array(CELLS) - 1).astype(np.intp)
    keys = cells[:, 0] * CELLS[1] + cells[:, 1]
    seen: dict[int, int] = {}
    for row, key in enumerate(keys.tolist()):
        if key not in seen and 0 < len(labels[row]) <= LONGEST:
            seen[key] = row
            if len(seen) == CELLS[0] * CELLS[1]:
                break
    return np.array(sorted(seen.values()), np.intp)
