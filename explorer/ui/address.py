"""What makes a view stands in the page's address: a link shows the same view elsewhere.

`space` and `selected` are kept here; the method, the dimensions, the color and the search
are widgets that Streamlit binds to the address. Streamlit drops all of it when the page
changes, so the links of the navigation carry it along.
"""

from __future__ import annotations

import re

import numpy as np
import streamlit as st

from explorer import EmbeddingSpace
from explorer.sampling import places_drawn, whole_space
from explorer.ui import spaces

MAP_ADDRESS = "map address"  # session state: the Map's parameters when it was last shown
ROW = re.compile(r"^(?P<label>.*) #(?P<row>\d+)$", re.DOTALL)


def current_space() -> tuple[str, EmbeddingSpace]:
    """Return the id and the space that the address names, or the last one, or the default.

    An address may name a space that this server does not hold (any more): then a
    sentence says so.
    """
    named = st.query_params.get("space")
    wanted = named or st.session_state.get("space") or spaces.DEFAULT
    space = spaces.find_space(wanted)
    if space is None:
        st.warning(
            "This link names a space that this server does not hold: it was opened on another "
            "one, or before a restart. Open its file again; meanwhile, here are the words.",
            icon=":material/link_off:",
        )
        forget_selection()
        wanted, space = spaces.DEFAULT, spaces.sample_space(spaces.DEFAULT)
    st.session_state["space"] = wanted
    st.session_state.setdefault("opened", [])
    if wanted not in spaces.SAMPLES and wanted not in st.session_state["opened"]:
        st.session_state["opened"].append(wanted)
    if named != wanted:
        st.query_params["space"] = wanted
    return wanted, space


def choose_space(space_id: str) -> None:
    """Make a space the current one; what was selected in another is forgotten."""
    forget_selection()
    st.session_state["space"] = space_id
    st.query_params["space"] = space_id


def selected_row(space: EmbeddingSpace) -> int | None:
    """Return the row that the address selects, or None."""
    text = st.query_params.get("selected")
    if text is None:
        return None
    if text in space:
        return space.row(text)
    match = ROW.match(text)
    if match and int(match["row"]) < len(space):
        row = int(match["row"])
        return row if space.labels[row] == match["label"] else None
    return None


def select(space: EmbeddingSpace, row: int | None) -> None:
    """Select a row: by its label, and by its number too where the label is not its alone."""
    if row is None:
        forget_selection()
        return
    label = space.labels[row]
    st.query_params["selected"] = label if space.row(label) == row else f"{label} #{row}"


def undrawn_row(space: EmbeddingSpace) -> int | None:
    """Return the row of the whole that the address selects, where the picture leaves it out."""
    if space.drawn_from is None or selected_row(space) is not None:
        return None
    return selected_row(space.drawn_from.whole)


def select_in_whole(space: EmbeddingSpace, row: int) -> None:
    """Select a row of the whole that a space was drawn from, whether it is drawn or not."""
    place = int(places_drawn(space, np.array([row]))[0])
    if place >= 0:
        select(space, place)
        return
    whole = whole_space(space)
    label = whole.labels[row]
    alone = whole.row(label) == row and label not in space
    st.query_params["selected"] = label if alone else f"{label} #{row}"


def forget_selection() -> None:
    """Select nothing."""
    if "selected" in st.query_params:
        del st.query_params["selected"]


def remember_map() -> None:
    """Keep the Map's address for the way back to it."""
    st.session_state[MAP_ADDRESS] = st.query_params.to_dict()


def map_parameters(space_id: str) -> dict[str, str]:
    """Return the parameters of a link to the Map: as it was left, if the space is the same."""
    kept: dict[str, str] = dict(st.session_state.get(MAP_ADDRESS, {}))
    return kept if kept.get("space") == space_id else {"space": space_id}
