"""CSV and TSV tables."""

from __future__ import annotations

from functools import partial

import polars as pl

from explorer.errors import ParseError
from explorer.formats.bounds import COLUMNS
from explorer.formats.columns import LABEL_NAMES, find_vectors, from_frame
from explorer.formats.contents import Contents, Options
from explorer.formats.encodings import utf8_blocks, utf8_content, utf8_head
from explorer.formats.file import HEAD_BYTES, File

SEPARATORS = (b"\t", b",", b";")
SUFFIXES = (".csv", ".tsv", ".tab")
LINES_SEEN = 50
TYPED_ROWS = 10_000  # how many rows decide the columns' types, where the rest fits them


def is_table(file: File, head: bytes) -> bool:
    """Tell whether the first lines hold the same number of fields and some numbers."""
    separator = find_separator(head)
    if separator is None or b"\0" in head or only_numbers(head):
        return False
    try:
        frame = parse(file, head_lines(head), separator)
    except ParseError:
        return False
    return bool(find_vectors(frame))


def look(file: File, options: Options) -> Contents:
    """Look at a table: columns and types from its head, the rows by counting line ends."""
    separator = required_separator(file)
    head = utf8_head(file.head())
    frame = parse(file, head_lines(head), separator)
    lines, last = 0, b"\n"
    for block in utf8_blocks(file):
        lines, last = lines + block.count(b"\n"), block[-1:]
    rows = len(frame)
    if file.size > HEAD_BYTES:
        rows = lines + (last != b"\n") - has_header(head, separator)
    return from_frame(file, frame, options, rows=rows)


def read(file: File, options: Options) -> Contents:
    """Read a table; raises ParseError naming the rows whose numbers are missing."""
    frame = parse(file, utf8_content(file), required_separator(file))
    return from_frame(file, frame, options)


def find_separator(head: bytes, known: tuple[bytes, ...] = SEPARATORS) -> bytes | None:
    """Return the separator that each of the first lines holds, most fields first; else None."""
    lines = [line for line in head_lines(head).split(b"\n")[:LINES_SEEN] if line.strip()]
    counts = {one: min((line.count(one) for line in lines), default=0) for one in known}
    best = max(known, key=lambda one: counts[one])
    if counts[best]:
        return best
    # Quoted text may run over several lines, and a ragged line is told by the reader.
    in_header = max(known, key=lines[0].count) if lines else b""
    return in_header if lines and lines[0].count(in_header) else None


def required_separator(file: File) -> bytes:
    """Return the file's separator; raises ParseError where there is none."""
    separator = find_separator(utf8_head(file.head()))
    if separator is None:
        raise ParseError(f"{file.name} has one field a line: no comma, semicolon or tab between.")
    return separator


def usual_label(content: bytes, separator: bytes) -> str | None:
    """Return the first column that has a usual name for labels, as the header calls it."""
    line = content[: content.find(b"\n") + 1 or len(content)].decode("utf-8", "replace")
    fields = [field.strip('"\r\n') for field in line.split(separator.decode())]
    by_name = {field.strip().lower(): field for field in reversed(fields)}
    return next((by_name[usual] for usual in LABEL_NAMES if usual in by_name), None)


def only_numbers(head: bytes) -> bool:
    """Tell whether the first lines hold numbers with tabs between, and nothing else."""
    lines = head_lines(head).split(b"\n")[:LINES_SEEN]
    fields = [line.rstrip(b"\r").split(b"\t") for line in lines if line.strip()]
    if not fields or len(fields[0]) < 2 or len({len(one) for one in fields}) != 1:
        return False
    return all(is_number(field) for one in fields for field in one)


def head_lines(head: bytes) -> bytes:
    """Return the head without a last line that may be cut in its middle."""
    return head[: head.rfind(b"\n") + 1] or head


def has_header(head: bytes, separator: bytes) -> bool:
    """Tell whether the first line names the columns: none of its fields is a number.

    Numbers are names too where all fields after the first count up: "word,0,1,2".
    """
    first_line = head.split(b"\n", 1)[0]
    fields = [field.strip(b'"\r ') for field in first_line.split(separator)]
    if not any(is_number(field) for field in fields):
        return True
    # a number of thousands of digits is no place in a series, and int() refuses it
    numbers = [int(field) for field in fields if field.isdigit() and len(field) < 12]
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
    fields = content[: content.find(b"\n") + 1 or len(content)].count(separator) + 1
    if fields > COLUMNS:
        raise ParseError(
            f"{file.name} has {fields:,} columns. Up to {COLUMNS:,} are read: is it turned on its "
            "side, or without line ends?"
        )
    named = has_header(content[: 1 << 20], separator) if header is None else header
    label = usual_label(content, separator) if named else None
    read_with = partial(
        pl.read_csv,
        content,
        has_header=named,
        schema_overrides={label: pl.String} if label else None,  # "007" is no number there
        separator=separator.decode(),
        encoding="utf8",
    )
    try:
        try:
            return read_with(infer_schema_length=TYPED_ROWS)
        except pl.exceptions.ComputeError:
            return read_with(infer_schema_length=None)  # a type changed later: 0, 0, ..., 0.5
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        reason = str(error).split("\n", 1)[0].strip()
        raise ParseError(
            f"{file.name} cannot be read as a table: {reason}. "
            "Each line needs the same number of fields, and numbers where numbers belong."
        ) from error
