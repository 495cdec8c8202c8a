"""Shared by the lesson pages: steps, things to try, a link to the map."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer import EmbeddingSpace
from explorer.ui.shell import address
from explorer.ui.shell.navigation import open_map
from explorer.ui.shell.plain import plain
from explorer.ui.shell.spaces import opened_spaces

LAST_STEP = "step shown last"  # session state


def try_this(*suggestions: str) -> None:
    """List what is worth trying on this page."""
    with st.container(border=True):
        lines = "\n".join(f"- {one}" for one in suggestions)
        st.markdown(f":material/experiment: **Try this**\n{lines}")


def choose_step(steps: Sequence[str], *, key: str) -> str:
    """Draw the steps of a lesson and return the one that is open; the address keeps it."""
    chosen: str = st.segmented_control(
        "Step",
        list(steps),
        default=steps[0],
        required=True,
        key=address.choice(key, steps),
        bind="query-params",
        label_visibility="collapsed",
    )
    return chosen


def place_of_step(step: str) -> DeltaGenerator:
    """Return the container of a step, emptied at once when the step changes.

    Otherwise the old step's pictures would stay, looking valid, while the new step computes.
    """
    last = st.session_state.get(LAST_STEP)
    st.session_state[LAST_STEP] = step
    return st.container() if last in (None, step) else st.empty().container()


def offer_map(space: EmbeddingSpace, label: str, *, key: str) -> None:
    """Draw a button that makes a space the current one and goes to its map."""
    if st.button(label, key=key, icon=":material/scatter_plot:"):
        open_map(opened_spaces().add(space))


def listed(words: Sequence[str], most: int = 6) -> str:
    """Return words as a sentence lists them, safe in Markdown; of many the first."""
    shown = ", ".join(f"“{plain(word)}”" for word in words[:most])
    more = len(words) - most
    return shown if more <= 0 else f"{shown} and {more:,} more"
