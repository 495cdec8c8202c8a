"""Encode pictures: turn photos into vectors and open them as a space."""

import streamlit as st

from explorer.ui.encode import pictures
from explorer.ui.shell.frame import open_page

open_page("encode_pictures", "Encode pictures", "A model turns each picture into a vector.")
left, right = st.columns([2, 1], gap="large")
with left:
    dropped = pictures.ask()
with right:
    options = pictures.ask_options()
with left:
    pictures.take(dropped, options)
