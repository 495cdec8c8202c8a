"""Which columns of a table are what: the vectors, the labels, and what goes along.

The vectors are one column of lists, one column of texts such as "[0.1, -0.2]", or
many columns of numbers.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from explorer.errors import BrokenRowsError, ParseError
from explorer.formats.contents import SHOWN_VALUES, Contents, Options, check_dim
from explorer.formats.file import File
from explorer.wording import count

LABEL_NAMES = ("label", "word", "token", "text", "title", "name", "term", "sentence", "id")
LIST_IN_TEXT = r"^\s*(?:array\()?[\[(]\s*[-+.0-9naif][-+.0-9eEnaif,;\s]*[\])]"
BRACKETS = "[]()ary \t\r\n"  # of "array([0.1, 0.2])" too
SEEN = 50  # how many values tell whether a column of texts holds lists
NAMED = 20


@dataclass(frozen=True)
class Vectors:
    """Where a table may hold vectors: one column of lists, or several of numbers."""

    kind: str  # 'list', 'text', 'numbers'
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """What a user chooses it by."""
        return self.columns[0] if self.kind != "numbers" else f"{len(self.columns)} columns"


def from_frame(
    file: File,
    frame: pl.DataFrame,
    options: Options,
    *,
    rows: int = -1,
    dtype: str = "text",
    arrays: tuple[str, ...] | None = None,
) -> Contents:
    """Return the contents of a table; `arrays` are other choices than its columns of vectors."""
    if not len(frame):
        raise ParseError(f"{file.name} is a table without rows.")
    label = options.label_column
    if label is not None and label not in frame.columns:
        raise ParseError(
            f"{file.name} has no column “{label}”. Its columns: {some(frame.columns)}."
        )
    choices = find_vectors(frame, label)
    chosen = choose(file, frame, choices, options.array if arrays is None else None)
    label = label or find_label(frame, exclude=chosen.columns)
    check_dim(file.name, len(chosen.columns))
    vectors, good, stored = read_vectors(file, frame, chosen)
    notes: tuple[str, ...] = ()
    if not good.all():
        notes = (lacking(frame, chosen, good, options.skip_broken),)
        frame = frame.filter(pl.Series(good))
        vectors = vectors[good]
        rows = rows - int((~good).sum()) if rows >= 0 else rows
    if label is None:
        notes += (
            "No column of text was found for the labels: the rows are called by their numbers.",
        )
    rest = frame.drop([*chosen.columns, *([label] if label else [])])
    if arrays is None:
        arrays = tuple(one.name for one in choices) if len(choices) > 1 else ()
    return Contents(
        as_labels(frame[label]) if label else None,
        vectors,
        to_metadata(rest) if rest.width else None,
        rows=rows,
        dtype=stored if dtype != "text" or chosen.kind != "numbers" else dtype,
        labels_from=f"the column “{label}”" if label else "the row numbers",
        label_name=label or "",
        vector_names=chosen.columns[:SHOWN_VALUES],
        arrays=arrays,
        columns=tuple(name for name in frame.columns if name not in chosen.columns),
        notes=notes,
    )


def find_vectors(frame: pl.DataFrame, label: str | None = None) -> tuple[Vectors, ...]:
    """Return where the table may hold vectors, the likeliest first."""
    found = [
        Vectors("list", (name,))
        for name, dtype in frame.schema.items()
        if isinstance(dtype, pl.List | pl.Array) and is_number_type(dtype.inner)
    ]
    found += [
        Vectors("text", (name,))
        for name, dtype in frame.schema.items()
        if dtype == pl.String and name != label and holds_lists(frame[name])
    ]
    numeric = [
        name
        for name, dtype in frame.schema.items()
        if dtype.is_numeric() and name != label and name.strip().lower() not in LABEL_NAMES
    ]
    series: dict[str, list[str]] = {}
    for name in numeric:
        if (prefix := series_of(name)) is not None:
            series.setdefault(prefix, []).append(name)
    longest = max(series.values(), key=len, default=[])
    numbers = longest if len(longest) >= 2 else numeric
    if numbers and (not found or len(numbers) >= 8):  # beside lists, a few numbers are metadata
        found.append(Vectors("numbers", tuple(numbers)))
    return tuple(found)


def series_of(name: str) -> str | None:
    """Return what stands before a column's number, "dim" of "dim_12"; None without a number."""
    # no regular expression: one that looks for the last digits is quadratic in long names
    prefix = name.rstrip(string.digits)
    if prefix == name:
        return None
    return prefix[:-1] if prefix.endswith(("_", ".", "-", " ")) else prefix


def choose(
    file: File, frame: pl.DataFrame, choices: Sequence[Vectors], name: str | None
) -> Vectors:
    """Return the vectors of that name, or the likeliest ones."""
    if not choices:
        raise ParseError(
            f"{file.name} has no numeric columns and none of lists, so it holds no vectors. "
            f"Its columns: {some(frame.columns)}."
        )
    if name is None:
        return choices[0]
    for one in choices:
        if one.name == name:
            return one
    known = ", ".join(f"“{one.name}”" for one in choices)
    raise ParseError(f"{file.name} holds no vectors called “{name}”. It holds {known}.")


