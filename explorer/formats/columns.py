"""Which columns of a table are what: the vectors, the labels, and what goes along.

The vectors are one column of lists, one column of texts such as "[0.1, -0.2]", or
many columns of numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from explorer.errors import ParseError
from explorer.formats.cells import (
    MOST,
    ROWS,
    ROWS_NAMED,
    Fault,
    Origin,
    as_numbers,
    check_elided,
    number_faults,
    numbers_beside,
    one_line,
    shown_cell,
    tell_faults,
)
from explorer.formats.contents import SHOWN_VALUES, Contents, Options, check_dim, finite_rows
from explorer.formats.file import File
from explorer.formats.metadata import is_text_type, to_metadata, with_dates
from explorer.formats.nested import plain_vectors
from explorer.formats.picture_cells import take_pictures
from explorer.formats.unpack import pictures_alone
from explorer.wording import count

LABEL_NAMES = ("label", "word", "token", "text", "title", "name", "term", "sentence", "id")
TEXT_NAMES = (  # before a column “id”
    *LABEL_NAMES[:-1],
    *("content", "document", "phrase", "lemma", "entity", "query", "question", "description"),
    *("body", "abstract", "caption", "string"),
)
METADATA_NAMES = frozenset(  # numbers, or texts that repeat, and neither dimensions nor labels
    (
        *("cluster", "cluster_id", "group", "class", "class_id", "category", "target", "split"),
        *("fold", "topic", "type", "kind", "genre", "tag", "lang", "language", "color", "source"),
        *("date", "year", "month", "day", "rank", "count", "freq", "frequency", "index", "row"),
        *("unnamed: 0", "row_id", "no", "nr", "#", "url"),
    )
)
DIGITS, JOINTS = "0123456789", ("_", ".", "-", " ")  # at the end of a name in a series: "dim_12"
LIST_IN_TEXT = r"^\s*(?:\w+\()?[\[({]\s*(?:[-+.0-9]|nan|inf)[-+.…0-9eEnaif,;\s]*[\])}]"
IN_BRACKETS = r"[\[({]\s*([^\[\](){}]*?)\s*[\])}]"  # of "array([0.1, 0.2], dtype=float32)" too
SEEN = 50  # how many values tell whether a column of texts holds lists
NAMED = 20
NUMERIC_NAMED = 64  # columns of numbers, in a table of so few that somebody may choose among them


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
    origin: Origin = ROWS,
) -> Contents:
    """Return the contents of a table; `arrays` are other choices than its columns of vectors.

    Raises BrokenRowsError where a row has no whole vector, unless these are to be left out.
    """
    if not len(frame):
        raise ParseError(f"{file.name} is a table without rows.")
    stored_rows, frame = len(frame), plain_vectors(frame)
    look = rows >= 0
    if look and len(frame) != stored_rows:  # several vectors in a row of the file
        rows = round(rows * len(frame) / stored_rows)
    label, metadata = options.label_column, options.metadata_columns
    for name in (*([] if label is None else [label]), *(metadata or ())):
        if name not in frame.columns:
            raise ParseError(
                f"{file.name} has no column “{one_line(name)}”. Its columns: {some(frame.columns)}."
            )
    pictures: tuple[str, ...] = ()
    picture_notes: tuple[str, ...] = ()
    if options.isolated:
        frame, pictures, picture_notes = take_pictures(frame, file, options, look=look)
    typed, comma_notes = with_numbers(frame, label, metadata, origin)
    choices = find_vectors(typed, label, metadata)
    if pictures and not choices:
        raise pictures_alone(file.name, len(frame))
    chosen = choose(file, frame, choices, options.array if arrays is None else None)
    if label is None:
        label = find_label(typed, exclude=(*chosen.columns, *pictures))
    check_dim(file.name, len(chosen.columns))
    notes = (*picture_notes, *(comma_notes if chosen.kind == "numbers" else ()))
    broken: tuple[str, ...] = ()
    aside: list[str] = list(metadata or ())
    if chosen.kind == "numbers":
        vectors, stored = read_numbers(typed, chosen.columns)
        good, faults, broken = number_faults(frame, chosen.columns, vectors)
        if not 0 < len(broken) <= min(ROWS_NAMED, len(chosen.columns) - 1):
            broken = ()  # without them nothing would be left, or the fault is in the rows
        if metadata is None:
            aside = guessed(typed, label, chosen)
            notes += guess_notes(aside)
    else:
        vectors, good, faults, stored = read_lists(file, frame[chosen.columns[0]])
    frame = frame.with_columns(numbers_beside(frame, typed, {*chosen.columns, label}))
    if not good.all():
        notes += (tell_faults(good, faults, (broken, aside), origin, options.skip_broken),)
        bad = int((~good).sum())
        frame = frame.filter(pl.Series(good))
        vectors = vectors[good]
        rows = rows - bad if rows >= 0 else rows
    if label is None:
        notes += (
            "No column of text was found for the labels: the rows are called by their numbers.",
        )
    rest = frame.drop([*chosen.columns, *([] if label is None else [label])])
    if arrays is None:
        arrays = tuple(one.name for one in choices) if len(choices) > 1 else ()
    taken = {*chosen.columns, *pictures}
    numeric = [
        name
        for name, kind in typed.schema.items()
        if name != label and (kind.is_numeric() or name in (metadata or ()))
    ]
    return Contents(
        None if label is None else as_labels(frame[label]),
        vectors,
        to_metadata(with_dates(rest), pictures) if rest.width else None,
        rows=rows,
        dtype=stored if dtype != "text" or chosen.kind != "numbers" else dtype,
        labels_from="the row numbers" if label is None else f"the column “{label}”",
        label_name=label or "",
        vector_names=chosen.columns[:SHOWN_VALUES],
        arrays=arrays,
        columns=tuple(name for name in frame.columns if name not in taken),
        numeric_columns=tuple(numeric) if len(numeric) <= NUMERIC_NAMED else (),
        notes=notes,
    )


def with_numbers(
    frame: pl.DataFrame,
    label: str | None = None,
    metadata: Sequence[str] | None = None,
    origin: Origin = ROWS,
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return the table with its texts of numbers as numbers, and a note on commas in them."""
    texts = {name for name in frame.columns if name.strip().lower() in TEXT_NAMES}
    if label is None and not texts and frame.columns[0] == "index":  # as pandas writes words
        texts = {"index"}
    ids = {name for name in frame.columns if name.strip().lower() == "id"}
    return as_numbers(frame, texts | ids | {*(metadata or ()), *([label] if label else [])}, origin)


def guessed(frame: pl.DataFrame, label: str | None, chosen: Vectors) -> list[str]:
    """Return the columns of numbers that were taken for metadata by their names alone."""
    every = (one.columns for one in find_vectors(frame, label, ()) if one.kind == "numbers")
    taken = set(chosen.columns)
    return [name for name in next(every, ()) if name not in taken]


def guess_notes(names: Sequence[str]) -> tuple[str, ...]:
    """Return the note on columns of numbers that were taken for metadata by their names."""
    if not names:
        return ()
    if len(names) == 1:
        return (
            f"By its name, “{one_line(names[0])}” is taken for metadata and not for a dimension "
            "of the vectors.",
        )
    return (
        f"By their names, {some(names)} are taken for metadata and not for dimensions of the "
        "vectors.",
    )


def find_vectors(
    frame: pl.DataFrame, label: str | None = None, metadata: Sequence[str] | None = None
) -> tuple[Vectors, ...]:
    """Return where the table may hold vectors, the likeliest first.

    `metadata` names columns that are no dimensions; None guesses by their names.
    """
    schema = frame.schema  # each access makes it anew
    aside = {label, *(metadata or ())}
    found = [
        Vectors("list", (name,))
        for name, dtype in schema.items()
        if isinstance(dtype, pl.List | pl.Array) and is_number_type(dtype.inner)
    ]
    found += [
        Vectors("text", (name,))
        for name, dtype in schema.items()
        if dtype == pl.String and name != label and holds_lists(frame[name])
    ]
    numeric = [
        name
        for name, dtype in schema.items()
        if name not in aside
        and name.strip().lower() not in LABEL_NAMES
        and (dtype.is_numeric() or (series_of(name) is not None and is_empty(frame[name])))
    ]
    series: dict[str, list[str]] = {}
    for name in numeric:
        if (prefix := series_of(name)) is not None:
            series.setdefault(prefix, []).append(name)
    longest = max(series.values(), key=len, default=[])
    filled = [name for name in numeric if schema[name].is_numeric()]
    if metadata is None:
        named = [name for name in filled if name.strip().lower() not in METADATA_NAMES]
        filled = named or filled
    in_series = 2 * sum(schema[name].is_numeric() for name in longest) > len(longest)
    numbers = longest if len(longest) >= 2 and in_series else filled
    if numbers and (not found or len(numbers) >= 8):  # beside lists, a few numbers are metadata
        found.append(Vectors("numbers", tuple(numbers)))
    return tuple(found)


def series_of(name: str) -> str | None:
    """Return what stands before the number at a name's end, or None: "dim" of "dim_12"."""
    # no regular expression: one that looks for the last digits is quadratic in long names
    prefix = name.rstrip(DIGITS)
    if prefix == name:
        return None
    return prefix[:-1] if prefix.endswith(JOINTS) else prefix


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
    known = ", ".join(f"“{one_line(one.name)}”" for one in choices)
    raise ParseError(f"{file.name} holds no vectors called “{one_line(name)}”. It holds {known}.")


