"""Some points as a space of their own, to project alone, with a way back to the whole."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace
from explorer.ui.shell import address
from explorer.ui.shell.plain import plain
from explorer.ui.shell.spaces import find_space, opened_spaces, title

WHOLES = "wholes"  # session state: the id of the space that each part was taken from
FEWEST = 3  # points: fewer have no neighborhood to draw


def offer_alone(space: EmbeddingSpace, rows: NDArray[np.intp], what: str, *, key: str) -> None:
    """Draw a button that makes some rows a space of their own; `what` tells which they are."""
    if not FEWEST <= len(rows) < len(space):
        return
    if st.button(
        "Project alone",
        icon=":material/filter_center_focus:",
        key=key,
        help=f"A picture of these {len(rows):,} alone, which shows how they differ from one "
        "another.",
        type="tertiary",
    ):
        part = space.take(
            np.sort(rows), name=f"{len(rows):,} of {space.name}", step=f"{len(rows):,} {what}"
        )
        part_id = opened_spaces().add(part)
        st.session_state.setdefault(WHOLES, {})[part_id] = st.session_state["space"]
        address.take_back_questions()
        address.choose_space(part_id)
        st.rerun()


def offer_whole() -> None:
    """Where a part is shown, draw the button back to the whole."""
    whole = st.session_state.get(WHOLES, {}).get(st.session_state.get("space"))
    if whole is None or find_space(whole) is None:
        return
    if st.button(f"Back to all of {plain(title(whole))}", icon=":material/zoom_out_map:"):
        address.take_back_questions()
        address.choose_space(whole)
        st.rerun()
