"""Compare: two pictures of one space side by side; who is chosen in one is seen in the other."""

import streamlit as st

from explorer.ui import comparing
from explorer.ui.frame import open_page

space = open_page("compare", "Compare", "Two pictures of the same vectors, and what they agree on.")
sides = st.columns(2, gap="medium")
pictures = []
for name, side in zip(("left", "right"), sides, strict=True):
    with side:
        pictures.append(comparing.show_side(space, name))
comparing.tell_agreement(space, *pictures)
comparing.tell_stability(space)
