"""The filter that the address holds: read, set, narrowed by a click, undone.

Rows are those of the whole space, also where a sample of it is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace
from explorer.conditions import matching_rows
from explorer.projection.sampling import places_drawn
from explorer.ui.filter.columns import columns_of
from explorer.ui.shell import address

FILTER = "filter"  # the parameter of the address


@dataclass(frozen=True, eq=False)
class Filtered:
    """The rows of the whole space that a condition keeps, ascending, and those of them drawn."""

    condition: str
    rows: NDArray[np.intp]
    drawn: NDArray[np.intp]


def condition() -> str:
    """Return the condition in the address; empty where nothing is filtered."""
    return st.query_params.get(FILTER, "")


def apply(text: str) -> None:
    """Filter by a condition, or by nothing where it is empty."""
    address.change(FILTER, text.strip() or None)


def narrow(clause: str) -> None:
    """Keep only those that fulfill a further clause as well."""
    before = condition()
    apply(f"({before}) AND {clause}" if before else clause)


def filtered(space: EmbeddingSpace) -> Filtered | None:
    """Return what the address's filter keeps, or None without one.

    Raises
    ------
    QueryError
        The condition cannot be read.
    """
    text = condition()
    if not text:
        return None
    rows = matching_rows(columns_of(space), text)
    places = places_drawn(space, rows)
    return Filtered(text, rows, places[places >= 0])
