"""The transformer to ask: the one that comes along, or one that learns now."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from explorer.beyond.course import Course
from explorer.lessons.masked import training
from explorer.lessons.masked.training import Recipe, course_key
from explorer.ui.beyond import course as pattern
from explorer.ui.shell import address, progress, spaces

READY, NOW = "Trained before", "Train it now"


@st.cache_resource(show_spinner=False)
def shipped() -> Course:
    """Return the course that comes along, read once for all visitors."""
    return training.load(spaces.SAMPLE_FOLDER / "masked.npz")


def ask_course(draw: Callable[[Course], None]) -> None:
    """Draw the choice, and the course as it is or as it comes to be."""
    which = st.segmented_control(
        "Which",
        (READY, NOW),
        default=READY,
        required=True,
        key=address.choice("trained", (READY, NOW)),
        bind="query-params",
        label_visibility="collapsed",
    )
    if which == READY:
        draw(shipped())
        return
    recipe = Recipe(seed=2)  # another one than that which comes along
    pattern.train(
        pattern.Training(
            course_key(recipe),
            partial(training.start, progress.jobs(), recipe),
            "the transformer on 12,000 sentences",
        ),
        draw,
    )
