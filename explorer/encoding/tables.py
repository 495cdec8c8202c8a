"""Tables to take texts from, read a part at a time: a file may be larger than the memory."""

from __future__ import annotations

import codecs
import glob
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from explorer.errors import ParseError
from explorer.formats.file import File
from explorer.formats.metadata import to_metadata
from explorer.formats.parquet import ARROW, PARQUET
from explorer.formats.whole_table import (
    NO_SEPARATOR,
    has_header,
    read_table,
    recognize_table,
    separator_of,
    unpacked_table,
)

TYPED_ROWS = 10_000


@dataclass(frozen=True)
class TableFile:
    """A table on disk: its columns, and `batches(rows)`, which yields Arrow tables."""

    schema: pa.Schema
    batches: Callable[[int], Iterator[pa.Table]]


def open_csv(file: File) -> TableFile:
    """Open a CSV or TSV file."""
    import polars as pl

    separator = separator_of(file)
    header = has_header(file, separator)

    def scan() -> pl.LazyFrame:
        assert file.path is not None
        return pl.scan_csv(
            file.path,
            separator=separator.decode(),
            has_header=header,
            infer_schema_length=None,  # of all rows: a part may not be of another type
            encoding="utf8-lossy",
            glob=False,
            new_columns=["text"] if separator == NO_SEPARATOR and not header else None,
        )

    def batches(rows: int) -> Iterator[pa.Table]:
        waiting: list[pl.DataFrame] = []
        held = 0
        try:
            for frame in scan().collect_batches(chunk_size=rows, maintain_order=True):
                waiting.append(frame)
                held += len(frame)
                while held >= rows:
                    joined = pl.concat(waiting)
                    yield to_metadata(joined.head(rows))
                    waiting = [joined.slice(rows)]
                    held -= rows
        except (pl.exceptions.PolarsError, OSError) as error:
            raise broken(file, error) from error
        if held:
            yield to_metadata(pl.concat(waiting))

    try:
        schema = to_metadata(pl.DataFrame(schema=scan().collect_schema())).schema
    except (pl.exceptions.PolarsError, OSError) as error:  # “x^” is taken for a packed file
        raise broken(file, error) from error
    return TableFile(schema, batches)


def broken(file: File, error: Exception) -> ParseError:
    """Return the error for a table whose lines do not fit."""
    reason = str(error).split("\n", 1)[0].strip()
    return ParseError(
        f"{file.name} cannot be read as a table: {reason}. "
        "Each line needs the same number of fields."
    )


def open_parquet(file: File) -> TableFile:
    """Open a Parquet file."""
    import pyarrow.parquet as pq

    try:
        # a buffer ahead would keep all parts that were read
        opened = pq.ParquetFile(file.path, pre_buffer=False)
    except pa.ArrowInvalid as error:
        raise ParseError(f"{file.name} cannot be read as Parquet: {error}") from error
    return TableFile(
        opened.schema_arrow,
        lambda rows: (
            pa.Table.from_batches([batch]) for batch in opened.iter_batches(batch_size=rows)
        ),
    )


def open_json_lines(file: File) -> TableFile:
    """Open a file of JSON lines."""
    import polars as pl

    def scan() -> pl.LazyFrame:
        assert file.path is not None
        # polars takes a path for a pattern: "a[1].jsonl" would be a1.jsonl
        return pl.scan_ndjson(glob.escape(str(file.path)), infer_schema_length=TYPED_ROWS)

    def batches(rows: int) -> Iterator[pa.Table]:
        try:
            for frame in scan().collect_batches(chunk_size=rows, maintain_order=True):
                yield to_metadata(frame)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise broken(file, error) from error

    try:
        schema = to_metadata(pl.DataFrame(schema=scan().collect_schema())).schema
    except (pl.exceptions.PolarsError, OSError) as error:  # “x^” is taken for a packed file
        raise broken(file, error) from error
    return TableFile(schema, batches)


def open_arrow(file: File) -> TableFile:
    """Open an Arrow file (Feather)."""
    try:
        reader = pa.ipc.open_file(pa.OSFile(str(file.path)))  # not mapped: others may cut it off
    except pa.ArrowInvalid as error:
        raise ParseError(f"{file.name} cannot be read as an Arrow file: {error}") from error

    def batches(rows: int) -> Iterator[pa.Table]:
        for number in range(reader.num_record_batches):
            part = pa.Table.from_batches([reader.get_batch(number)])
            try:
                part.validate(full=True)  # offsets that point outside would be read as they are
            except pa.ArrowInvalid as error:
                raise ParseError(f"{file.name} is a broken Arrow file: {error}") from error
            for start in range(0, len(part), rows):
                yield part.slice(start, rows)

    return TableFile(reader.schema, batches)


STREAMED = {  # kinds of `explorer.formats.whole_table.TABLES` that can be read in parts
    "CSV or TSV": open_csv,
    "Parquet": open_parquet,
    "JSON Lines": open_json_lines,
    "Arrow or Feather": open_arrow,
}


def open_table(source: File) -> TableFile:
    """Open a table to be read in parts, if it lies on disk; raises as `read_table`."""
    file = unpacked_table(source)
    opener = STREAMED.get(recognize_table(file).name)
    if opener is not None and file.path is not None and is_in_parts(file):
        return opener(file)
    whole = read_table(file)

    def batches(rows: int) -> Iterator[pa.Table]:
        for start in range(0, len(whole), rows):
            yield whole.slice(start, rows)

    return TableFile(whole.schema, batches)


def is_in_parts(file: File) -> bool:
    """Tell whether a file can be read in parts: a text in UTF-8, or blocks at known places."""
    head = file.head()
    if head.startswith((PARQUET, ARROW)):
        return True
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # may end within a character
    except UnicodeDecodeError:
        return False
    return True
