"""The frame around each page: settings, navigation, the current space, the heading."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from explorer import EmbeddingSpace
from explorer.ui.shell import address, spaces
from explorer.ui.shell.plain import plain
from explorer.ui.shell.progress import jobs

APP = "Embedding Explorer"

ICON = Path(__file__).parent / "icon.png"

STYLE = """<style>
.stMainBlockContainer { padding: 1rem 2.5rem 2rem; }
/* The bar with Streamlit's menu lies over the page's first line, which is ours. */
.stAppHeader { background: transparent; pointer-events: none; }
.stAppHeader * { pointer-events: none; }
.stAppHeader :is(button, a) { pointer-events: auto; }
.stSidebar [data-testid="stSidebarHeader"] { margin-bottom: 0; padding-bottom: 0; height: 2.5rem; }
/* All pages in sight at 720 pixels: those to learn with stand last. */
.stSidebar [data-testid="stVerticalBlock"] { gap: 0.25rem; }
.stSidebar [data-testid="stPageLink-NavLink"] { padding-block: 0; }
.page-heading { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; }
.page-heading h1 { margin: 0; padding: 0; }
.page-heading p { margin: 0; }
/* Streamlit writes white on the primary color, which is light on a dark ground. The theme chosen in
   the menu sets color-scheme; the system's may be the other one. */
[data-testid^="stBaseButton-primary"] { color: light-dark(#ffffff, #0f1418); }
</style>"""


@dataclass(frozen=True)
class Page:
    """A screen: its file, and what the navigation calls it."""

    file: str
    title: str
    icon: str
    section: str


PAGES = {  # in the order of the navigation
    "start": Page("app.py", "Start", ":material/home:", "Explore"),
    "open": Page("pages/open.py", "Open a file", ":material/upload_file:", "Explore"),
    "encode": Page("pages/encode.py", "Encode text", ":material/notes:", "Explore"),
    "map": Page("pages/map.py", "Map", ":material/scatter_plot:", "Explore"),
    "compare": Page("pages/compare.py", "Compare", ":material/compare:", "Explore"),
    "analogies": Page("pages/analogies.py", "Analogies", ":material/function:", "Explore"),
    "axes": Page("pages/axes.py", "Axes", ":material/straighten:", "Explore"),
    "evaluation": Page("pages/evaluation.py", "Evaluation", ":material/fact_check:", "Explore"),
    "one_hot": Page("pages/one_hot.py", "One-hot versus dense", ":material/grid_on:", "Learn"),
    "ladder": Page("pages/ladder.py", "The ladder", ":material/stairs:", "Learn"),
    "layer": Page("pages/layer.py", "Inside an embedding layer", ":material/table_rows:", "Learn"),
    "word_to_bert": Page(
        "pages/word_to_bert.py", "From a word to BERT", ":material/account_tree:", "Learn"
    ),
    "watch_it_learn": Page(
        "pages/watch_it_learn.py", "Watch it learn", ":material/model_training:", "Learn"
    ),
    "facts": Page("pages/facts.py", "Facts", ":material/hub:", "Beyond words"),
}


def open_map(space_id: str) -> None:
    """Make a space the current one and go to its map."""
    address.choose_space(space_id)
    st.switch_page(PAGES["map"].file, query_params={"space": space_id})


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
        initial_sidebar_state="expanded",
    )
    st.html(f'{STYLE}<header class="page-heading"><h1>{heading}</h1><p>{sentence}</p></header>')
    address.settle(name)
    space_id, space = address.current_space()
    with st.sidebar:
        st.markdown(f"### {APP}")
        choose(space_id, space)
        navigation(space_id)
    jobs()  # the workers start in the background, after this first page
    return space


def navigation(space_id: str) -> None:
    """Draw the links to all pages; they carry the current space along."""
    section = ""
    for name, page in PAGES.items():
        if page.section != section:
            section = page.section
            st.caption(section)
        st.page_link(
            page.file,
            label=page.title,
            icon=page.icon,
            query_params=link_parameters(name, space_id),
        )


def link_parameters(name: str, space_id: str) -> dict[str, str]:
    """Return what a link to a page carries in its address."""
    return address.map_parameters(space_id) if name == "map" else {"space": space_id}


def choose(space_id: str, space: EmbeddingSpace) -> None:
    """Draw the chooser of spaces and the facts of the current one."""
    options = [*spaces.SAMPLES, *st.session_state["opened"]]
    options = [one for one in options if one == space_id or spaces.find_space(one) is not None]
    # set, and not given as a default: a link or another page may have changed it
    st.session_state["space choice"] = space_id
    st.selectbox(
        "Space",
        options,
        format_func=spaces.title,
        key="space choice",
        on_change=lambda: address.choose_space(st.session_state["space choice"]),
    )
    rows, dimensions = st.columns(2)
    rows.metric("Vectors", f"{len(space):,}")
    dimensions.metric("Dimensions", f"{space.dim:,}")
    st.caption(f"From {plain(spaces.origin(space_id, space))}.")
    for note in space.notes:
        st.caption(f":material/info: {plain(note)}")


def door(name: str, label: str, sentence: str, *, space_id: str | None = None) -> None:
    """Draw a way on: a link to a page, with a sentence, for the given or the current space."""
    page = PAGES[name]
    wanted = space_id or st.session_state["space"]
    with st.container(border=True):
        st.page_link(
            page.file,
            label=f"**{label}**",
            icon=page.icon,
            query_params=link_parameters(name, wanted),
        )
        st.caption(sentence)
