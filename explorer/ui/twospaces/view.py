"""Choose a second space, and one of five questions about the two."""

from __future__ import annotations

import math
from collections.abc import Callable

import streamlit as st

from explorer import EmbeddingSpace
from explorer.comparison import job
from explorer.comparison.compare import Comparison, K, Measured
from explorer.comparison.matching import Matching, match
from explorer.comparison.sentences import TITLES, meaning, spread, value, verdict
from explorer.conditions import LABEL
from explorer.errors import QueryError
from explorer.projection.sampling import whole_space
from explorer.ui.shell import address, progress, spaces
from explorer.ui.shell.navigation import PAGES, link_parameters
from explorer.ui.shell.plain import plain
from explorer.ui.twospaces import drifting, growing, moved, partners, searching

OTHER, ON, QUESTION = "other_space", "match_by", "two_spaces_step"  # parameters of the address
AGREE, MOVED, DRIFT, SEARCH = "Do they agree?", "Who moved?", "Drift", "Search both"
GROW = "New items"
QUESTIONS = (AGREE, MOVED, GROW, DRIFT, SEARCH)


def show(space: EmbeddingSpace) -> None:
    """Draw the page for the whole spaces, also where samples of them are drawn on the map."""
    chosen = ask_other()
    if chosen is None:
        st.info(
            "Open a second file of the same items: an older model, last month’s vectors. Then "
            "choose it here, or compare with one of the samples.",
            icon=":material/upload_file:",
        )
        return
    one, other = whole_space(space), whole_space(chosen)
    question = st.segmented_control(
        "Question",
        QUESTIONS,
        default=AGREE,
        required=True,
        key=address.choice(QUESTION, QUESTIONS),
        bind="query-params",
        label_visibility="collapsed",
    )
    try:
        if question == DRIFT:
            drifting.show(one, other)
            return
        if question == GROW:
            on = str(st.session_state.get(ON) or LABEL)
            growing.show(one, other, match(one, other, on, fewest=0))
            return
        found = compared(one, other)
        if found is not None:
            DRAWN[question](found)
    except QueryError as error:
        st.warning(plain(str(error)), icon=":material/help:")
        if not st.session_state["opened"]:  # the samples have nothing in common
            st.page_link(
                PAGES["same_words"].file,
                label="See two models of the same words compared",
                icon=PAGES["same_words"].icon,
                query_params=link_parameters("same_words", st.session_state["space"]),
            )


def ask_other() -> EmbeddingSpace | None:
    """Ask for the second space, and what to match by; None while there is none to choose."""
    here = st.session_state["space"]
    options = [
        one
        for one in (*st.session_state["opened"], *spaces.SAMPLES)
        if one != here and spaces.find_space(one) is not None
    ]
    named = st.query_params.get(OTHER)
    if named and named != here and named not in options and spaces.find_space(named) is not None:
        options.insert(0, named)  # a link to two opened spaces
    if not options:
        return None
    first, second, third = st.columns([2, 1.2, 1.2], vertical_alignment="bottom")
    chosen = first.selectbox(
        f"{plain(spaces.title(here))} (the old one, or the reference) beside",
        options,
        format_func=spaces.title,
        key=address.choice(OTHER, options, spaces.title) if not named else OTHER,
        index=options.index(named) if named in options else 0,
        help="The current space is chosen on the left; this is the new one, or the current set.",
    )
    address.change(OTHER, chosen)
    space, other = spaces.find_space(here), spaces.find_space(chosen)
    if space is None or other is None:
        return None
    tables = [whole_space(one).table().column_names for one in (space, other)]
    columns = [LABEL, *(name for name in tables[0] if name in tables[1] and name != LABEL)]
    second.selectbox(
        "Items are matched by",
        columns,
        key=address.choice(ON, columns),
        bind="query-params",
        help="A column that both have: a name or an id, each value once.",
    )
    third.slider(
        "Neighbors to compare",
        1,
        30,
        K,
        key=address.number("k", 1, 30),
        bind="query-params",
        help="How many of an item’s nearest neighbors count as its neighborhood.",
    )
    return other


def compared(space: EmbeddingSpace, other: EmbeddingSpace) -> Comparison | None:
    """Return the comparison of two spaces; None while it is computed, which is shown."""
    matching = shared_items(space, other, str(st.session_state.get(ON) or LABEL))
    key = job.key_of(space, other, matching.on)
    measured = kept(key) or progress.wait_for(
        key,
        lambda: job.start(progress.jobs(), space, other, matching),
        progress.Wait(
            place="two spaces",
            running=f"**{len(matching):,} items are compared in both spaces.**",
            stopped="The comparison was stopped; nothing of it is kept.",
        ),
    )
    if not isinstance(measured, Measured):
        return None
    k = min(int(st.session_state.get("k", K)), measured.neighbors.shape[1])
    return Comparison(space, other, matching, measured, k)


def kept(key: str) -> Measured | None:
    """Return what was measured before, read once a session."""
    name = "two spaces measured"
    if st.session_state.get(name, ("", None))[0] != key:
        found = job.load(key)
        if found is None:
            return None
        st.session_state[name] = (key, found)
    measured: Measured = st.session_state[name][1]
    return measured


def shared_items(space: EmbeddingSpace, other: EmbeddingSpace, on: str) -> Matching:
    """Return which items two spaces share; raises QueryError where there are too few."""
    return matching_of(space.digest, other.digest, on, _spaces=(space, other))


@st.cache_resource(show_spinner=False, max_entries=8)
def matching_of(
    digest: str, other: str, on: str, _spaces: tuple[EmbeddingSpace, EmbeddingSpace]
) -> Matching:
    """Return the matching of two spaces, found once for all visitors."""
    return match(*_spaces, on)


def show_agreement(found: Comparison) -> None:
    """Draw the verdict, and each figure with what it means."""
    st.markdown(f"#### {verdict(found)}")
    st.caption(
        f"{len(found):,} shared items: {len(found.space):,} × {found.space.dim:,} in "
        f"{plain(found.space.name)}, {len(found.other):,} × {found.other.dim:,} in "
        f"{plain(found.other.name)}."
    )
    for note in found.notes():
        st.caption(f":material/info: {plain(note)}")
    partners.show(found)
    for name, figure in found.figures().items():
        title, number, means = st.columns([1.5, 1, 4], vertical_alignment="center")
        title.markdown(f"**{TITLES[name]}**")
        is_known = not math.isnan(figure.value)
        number.markdown(f"### {figure.value:.3f}" if is_known else "—")
        told = spread(figure) if is_known else value(figure)
        means.markdown(f"{meaning(name, found)}  \n:gray[{told}]")


DRAWN: dict[str, Callable[[Comparison], None]] = {
    AGREE: show_agreement,
    MOVED: moved.show,
    SEARCH: searching.show,
}
