"""Encode: texts become vectors, and vectors a space to walk through."""

import streamlit as st

from explorer.ui import encoding
from explorer.ui.frame import open_page

space = open_page("encode", "Encode text", "A model reads each text and gives it a place in space.")
left, right = st.columns([2, 1], gap="large")
with left:
    texts = encoding.ask_texts()
with right:
    wishes = encoding.ask_wishes(space)
    encoding.show_kept()
with left:
    encoding.confirm(texts, wishes, space)
    encoding.show_work()
