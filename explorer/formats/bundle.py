"""Choosing among the arrays of one file: which is the matrix, which holds its labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.errors import ParseError
from explorer.formats.contents import (
    LOOK_ROWS,
    Contents,
    Options,
    check_dim,
    check_rows,
    sample_rows,
)
from explorer.formats.file import File
from explorer.formats.labels import LabelTable, find_labels_beside
from explorer.labels import (
    BLOCK,
    LabelArray,
    Labels,
    as_label_array,
    row_numbers,
    take_labels,
)
from explorer.wording import count

LABEL_ARRAYS = ("labels", "words", "vocab", "tokens", "index_to_key", "names", "ids", "label")
NAMED = 12  # how many arrays a message names


@dataclass(frozen=True)
class Stored:
    """An array in a file: its name, shape and type, and how to read it.

    `read(rows)` gives the values of the given rows, or all of them for None. `labels` are the
    names of arrays that were stacked.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    read: Callable[[NDArray[np.intp] | None], NDArray[Any]]
    is_text: bool = False
    is_real: bool = True
    labels: tuple[str, ...] = ()

    def __str__(self) -> str:
        name = f"“{self.name}”: " if self.name else ""
        return f"{name}{' x '.join(map(str, self.shape)) or 'one value'} of {self.dtype}"


def from_arrays(
    file: File,
    arrays: Sequence[Stored],
    options: Options,
    look: bool,
    given_labels: Labels | None = None,
) -> Contents:
    """Return the chosen matrix with its labels: from the same file, or from one beside it."""
    by_name = one_array_a_word(arrays)
    if by_name is not None:
        arrays = [by_name]
        given_labels = by_name.labels
    chosen, others = choose(file, arrays, options.array)
    rows, dim = chosen.shape
    check_rows(file.name, rows)
    check_dim(file.name, dim)
    if not rows or not dim:
        raise ParseError(f"{file.name} holds no vectors: its array is {chosen}.")
    picked = sample_rows(rows, LOOK_ROWS) if look else None
    notes: tuple[str, ...] = ()
    if others:
        notes += (
            f"The file holds {count(len(others) + 1, 'array')}; this one is {chosen}. "
            f"Others: {'; '.join(map(str, others[:NAMED]))}.",
        )
    if by_name is not None:
        notes += (
            f"Each of the {count(rows, 'array')} in {file.name} has one axis: each is taken for a "
            "vector, under its name.",
        )
    labels, labels_from = given_labels, "the names of the arrays" if by_name else "the file itself"
    inside = find_labels(arrays, rows)
    has_own = inside is not None or (labels is not None and len(labels) == rows)
    table, beside, passed_over = find_labels_beside(file, rows, options, guesses=not has_own)
    notes += passed_over
    if table is not None:
        labels, labels_from = table.labels, f"the file {beside}"
        if table.columns:
            labels_from = f"the column “{table.name}” of {labels_from}"
    elif labels is not None and len(labels) == rows:
        pass
    elif inside is not None:
        labels = texts(inside.read(None))
        labels_from = f"the array “{inside.name}”"
    else:
        labels, labels_from = None, "the row numbers"
    numbered = labels is None
    table = table or LabelTable(row_numbers(0))
    metadata = table.metadata
    if picked is not None and metadata is not None:
        metadata = metadata.take(picked)
    if picked is not None:
        labels = (
            row_numbers(picked) if labels is None else take_labels(as_label_array(labels), picked)
        )
    return Contents(
        labels,
        chosen.read(picked),
        metadata,
        rows=rows,
        dtype=chosen.dtype,
        labels_from=labels_from,
        label_name=table.name,
        columns=table.columns,
        arrays=tuple(sorted(one.name for one in (chosen, *others))) if others else (),
        notes=notes,
        lacks_label_file=numbered,
    )


def one_array_a_word(arrays: Sequence[Stored]) -> Stored | None:
    """Return arrays of one axis and one length, each under its word, as one matrix; else None."""
    rows = [one for one in arrays if one.is_real]
    shapes = {one.shape for one in rows}
    if len(rows) < 2 or len(rows) != len(arrays) or len(shapes) != 1 or len(rows[0].shape) != 1:
        return None

    def read(picked: NDArray[np.intp] | None) -> NDArray[Any]:
        chosen = rows if picked is None else [rows[row] for row in picked]
        return np.stack([one.read(None) for one in chosen])

    return Stored(
        "",
        (len(rows), *rows[0].shape),
        rows[0].dtype,
        read,
        labels=without_group([one.name for one in rows]),
    )


def without_group(names: Sequence[str]) -> tuple[str, ...]:
    """Return names without the group that all of them stand in."""
    first, last = min(names), max(names)  # what these share, all between them share
    shared = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), 0)
    start = max(first.rfind(separator, 0, shared) for separator in "/.") + 1
    return tuple(name[start:] for name in names)


def choose(
    file: File, arrays: Sequence[Stored], name: str | None
) -> tuple[Stored, tuple[Stored, ...]]:
    """Return the array of that name, or the largest matrix, and the other matrices."""
    matrices = [one for one in arrays if len(one.shape) == 2 and one.is_real]
    if name is not None:
        for one in matrices:
            if one.name == name:
                return one, tuple(other for other in matrices if other is not one)
        known = ", ".join(f"“{one.name}”" for one in matrices[:NAMED])
        raise ParseError(f"{file.name} has no matrix “{name}”. Its matrices: {known or 'none'}.")
    if not matrices:
        if len(arrays) == 1 and not arrays[0].is_real:
            raise ParseError(
                f"{file.name} holds values of type {arrays[0].dtype}. Real numbers are needed."
            )
        found = "; ".join(map(str, arrays[:NAMED])) or "no array"
        if len(arrays) == 1:
            found = f"an array of shape {arrays[0].shape}"
        raise ParseError(
            f"{file.name} holds {found}. A matrix is needed: one row per vector, "
            "one column per dimension."
        )
    chosen = max(matrices, key=lambda one: one.shape[0] * one.shape[1])
    return chosen, tuple(other for other in matrices if other is not chosen)


def find_labels(arrays: Sequence[Stored], rows: int) -> Stored | None:
    """Return the array of texts that has one for each row, by its usual names first."""
    fitting = [one for one in arrays if one.is_text and one.shape == (rows,)]
    for usual in LABEL_ARRAYS:
        for one in fitting:
            if one.name.rsplit("/", 1)[-1].lower() == usual:
                return one
    return fitting[0] if fitting else None


def texts(values: NDArray[Any]) -> LabelArray:
    """Return an array of texts or bytes as Arrow strings."""
    blocks = [
        as_label_array(
            [
                one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one)
                for one in values[start : start + BLOCK].tolist()
            ]
        )
        for start in range(0, len(values), BLOCK)
    ]
    return pa.concat_arrays(blocks)
