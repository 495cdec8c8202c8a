"""The five steps: which there are, and the chosen one drawn."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.errors import ExplorerError
from explorer.lessons.bert.attention import WHO_IS_IT
from explorer.ui.lessons.bert import context, layers, lookup, pooling, tokens
from explorer.ui.lessons.bert.visit import Visit, fill_in
from explorer.ui.lessons.lesson import choose_step, place_of_step
from explorer.ui.open.telling import tell

SMALL_CODE = "<style>.stCode pre, .stCode code { font-size: 0.78rem; }</style>"
IT = "Who is “it”?"
LOOKS_AT_NOUNS = (4, 2)  # layer and head in which “it” looks most at the two nouns
TRIES = {
    "One word, two senses": (
        "A bat flew out of the cave at dusk.",
        "He swung the bat at the ball.",
    ),
    "Word order": ("The dog bit the man.", "The man bit the dog."),
    IT: WHO_IS_IT,
    "Words it never saw": ("Flibbertigibbets unbelievableness zeitgeisty!", "🐢 ᚠᛇᚻ naïve 東京"),
}


STEPS: dict[str, Callable[[Visit, DeltaGenerator, DeltaGenerator], None]] = {
    "1 Tokens": tokens.draw,
    "2 Lookup": lookup.draw,
    "3 Layers": layers.draw,
    "4 Context": context.draw,
    "5 Pooling": pooling.draw,
}


def attempt(name: str, pair: tuple[str, str]) -> None:
    """Put what is tried into the fields; who “it” is is asked of attention."""
    fill_in(*pair)
    if name == IT:
        st.session_state["bert_step"], st.session_state["shown"] = "3 Layers", layers.ATTENTION
        st.session_state["layer"], st.session_state["head"] = LOOKS_AT_NOUNS


def show(visit: Visit) -> None:
    """Draw the choice of steps and the chosen one."""
    st.html(SMALL_CODE)
    steps, tries = st.columns([4, 1], vertical_alignment="center")
    with tries.popover("Try this", icon=":material/lightbulb:", width="stretch"):
        for name, pair in TRIES.items():
            st.button(name, on_click=attempt, args=(name, pair), width="stretch")
    with steps:
        step = choose_step(tuple(STEPS), key="bert_step")
    picture, beside = place_of_step(step).columns([1.9, 1], gap="medium")
    try:
        STEPS[step](visit, picture, beside)
    except ExplorerError as error:
        with picture:
            tell(error)
