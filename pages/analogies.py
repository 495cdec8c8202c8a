"""Analogies: vector arithmetic, and how much of each answer it explains."""

import streamlit as st

from explorer.ui.analogies import answer, relations, view
from explorer.ui.shell import address
from explorer.ui.shell.frame import open_page

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
    key=address.choice("ask", [WORDS, FORMULA, FAMILY]),
    bind="query-params",
    label_visibility="collapsed",
)
if kind == FAMILY:
    family = relations.ask_family(space)
    if family is not None:
        relations.show_family(family)
else:
    ask = view.ask_formula if kind == FORMULA else view.ask_analogy
    with style:
        how = view.ask_how(directions=kind == WORDS)
    asked = ask(space, how, examples)
    if asked is not None:
        answer.show_answer(asked)
