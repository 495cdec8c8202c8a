"""Parquet and Arrow (Feather) tables. Read in a process of their own: see isolated.py."""

from __future__ import annotations

from typing import Any

import polars as pl

from explorer.errors import ParseError
from explorer.formats.columns import from_frame
from explorer.formats.contents import LOOK_ROWS, Contents, Options
from explorer.formats.file import File

PARQUET = b"PAR1"
ARROW = b"ARROW1"
STREAM = b"\xff\xff\xff\xff"  # begins each message of an Arrow stream


def is_parquet(file: File, head: bytes) -> bool:
    """Tell whether the file begins with Parquet's signature."""
    return head.startswith(PARQUET)


def is_arrow(file: File, head: bytes) -> bool:
    """Tell whether the file begins as an Arrow file (Feather too) or an Arrow stream does."""
    stream = head.startswith(STREAM) and 0 < int.from_bytes(head[4:8], "little") < len(head)
    return head.startswith(ARROW) or stream


def look_parquet(file: File, options: Options) -> Contents:
    """Look at the first rows."""
    import pyarrow.parquet as pq

    rows = pq.ParquetFile(file.path).metadata.num_rows
    frame = pl.read_parquet(required_path(file), n_rows=LOOK_ROWS)
    return from_frame(file, frame, options, rows=rows, dtype="stored")


def read_parquet(file: File, options: Options) -> Contents:
    """Read the whole table."""
    return from_frame(file, pl.read_parquet(required_path(file)), options, dtype="stored")


def look_arrow(file: File, options: Options) -> Contents:
    """Look at the first rows."""
    table = arrow_table(file)
    frame: Any = pl.from_arrow(table.slice(0, LOOK_ROWS))
    return from_frame(file, frame, options, rows=table.num_rows, dtype="stored")


def read_arrow(file: File, options: Options) -> Contents:
    """Read the whole table."""
    frame: Any = pl.from_arrow(arrow_table(file))
    return from_frame(file, frame, options, dtype="stored")


def arrow_table(file: File) -> Any:
    """Return the table of an Arrow file or stream, mapped into memory and checked."""
    import pyarrow as pa

    path = str(required_path(file))
    opener = pa.ipc.open_stream if file.head(4) == STREAM else pa.ipc.open_file
    with pa.memory_map(path) as source:
        table = opener(source).read_all()
    table.validate(full=True)  # offsets that point outside would be read as they are
    return table


def required_path(file: File) -> Any:
    """Return the path of a file; readers of their own process always have one."""
    if file.path is None:
        raise ParseError(f"{file.name} has to lie on disk to be read.")
    return file.path
