"""Axes: words between two poles, association tests, and removing a direction."""

import streamlit as st

from explorer.ui.axes import view, weat
from explorer.ui.shell import address
from explorer.ui.shell.frame import open_page

ONE, TWO, LISTS, OUT = "One axis", "Two axes", "Association test", "Remove a direction"

space = open_page(
    "axes", "Axes", "Draw a line from one meaning to another and see where words fall on it."
)
kind = st.segmented_control(
    "What to do",
    [ONE, TWO, LISTS, OUT],
    default=ONE,
    required=True,
    key=address.choice("axes", [ONE, TWO, LISTS, OUT]),
    bind="query-params",
    label_visibility="collapsed",
)
if kind == LISTS:
    found = weat.ask_association(space)
    if found is not None:
        weat.show_association(space, found)
else:
    placed = view.ask_axis(space)
    second = view.ask_second_axis(space) if kind == TWO else None
    if placed is not None and kind == ONE:
        view.show_axis(space, placed)
    elif placed is not None and kind == OUT:
        view.show_removal(space, placed)
    elif placed is not None and second is not None:
        view.show_two_axes(space, placed, second)
