"""A table sorted by a column, and some of its lines as texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

Rows = NDArray[np.intp]
LONGEST_CELL = 200  # letters


def sorted_rows(column: pa.ChunkedArray, *, descending: bool = False) -> NDArray[np.uint32]:
    """Return all rows in the order of a column, (n,); missing values last, equals in row order.

    Raises
    ------
    TypeError
        Values of this type have no order.
    """
    series = pl.Series("of", column)
    if series.dtype.is_nested():
        raise TypeError(f"values of type {column.type} have no order")
    order = pl.DataFrame(series).select(
        pl.arg_sort_by("of", descending=descending, nulls_last=True, maintain_order=True)
    )
    return order.to_series().cast(pl.UInt32).to_numpy()


def only(order: NDArray[np.uint32], rows: Rows | None) -> NDArray[np.uint32]:
    """Return those of an order's rows that are among `rows`; None stands for all."""
    if rows is None:
        return order
    kept = np.zeros(len(order), bool)
    kept[rows] = True
    return order[kept[order]]


def lines(table: pa.Table, rows: Sequence[int] | NDArray[np.integer]) -> list[list[str | None]]:
    """Return some rows of a table as texts, None for what is missing: a list for each row."""
    part = table.take(pa.array(np.asarray(rows, np.int64)))
    columns = [cells(part[name]) for name in part.column_names]
    return [list(line) for line in zip(*columns, strict=True)] if columns else [[] for _ in rows]


def cells(column: pa.ChunkedArray) -> list[str | None]:
    """Return the values of a column as people read them."""
    return [None if value is None else cell(value) for value in column.to_pylist()]


def cell(value: object) -> str:
    """Return a value on one line and cut."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:.6g}"
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"
