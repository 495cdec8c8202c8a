"""Analogies: arithmetic on meaning, with what is behind the trick."""

import streamlit as st

from explorer.ui import analogy_answer, analogy_view, pairs_view
from explorer.ui.frame import open_page

WORDS, FORMULA, FAMILY = "A is to B as C is to ?", "Formula", "Families of pairs"

space = open_page(
    "analogies", "Analogies", "Add and subtract meanings, and see what the arithmetic really adds."
)
switch, examples, style = st.columns([4, 1, 1])
kind = switch.segmented_control(
    "Ask",
    [WORDS, FORMULA, FAMILY],
    default=WORDS,
    required=True,
    key="ask",
    bind="query-params",
    label_visibility="collapsed",
)
if kind == FAMILY:
    family = pairs_view.ask_family(space)
    if family is not None:
        pairs_view.show_family(family)
else:
    ask = analogy_view.ask_formula if kind == FORMULA else analogy_view.ask_analogy
    with style:
        how = analogy_view.ask_how(directions=kind == WORDS)
    asked = ask(space, how, examples)
    if asked is not None:
        analogy_answer.show_answer(asked)
