"""Errors on the screen."""

from __future__ import annotations

import streamlit as st

from explorer.errors import ExplorerError
from explorer.ui.shell.plain import plain


def tell(error: ExplorerError) -> None:
    """Show an error message, with the code to copy where it has some."""
    sentence, _, lines = str(error).partition("\n")
    st.error(plain(sentence), icon=":material/error:")
    if lines:
        st.code(lines, language="python")
