"""MovieLens 100k on the page: its terms first, then a button that fetches it, if allowed."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from explorer.beyond.tastes import job
from explorer.beyond.tastes.movielens import CITATION, MOVIELENS, TERMS, fetched, read_movielens
from explorer.beyond.tastes.tastes import Tastes
from explorer.errors import DownloadError
from explorer.ui.encode import jobs
from explorer.ui.open.telling import tell
from explorer.ui.shell import progress
from explorer.ui.shell.owner import allows
from explorer.wording import readable_bytes

WAIT = progress.Wait(
    place="films", stopped="Stopped. Nothing was kept.", again="Fetch the films again"
)
ACCEPTED = "film terms accepted"  # session state
SOURCE = (
    f"{MOVIELENS.name}, from its publisher [GroupLens]({MOVIELENS.about}), for research; it may "
    "not be passed on."
)


@st.cache_resource(show_spinner=False, max_entries=1)
def read(path: str, changed: int) -> Tastes:
    """Return the films, read once for all visitors."""
    return read_movielens(Path(path))


def films() -> Tastes | None:
    """Return the films, or draw what is needed to fetch them."""
    path = fetched()
    if path is None and st.session_state.get(ACCEPTED) and allows("data_sets"):
        pool = jobs.encodings().downloads
        started = progress.follow(
            {job.FETCH_KEY: lambda: job.start_fetching(pool)}, WAIT, pool=pool
        )
        if started is None:
            return None
        path = fetched()
        if path is None:
            return None
    if path is None:
        invite()
        return None
    try:
        return read(str(path), path.stat().st_mtime_ns)
    except (DownloadError, FileNotFoundError) as error:  # the cache made room a moment ago
        if isinstance(error, DownloadError):
            tell(error)
        return None


def invite() -> None:
    """Show the terms, and the button where visitors may press it."""
    left, right = st.columns([1.7, 1], gap="large")
    with left.container(border=True):
        st.markdown(f"**The terms of {MOVIELENS.name}**, in its publisher's words")
        st.markdown(TERMS)
        st.caption(f"To cite: {CITATION} [The whole README]({MOVIELENS.about}).")
    with right:
        st.markdown(
            "**100,000 ratings** of 1,682 films by 943 people, collected in 1997 and 1998. It "
            "may not be passed on, so this program does not carry it."
        )
        if allows("data_sets"):
            st.markdown(
                f"The button downloads {readable_bytes(MOVIELENS.size)} from `{MOVIELENS.url}` to "
                "the machine that runs this page, and checks that it is the known file."
            )
            st.button(
                "I accept these terms: fetch the films",
                type="primary",
                icon=":material/download:",
                on_click=lambda: st.session_state.update({ACCEPTED: True}),
            )
        else:
            st.info(
                "On this server, visitors do not fetch data sets. Its owner can: "
                "`embedding-explorer fetch-movielens`, or allow it by EXPLORER_ALLOW_DATA_SETS=1.",
                icon=":material/lock:",
            )
