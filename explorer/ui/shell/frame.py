"""The frame around each page: settings, heading, the current space."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from explorer import EmbeddingSpace
from explorer.ui.plans import bar
from explorer.ui.shell import address, spaces
from explorer.ui.shell.navigation import PAGES, navigation
from explorer.ui.shell.plain import plain
from explorer.ui.shell.progress import jobs

APP = "Embedding Explorer"

ICON = Path(__file__).parent / "icon.png"

STYLE = """<style>
.stMainBlockContainer { padding: 0.75rem 2.5rem 2rem; }
@media (max-width: 640px) { .stMainBlockContainer { padding: 3rem 1rem 2rem; } }
/* The bar with Streamlit's menu lies over the page's first line, which is ours. */
.stAppHeader { background: transparent; pointer-events: none; }
.stAppHeader * { pointer-events: none; }
.stAppHeader :is(button, a) { pointer-events: auto; }
.stSidebar [data-testid="stSidebarHeader"] { margin-bottom: 0; padding-bottom: 0; height: 2.5rem; }
/* The section of the page and the names of all others are in sight at 720 pixels. */
.stSidebar [data-testid="stVerticalBlock"] { gap: 0.25rem; }
.stSidebar [data-testid="stExpander"] details { border: none; background: none; }
.stSidebar [data-testid="stExpander"] summary {
    padding: 0.1rem 0; min-height: 0; background: none; border: none; }
.stSidebar [data-testid="stExpanderDetails"] { padding: 0; }
.stSidebar [data-testid="stPageLink-NavLink"] { padding-block: 0; }
.page-heading { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; }
.page-heading h1 { margin: 0; padding: 0; font-size: 1.9rem; line-height: 1.15; }
.page-heading p { margin: 0; }
/* The Map has more rows above what matters than other pages, and begins higher. */
@media (min-width: 641px) { .stMainBlockContainer:has(.page-map) { padding-top: 0.4rem; } }
.page-map { margin-bottom: -0.7rem; }
.page-map h1 { font-size: 1.6rem; }
/* What is told of a picture has a place of fixed height, so that it moves nothing when it comes. */
.st-key-told { height: 2.8rem; flex: none; overflow: hidden; }
.st-key-told p { margin: 0; font-size: 0.875rem; line-height: 1.3rem; display: -webkit-box;
    -webkit-line-clamp: 2; -webkit-box-orient: vertical; }
/* The filter is one line: what has no room in it scrolls sideways. */
.st-key-filter-bar { flex-wrap: nowrap; height: 2.5rem; overflow: auto hidden;
    scrollbar-width: none; }
.st-key-filter-bar > * { flex: none; }
.st-key-filter-bar p { white-space: nowrap; }
[class*="st-key-clause-"] button { min-height: 0; padding: 0.1rem 0.5rem; border-radius: 1rem; }
/* The whole card of a door is its link. */
[class*="st-key-door-"] { position: relative; }
[class*="st-key-door-"]:hover { border-color: var(--st-primary-color, currentColor); }
[class*="st-key-door-"] a::after { content: ""; position: absolute; inset: 0; z-index: 1; }
[class*="st-key-door-"] :is(a, .stPageLink, .stElementContainer) { position: static; }
[class*="st-key-door-plan"] a { padding-inline: 0; }
[class*="st-key-door-plan"] a p { white-space: normal; }
/* Streamlit writes white on the primary color, which is light on a dark ground. The theme chosen in
   the menu sets color-scheme; the system's may be the other one. */
[data-testid^="stBaseButton-primary"] { color: light-dark(#ffffff, #0f1418); }
</style>"""


def open_page(name: str, heading: str, sentence: str) -> EmbeddingSpace:
    """Set up a page with its frame and return the current space.

    The navigation is drawn here and not by `st.navigation`: with a `pages/` folder
    beside app.py, that one runs a page without its frame when a server's first visitor
    comes by a deep link.
    """
    page = PAGES[name]
    st.set_page_config(
        page_title=APP if name == "start" else f"{page.title} · {APP}",
        page_icon=ICON,
        layout="wide",
        initial_sidebar_state="auto",  # closed on a phone, where it would cover the page
    )
    title = f"<h1>{heading}</h1><p>{sentence}</p>"
    st.html(f'{STYLE}<header class="page-heading page-{name}">{title}</header>')
    address.settle(name)
    space_id, space = address.current_space()
    with st.sidebar:
        st.markdown(f"### {APP}")
        choose(space_id, space)
        navigation(name, space_id)
    bar.draw(name)
    jobs()  # the workers start in the background, after this first page
    return space


def choose(space_id: str, space: EmbeddingSpace) -> None:
    """Draw the chooser of spaces and the facts of the current one."""
    options = [*spaces.SAMPLES, *st.session_state["opened"]]
    options = [one for one in options if one == space_id or spaces.find_space(one) is not None]
    # set here, not given as a default: a link or another page may have changed it
    st.session_state["space choice"] = space_id
    st.selectbox(
        "Space",
        options,
        format_func=spaces.title,
        key="space choice",
        on_change=lambda: address.choose_space(st.session_state["space choice"]),
    )
    st.caption(
        f"**{len(space):,}** vectors of **{space.dim:,}** dimensions, from "
        f"{plain(spaces.origin(space_id, space))}."
    )
    for note in space.notes:
        st.caption(f":material/info: {plain(note)}")
