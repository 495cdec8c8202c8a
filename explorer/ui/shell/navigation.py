"""The pages, in the order of the sidebar, and the links to them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

from explorer.ui.shell import address
from explorer.ui.shell.signin import Role


@dataclass(frozen=True)
class Page:
    """A screen: its file, and what the navigation calls it."""

    file: str
    title: str
    icon: str
    section: str
    role: Role | None = None  # what one must be allowed to do to use it at all


PAGES = {  # in the order of the navigation
    "start": Page("app.py", "Start", ":material/home:", "Explore"),
    "open": Page("pages/open.py", "Open a file", ":material/upload_file:", "Explore", "open"),
    "encode": Page("pages/encode.py", "Encode text", ":material/notes:", "Explore", "encode"),
    "encode_pictures": Page(
        "pages/encode_pictures.py", "Encode pictures", ":material/image:", "Explore", "encode"
    ),
    "map": Page("pages/map.py", "Map", ":material/scatter_plot:", "Explore"),
    "check": Page("pages/check.py", "Check", ":material/rule:", "Explore"),
    "compare": Page("pages/compare.py", "Compare", ":material/compare:", "Explore"),
    "two_spaces": Page("pages/two_spaces.py", "Two spaces", ":material/compare_arrows:", "Explore"),
    "analogies": Page("pages/analogies.py", "Analogies", ":material/function:", "Explore"),
    "axes": Page("pages/axes.py", "Axes", ":material/straighten:", "Explore"),
    "evaluation": Page("pages/evaluation.py", "Evaluation", ":material/fact_check:", "Explore"),
    "search": Page("pages/search.py", "Search at scale", ":material/speed:", "Explore"),
    "stores": Page("pages/stores.py", "Stores", ":material/database:", "Explore", "open"),
    "lessons": Page("pages/lessons.py", "Lessons", ":material/school:", "Learn"),
    "room": Page("pages/room.py", "Room", ":material/meeting_room:", "Learn"),
    "by_hand": Page("pages/by_hand.py", "By hand", ":material/calculate:", "Learn"),
    "one_hot": Page("pages/one_hot.py", "One-hot versus dense", ":material/grid_on:", "Learn"),
    "ladder": Page("pages/ladder.py", "The ladder", ":material/stairs:", "Learn"),
    "layer": Page("pages/layer.py", "Inside an embedding layer", ":material/table_rows:", "Learn"),
    "word_to_bert": Page(
        "pages/word_to_bert.py", "From a word to BERT", ":material/account_tree:", "Learn"
    ),
    "watch_it_learn": Page(
        "pages/watch_it_learn.py", "Watch it learn", ":material/model_training:", "Learn"
    ),
    "same_words": Page(
        "pages/same_words.py", "Same words, other model", ":material/translate:", "Learn"
    ),
    "hidden_words": Page(
        "pages/hidden_words.py", "How BERT learned", ":material/visibility_off:", "Learn"
    ),
    "production": Page("pages/production.py", "In production", ":material/factory:", "Learn"),
    "facts": Page("pages/facts.py", "Facts", ":material/hub:", "Beyond words"),
    "molecules": Page("pages/molecules.py", "Molecules", ":material/science:", "Beyond words"),
    "tastes": Page("pages/tastes.py", "Tastes", ":material/restaurant:", "Beyond words"),
    "pictures": Page(
        "pages/pictures_and_text.py",
        "Pictures and text",
        ":material/photo_library:",
        "Beyond words",
    ),
}

links = st.components.v2.component(
    "embedding-explorer-navigation",
    html='<nav aria-label="Pages"></nav>',
    css=Path(__file__).with_suffix(".css").read_text(encoding="utf-8"),
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
)

LINES_IN_SIGHT = 19  # links and names of sections that fit into a window of 720 pixels


def open_map(space_id: str) -> None:
    """Make a space the current one and go to its map."""
    address.choose_space(space_id)
    st.switch_page(
        PAGES["map"].file, query_params={"space": space_id, **address.workspace_parameter()}
    )


def navigation(current: str, space_id: str) -> None:
    """Draw the links to all pages, which carry the current space along, in sections that fold."""
    unfolded = sections_unfolded(PAGES[current].section)
    found = links(
        key="navigation",
        data={
            "current": current,
            "sections": [
                {
                    "title": section,
                    "unfolded": section in unfolded,
                    "pages": [link(name, space_id) for name in pages],
                }
                for section, pages in sections().items()
            ],
        },
        on_page_change=nothing,
    )
    wanted = found.get("page")
    if wanted in PAGES and wanted != current:  # this page's own parameters are bound to its widgets
        address.go(PAGES[wanted].file, link_parameters(wanted, space_id))


def nothing() -> None:
    """Do nothing: Streamlit hands on a trigger only where there is somebody to call."""


def link(name: str, space_id: str) -> dict[str, str]:
    """Return what the browser needs of a link: an address too, for a tab of its own."""
    page = PAGES[name]
    path = "./" if page.file == "app.py" else f"./{Path(page.file).stem}"
    return {
        "name": name,
        "title": page.title,
        "icon": page.icon.removeprefix(":material/").removesuffix(":"),
        "address": f"{path}?{urlencode(link_parameters(name, space_id))}",
    }


def sections() -> dict[str, list[str]]:
    """Return the names of the pages of each section."""
    found: dict[str, list[str]] = {}
    for name, page in PAGES.items():
        found.setdefault(page.section, []).append(name)
    return found


def sections_unfolded(current: str) -> set[str]:
    """Return the sections that are open at first: the current one, and others while all fit."""
    unfolded = {current}
    lines = len(sections()) + len(sections()[current])
    for section, pages in sections().items():
        if section not in unfolded and lines + len(pages) <= LINES_IN_SIGHT:
            unfolded.add(section)
            lines += len(pages)
    return unfolded


def link_parameters(name: str, space_id: str) -> dict[str, str]:
    """Return what a link to a page carries in its address."""
    known = address.map_parameters if name == "map" else address.page_parameters
    return {**known(space_id), **address.workspace_parameter()}


def door(name: str, label: str, sentence: str, *, space_id: str | None = None) -> None:
    """Draw a card that leads to a page, with a sentence, for the given or the current space.

    The frame's style makes the whole card the link, by the beginning of the container's key.
    """
    page = PAGES[name]
    wanted = space_id or st.session_state["space"]
    with st.container(border=True, key=f"door {name} {label}", gap=None):
        st.page_link(
            page.file,
            label=f"**{label}**",
            icon=page.icon,
            query_params=link_parameters(name, wanted),
        )
        st.caption(sentence)
