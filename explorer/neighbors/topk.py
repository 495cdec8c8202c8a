"""Top-k selection: the columns of each row's k smallest values, in one compiled pass."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.compiled import compiled

CHUNK = 32  # values tested together by their minimum: most chunks are skipped whole
FEW = 300  # for larger k, sorting the whole row is faster than insertion


def topk(block: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    """Return the columns of each row's k smallest values, smallest first, ties in column order.

    `block` is (m, n) float32 without NaN and with k ≤ n; the columns are (m, k).
    """
    if k > FEW:
        return np.argsort(block, axis=1, kind="stable")[:, :k]
    values, columns = nothing_yet(len(block), k)
    select(np.ascontiguousarray(block), 0, values, columns)
    return columns


def nothing_yet(m: int, k: int) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Return the (m, k) values and columns that `select` begins with: −1 where none is chosen."""
    return np.full((m, k), np.inf, np.float32), np.full((m, k), -1, np.intp)


# nnan, nsz: lets the compiler vectorize the minimum of a chunk
@compiled("void(f4[:,::1], i8, f4[:,::1], i8[:,::1])", fastmath={"nnan", "nsz"})
def select(block: Any, first: int, best: Any, columns: Any) -> None:
    """Merge a block of columns into the `best` values so far, row by row, by insertion sort.

    `first` is the number of the block's first column; blocks come in the order of their columns.
    """
    m, n = block.shape
    k = columns.shape[1]
    for row in range(m):
        line = block[row]
        chosen = columns[row]
        values = best[row]
        filled = 0
        while filled < k and chosen[filled] >= 0:
            filled += 1
        worst = values[k - 1]
        for start in range(0, n, CHUNK):
            stop = min(start + CHUNK, n)
            lowest = np.float32(np.inf)
            if stop - start == CHUNK:  # a fixed count, which the compiler unrolls
                for place in range(CHUNK):
                    lowest = min(lowest, line[start + place])
            else:
                for column in range(start, stop):
                    lowest = min(lowest, line[column])
            if filled == k and lowest >= worst:
                continue
            for column in range(start, stop):
                value = line[column]
                if filled == k and value >= worst:
                    continue
                place = min(filled, k - 1)  # append while there is room, else replace the last
                filled = min(filled + 1, k)
                while place > 0 and values[place - 1] > value:
                    values[place] = values[place - 1]
                    chosen[place] = chosen[place - 1]
                    place -= 1
                values[place] = value
                chosen[place] = first + column
                worst = values[k - 1]