def read_vectors(
    file: File, frame: pl.DataFrame, chosen: Vectors
) -> tuple[NDArray[np.float32], NDArray[np.bool_], str]:
    """Return the vectors, which rows have one, and how the numbers were stored."""
    if chosen.kind == "numbers":
        values = frame.select(chosen.columns)
        kinds = {str(dtype).lower() for dtype in values.schema.values()}
        good = ~values.select(pl.any_horizontal(pl.all().is_null())).to_series().to_numpy()
        matrix = values.select(pl.all().cast(pl.Float32, strict=False)).to_numpy()
        return np.ascontiguousarray(matrix, np.float32), good, ", ".join(sorted(kinds))
    lists = frame[chosen.columns[0]]
    stored = "text"
    if chosen.kind == "text":
        parts = lists.str.strip_chars(BRACKETS).str.replace_all(r"[,;\s]+", " ")
        lists = parts.str.strip_chars().str.split(" ")
    else:
        if isinstance(lists.dtype, pl.Array):
            lists = lists.arr.to_list()
        stored = f"list of {str(lists.dtype.inner).lower()}"  # type: ignore[attr-defined]
    lists = lists.cast(pl.List(pl.Float32), strict=False)
    lengths = lists.list.len()
    usual = lengths.drop_nulls()
    dim = int(usual.mode().sort()[0]) if len(usual) else 0
    if not dim:
        raise ParseError(f"{file.name}: the lists in “{chosen.columns[0]}” are empty.")
    check_dim(file.name, dim)
    good = (lengths == dim).fill_null(False).to_numpy()
    whole = bool(good.all())
    numbers = (lists if whole else lists.filter(pl.Series(good))).explode()
    if numbers.null_count():
        numbers = numbers.fill_null(float("nan"))
    vectors: NDArray[np.float32] = numbers.to_numpy().reshape(-1, dim)
    if whole:
        return vectors, good, stored
    matrix = np.zeros((len(frame), dim), np.float32)
    matrix[good] = vectors
    return matrix, good, stored


def lacking(
    frame: pl.DataFrame, chosen: Vectors, good: NDArray[np.bool_], skip_broken: bool
) -> str:
    """Return the note on rows without a whole vector; raises ParseError if none may be."""
    bad = np.flatnonzero(~good)
    named = ", ".join(f"{row + 1:,}" for row in bad[:10])
    more = " …" if len(bad) > 10 else ""
    rows = f"row{'s' if len(bad) > 1 else ''} {named}{more}, counted from 1"
    if skip_broken and good.any():
        return f"{count(len(bad), 'row')} without a whole vector left out: {rows}."
    what = (
        f"a number in some of the {count(len(chosen.columns), 'vector column')}"
        if chosen.kind == "numbers"
        else f"a list as long as the others in “{chosen.columns[0]}”"
    )
    raise BrokenRowsError(
        f"Of {count(len(frame), 'row')}, {count(len(bad), 'lacks', 'lack')} {what}: {rows} after "
        "the header. Fill or remove what is missing, or leave it out."
    )


def find_label(frame: pl.DataFrame, exclude: Sequence[str] = ()) -> str | None:
    """Return the column of labels: by its usual names, else the first column of text."""
    candidates = [
        name
        for name, dtype in frame.schema.items()
        if name not in exclude and not dtype.is_nested()
    ]
    for usual in LABEL_NAMES:
        for name in candidates:
            if name.strip().lower() == usual:
                return name
    texts = (name for name in candidates if is_text_type(frame.schema[name]))
    return next(texts, None)


def as_labels(series: pl.Series) -> list[str]:
    """Return a column as labels; where nothing stands, an empty one."""
    return list(series.cast(pl.String, strict=False).fill_null("").to_list())


def holds_lists(series: pl.Series) -> bool:
    """Tell whether a column's texts are lists of numbers, such as "[0.1, -0.2]"."""
    seen = series.drop_nulls().head(SEEN)
    return bool(len(seen)) and bool(seen.str.contains(LIST_IN_TEXT).all())


def is_number_type(dtype: object) -> bool:
    """Tell whether a polars type is one of numbers, or of nothing but nulls."""
    return bool(getattr(dtype, "is_numeric", lambda: False)())


def is_text_type(dtype: pl.DataType) -> bool:
    """Tell whether a polars type is one of texts."""
    return dtype == pl.String or isinstance(dtype, pl.Categorical | pl.Enum)


def to_metadata(frame: pl.DataFrame) -> pa.Table:
    """Return the columns as an Arrow table with the plain string type; no lists, no records."""
    flat = frame.select(
        name
        for name, dtype in frame.schema.items()
        if not dtype.is_nested() and dtype not in (pl.Binary, pl.Object)
    )
    flat = flat.rename({name: name.replace("\0", "�") for name in flat.columns if "\0" in name})
    texts = [name for name, dtype in flat.schema.items() if is_text_type(dtype)]
    table = flat.with_columns(pl.col(texts).cast(pl.String)).to_arrow()
    fields = [
        field.with_type(pa.string()) if is_text(field.type) else field for field in table.schema
    ]
    return table.cast(pa.schema(fields))


def is_text(kind: pa.DataType) -> bool:
    """Tell whether an Arrow type is one of the string types."""
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def some(names: Sequence[str]) -> str:
    """Return the first names, for a message."""
    return ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")
