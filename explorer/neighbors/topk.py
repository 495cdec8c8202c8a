"""Top-k selection: the columns of the k smallest values, one pass in compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.compiled import compiled

CHUNK = 32  # numbers looked at together: most hold none that is small enough
FEW = 300  # beyond, sorting all of them is faster than inserting one after the other


def topk(block: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    """Return the columns of each row's k smallest values, smallest first, ties in column order.

    `block` is (m, n) float32 without NaN and with k ≤ n; the columns are (m, k).
    """
    if k > FEW:
        return np.argsort(block, axis=1, kind="stable")[:, :k]
    columns = np.zeros((len(block), k), np.intp)
    select(np.ascontiguousarray(block), columns)
    return columns


# nnan, nsz: a chunk's minimum may be taken eight numbers at a time
@compiled("void(f4[:,::1], i8[:,::1])", fastmath={"nnan", "nsz"})
def select(block: Any, columns: Any) -> None:
    """Fill the columns, row by row, each sorted by insertion."""
    m, n = block.shape
    k = columns.shape[1]
    values = np.empty(k, np.float32)
    for row in range(m):
        line = block[row]
        chosen = columns[row]
        values[:] = np.inf
        worst = np.float32(np.inf)
        filled = 0
        for start in range(0, n, CHUNK):
            stop = min(start + CHUNK, n)
            lowest = np.float32(np.inf)
            for column in range(start, stop):
                lowest = min(lowest, line[column])
            if filled == k and lowest >= worst:
                continue
            for column in range(start, stop):
                value = line[column]
                if filled == k and value >= worst:
                    continue
                place = min(filled, k - 1)  # the last one goes, or a place is still free
                filled = min(filled + 1, k)
                while place > 0 and values[place - 1] > value:
                    values[place] = values[place - 1]
                    chosen[place] = chosen[place - 1]
                    place -= 1
                values[place] = value
                chosen[place] = column
                worst = values[k - 1]
