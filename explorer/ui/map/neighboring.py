"""The neighbors of the selected point: how many, by which metric, among which points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace
from explorer.neighbors.exact import METRICS, Neighbors, neighbors_of_row
from explorer.projection.sampling import whole_space
from explorer.ui.filter import state
from explorer.ui.shell import address
from explorer.wording import number_below

USUAL, FEWEST, MOST = 15, 5, 50  # as many as the quality of a picture is measured with
HOW_MANY, METRIC, DRAWN = "near", "near_by", "near_drawn"  # parameters of the address


@dataclass(frozen=True)
class Asked:
    """What the visitor asked of neighbors."""

    k: int = USUAL
    metric: str = "cosine"
    drawn: bool = False

    @property
    def told(self) -> str:
        """What is chosen, for the button that opens the choice."""
        return f"{self.k} by {self.metric}" + (", drawn" if self.drawn else "")


def asked() -> Asked:
    """Return what was chosen, by the widgets or by a link before they are drawn."""
    chosen = {name: st.session_state.get(name) for name in (HOW_MANY, METRIC, DRAWN)}
    given = {name: st.query_params.get(name, "") for name in chosen}
    k = chosen[HOW_MANY] or number_below(given[HOW_MANY], MOST + 1) or USUAL
    metric = chosen[METRIC] or given[METRIC]
    drawn = chosen[DRAWN] if chosen[DRAWN] is not None else given[DRAWN] == "true"
    return Asked(
        min(max(int(k), FEWEST), MOST), metric if metric in METRICS else "cosine", bool(drawn)
    )


def ask(space: EmbeddingSpace) -> None:
    """Draw the choice beside the list of neighbors, in a small popover."""
    with st.popover(asked().told, icon=":material/hub:", type="tertiary", help="Which neighbors"):
        st.slider(
            "How many neighbors",
            FEWEST,
            MOST,
            USUAL,
            key=address.number(HOW_MANY, FEWEST, MOST),
            bind="query-params",
        )
        st.segmented_control(
            "Nearest by",
            list(METRICS),
            default="cosine",
            required=True,
            key=address.choice(METRIC, list(METRICS)),
            bind="query-params",
            help="Cosine compares directions, euclidean places; dot favors long vectors. What the "
            "picture keeps is measured by cosine.",
        )
        if space.drawn_from is not None:
            st.toggle("Only among the drawn", key=DRAWN, bind="query-params")


def nearest(space: EmbeddingSpace, whole_row: int) -> Neighbors:
    """Return the true neighbors of a row of the whole, as asked, with rows of the whole."""
    wanted = asked()
    among = rows_among(space, wanted.drawn)
    return neighbors_of_row(whole_space(space), whole_row, wanted.k, wanted.metric, among=among)


def rows_among(space: EmbeddingSpace, drawn: bool) -> NDArray[np.intp] | None:
    """Return the rows of the whole that neighbors are chosen from; None for all."""
    among = state.among(space)
    if not drawn or space.drawn_from is None:
        return among
    shown = space.drawn_from.rows
    return shown if among is None else np.intersect1d(shown, among)
