"""Options go into a reader, Contents come out: labels, vectors, metadata, and what to tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.errors import ParseError
from explorer.formats.bounds import DIMENSIONS, ROWS
from explorer.jobs.progress import Report, no_report
from explorer.labels import LabelArray, Labels, as_label_array, row_numbers, take_labels
from explorer.wording import count, rows_named

SHOWN_VALUES = 6  # numbers of a vector that a preview shows
BLOCK_VALUES = 8 << 20  # numbers are converted and checked in blocks of so many
LOOK_ROWS = 2000
LOOK_WHOLE = 32 << 20  # bytes of a file up to which a look reads it all, so that it misses nothing


def no_more(seconds: float) -> None:
    """Ask nobody: no process waits."""


@dataclass(frozen=True)
class Options:
    """What a user decides where a file leaves a choice; without it, the reader guesses.

    Attributes
    ----------
    label_column
        The column that holds the labels.
    array
        Which of several arrays, or which column of vectors, is read.
    skip_broken
        Whether broken lines and vectors with NaN or infinite values are left out, and
        told, where they would be refused.
    metadata_columns
        Columns of a table that are no dimensions though they hold numbers; None guesses by
        their names.
    isolated
        Whether the reader runs in a process of its own already.
    ask_seconds
        Asks whoever waits for that process for so many seconds more, within a bound.
    """

    label_column: str | None = None
    array: str | None = None
    skip_broken: bool = False
    metadata_columns: Sequence[str] | None = None
    report: Report = field(default=no_report, compare=False)
    isolated: bool = field(default=False, compare=False)
    ask_seconds: Callable[[float], None] = field(default=no_more, compare=False)


@dataclass(frozen=True)
class Contents:
    """What a reader found in a file: all of it, or a sample for a look.

    Attributes
    ----------
    labels
        One text for each vector, or an Arrow array of them; None where the file holds none:
        the rows are numbered.
    vectors
        (n, d) real numbers of any type.
    metadata
        The other columns, or None.
    rows
        How many vectors the file holds: more than there are here, after a look.
    dtype
        The numbers' type as they are stored.
    labels_from
        Where the labels come from, in words.
    label_name
        What the file calls the labels; empty where it does not.
    vector_names
        What the file calls the vectors: the name of one column of lists, or the names of the
        first columns of numbers; empty where it does not.
    arrays
        The names to choose from, where the file holds several arrays.
    columns
        The names of the columns that may be the labels.
    numeric_columns
        The names of the columns of numbers, dimensions or not, in a table of a few.
    notes
        What a reader of the vectors should know. They are kept for all who open the same
        content, whatever they call it, so none names the file.
    lacks_label_file
        Whether an array came without labels, and a file of labels would help.
    subwords
        Vectors of character n-grams, from which unseen words get theirs, or None.
    """

    labels: Labels | None
    vectors: NDArray[Any]
    metadata: pa.Table | None = None
    rows: int = -1
    dtype: str = "text"
    labels_from: str = "the row numbers"
    label_name: str = ""
    vector_names: tuple[str, ...] = ()
    arrays: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    numeric_columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    lacks_label_file: bool = False
    subwords: Any = None

    def __post_init__(self) -> None:
        if self.rows < 0:
            object.__setattr__(self, "rows", len(self.vectors))
        check_rows("The file", self.rows)

    def label_array(self) -> LabelArray:
        """Return the labels as Arrow strings; where there are none, the row numbers."""
        if self.labels is None:
            return row_numbers(len(self.vectors))
        return as_label_array(self.labels)


def check_rows(name: str, rows: int) -> None:
    """Raise ParseError where a file claims more rows than are read here."""
    if rows > ROWS:
        raise ParseError(
            f"{name} holds {rows:,} vectors. Up to {ROWS:,} are opened here: save a part of them "
            "as a file of its own, and open that."
        )


def check_dim(name: str, dim: int) -> None:
    """Raise ParseError where a file claims more dimensions than any embedding has."""
    if dim > DIMENSIONS:
        raise ParseError(
            f"{name} has vectors of {dim:,} dimensions. Up to {DIMENSIONS:,} are read here. "
            "Is it a table of something else, or turned on its side?"
        )


def as_float32(values: NDArray[Any]) -> NDArray[np.float32]:
    """Return the values as a read-only, C-contiguous float32 matrix, converted in blocks."""
    if values.dtype == np.float32 and values.flags.c_contiguous and values.dtype.isnative:
        values.flags.writeable = False
        return values
    matrix = np.empty(values.shape, np.float32)
    step = max(1, BLOCK_VALUES // max(1, values.shape[1]))
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is told as infinite
        for start in range(0, len(values), step):
            matrix[start : start + step] = values[start : start + step]
    matrix.flags.writeable = False
    return matrix


def finite_rows(vectors: NDArray[Any]) -> NDArray[np.bool_]:
    """Return for each row whether it holds neither NaN nor infinite values."""
    finite = np.ones(len(vectors), bool)
    if vectors.dtype.kind == "f":
        step = max(1, BLOCK_VALUES // max(1, vectors.shape[1]))
        for start in range(0, len(vectors), step):
            finite[start : start + step] = np.isfinite(vectors[start : start + step]).all(axis=1)
    return finite


def without_bad_rows(contents: Contents) -> Contents:
    """Return the contents without the vectors that hold NaN or infinite values, told in a note."""
    vectors = as_float32(contents.vectors)
    good = finite_rows(vectors)
    if good.all():
        return contents
    bad = np.flatnonzero(~good)
    kept = np.flatnonzero(good).tolist()
    if not kept:
        raise ParseError(
            "Each vector holds NaN or infinite values: when they are left out, nothing is left."
        )
    return replace(
        contents,
        labels=take_labels(contents.label_array(), kept),
        vectors=vectors[kept],
        metadata=contents.metadata.take(pa.array(kept)) if contents.metadata is not None else None,
        rows=len(kept),
        notes=(
            *contents.notes,
            f"{count(len(bad), 'vector')} with NaN or infinite values left out: "
            f"{rows_named(bad)} of the file.",
        ),
    )


def with_bad_rows_told(contents: Contents) -> Contents:
    """Return the contents with a note on vectors that hold NaN or infinite values, if any do."""
    bad = np.flatnonzero(~finite_rows(as_float32(contents.vectors)))
    if not len(bad):
        return contents
    note = (
        f"{count(len(bad), 'vector holds', 'vectors hold')} NaN or infinite values: "
        f"{rows_named(bad)} of the file. Repair what is wrong there, or leave it out."
    )
    return replace(contents, notes=(*contents.notes, note))


def sampled(contents: Contents) -> Contents:
    """Return a sample of what was read as a whole."""
    rows = len(contents.vectors)
    picked = sample_rows(rows, LOOK_ROWS)
    if len(picked) == rows:
        return contents
    return replace(
        contents,
        labels=take_labels(contents.label_array(), picked),
        vectors=contents.vectors[picked],
        metadata=contents.metadata.take(picked) if contents.metadata is not None else None,
        rows=rows,
    )


def sample_rows(n: int, size: int, seed: int = 0) -> NDArray[np.intp]:
    """Return the rows that a look reads, in order: the first ones, and some from everywhere."""
    if n <= size:
        return np.arange(n)
    head = np.arange(size // 4)
    rest = np.random.default_rng(seed).integers(len(head), n, size - len(head))
    return np.union1d(head, rest).astype(np.intp)
