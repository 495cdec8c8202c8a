"""Rows to take home: as CSV, Parquet or JSON Lines, under a name that says what they are."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from explorer.formats.spreadsheet import disarmed, formulas
from explorer.pictures.column import without_pictures
from explorer.projection.projection import Projection
from explorer.projection.sampling import places_drawn, whole_space
from explorer.space import EmbeddingSpace
from explorer.workspace.annotations import Annotations

ROW, VECTOR = "row", "vector"
AXES = ("x", "y", "z")
LONGEST_FILE_NAME = 80  # letters, without the suffix
NO_FILE_NAME = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')  # what Windows refuses, too


def rows_table(
    space: EmbeddingSpace,
    rows: NDArray[np.integer],
    annotations: Annotations,
    *,
    projection: Projection | None = None,
    vectors: bool = False,
    ids_only: bool = False,
) -> pa.Table:
    """Return some rows as a table: number, label, metadata, sets, tags; and what else is wanted.

    Parameters
    ----------
    space
        The space; a sample stands for its whole.
    rows
        (m,) rows of the whole.
    annotations
        The sets and tags of the whole.
    projection
        Adds `x`, `y` (and `z`), the coordinates in this picture of the drawn rows; the others
        have none.
    vectors
        Adds `vector`, d float32 numbers a row.
    ids_only
        The numbers and labels alone.

    Examples
    --------
    >>> space = EmbeddingSpace(["king", "queen", "pea"], [[1, 0], [0.8, 0.6], [0, 1]])
    >>> rows_table(space, np.array([1]), Annotations(3).tagged("royal", [0, 1])).to_pylist()
    [{'row': 1, 'label': 'queen', 'tag: royal': True, 'tags': 'royal'}]
    """
    whole, chosen = whole_space(space), pa.array(np.asarray(rows, np.int64))
    columns = None if ids_only else without_pictures(whole.table())
    if columns is None:
        columns = pa.table({"label": whole.label_array})
    table = columns.take(chosen)
    table = table.add_column(0, free(ROW, table), chosen)
    if ids_only:
        return table
    for name, values in annotations.columns().items():
        table = table.append_column(free(name, table), values.take(chosen))
    if projection is not None:
        places = places_drawn(space, np.asarray(rows, np.intp))
        found = projection.coordinates[np.maximum(places, 0)]
        for axis, name in zip(found.T, AXES, strict=False):
            values = pa.array(axis.astype(np.float32), mask=places < 0)
            table = table.append_column(free(name, table), values)
    if vectors:
        numbers = whole.take(rows, name="", step="").vectors
        lists = pa.FixedSizeListArray.from_arrays(pa.array(numbers.reshape(-1)), whole.dim)
        table = table.append_column(free(VECTOR, table), lists)
    return table


def free(name: str, table: pa.Table) -> str:
    """Return a name that no column of the table has."""
    while name in table.column_names:
        name = f"{name} (here)"
    return name


def write_csv(table: pa.Table, *, as_it_is: bool) -> bytes:
    """Return a table as CSV; cells that a spreadsheet would run are disarmed, unless unwanted."""
    frame = flat(pl.DataFrame(table))
    return (frame if as_it_is else disarmed(frame)).write_csv().encode()


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table whose lists and records are JSON texts, and whose other cells CSV can hold."""
    arrays = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Array)]
    frame = frame.with_columns(pl.col(arrays).arr.to_list())
    for name, dtype in frame.schema.items():
        if isinstance(dtype, pl.List) and dtype.inner.is_numeric():
            texts = pl.format("[{}]", pl.col(name).cast(pl.List(pl.String)).list.join(", "))
            frame = frame.with_columns(texts.alias(name))
        elif dtype.is_nested() or dtype == pl.Binary:
            cells = [None if one is None else str(one) for one in frame[name].to_list()]
            frame = frame.with_columns(pl.Series(name, cells, pl.String))
    return frame


def write_json_lines(table: pa.Table, *, as_it_is: bool) -> bytes:
    """Return a table as JSON Lines, one row a line."""
    frame = pl.DataFrame(table)
    lists = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Array)]
    return frame.with_columns(pl.col(lists).arr.to_list()).write_ndjson().encode()


def write_parquet(table: pa.Table, *, as_it_is: bool) -> bytes:
    """Return a table as Parquet, each value as it is."""
    import pyarrow.parquet as pq

    stream = io.BytesIO()
    pq.write_table(table, stream, compression="zstd")
    return stream.getvalue()


@dataclass(frozen=True)
class Format:
    """A format to take rows home in; `as_it_is` concerns cells that look like formulas."""

    suffix: str
    mime: str
    write: Callable[..., bytes]


FORMATS = {
    "CSV": Format(".csv", "text/csv", write_csv),
    "Parquet": Format(".parquet", "application/vnd.apache.parquet", write_parquet),
    "JSON Lines": Format(".jsonl", "application/x-ndjson", write_json_lines),
}


def formula_cells(table: pa.Table) -> int:
    """Return how many cells a spreadsheet would take for a formula."""
    return formulas(flat(pl.DataFrame(table)))


def file_name(*parts: str, suffix: str) -> str:
    """Return a file's name that says what is in it.

    Examples
    --------
    >>> file_name("words", "neighbors of paris", suffix=".csv")
    'words neighbors of paris.csv'
    >>> file_name("a/b", "<script>", "..", suffix=".parquet")
    'a b script.parquet'
    """
    text = unicodedata.normalize("NFC", " ".join(parts))
    shown = "".join(one if one.isprintable() else " " for one in NO_FILE_NAME.sub(" ", text))
    stem = " ".join(shown.split())[:LONGEST_FILE_NAME].strip(". ")
    return f"{stem or 'rows'}{suffix}"
