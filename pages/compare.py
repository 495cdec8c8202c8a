"""Compare: two linked pictures of one space; a point selected in one is marked in the other."""

import streamlit as st

from explorer.ui.compare import view
from explorer.ui.filter import bar, state
from explorer.ui.shell import address
from explorer.ui.shell.frame import open_page

space = open_page("compare", "Compare", "Two pictures of the same vectors, and what they agree on.")
bar.show(space)
if address.selected_row(space) is not None:
    state.ask_among(space)
sides = st.columns(2, gap="medium")
pictures = []
for name, side in zip(("left", "right"), sides, strict=True):
    with side:
        pictures.append(view.show_side(space, name))
view.tell_agreement(space, *pictures)
view.tell_stability(space)
