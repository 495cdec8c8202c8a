"""Parquet and Arrow (Feather) tables. Read in a process of their own: see isolated.py."""

from __future__ import annotations

import warnings
from typing import Any

import polars as pl

from explorer.errors import ParseError
from explorer.formats.columns import from_frame
from explorer.formats.contents import LOOK_ROWS, Contents, Options
from explorer.formats.file import File

PARQUET = b"PAR1"
ARROW = b"ARROW1"
FEATHER_1 = b"FEA1"  # what Feather was before it became Arrow's own file format, in 2020
STREAM = b"\xff\xff\xff\xff"  # begins each message of an Arrow stream


def is_parquet(file: File, head: bytes) -> bool:
    """Tell whether the file begins with Parquet's signature."""
    return head.startswith(PARQUET)


def is_arrow(file: File, head: bytes) -> bool:
    """Tell whether the file begins as an Arrow file (Feather too) or an Arrow stream does."""
    stream = head.startswith(STREAM) and 0 < int.from_bytes(head[4:8], "little") < len(head)
    return head.startswith((ARROW, FEATHER_1)) or stream


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
    if file.head(4) == FEATHER_1:
        table = feather_1(file, path)
        table.validate(full=True)
        return table
    opener = pa.ipc.open_stream if file.head(4) == STREAM else pa.ipc.open_file
    with pa.memory_map(path) as source:
        table = opener(source).read_all()
    table.validate(full=True)  # offsets that point outside would be read as they are
    return table


def feather_1(file: File, path: str) -> Any:
    """Return the table of a file of Feather's first version, which pyarrow may cease to read."""
    from pyarrow import feather

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return feather.read_table(path)
    except Exception as error:
        raise ParseError(
            f"{file.name} is in Feather's format from before 2020, and cannot be read: {error}. "
            "Save it anew where it was made, as Parquet or as Feather 2."
        ) from error


def required_path(file: File) -> Any:
    """Return the path of a file; readers of their own process always have one."""
    if file.path is None:
        raise ParseError(f"{file.name} has to lie on disk to be read.")
    return file.path
