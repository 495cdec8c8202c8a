"""CSV and TSV tables."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from explorer.errors import ParseError
from explorer.formats.bounds import COLUMNS
from explorer.formats.cells import Origin
from explorer.formats.columns import LABEL_NAMES, find_vectors, from_frame, with_numbers
from explorer.formats.contents import Contents, Options
from explorer.formats.encodings import (
    as_utf8,
    marked,
    to_utf8,
    utf8_blocks,
    utf8_head,
    utf8_text,
)
from explorer.formats.file import HEAD_BYTES, File
from explorer.formats.nested import plain_vectors

SEPARATORS = (b"\t", b",", b";")
SUFFIXES = (".csv", ".tsv", ".tab")
JSON = re.compile(rb"\s*[\[{]\s*[\[{\"]")  # and not a word [PAD]
LINES_SEEN = 50
LIST = re.compile(rb"\[[^\[\]\n]*\]|\{[^{}\n]*\}")
TYPED_ROWS = 10_000  # how many rows decide the columns' types, where the rest fits them


def is_table(file: File, head: bytes) -> bool:
    """Tell whether the first lines hold the same number of fields and some numbers."""
    if b"\0" in head or only_numbers(head) or JSON.match(head):
        return False
    head = as_utf8(head_lines(head))
    separator = find_separator(head)
    if separator is None:
        return False
    try:
        frame = parse(file, head, separator)
    except ParseError:
        return False
    plain = plain_vectors(frame)
    return bool(find_vectors(with_numbers(plain, origin=origin_of(separator))[0]))


def look(file: File, options: Options) -> Contents:
    """Look at a table: columns and types from its head, the rows by counting line ends."""
    head, notes = to_utf8(head_lines(utf8_head(file.head())))
    separator = required_separator(file, head)
    lines, last = 0, b"\n"
    for block in utf8_blocks(file):
        lines, last = lines + block.count(b"\n"), block[-1:]
    rows = lines + (last != b"\n") - has_header(head, separator)
    found = from_text(file, head, separator, options, rows)
    return replace(found, notes=(*found.notes, *notes))


def read(file: File, options: Options) -> Contents:
    """Read a table; raises BrokenRowsError naming the lines whose numbers are missing."""
    content, notes = utf8_text(file)
    found = from_text(file, content, required_separator(file, content[:HEAD_BYTES]), options)
    return replace(found, notes=(*found.notes, *notes))


def from_text(
    file: File, content: bytes, separator: bytes, options: Options, rows: int = -1
) -> Contents:
    """Return the contents of a table's text in UTF-8, or of its head where it has more rows."""
    frame = parse(file, content, separator)
    filled = ~frame.select(pl.all_horizontal(pl.all().is_null())).to_series()  # no empty lines

    def numbers() -> NDArray[np.intp]:
        lines: NDArray[np.intp] = record_lines(content)
        if len(lines) < len(frame):  # a quotation mark that quotes nothing
            lines = np.arange(len(frame)) + 1 + has_header(content[:HEAD_BYTES], separator)
        kept: NDArray[np.intp] = lines[len(lines) - len(frame) :][filled.to_numpy()]
        return kept  # without the header

    origin = replace(origin_of(separator), numbers=numbers)
    blank = len(frame) - int(filled.sum())
    return from_frame(
        file,
        frame.filter(filled) if blank else frame,
        options,
        rows=rows - blank if rows >= 0 else rows,
        origin=origin,
    )


def origin_of(separator: bytes) -> Origin:
    """Return how a table of that separator writes numbers: a comma between fields is no decimal."""
    return Origin("line", decimal_comma=separator != b",")


def record_lines(content: bytes) -> NDArray[np.intp]:
    """Return the number of the line on which each record begins; quoted text may run over many."""
    text = np.frombuffer(content, np.uint8)
    ends = np.flatnonzero(text == ord("\n"))
    quotes = np.flatnonzero(text == ord('"'))
    outside = np.searchsorted(quotes, ends) % 2 == 0
    last = len(ends) + 1 if not content.endswith(b"\n") else len(ends)
    starts = np.concatenate([[1], np.flatnonzero(outside) + 2])
    return starts[starts <= last]


def find_separator(head: bytes, known: tuple[bytes, ...] = SEPARATORS) -> bytes | None:
    """Return the separator that each of the first lines holds, most fields first; else None."""
    lines = [line for line in head_lines(head).split(b"\n")[:LINES_SEEN] if line.strip()]
    lines = [LIST.sub(b"", line) for line in lines]  # its commas separate no columns
    counts = {one: min((line.count(one) for line in lines), default=0) for one in known}
    best = max(known, key=lambda one: counts[one])
    if counts[best]:
        return best
    # Quoted text may run over several lines, and a ragged line is told by the reader.
    in_header = max(known, key=lines[0].count) if lines else b""
    return in_header if lines and lines[0].count(in_header) else None


def required_separator(file: File, head: bytes) -> bytes:
    """Return the file's separator; raises ParseError where there is none."""
    separator = find_separator(head)
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
    lists = [one[1:].split(b",")[0].strip(b"]} ") for one in fields if one[:1] in (b"[", b"{")]
    if any(map(is_number, lists)):
        return False  # a list of numbers names no column: pgvector's COPY
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
        marked(content),
        has_header=named,
        schema_overrides={label: pl.String} if label else None,  # "007" is no number there
        separator=separator.decode(),
        encoding="utf8",
    )
    try:
        try:
            frame = read_with(infer_schema_length=TYPED_ROWS)
        except pl.exceptions.ComputeError:
            frame = read_with(infer_schema_length=None)  # a type changed later: 0, 0, ..., 0.5
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        reason = str(error).split("\n", 1)[0].strip()
        raise ParseError(
            f"{file.name} cannot be read as a table: {reason}. "
            "Each line needs the same number of fields, and numbers where numbers belong."
        ) from error
    # pandas writes no name above its index
    return frame.rename({"": "index"}) if "" in frame and "index" not in frame else frame
