"""Tables to take texts from, read a part at a time: a file may be larger than the memory."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from explorer.errors import ParseError, TextError, UnknownFormatError
from explorer.formats.columns import to_metadata
from explorer.formats.file import File
from explorer.formats.table import has_header, required_separator

TYPED_ROWS = 10_000


@dataclass(frozen=True)
class TableFile:
    """A table on disk: its columns, and `batches(rows)`, which yields Arrow tables."""

    schema: pa.Schema
    batches: Callable[[int], Iterator[pa.Table]]

    def read(self) -> pa.Table:
        """Return the whole table."""
        parts = list(self.batches(100_000))
        return pa.concat_tables(parts) if parts else self.schema.empty_table()


@dataclass(frozen=True)
class TableKind:
    """A kind of table files and what opens it."""

    name: str
    suffixes: tuple[str, ...]
    open: Callable[[File], TableFile]


def open_csv(file: File) -> TableFile:
    """Open a CSV or TSV file; types come from its first rows, text where they do not fit."""
    import polars as pl

    separator = required_separator(file)
    source: Any = file.path or file.content
    header = has_header(file.head(), separator)

    def scan(inferred: int | None) -> pl.LazyFrame:
        return pl.scan_csv(
            source if file.path else io.BytesIO(source),
            separator=separator.decode(),
            has_header=header,
            infer_schema_length=inferred,
            encoding="utf8-lossy",
        )

    def batches(rows: int) -> Iterator[pa.Table]:
        waiting: list[pl.DataFrame] = []
        held = 0
        try:
            for frame in scan(None).collect_batches(chunk_size=rows, maintain_order=True):
                waiting.append(frame)
                held += len(frame)
                while held >= rows:
                    joined = pl.concat(waiting)
                    yield to_metadata(joined.head(rows))
                    waiting = [joined.slice(rows)]
                    held -= rows
        except pl.exceptions.PolarsError as error:
            raise broken(file, error) from error
        if held:
            yield to_metadata(pl.concat(waiting))

    try:
        schema = to_metadata(pl.DataFrame(schema=scan(None).collect_schema())).schema
    except pl.exceptions.PolarsError as error:
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
        opened = pq.ParquetFile(file.path or io.BytesIO(file.content))
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
        source: Any = file.path or io.BytesIO(file.content)
        return pl.scan_ndjson(source, infer_schema_length=TYPED_ROWS)

    def batches(rows: int) -> Iterator[pa.Table]:
        try:
            for frame in scan().collect_batches(chunk_size=rows, maintain_order=True):
                yield to_metadata(frame)
        except pl.exceptions.PolarsError as error:
            raise broken(file, error) from error

    try:
        schema = to_metadata(pl.DataFrame(schema=scan().collect_schema())).schema
    except pl.exceptions.PolarsError as error:
        raise broken(file, error) from error
    return TableFile(schema, batches)


def open_arrow(file: File) -> TableFile:
    """Open an Arrow file (Feather)."""
    try:
        source = pa.memory_map(str(file.path)) if file.path else pa.py_buffer(file.content)
        reader = pa.ipc.open_file(source)
    except pa.ArrowInvalid as error:
        raise ParseError(f"{file.name} cannot be read as an Arrow file: {error}") from error

    def batches(rows: int) -> Iterator[pa.Table]:
        for number in range(reader.num_record_batches):
            part = pa.Table.from_batches([reader.get_batch(number)])
            for start in range(0, len(part), rows):
                yield part.slice(start, rows)

    return TableFile(reader.schema, batches)


TABLES = (
    TableKind("CSV or TSV table", (".csv", ".tsv", ".tab"), open_csv),
    TableKind("Parquet", (".parquet", ".pq"), open_parquet),
    TableKind("JSON lines", (".jsonl", ".ndjson"), open_json_lines),
    TableKind("Arrow or Feather", (".arrow", ".feather"), open_arrow),
)


def open_table(file: File) -> TableFile:
    """Open a table by its suffix; raises UnknownFormatError, ParseError or TextError."""
    if not file.size:
        raise TextError(f"{file.name} is empty: 0 bytes. Choose a file that holds texts.")
    for kind in TABLES:
        if file.suffix in kind.suffixes:
            return kind.open(file)
    known = "; ".join(f"{kind.name} ({', '.join(kind.suffixes)})" for kind in TABLES)
    raise UnknownFormatError(
        f"{file.name} is no table that can be read here. Known: {known}; and .txt, a text a line."
    )
