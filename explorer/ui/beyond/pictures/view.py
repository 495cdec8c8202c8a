"""The steps of “Pictures and text”: ask both ways, sort by names, watch it train, see it fail."""

from __future__ import annotations

import streamlit as st

from explorer.ui.beyond.pictures import ask, data, failing, meeting, sorting
from explorer.ui.lessons.lesson import choose_step

STEPS = {
    "Ask both ways": ask.show,
    "Sort by names": sorting.show,
    "Watch the clouds meet": meeting.show,
    "Where it fails": failing.show,
}


def show() -> None:
    """Draw the steps with the choice of pictures, and the step that is open."""
    left, right = st.columns([2.1, 1], vertical_alignment="center")
    with left:
        step = choose_step(tuple(STEPS), key="pictures_step")
    wanted = data.ask(right)
    if wanted is None:
        return
    STEPS[step](wanted)
    if wanted.pairs is not None:
        st.caption(data.CREDIT)
