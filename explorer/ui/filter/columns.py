"""The columns that a condition may name: the file's, and what was measured of the rows since."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace
from explorer.checks.findings import PREFIX
from explorer.projection.sampling import whole_space
from explorer.ui import sets

MEASURED = "measured columns"  # session state: digest -> name -> one value a row
TRUST, CLUSTER = "trust", "cluster"
# What a link may name before it is measured, and how it comes to be.
MEASURABLE = {
    TRUST: "the Map measures it with each picture",
    CLUSTER: "the Map finds groups where it colors by “clusters found”",
    "neighbors_kept": "the page Two spaces measures it under “Who moved?”",
    "moved_by": "the page Two spaces measures it under “Who moved?”",
}

# Each gives columns of n rows for a whole space; a later one of the same name wins.
SOURCES: list[Callable[[EmbeddingSpace], dict[str, pa.Array]]] = []


def how_measured(name: str) -> str | None:
    """Return how a column comes to be that is not there yet; None for one that nothing measures."""
    if name.startswith(PREFIX):
        return "the page Check measures it; open that, then come back"
    return MEASURABLE.get(name)


def offer_measured(space: EmbeddingSpace, name: str, values: NDArray[np.generic]) -> None:
    """Let filters and colors use what was measured of each row of the whole space, (n,)."""
    of_space = st.session_state.setdefault(MEASURED, {}).setdefault(whole_space(space).digest, {})
    column = pa.array(values, from_pandas=True)  # NaN is no value
    if name not in of_space or not of_space[name].equals(column):
        of_space[name] = column


def offer_drawn(space: EmbeddingSpace, name: str, values: NDArray[np.generic]) -> None:
    """Let filters use a number of each point drawn, (n,); rows that are not drawn have none."""
    if space.drawn_from is None:
        offer_measured(space, name, values)
        return
    whole = np.full(len(space.drawn_from.whole), np.nan)
    whole[space.drawn_from.rows] = values
    offer_measured(space, name, whole)


def withdraw(space: EmbeddingSpace, name: str) -> None:
    """Take a measured column away: it was of another picture."""
    st.session_state.get(MEASURED, {}).get(whole_space(space).digest, {}).pop(name, None)


def measured(space: EmbeddingSpace) -> dict[str, pa.Array]:
    """Return what was measured of a whole space in this session."""
    found: dict[str, pa.Array] = st.session_state.get(MEASURED, {}).get(space.digest, {})
    return found


SOURCES += [sets.columns, measured]


def added_to(space: EmbeddingSpace) -> dict[str, pa.Array]:
    """Return the columns that a whole space has beside those of its file."""
    return {name: values for source in SOURCES for name, values in source(space).items()}


def columns_of(space: EmbeddingSpace) -> pa.Table:
    """Return the labels, the metadata and all that was measured of the whole space, n rows."""
    whole = whole_space(space)
    table = whole.table()
    for name, values in added_to(whole).items():
        if name in table.column_names:
            table = table.drop_columns(name)
        table = table.append_column(name, values)
    return table


def measured_name(space: EmbeddingSpace, name: str) -> str:
    """Return what a measured column is called: by its name, unless the file has one of it."""
    taken = whole_space(space).table().column_names
    return f"{name} of the picture" if name in taken else name
