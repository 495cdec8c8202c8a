"""A page of its own: asked for in the map's menu, made when the button is pressed."""

from __future__ import annotations

import re

import streamlit as st

from explorer.projection.job import measured_key
from explorer.projection.storage import load_quality
from explorer.webpage import MOST_BYTES
from explorer.webpage.page import Drawn, page_of
from explorer.wording import readable_bytes

K = 15  # neighbors, as many as the Map measures
LONGEST_TITLE = 200  # letters


@st.dialog("Save as a page")
def offer_page(drawn: Drawn) -> None:
    """Ask for a title, and offer the page; it is made when somebody takes it."""
    st.markdown(
        "One HTML file that opens in any browser, without network and without this app: the map "
        "with zoom, search, key and what is told on hover. Every column of categories or numbers "
        "can be chosen as its color. The vectors stay here."
    )
    named = drawn.space.name
    title = st.text_input("Title", value=named, max_chars=LONGEST_TITLE) or named
    known = load_quality(measured_key(drawn.space, drawn.projection, K))

    def make() -> bytes:
        return page_of(drawn, title=title, quality=known, most_bytes=MOST_BYTES)

    st.download_button(
        "Save the page",
        make,
        file_name=f"{file_name(title)}.html",
        mime="text/html",
        icon=":material/download:",
        on_click="ignore",
        type="primary",
    )
    st.caption(
        f"At most {readable_bytes(MOST_BYTES)} where points and labels fit; the page itself says "
        "what it leaves out."
        + ("" if known else " How far this picture can be trusted is not measured yet.")
    )


def file_name(title: str) -> str:
    """Return a title as any system takes it for a file's name."""
    return re.sub(r"[^\w.-]+", " ", title).strip(" .")[:80] or "map"
