"""The table of all rows: the browser asks for the lines in sight, and only those are sent."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace
from explorer.columns.order import lines, only
from explorer.mapdata.message import write_message
from explorer.projection.sampling import places_drawn
from explorer.space import is_numeric
from explorer.ui.columns import kept
from explorer.ui.filter.state import Filtered
from explorer.ui.pointcloud import labels_of, outbox
from explorer.ui.pointcloud.component import renderer
from explorer.ui.shell import address

KEY = "table"
PICKED = "row picked in the table"  # session state, until the page has run again
SORT, WINDOW = "table sort", "table window"  # session state
TEXT_WIDTH = 170  # pixels
WIDTHS = (
    (is_numeric, 95),
    (pa.types.is_boolean, 80),
    (pa.types.is_date, 115),
    (pa.types.is_timestamp, 180),
)
BLOCK, MOST_LINES = 100, 1_000  # that are sent at once


@st.fragment
def show_table(
    space: EmbeddingSpace, table: pa.Table, names: list[str], found: Filtered | None
) -> None:
    """Draw the table of some columns; a click on a line selects its row.

    A fragment, so that scrolling does not draw the map anew. What is filtered is handed over for
    the same reason.
    """
    if st.session_state.pop(PICKED, False):
        st.rerun()
    table = table.select(names)
    sort, descending = sorting(table)
    rows = in_order(space, table, sort, found, descending=descending)
    first, count = st.session_state.get(WINDOW, (0, 2 * BLOCK))
    selected = row_selected(space)
    at = np.flatnonzero(rows == selected) if selected is not None else np.empty(0, np.intp)
    listed = rows[first : first + count].astype(np.intp)
    about = repr((space.digest, names, sort, descending, found and found.condition))
    header = {
        "kind": "table",
        "answered": outbox.answered(KEY),
        "of": labels_of(space).id,
        "version": hashlib.blake2b(about.encode(), digest_size=8).hexdigest(),
        "total": len(rows),
        "columns": [described(field) for field in table.schema],
        "sort": sort,
        "descending": descending,
        "first": first,
        "lines": [
            list(line)
            for line in zip(
                listed.tolist(),
                places_drawn(space, listed).tolist(),
                lines(table, listed),
                strict=True,
            )
        ],
        "selected": selected,
        "selectedLine": int(at[0]) if len(at) else None,
    }

    def tell() -> None:
        for asked in outbox.fresh(KEY, st.session_state[KEY].get("asked")):
            answer(space, table, asked)

    renderer("columns")(
        key=KEY, data=write_message(header, {}), default={"asked": None}, on_asked_change=tell
    )


def described(field: pa.Field) -> dict[str, Any]:
    """Return a column as the browser reads it."""
    return {
        "name": field.name,
        "isNumber": is_numeric(field.type),
        "width": next((pixels for fits, pixels in WIDTHS if fits(field.type)), TEXT_WIDTH),
        "canSort": not pa.types.is_nested(field.type),
    }


def sorting(table: pa.Table) -> tuple[str | None, bool]:
    """Return the column that is sorted by, None for the rows' own order, and whether downwards."""
    name, descending = st.session_state.get(SORT, (None, False))
    sortable = name in table.column_names and not pa.types.is_nested(table[name].type)
    return (name, descending) if sortable else (None, False)


def in_order(
    space: EmbeddingSpace,
    table: pa.Table,
    sort: str | None,
    found: Filtered | None,
    *,
    descending: bool,
) -> kept.Order:
    """Return the rows that are listed, in order."""
    if sort is not None:
        rows = kept.order(space, table, sort, descending=descending)
        return only(rows, found.rows if found else None)
    return (found.rows if found else np.arange(len(table))).astype(np.uint32)


def row_selected(space: EmbeddingSpace) -> int | None:
    """Return the row of the whole space that is selected, drawn or not."""
    place = address.selected_row(space)
    if place is None:
        return address.undrawn_row(space)
    return place if space.drawn_from is None else int(space.drawn_from.rows[place])


def answer(space: EmbeddingSpace, table: pa.Table, asked: dict[str, Any]) -> None:
    """Do what was asked in the browser: another order, other lines, or a row to select."""
    if "head" in asked:
        st.session_state[SORT] = after_click(sorting(table), str(asked["head"]))
        st.session_state.pop(WINDOW, None)
    elif "row" in asked:
        row = int(asked["row"])
        if 0 <= row < len(table):
            address.select_in_whole(space, row)
            st.session_state[PICKED] = True
    elif "first" in asked:
        first, count = int(asked["first"]), int(asked["count"])
        st.session_state[WINDOW] = (max(0, first), min(max(1, count), MOST_LINES))


def after_click(order: tuple[str | None, bool], name: str) -> tuple[str | None, bool]:
    """Return the order after a click on a column's head: upwards, downwards, as the rows come."""
    if order[0] != name:
        return name, False
    return (None, False) if order[1] else (name, True)
