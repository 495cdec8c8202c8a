"""What the Map gives to the filter: measured columns, clicks in the key, the lasso, the hits."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace, Quality
from explorer.conditions import LABEL, literal, quoted
from explorer.conditions.clauses import chosen
from explorer.figures.colors import Categories, Numbers
from explorer.projection.clusters import NO_CLUSTER, Clusters
from explorer.projection.sampling import whole_space
from explorer.ui.filter import columns, state
from explorer.ui.picture import clusters
from explorer.ui.pointcloud import KeyChoice

MISSING = "—"  # how the key calls rows without a value
FILTER_ICON = ":material/filter_alt:"


def offer_columns(space: EmbeddingSpace, quality: Quality | None, found: Clusters | None) -> None:
    """Let the filter use what is known of the picture: `trust`, from 0 to 1, and `cluster`."""
    trust = columns.measured_name(space, columns.TRUST)
    cluster = columns.measured_name(space, columns.CLUSTER)
    if quality is None:
        columns.withdraw(space, trust)
    else:
        columns.offer_drawn(space, trust, quality.kept)
    if found is not None:
        codes = found.codes.astype(np.float64)
        codes[found.codes < 0] = np.nan
        columns.offer_drawn(space, cluster, codes)


def choose_category(
    space: EmbeddingSpace, colors: Categories | Numbers | None, choice: KeyChoice
) -> None:
    """Keep a category that was clicked in the key as well, or leave it out."""
    if not isinstance(colors, Categories) or choice.column != colors.column:
        return
    if choice.code >= len(colors.names):
        return
    if colors.column == clusters.COLOR:
        column = columns.measured_name(space, columns.CLUSTER)
        is_none = colors.names[choice.code] == NO_CLUSTER
        value = None if is_none else str(choice.code)
    else:
        column = colors.column
        value = value_of(whole_space(space), column, colors.names[choice.code])
    table = columns.columns_of(space)
    nulls = column in table.column_names and table[column].null_count > 0
    state.apply(chosen(state.condition(), column, value, out=choice.out, nulls=nulls))


def value_of(space: EmbeddingSpace, column: str, name: str) -> str | None:
    """Return a category as a literal of its column; None for rows without a value."""
    values = space.table()[column]
    if name == MISSING and values.null_count:
        return None
    if pa.types.is_boolean(values.type):
        return name.upper()
    return literal(name)


def offer_hits(
    space: EmbeddingSpace, hits: NDArray[np.intp], text: str | None, *, regex: bool
) -> None:
    """Draw the button that filters by what was found: by the text searched in labels, or None."""

    def narrow() -> None:
        metadata = whole_space(space).metadata
        hides = metadata is not None and LABEL in metadata.column_names  # other than the labels
        if text is None or hides:
            state.narrow_to_rows(space, hits, "found")
        else:
            state.narrow(search_clause(text, regex=regex))

    st.button(
        "Filter to these",
        icon=FILTER_ICON,
        key="filter to hits",
        type="tertiary",
        on_click=narrow,
    )


def offer_selection(space: EmbeddingSpace, rows: NDArray[np.intp]) -> None:
    """Draw the button that filters by the points selected on the map: a lasso has no short SQL."""
    whole = rows if space.drawn_from is None else space.drawn_from.rows[rows]
    st.button(
        f"Filter to these {len(rows):,}",
        icon=FILTER_ICON,
        key="filter to selection",
        type="tertiary",
        on_click=state.narrow_to_rows,
        args=(space, whole, "lasso"),
    )


def search_clause(text: str, *, regex: bool) -> str:
    r"""Return the clause that keeps what a search finds, which ignores case.

    Examples
    --------
    >>> print(search_clause("it's", regex=False))
    "label" ILIKE '%it''s%'
    """
    if regex or set(text) & set("%_"):  # LIKE has no way to say that these stand for themselves
        pattern = text if regex else re.escape(text)
        return f"regexp_like({quoted(LABEL)}, {literal(pattern)}, 'i')"
    return f"{quoted(LABEL)} ILIKE {literal(f'%{text}%')}"
