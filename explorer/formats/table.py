"""CSV and TSV tables: numeric columns are the vectors, one column holds the labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl
import pyarrow as pa

from explorer.errors import ParseError
from explorer.formats.file import File
from explorer.formats.report import FileReport, preview
from explorer.space import EmbeddingSpace, Source, count

SEPARATORS = (b"\t", b",", b";")
LABEL_NAMES = ("label", "word", "token", "text", "title", "name", "term", "sentence", "id")
NUMBERED = re.compile(r"^(?P<prefix>.*?)[_.\- ]?(?P<number>\d+)$")
LINES_SEEN = 50
TYPED_ROWS = 10_000  # how many rows decide the columns' types, where the rest fits them


@dataclass(frozen=True)
class Columns:
    """Which columns of a table are what."""

    label: str | None
    vector: tuple[str, ...]
    metadata: tuple[str, ...]

    def __str__(self) -> str:
        where = f"the column “{self.label}”" if self.label else "the row numbers"
        return where


def is_table(file: File, head: bytes) -> bool:
    """Tell whether the first lines hold the same number of fields and some numbers."""
    separator = find_separator(head)
    if separator is None or b"\0" in head:
        return False
    try:
        frame = parse(file, head_lines(head), separator)
    except ParseError:
        return file.suffix in (".csv", ".tsv", ".tab")  # its reader tells what is wrong
    return bool(find_columns(frame).vector) or file.suffix in (".csv", ".tsv", ".tab")


def inspect(file: File) -> FileReport:
    """Look at a table: columns and types from its head, the rows by counting line ends."""
    separator = required_separator(file)
    frame = parse(file, head_lines(file.head()), separator)
    columns = required_columns(file, frame)
    with file.open() as stream:
        lines = sum(block.count(b"\n") for block in iter(lambda: stream.read(16 << 20), b""))
    header = has_header(file.head(), separator)
    ended = file.head().endswith(b"\n") if file.size < len(file.head()) + 1 else True
    first = frame.head(5)
    labels = (
        first[columns.label].cast(pl.String).fill_null("").to_list()
        if columns.label
        else [str(row) for row in range(len(first))]
    )
    vectors = first.select(columns.vector[:6]).cast(pl.Float32, strict=False)
    return FileReport(
        rows=lines + (not ended) - header,
        dim=len(columns.vector),
        dtype="text",
        labels_from=str(columns),
        first_rows=preview(labels, vectors.fill_null(float("nan")).rows()),  # type: ignore[arg-type]
        metadata_columns=columns.metadata,
        warnings=()
        if columns.label
        else ("No column of text was found for the labels: the rows are called by their numbers.",),
    )


def read(
    file: File, labels: Sequence[str] | None = None, label_column: str | None = None
) -> EmbeddingSpace:
    """Read a table into a space; raises ParseError naming the rows whose numbers are missing."""
    with file.open() as stream:
        content = stream.read()
    frame = parse(file, content, required_separator(file))
    columns = required_columns(file, frame, label_column)
    values = frame.select(columns.vector)
    missing = values.select(pl.any_horizontal(pl.all().is_null())).to_series().arg_true().to_list()
    if missing:
        named = ", ".join(f"{row + 1:,}" for row in missing[:10])
        more = " …" if len(missing) > 10 else ""
        raise ParseError(
            f"Of {count(len(frame), 'row')}, {count(len(missing), 'lacks', 'lack')} a number in "
            f"some of the {count(len(columns.vector), 'vector column')}: row"
            f"{'s' if len(missing) > 1 else ''} {named}{more}, counted from 1 after the header. "
            "Fill or remove what is missing."
        )
    vectors = np.ascontiguousarray(values.to_numpy(), dtype=np.float32)
    vectors.flags.writeable = False
    if labels is None:
        labels = (
            frame[columns.label].cast(pl.String).fill_null("").to_list()
            if columns.label
            else [str(row) for row in range(len(frame))]
        )
    return EmbeddingSpace(
        labels,
        vectors,
        name=file.stem,
        metadata=to_metadata(frame.select(columns.metadata)) if columns.metadata else None,
        source=Source(file.name, "table"),
    )


def read_labels(
    file: File, rows: int, label_column: str | None = None
) -> tuple[list[str], pa.Table | None]:
    """Return labels and metadata of an array's label file.

    One label a line, or a table with a header and a label column. A plain list whose
    first line is a header has one line more than the array has rows.
    """
    with file.open() as stream:
        content = stream.read()
    separator = find_separator(content[: 1 << 20])
    if separator is None or file.suffix == ".txt":
        lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
        if lines and not lines[-1]:
            lines.pop()
        labels = [line.removesuffix(b"\r").decode("utf-8", "replace") for line in lines]
        return (labels[1:] if len(labels) == rows + 1 else labels), None
    frame = parse(file, content, separator, header=None if label_column is None else True)
    label = label_column or find_label(frame)
    if label is None or label not in frame.columns:
        raise ParseError(
            f"{file.name} has no column of labels. Its columns: {', '.join(frame.columns)}."
        )
    rest = frame.drop(label)
    return (
        frame[label].cast(pl.String).fill_null("").to_list(),
        to_metadata(rest) if rest.width else None,
    )


def find_separator(head: bytes) -> bytes | None:
    """Return the separator that each of the first lines holds, most fields first; else None."""
    lines = [line for line in head_lines(head).split(b"\n")[:LINES_SEEN] if line.strip()]
    counts = {one: min((line.count(one) for line in lines), default=0) for one in SEPARATORS}
    best = max(SEPARATORS, key=lambda one: counts[one])
    if counts[best]:
        return best
    # Quoted text may run over several lines, and a ragged line is told by the reader.
    in_header = max(SEPARATORS, key=lines[0].count) if lines else b""
    return in_header if lines and lines[0].count(in_header) else None


def required_separator(file: File) -> bytes:
    """Return the file's separator; raises ParseError where there is none."""
    separator = find_separator(file.head())
    if separator is None:
        raise ParseError(f"{file.name} has one field a line: no comma, semicolon or tab between.")
    return separator