def read_numbers(frame: pl.DataFrame, columns: Sequence[str]) -> tuple[NDArray[np.float32], str]:
    """Return columns of numbers as vectors, NaN where one is missing, and how they are stored."""
    values = frame.select(columns)
    kinds = {str(dtype).lower() for dtype in values.schema.values()}
    matrix = values.select(pl.all().cast(pl.Float32, strict=False)).to_numpy()
    return np.ascontiguousarray(matrix, np.float32), ", ".join(sorted(kinds))


def read_lists(
    file: File, column: pl.Series
) -> tuple[NDArray[np.float32], NDArray[np.bool_], list[Fault], str]:
    """Return a column's lists as vectors, which rows have one, the first faults, and the type."""
    name = column.name
    stored = "text"
    if column.dtype == pl.String:
        check_elided(file, column)
        parts = column.str.extract(IN_BRACKETS).str.replace_all(r"[,;\s]+", " ")
        given = parts.str.strip_chars().str.split(" ")
    else:
        given = column.arr.to_list() if isinstance(column.dtype, pl.Array) else column
        stored = f"list of {str(given.dtype.inner).lower()}"  # type: ignore[attr-defined]
    lists = given.cast(pl.List(pl.Float32), strict=False)
    lengths = lists.list.len()
    usual = lengths.drop_nulls()
    dim = int(usual.mode().sort()[0]) if len(usual) else 0
    if not dim:
        raise ParseError(f"{file.name}: the lists in “{one_line(name)}” are empty.")
    check_dim(file.name, dim)
    good = (lengths == dim).fill_null(False).to_numpy()
    whole = bool(good.all())
    numbers = (lists if whole else lists.filter(pl.Series(good))).explode()
    if numbers.null_count():
        numbers = numbers.fill_null(float("nan"))
    vectors: NDArray[np.float32] = numbers.to_numpy().reshape(-1, dim)
    if not whole:
        matrix = np.full((len(column), dim), np.nan, np.float32)
        matrix[good] = vectors
        vectors = matrix
    good = finite_rows(vectors)
    faults = [
        Fault(row, list_fault(given[row], vectors[row], lengths[row], name))
        for row in np.flatnonzero(~good)[:ROWS_NAMED].tolist()
    ]
    return vectors, good, faults, stored


def list_fault(
    given: pl.Series | None, vector: NDArray[np.float32], length: int | None, name: str
) -> str:
    """Return what is wrong with the list in one row."""
    place = f"in the column “{one_line(name)}”"
    if given is None or length is None:
        return f"has no list {place}"
    if length != len(vector):
        return f"has {count(length, 'number')} {place}, where most have {len(vector):,}"
    wrong = int(np.flatnonzero(~np.isfinite(vector))[0])
    return f"has {shown_cell(given[wrong])} in its list {place}"


def find_label(frame: pl.DataFrame, exclude: Sequence[str] = ()) -> str | None:
    """Return the column of labels: by its usual names, else the first column of text."""
    others, schema = set(exclude), frame.schema
    candidates = [
        name for name, dtype in schema.items() if name not in others and not dtype.is_nested()
    ]
    by_name = {name.strip().lower(): name for name in reversed(candidates)}
    for usual in TEXT_NAMES:
        if usual in by_name:
            return by_name[usual]
    texts = [name for name in candidates if is_text_type(schema[name])]
    known = [name for name in texts if name.strip().lower() not in METADATA_NAMES | {"id"}]
    if texts[:1] == ["index"]:  # pandas' index, which holds the words
        known = texts
    number = by_name.get("id")
    if number is not None and (not known or not holds_numbers(frame[number])):
        return number
    return next(iter(known or texts), None)


def holds_numbers(column: pl.Series) -> bool:
    """Tell whether a column's first values are numbers, as text or not."""
    seen = column.drop_nulls().head(SEEN)
    return not seen.cast(pl.Float64, strict=False).null_count()


def is_empty(column: pl.Series) -> bool:
    """Tell whether nothing stands in a column."""
    return column.null_count() == len(column)


def as_labels(series: pl.Series) -> list[str]:
    """Return a column as labels; where nothing stands, an empty one."""
    return list(series.cast(pl.String, strict=False).fill_null("").to_list())


def holds_lists(series: pl.Series) -> bool:
    """Tell whether most of a column's texts are lists of numbers, such as "[0.1, -0.2]"."""
    seen = series.drop_nulls().head(SEEN)
    return bool(len(seen)) and seen.str.contains(LIST_IN_TEXT).sum() >= MOST * len(seen)


def is_number_type(dtype: object) -> bool:
    """Tell whether a polars type is one of numbers, or of nothing but nulls."""
    return bool(getattr(dtype, "is_numeric", lambda: False)())


def some(names: Sequence[str]) -> str:
    """Return the first names, for a message."""
    shown = ", ".join(one_line(name) for name in names[:NAMED])
    return shown + (" …" if len(names) > NAMED else "")
