"""Below the map: charts of the columns or the table of all rows, and what is shown of them."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace
from explorer.conditions import LABEL
from explorer.errors import QueryError
from explorer.mapdata.parts import Part
from explorer.projection.sampling import whole_space
from explorer.ui.columns import kept
from explorer.ui.columns.charts import show_charts
from explorer.ui.columns.table import show_table
from explorer.ui.filter import state
from explorer.ui.filter.state import Filtered
from explorer.ui.shell import address

VIEWS = {"Charts": show_charts, "Table": show_table}
FEW = 12  # columns that are shown unless others are chosen
MOST_HOVERED = 8
LABEL_BY = "label_by"


def show_columns(space: EmbeddingSpace) -> None:
    """Draw the charts or the table, and the choice of what they show."""
    table = kept.shown_columns(space)
    found, trouble = filtered(space)
    choice, told, settings = st.columns([1.1, 3, 1], vertical_alignment="center")
    shown = choice.segmented_control(
        "Below the map",
        list(VIEWS),
        default="Charts",
        required=True,
        key=address.choice("below", list(VIEWS)),
        bind="query-params",
        label_visibility="collapsed",
    )
    told.markdown(trouble or counts(space, found))
    with settings.popover("Columns", icon=":material/view_column:", width="stretch"):
        charted, listed = ask_columns(space, table)
    VIEWS[shown](space, table, charted if shown == "Charts" else listed, found)


def filtered(space: EmbeddingSpace) -> tuple[Filtered | None, str]:
    """Return what the filter keeps, or a sentence where it cannot be read."""
    try:
        return state.filtered(space), ""
    except QueryError:
        return None, "The filter cannot be read, so all rows are shown."


def counts(space: EmbeddingSpace, found: Filtered | None) -> str:
    """Say how many rows there are, and how many of them are filtered and drawn."""
    total = len(whole_space(space))
    drawn = f", {len(space):,} of them drawn" if len(space) < total else ""
    if found is None:
        return f"**{total:,}** rows{drawn}"
    drawn = f", {len(found.drawn):,} of them drawn" if drawn else ""
    return f"**{len(found.rows):,} of {total:,}** rows{drawn}"


def ask_columns(space: EmbeddingSpace, table: pa.Table) -> tuple[list[str], list[str]]:
    """Draw the choices of columns; return those with a chart and those in the table."""
    names = table.column_names
    charted = st.multiselect(
        "Charts", names, default=names[:FEW], key=key(space, "charted"), persist_state="session"
    )
    listed = st.multiselect(
        "In the table",
        names,
        default=names[:FEW],
        key=key(space, "listed"),
        persist_state="session",
    )
    st.multiselect(
        "Told when pointing at a point",
        own_columns(space),
        default=own_columns(space)[:3],
        max_selections=MOST_HOVERED,
        key=key(space, "hover"),
        persist_state="session",
    )
    st.selectbox("Label by", names, key=address.choice(LABEL_BY, names), bind="query-params")
    return charted, listed or names[:1]


def key(space: EmbeddingSpace, what: str) -> str:
    """Return the key of a choice among a space's columns."""
    return f"{what} {whole_space(space).digest}"


def own_columns(space: EmbeddingSpace) -> list[str]:
    """Return the columns of the space's file that can be told of a point."""
    names = kept.shown_columns(space).column_names
    metadata = space.metadata
    return [] if metadata is None else [name for name in metadata.column_names if name in names]


def hovered(space: EmbeddingSpace) -> list[str] | None:
    """Return the columns to tell of a point, None for the first few."""
    chosen = st.session_state.get(key(space, "hover"))
    known = own_columns(space)
    return (
        None if chosen is None or chosen == known[:3] else [one for one in chosen if one in known]
    )


def point_names(space: EmbeddingSpace) -> Part | None:
    """Return what points are called on the map, where it is another column than their labels."""
    name = str(st.query_params.get(LABEL_BY) or st.session_state.get(LABEL_BY) or "")
    table = kept.shown_columns(space)
    if name not in table.column_names or name == LABEL == table.column_names[0]:
        return None
    return kept.texts(space, table, name)