def head_lines(head: bytes) -> bytes:
    """Return the head without a last line that may be cut in its middle."""
    return head[: head.rfind(b"\n") + 1] or head


def has_header(head: bytes, separator: bytes) -> bool:
    """Tell whether the first line names the columns: none of its fields is a number.

    Numbers are names too where all fields after the first count up: "word,0,1,2".
    """
    first_line = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0]
    fields = [field.strip(b'"\r ') for field in first_line.split(separator)]
    if not any(is_number(field) for field in fields):
        return True
    numbers = [int(field) for field in fields if field.isdigit()]
    counting = list(range(numbers[0], numbers[0] + len(numbers))) if numbers else []
    return len(numbers) > 1 and numbers == counting and numbers[0] in (0, 1)


def is_number(field: bytes) -> bool:
    """Tell whether the field is a decimal number."""
    try:
        float(field)
    except ValueError:
        return False
    return True


def parse(file: File, content: bytes, separator: bytes, header: bool | None = None) -> pl.DataFrame:
    """Parse a table; raises ParseError in the engine's words where the lines do not fit."""
    read_with = partial(
        pl.read_csv,
        content,
        has_header=has_header(content[: 1 << 20], separator) if header is None else header,
        separator=separator.decode(),
        encoding="utf8-lossy",
    )
    try:
        try:
            return read_with(infer_schema_length=TYPED_ROWS)
        except pl.exceptions.ComputeError:
            return read_with(infer_schema_length=None)  # a type changed later: 0, 0, ..., 0.5
    except pl.exceptions.PolarsError as error:
        reason = str(error).split("\n", 1)[0].strip()
        raise ParseError(
            f"{file.name} cannot be read as a table: {reason}. "
            "Each line needs the same number of fields, and numbers where numbers belong."
        ) from error


def find_columns(frame: pl.DataFrame, label_column: str | None = None) -> Columns:
    """Guess the columns: a numbered series (dim_0, dim_1, …) or else all numbers are the vector."""
    numeric = [
        name
        for name, dtype in frame.schema.items()
        if dtype.is_numeric() and name != label_column and name.strip().lower() not in LABEL_NAMES
    ]
    series: dict[str, list[str]] = {}
    for name in numeric:
        if match := NUMBERED.match(name):
            series.setdefault(match["prefix"], []).append(name)
    longest = max(series.values(), key=len, default=[])
    vector = tuple(longest if len(longest) >= 2 else numeric)
    label = label_column or find_label(frame, exclude=vector)
    metadata = tuple(name for name in frame.columns if name not in vector and name != label)
    return Columns(label, vector, metadata)


def required_columns(file: File, frame: pl.DataFrame, label_column: str | None = None) -> Columns:
    """Return the columns; raises ParseError where no vector or no such label column is there."""
    if label_column is not None and label_column not in frame.columns:
        raise ParseError(
            f"{file.name} has no column “{label_column}”. "
            f"Its columns: {', '.join(frame.columns[:20])}."
        )
    columns = find_columns(frame, label_column)
    if not columns.vector:
        raise ParseError(
            f"{file.name} has no numeric columns, so it holds no vectors. "
            f"Its columns: {', '.join(frame.columns[:20])}."
        )
    return columns


def find_label(frame: pl.DataFrame, exclude: Sequence[str] = ()) -> str | None:
    """Return the column of labels: by its usual names, else the first column of text."""
    candidates = [name for name in frame.columns if name not in exclude]
    for usual in LABEL_NAMES:
        for name in candidates:
            if name.strip().lower() == usual:
                return name
    texts = (name for name in candidates if frame.schema[name] == pl.String)
    return next(texts, None)


def to_metadata(frame: pl.DataFrame) -> pa.Table:
    """Return the columns as an Arrow table with the plain string type."""
    table = frame.to_arrow()
    fields = [
        field.with_type(pa.string()) if is_text(field.type) else field for field in table.schema
    ]
    return table.cast(pa.schema(fields))


def is_text(kind: pa.DataType) -> bool:
    """Tell whether an Arrow type is one of the string types."""
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )
