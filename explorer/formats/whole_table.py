"""A table with all its columns, for whoever reads texts out of it and no vectors.

The readers are those of the formats, and so are the bounds: what is `isolated` is read in a
process of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa

from explorer.errors import ParseError, TextError, UnknownFormatError
from explorer.formats import excel, json_table, kept, parquet, table
from explorer.formats.contents import Options
from explorer.formats.encodings import as_utf8, utf8_head
from explorer.formats.file import File
from explorer.formats.isolated import read_once
from explorer.formats.metadata import to_metadata

TABLE = "table"  # what the isolated process is asked for
NO_SEPARATOR = b"\x1f"  # stands in no text: a line is one field
NAME_WORDS = 3  # of a column


@dataclass(frozen=True)
class TableKind:
    """A kind of table files: how it is recognized and read."""

    name: str
    suffixes: tuple[str, ...]
    sniff: Callable[[File, bytes], bool]
    read: Callable[[File], pl.DataFrame]
    isolated: bool = True


def is_separated(file: File, head: bytes) -> bool:
    """Tell whether the name says that it is a CSV or TSV file, and nothing speaks against it."""
    return file.suffix in table.SUFFIXES and b"\0" not in head


def separator_of(file: File) -> bytes:
    """Return the separator of a CSV or TSV file; one that stands nowhere for a single column."""
    head = utf8_head(file.head())
    found = table.find_separator(head)
    if found is None:
        return NO_SEPARATOR
    lines = [line for line in head.split(b"\n")[: table.LINES_SEEN] if line.strip()]
    everywhere = b'"' in head or all(found in line for line in lines)
    return found if everywhere or are_names(lines[0].split(found)) else NO_SEPARATOR


def has_header(file: File, separator: bytes) -> bool:
    """Tell whether the first line names the columns."""
    head = utf8_head(file.head())
    if separator == NO_SEPARATOR and not are_names([head.split(b"\n", 1)[0]]):
        return False
    return table.has_header(head, separator)


def are_names(fields: Sequence[bytes]) -> bool:
    """Tell whether fields are as short as names of columns: longer ones are texts already."""
    return all(len(field.split()) <= NAME_WORDS for field in fields)


def read_separated(file: File) -> pl.DataFrame:
    """Read a CSV or TSV file."""
    separator = separator_of(file)
    with file.open() as stream:
        content = as_utf8(stream.read())
    header = has_header(file, separator)
    frame = table.parse(file, content, separator, header)
    return frame if header or frame.width > 1 else frame.rename({frame.columns[0]: "text"})


def read_parquet(file: File) -> pl.DataFrame:
    """Read a Parquet file."""
    return parquet.parquet_frame(file)[0]


def read_arrow(file: File) -> pl.DataFrame:
    """Read an Arrow file or stream."""
    return parquet.as_frame(parquet.arrow_table(file))


def read_dataset(file: File) -> pl.DataFrame:
    """Read the Arrow files that a data set's state names."""
    return parquet.as_frame(parquet.dataset_table(file))


TABLES = (
    TableKind("Parquet", (".parquet", ".pq"), parquet.is_parquet, read_parquet),
    TableKind(
        "Arrow or Feather",
        (".arrow", ".feather", ".ipc", ".arrows"),
        parquet.is_arrow,
        read_arrow,
    ),
    TableKind("Hugging Face data set", (), parquet.is_dataset, read_dataset),
    TableKind("Excel", (".xlsx", ".xlsm", ".xls"), excel.is_excel, excel.read_frame),
    TableKind(
        "JSON Lines",
        (".jsonl", ".ndjson"),
        json_table.is_json_lines,
        json_table.read_lines_frame,
    ),
    TableKind("JSON", (".json",), json_table.is_json, json_table.read_frame),
    TableKind("CSV or TSV", table.SUFFIXES, is_separated, read_separated, isolated=False),
)


def read_table(source: File) -> pa.Table:
    """Return a file's table, unpacked where it is compressed; lists and records are left out.

    Raises
    ------
    TextError
        It is empty.
    UnknownFormatError, RefusedError, ParseError
        As `explorer.open_space`.
    """
    file = unpacked_table(source)
    kind = recognize_table(file)
    if not kind.isolated:
        return checked(file, to_metadata(kind.read(file)))
    return checked(file, read_once(file, kind.name, TABLE, Options(), kept.load_table))


def unpacked_table(source: File) -> File:
    """Return the file with the table, unpacked if it is compressed."""
    from explorer.formats import plain_file

    if not source.size:
        raise TextError(f"{source.name} is empty: 0 bytes. Choose a file that holds texts.")
    return plain_file(source)


def recognize_table(file: File) -> TableKind:
    """Return the kind whose content fits; of several, the one of its suffix."""
    head = utf8_head(file.head())
    fitting = [kind for kind in TABLES if kind.sniff(file, head)]
    named = [kind for kind in fitting if file.suffix in kind.suffixes]
    if fitting:
        return (named or fitting)[0]
    known = "; ".join(f"{kind.name} ({', '.join(kind.suffixes)})" for kind in TABLES)
    raise UnknownFormatError(
        f"{file.name} is no table that can be read here. Known: {known}; and .txt, a text a line."
    )


def checked(file: File, found: pa.Table) -> pa.Table:
    """Return the table; raises ParseError where it has no rows."""
    if not found.num_rows:
        raise ParseError(f"{file.name} is a table without rows.")
    return found


def write_table(name: str, file: File, options: Options, folder: Path) -> None:
    """Read a file as a kind of table and write it into a folder: in the isolated process."""
    kind = next(one for one in TABLES if one.name == name)
    found = to_metadata(kind.read(file))
    with (
        (folder / kept.TABLE).open("wb") as stream,
        pa.ipc.new_file(stream, found.schema) as writer,
    ):
        writer.write_table(found)
