"""What is known of columns, kept for all visitors: charts, orders, and where a row stands.

A column of a file is known by the digest of its space. What was measured belongs to a session, so
it is known by a digest of its values.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace
from explorer.columns.bars import Chart
from explorer.columns.charts import chart_of
from explorer.columns.order import cells, sorted_rows
from explorer.mapdata.parts import Part, part, texts_part
from explorer.pictures.column import is_picture
from explorer.projection.sampling import whole_space
from explorer.ui.filter.columns import columns_of

Order = NDArray[np.uint32]


def shown_columns(space: EmbeddingSpace) -> pa.Table:
    """Return all columns of the whole space but those of pictures."""
    table = columns_of(space)
    return table.select([field.name for field in table.schema if not is_picture(field)])


def known_by(space: EmbeddingSpace, name: str, column: pa.ChunkedArray) -> str:
    """Return the key of a column: equal keys have equal values."""
    whole = whole_space(space)
    own = whole.table()
    if name in own.column_names and places(own[name]) == places(column):
        return f"{whole.digest} {name}"
    return f"{name} {column.type} {digest(column)}"


def places(column: pa.ChunkedArray) -> list[tuple[int, ...]]:
    """Return where in memory a column's values are: two that live at once differ in it."""
    return [
        (chunk.offset, len(chunk), *(one.address for one in chunk.buffers() if one))
        for chunk in column.chunks
    ]


def digest(column: pa.ChunkedArray) -> str:
    """Return a hash of a column's values."""
    hasher = hashlib.blake2b(digest_size=12)
    for chunk in column.chunks:
        hasher.update(f"{len(chunk)} {chunk.offset}".encode())
        for buffer in chunk.buffers():
            hasher.update(buffer or b"none")
    return hasher.hexdigest()


def chart(space: EmbeddingSpace, table: pa.Table, name: str) -> Chart:
    """Return the chart of a column of the whole space."""
    return chart_for(known_by(space, name, table[name]), name, table[name])


# a million rows take 1 MB, texts 4 MB
@st.cache_resource(show_spinner="Counting what is in the columns, once …", max_entries=64)
def chart_for(key: str, name: str, _column: pa.ChunkedArray) -> Chart:
    """Keep a chart under the key of its column."""
    return chart_of(name, _column)


def bins(space: EmbeddingSpace, table: pa.Table, name: str, found: Chart) -> Part:
    """Return in which bar of a chart each drawn point is."""
    return bins_for(known_by(space, name, table[name]), space.digest, found, space)


@st.cache_resource(show_spinner=False, max_entries=64)
def bins_for(key: str, drawn: str, _chart: Chart, _space: EmbeddingSpace) -> Part:
    """Keep the bars of the drawn points."""
    codes = _chart.codes if _space.drawn_from is None else _chart.codes[_space.drawn_from.rows]
    header = {"column": _chart.column, "several": codes.dtype != np.uint8}
    return part("bins", header, {"codes": codes})


def order(space: EmbeddingSpace, table: pa.Table, name: str, *, descending: bool) -> Order:
    """Return the rows of the whole space in the order of a column; raises TypeError."""
    return order_for(known_by(space, name, table[name]), descending, table[name])


@st.cache_resource(show_spinner=False, max_entries=8)  # a million rows take 4 MB
def order_for(key: str, descending: bool, _column: pa.ChunkedArray) -> Order:
    """Keep the order of a column."""
    return sorted_rows(_column, descending=descending)


def texts(space: EmbeddingSpace, table: pa.Table, name: str) -> Part:
    """Return a column's values at the drawn points as texts."""
    return texts_for(known_by(space, name, table[name]), space.digest, name, table[name], space)


@st.cache_resource(show_spinner=False, max_entries=8)
def texts_for(
    key: str, drawn: str, name: str, _column: pa.ChunkedArray, _space: EmbeddingSpace
) -> Part:
    """Keep a column's texts."""
    rows = _space.drawn_from and pa.array(_space.drawn_from.rows)
    values = _column if rows is None else _column.take(rows)
    return texts_part(name, ["—" if value is None else value for value in cells(values)])
