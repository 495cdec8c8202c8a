"""Axes: words between two poles, tests of association, and taking a direction out."""

import streamlit as st

from explorer.ui import association_view, axes_view
from explorer.ui.frame import open_page

ONE, TWO, LISTS, OUT = "One axis", "Two axes", "Association test", "Remove a direction"

space = open_page(
    "axes", "Axes", "Lay a line from one meaning to another and see where words fall on it."
)
kind = st.segmented_control(
    "What to do",
    [ONE, TWO, LISTS, OUT],
    default=ONE,
    required=True,
    key="axes",
    bind="query-params",
    label_visibility="collapsed",
)
if kind == LISTS:
    found = association_view.ask_association(space)
    if found is not None:
        association_view.show_association(space, found)
else:
    placed = axes_view.ask_axis(space)
    second = axes_view.ask_second_axis(space) if kind == TWO else None
    if placed is not None and kind == ONE:
        axes_view.show_axis(space, placed)
    elif placed is not None and kind == OUT:
        axes_view.show_removal(space, placed)
    elif placed is not None and second is not None:
        axes_view.show_two_axes(space, placed, second)
