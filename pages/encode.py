"""Encode: turn texts into vectors and open them as a space."""

import streamlit as st

from explorer.ui.encode import model_choice, own_texts, view
from explorer.ui.shell.frame import open_page

space = open_page("encode", "Encode text", "A model reads each text and turns it into a vector.")
left, right = st.columns([2, 1], gap="large")
with left:
    texts = own_texts.ask_texts()
with right:
    options = model_choice.ask_encode_options(space)
    view.show_kept()
with left:
    view.confirm(texts, options, space)
    view.show_work()
