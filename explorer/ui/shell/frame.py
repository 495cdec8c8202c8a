"""The frame around each page: settings, heading, the current space."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from explorer import EmbeddingSpace
from explorer.ui.check import columns  # noqa: F401 - offers what was found to every page's filter
from explorer.ui.plans import bar
from explorer.ui.rooms import bar as room_bar
from explorer.ui.shell import (
    address,
    clicks,
    gate,
    glossary,
    handover,
    narrow,
    projector,
    signin,
    spaces,
)
from explorer.ui.shell.navigation import PAGES, navigation
from explorer.ui.shell.plain import plain
from explorer.ui.shell.progress import jobs

APP = "Embedding Explorer"

ICON = Path(__file__).parent / "icon.png"

gate.install(gate.Gate())  # with the first page: all later runs pass it
handover.install()
clicks.install()

CODE = {  # kinds of tokens: a color on a light and on a dark ground, each of 4.5 to 1 or more
    "comment": ("#52606d", "#9aa5b1"),
    "keyword": ("#0068a3", "#7cc4ee"),
    "string": ("#00664a", "#6fd3ae"),
    "number": ("#8a4b00", "#f0b35a"),
    "boolean": ("#8a4b00", "#f0b35a"),
    "builtin": ("#0068a3", "#7cc4ee"),
    "function": ("#7a3382", "#d9a4c8"),
    "operator": ("#1b242c", "#e4e9ed"),
    "punctuation": ("#1b242c", "#e4e9ed"),
}
CODE_STYLE = "".join(
    f"\n.stCode .token.{kind} {{ color: light-dark({light}, {dark}) !important; }}"
    for kind, (light, dark) in CODE.items()
)
# captions fade their text, and code in them with it
CODE_STYLE += "\n[data-testid=stCaptionContainer] code { color: light-dark(#00664a, #6fd3ae); }"
STYLE = (
    f"<style>{CODE_STYLE}</style>"
    + """<style>
.stMainBlockContainer { padding: 0.75rem 2.5rem 2rem; }
/* The bar with Streamlit's menu lies over the page's first line, which is ours. */
.stAppHeader { background: transparent; pointer-events: none; }
.stAppHeader * { pointer-events: none; }
.stAppHeader :is(button, a) { pointer-events: auto; }
.stSidebar [data-testid="stSidebarHeader"] { margin-bottom: 0; padding-bottom: 0; height: 2.5rem; }
.stSidebar [data-testid="stVerticalBlock"] { gap: 0.25rem; }
/* A table that is offered as a file with a name of its own has no second offer without one. */
[class*="st-key-named-table"] [data-testid="stElementToolbarButton"]:has(
    button[aria-label="Download as CSV"]) { display: none; }
.page-heading { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; }
.page-heading h1 { margin: 0; padding: 0; font-size: 1.9rem; line-height: 1.15; }
.page-heading p { margin: 0; }
/* The Map has more rows above what matters than other pages, and begins higher. */
@media (min-width: 641px) { .stMainBlockContainer:has(.page-map) { padding-top: 0.4rem; } }
.page-map { margin-bottom: -0.7rem; }
.page-map h1 { font-size: 1.6rem; }
/* On a phone the title stands beside the sidebar's arrow, and controls stand side by side. */
@media (max-width: 640px) {
    .stMainBlockContainer { padding: 0.7rem 1rem 2rem; }
    .stMainBlockContainer .page-heading h1 {
        font-size: 1.4rem; min-height: 2rem; padding-inline: 2.2rem 2rem; }
    .page-heading p { flex-basis: 100%; }
    .stMain [data-testid="stButtonGroup"] [role="radiogroup"] { flex-wrap: wrap !important;
        overflow: visible !important; mask-image: none !important; row-gap: 0.25rem; }
    .stMainBlockContainer:has(.page-map) .stHorizontalBlock:has(> .stColumn:nth-child(3)) {
        gap: 0.5rem; }
    .stMainBlockContainer:has(.page-map) .stHorizontalBlock > .stColumn:is(
        :nth-child(n + 3), :has(~ .stColumn:nth-child(3))) {
        min-width: 0; width: auto; flex: 1 1 auto; }
    /* What was found stands above the map, where one sees it without scrolling. */
    .stHorizontalBlock:has(.st-key-answer) { flex-flow: column nowrap; gap: 1rem; }
    .stHorizontalBlock:has(.st-key-answer) > .stColumn,
    .stHorizontalBlock:has(.st-key-answer) > .stColumn > .stVerticalBlock { display: contents; }
    [data-testid="stLayoutWrapper"]:has(> .stForm) { order: -2; }
    [data-testid="stLayoutWrapper"]:has(> .st-key-answer) { order: -1; }
    [data-testid="stLayoutWrapper"]:has(> .st-key-answer), .st-key-answer {
        height: auto !important; flex: none !important; }
}
/* What is told of a picture has a place of fixed height, so that it moves nothing when it comes. */
.st-key-told { height: 4rem; flex: none; overflow: hidden; }
.st-key-told p { margin: 0; font-size: 0.875rem; line-height: 1.3rem; display: -webkit-box;
    -webkit-line-clamp: 3; -webkit-box-orient: vertical; }
