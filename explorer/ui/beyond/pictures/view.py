"""The steps of “Pictures and text”: ask both ways, sort by names, watch it train, see it fail."""

from __future__ import annotations

import streamlit as st

from explorer.ui.beyond.pictures import ask, failing, meeting, sorting
from explorer.ui.beyond.pictures.data import CREDIT, Wanted
from explorer.ui.lessons.lesson import choose_step

STEPS = {
    "Ask both ways": ask.show,
    "Sort by names": sorting.show,
    "Watch the clouds meet": meeting.show,
    "Where it fails": failing.show,
}


def show(wanted: Wanted) -> None:
    """Draw the steps, and the one that is open."""
    STEPS[choose_step(tuple(STEPS), key="pictures_step")](wanted)
    if wanted.pairs is not None:
        st.caption(CREDIT)
