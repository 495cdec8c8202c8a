"""A space's labels as Arrow strings: Python strings would take ten times the memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from explorer.errors import SpaceError

LabelArray: TypeAlias = pa.LargeStringArray
Labels: TypeAlias = Sequence[str] | LabelArray

BLOCK = 1 << 16  # labels that are Python strings at the same time


def as_label_array(labels: Labels) -> LabelArray:
    """Return labels as an Arrow array without nulls; raises SpaceError where one is no text."""
    if isinstance(labels, pa.Array | pa.ChunkedArray):
        found = labels.cast(pa.large_string())
        if isinstance(found, pa.ChunkedArray):
            found = found.combine_chunks()
    else:
        given = list(labels)
        try:
            # not pa.array, which imports pandas on its first call
            found = pl.Series(given, dtype=pl.String).to_arrow()
        except UnicodeEncodeError as error:
            raise SpaceError(
                f"A label holds half of a character pair ({error.object[error.start]!r}), "
                "which no file can store. Repair the labels' encoding."
            ) from error
        except TypeError:
            raise no_text(given) from None
    if found.null_count:
        raise no_text(found.to_pylist())
    return found


def no_text(labels: Sequence[Any]) -> SpaceError:
    """Return the error for the first label that is no text."""
    row, label = next((row, one) for row, one in enumerate(labels) if not isinstance(one, str))
    return SpaceError(f"The label of row {row:,} is {label!r}, not text. Use strings.")


def row_numbers(rows: int | NDArray[np.intp]) -> LabelArray:
    """Return the numbers of the first rows, or of the given ones, as labels."""
    numbers = np.arange(rows) if isinstance(rows, int) else rows
    return pl.Series(numbers).cast(pl.String).to_arrow()


def take_labels(labels: LabelArray, rows: Sequence[int] | NDArray[np.integer]) -> LabelArray:
    """Return the labels of some rows."""
    index = np.asarray(rows, np.int64)
    index = np.ascontiguousarray(np.where(index < 0, index + len(labels), index))
    return labels.take(pa.Array.from_buffers(pa.int64(), len(index), [None, pa.py_buffer(index)]))


class LabelIndex:
    """Finds the rows of a label by sorted hashes: 16 bytes a label, a dictionary takes over 100.

    The hashes are Python's own, which nobody outside this process can foresee: labels cannot be
    made to collide.
    """

    def __init__(self, labels: LabelArray) -> None:
        self._labels = labels
        hashes = np.empty(len(labels), np.int64)
        for start in range(0, len(labels), BLOCK):
            block = labels.slice(start, BLOCK).to_pylist()
            hashes[start : start + len(block)] = list(map(hash, block))
        self._order = np.argsort(hashes, kind="stable")  # of equal labels, the first row first
        self._hashes = hashes[self._order]

    def __reduce__(self) -> tuple[type[LabelIndex], tuple[LabelArray]]:
        """Pickle the labels alone: another process has other hashes."""
        return LabelIndex, (self._labels,)

    def rows(self, label: object) -> Iterator[int]:
        """Yield the rows that carry the label, in order."""
        if not isinstance(label, str):
            return
        hashed = hash(label)
        for place in range(int(np.searchsorted(self._hashes, hashed)), len(self._hashes)):
            if self._hashes[place] != hashed:
                return
            row = int(self._order[place])
            if self._labels[row].as_py() == label:
                yield row
