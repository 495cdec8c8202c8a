"""Parquet and Arrow (Feather) tables. Read in a process of their own: see isolated.py."""

from __future__ import annotations

import warnings
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from explorer.errors import ParseError
from explorer.formats.columns import from_frame
from explorer.formats.contents import LOOK_ROWS, Contents, Options, check_rows
from explorer.formats.file import File
from explorer.formats.parse_json import load_json
from explorer.wording import count

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
    frame, rows = parquet_frame(file, LOOK_ROWS)
    return from_frame(file, frame, options, rows=rows, dtype="stored")


def read_parquet(file: File, options: Options) -> Contents:
    """Read the whole table."""
    frame, _ = parquet_frame(file)
    return from_frame(file, frame, options, dtype="stored")


def parquet_frame(file: File, first: int | None = None) -> tuple[pl.DataFrame, int]:
    """Return a Parquet file's table, or its first rows, and how many rows it has.

    Read by pyarrow: where a broken file asks for more memory than there is, it says so, and
    polars waits forever.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(required_path(file)) as source:
        rows = source.metadata.num_rows
        check_rows(file.name, rows)
        if first is None:
            table = source.read()
        else:
            batches = list(islice(source.iter_batches(first), 1))
            table = pa.Table.from_batches(batches, source.schema_arrow)
    return as_frame(table), rows


def look_arrow(file: File, options: Options) -> Contents:
    """Look at the first rows."""
    table = arrow_table(file)
    frame = as_frame(table.slice(0, LOOK_ROWS))
    return from_frame(file, frame, options, rows=table.num_rows, dtype="stored")


def read_arrow(file: File, options: Options) -> Contents:
    """Read the whole table."""
    return from_frame(file, as_frame(arrow_table(file)), options, dtype="stored")


def is_dataset(file: File, head: bytes) -> bool:
    """Tell whether the file is the state of a Hugging Face data set, which names its parts."""
    return head.lstrip().startswith(b"{") and b'"_data_files"' in head and b'"filename"' in head


def look_dataset(file: File, options: Options) -> Contents:
    """Look at the first rows."""
    table = dataset_table(file)
    frame = as_frame(table.slice(0, LOOK_ROWS))
    return from_frame(file, frame, options, rows=table.num_rows, dtype="stored")


def read_dataset(file: File, options: Options) -> Contents:
    """Read all parts."""
    return from_frame(file, as_frame(dataset_table(file)), options, dtype="stored")


def dataset_table(file: File) -> Any:
    """Return the table of a data set's parts, in the order of its state."""
    import pyarrow as pa

    given = load_json(file)
    names = [Path(str(one["filename"])).name for one in given["_data_files"]]
    parts = {one.name: one for one in file.beside}
    missing = [name for name in names if name not in parts]
    if missing or not names:
        raise ParseError(
            f"{file.name} names {count(len(missing), 'file')} that did not come with it: "
            f"{', '.join(missing[:5])}. Open its folder, or all of its files together."
        )
    return pa.concat_tables([arrow_table(parts[name]) for name in names])


def arrow_table(file: File) -> Any:
    """Return the table of an Arrow file or stream, mapped into memory."""
    import pyarrow as pa

    path = str(required_path(file))
    if file.head(4) == FEATHER_1:
        return feather_1(file, path)
    opener = pa.ipc.open_stream if file.head(4) == STREAM else pa.ipc.open_file
    with pa.memory_map(path) as source:
        return opener(source).read_all()


def as_frame(table: Any) -> pl.DataFrame:
    """Return a checked table for polars, with the plain values of extension types."""
    import pyarrow as pa

    table.validate(full=True)  # offsets that point outside would be read as they are
    for place, field in enumerate(table.schema):
        if isinstance(field.type, pa.BaseExtensionType):
            values = table.column(place).combine_chunks()
            table = table.set_column(place, field.name, values.storage)
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame


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
