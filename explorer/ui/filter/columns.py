"""The columns that a condition may name: the file's, and what was measured of the rows since."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace
from explorer.projection.sampling import whole_space
from explorer.ui import sets

MEASURED = "measured columns"  # session state: digest -> name -> one value a row

# Each gives columns of n rows for a whole space; a later one of the same name wins.
SOURCES: list[Callable[[EmbeddingSpace], dict[str, pa.Array]]] = []


def offer_measured(space: EmbeddingSpace, name: str, values: NDArray[np.generic]) -> None:
    """Let filters and colors use what was measured of each row of the whole space, (n,)."""
    of_space = st.session_state.setdefault(MEASURED, {}).setdefault(whole_space(space).digest, {})
    of_space[name] = pa.array(values)


def measured(space: EmbeddingSpace) -> dict[str, pa.Array]:
    """Return what was measured of a whole space in this session."""
    found: dict[str, pa.Array] = st.session_state.get(MEASURED, {}).get(space.digest, {})
    return found


SOURCES += [sets.columns, measured]


def columns_of(space: EmbeddingSpace) -> pa.Table:
    """Return the labels, the metadata and all that was measured of the whole space, n rows."""
    whole = whole_space(space)
    table = whole.table()
    for source in SOURCES:
        for name, values in source(whole).items():
            if name in table.column_names:
                table = table.drop_columns(name)
            table = table.append_column(name, values)
    return table