/* The filter is one line: what has no room in it scrolls sideways. */
.st-key-filter-bar { flex-wrap: nowrap; height: 2.5rem; overflow: auto hidden;
    scrollbar-width: none; }
.st-key-filter-bar > * { flex: none; }
.st-key-filter-bar p { white-space: nowrap; }
/* Where a button of ours saves a table under its name, Streamlit's own, without a name, is not. */
[class*="st-key-neighbors"] [aria-label="Download as CSV"],
[class*="st-key-check-list"] [aria-label="Download as CSV"] { display: none; }
.st-key-filter-text-field { width: min(40rem, 70vw); }
[class*="st-key-clause-"] button { min-height: 0; padding: 0.1rem 0.5rem; border-radius: 1rem; }
/* What a button does is read aloud, where only its icon is seen. */
[class*="st-key-only-icon"] button [data-testid="stMarkdownContainer"] { position: absolute;
    width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
/* The whole card of a door is its link. */
[class*="st-key-door-"] { position: relative; }
[class*="st-key-door-"]:hover { border-color: var(--st-primary-color, currentColor); }
[class*="st-key-door-"] a::after { content: ""; position: absolute; inset: 0; z-index: 1; }
[class*="st-key-door-"] :is(a, .stPageLink, .stElementContainer) { position: static; }
[class*="st-key-door-plan"] a { padding-inline: 0; }
[class*="st-key-door-plan"] a p { white-space: normal; }
/* The terms of the glossary: what glossary.js paints, and its box. */
::highlight(glossary) { text-decoration: underline dotted; text-underline-offset: 0.2em; }
.glossary-tip { position: fixed; z-index: 1000001; max-width: min(26rem, calc(100vw - 16px));
    padding: 0.4rem 0.7rem; border-radius: 0.5rem; font-size: 0.95rem; line-height: 1.4;
    pointer-events: none; color: light-dark(#ffffff, #0f1418);
    background: light-dark(#1b242c, #e4e9ed); }
/* Streamlit writes white on the primary color, which is light on a dark ground. The theme chosen in
   the menu sets color-scheme; the system's may be the other one. */
[data-testid^="stBaseButton-primary"] { color: light-dark(#ffffff, #0f1418); }
</style>"""
)


def open_page(name: str, heading: str, sentence: str) -> EmbeddingSpace:
    """Set up a page with its frame and return the current space.

    The navigation is drawn here and not by `st.navigation`: with a `pages/` folder
    beside app.py, that one runs a page without its frame when a server's first visitor
    comes by a deep link.
    """
    page = PAGES[name]
    is_projected = projector.is_on()
    st.set_page_config(
        page_title=APP if name == "start" else f"{page.title} · {APP}",
        page_icon=ICON,
        layout="wide",
        # closed on a phone, where it would cover the page
        initial_sidebar_state="collapsed" if is_projected else "auto",
    )
    is_let_in = signin.is_let_in()
    if not is_let_in:
        heading, sentence = APP, "See what vectors mean."
    title = f"<h1>{heading}</h1><p>{sentence}</p>"
    style = STYLE + narrow.STYLE + (projector.STYLE if is_projected else "")
    st.html(f'{style}<header class="page-heading page-{name}">{title}</header>')
    if not is_let_in:
        signin.ask()
    address.settle(name)
    space_id, space = address.current_space()
    address.workspace()  # carried along, also where a page was changed without its links
    with st.sidebar:
        st.markdown(f"### {APP}")
        choose(space_id, space, "Space of the other pages" if name == "start" else "Space")
        navigation(name, space_id)
        with st.container(horizontal=True, vertical_alignment="center"):
            projector.draw()
            glossary.draw()
        signin.draw(name)
    if page.role is not None:
        signin.require(page.role)
    room_bar.draw(name)
    bar.draw(name)
    jobs()  # the workers start in the background, after this first page
    return space


def choose(space_id: str, space: EmbeddingSpace, label: str) -> None:
    """Draw the chooser of spaces and the facts of the current one."""
    options = [*spaces.SAMPLES, *st.session_state["opened"]]
    options = [one for one in options if one == space_id or spaces.find_space(one) is not None]
    # set here, not given as a default: a link or another page may have changed it
    st.session_state["space choice"] = space_id
    st.selectbox(
        label,
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
