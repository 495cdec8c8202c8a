"""What the steps share: which vectors, which settings, and a job that begins at a button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from explorer import EmbeddingSpace
from explorer.errors import QueryError
from explorer.jobs.pool import Job
from explorer.neighbors.indexes.data import (
    CLUSTERS,
    DIMENSIONS,
    HELD_OUT,
    MOST_QUERIES,
    NOISE,
    SIZES,
    Made,
    without_direction,
)
from explorer.neighbors.indexes.job import Wanted
from explorer.neighbors.indexes.known import INDEXES
from explorer.neighbors.indexes.settings import TRIED_K, Settings
from explorer.ui.shell import address, progress
from explorer.wording import count

THIS, MADE = "This space", "Made vectors"
ASKED = "searches asked for"  # session state: keys of the jobs that this visitor has started
KINDS = {CLUSTERS: "in clusters, as real ones are", NOISE: "pure noise, the worst case"}
ALL, LARGE = tuple(INDEXES), ("exact", "ivf", "hnsw", "ivfpq", "rabitq")
LARGE_FROM = 200_000


def ask_data(space: EmbeddingSpace) -> str | Made:
    """Draw the choice between the open space and made vectors; a space is named by its digest."""
    chosen = st.segmented_control(
        "Vectors",
        [THIS, MADE],
        default=THIS,
        required=True,
        key=address.choice("search_data", [THIS, MADE]),
        bind="query-params",
        label_visibility="collapsed",
    )
    if chosen == THIS:
        return space.digest
    size, dim, kind = st.columns([1, 1, 1.6])
    n = size.selectbox(
        "How many", SIZES, index=1, format_func=lambda one: f"{one:,}", key="search_n"
    )
    d = dim.selectbox("Dimensions", DIMENSIONS, index=1, key="search_dim")
    how = kind.selectbox("They are", list(KINDS), format_func=KINDS.__getitem__, key="search_kind")
    return Made(n, d, how)


def size_of(space: EmbeddingSpace, data: str | Made) -> tuple[int, int]:
    """Return how many vectors with a direction there are, and their dimensions."""
    if isinstance(data, Made):
        return data.n, data.dim
    return len(space) - without_direction(space), space.dim


def ask_settings(n: int) -> tuple[Settings, int, tuple[str, ...]]:
    """Draw the settings; return them, the number of queries, and the indexes to measure."""
    stored = n - n // HELD_OUT
    usual = [name for name in (LARGE if n > LARGE_FROM else ALL) if can_be_built(name, stored)]
    names = st.multiselect(
        "Indexes",
        ALL,
        default=usual,
        format_func=lambda name: INDEXES[name].title,
        key=f"search_indexes {len(usual)}",
        help="Exact search is always measured: it is what the others are compared with.",
    )
    left, right = st.columns(2)
    k = left.number_input("k, neighbors asked for", 1, TRIED_K, 10, key="search_k")
    queries = right.number_input(
        "Queries", 0, MOST_QUERIES, 0, key="search_queries", help="0: as many as suit."
    )
    links = left.number_input(
        "M, links of HNSW", 1, 1000, 16, key="search_links", help="Links of a vector on a layer."
    )
    cells = right.number_input(
        "Cells of IVF", 0, 1_000_000, 0, key="search_cells", help="0: 4√n, a rule of thumb."
    )
    code = left.number_input(
        "Bytes of a code in IVF+PQ", 0, 10_000, 0, key="search_code", help="0: an eighth of d."
    )
    return (
        Settings(int(links), int(cells), int(code), int(k)),
        int(queries),
        tuple(name for name in ALL if name in names or name == "exact"),
    )


def can_be_built(name: str, n: int) -> bool:
    """Return whether so many vectors make such an index."""
    try:
        INDEXES[name].check(n)
    except QueryError:
        return False
    return True


def tell_left_out(space: EmbeddingSpace, data: str | Made) -> None:
    """Say how many vectors are in no index, because they hold only zeros."""
    if isinstance(data, str) and (zeros := without_direction(space)):
        st.caption(
            f":material/info: {count(zeros, 'vector holds', 'vectors hold')} only zeros and so "
            "has no direction to compare by: left out here."
        )


def space_for(space: EmbeddingSpace, wanted: Wanted) -> EmbeddingSpace | None:
    """Return the space to send to the worker, None for vectors that it makes itself."""
    return None if isinstance(wanted.data, Made) else space


def at_a_button(
    key: str, start: Callable[[], Job], label: str, sentence: str, wait: progress.Wait
) -> Any:
    """Draw a button that starts a job, then how far it is; return the result when it is there."""
    asked: set[str] = st.session_state.setdefault(ASKED, set())
    job = progress.jobs().find(key)
    running = job is not None and not job.state.is_over
    if key not in asked and not running:
        text, button = st.columns([3.2, 1], vertical_alignment="center")
        text.markdown(sentence)
        if button.button(
            label,
            type="primary",
            icon=":material/play_arrow:",
            width="stretch",
            key=f"{wait.place} go",
        ):
            asked.add(key)
            progress.come_back(key)
            start()
            st.rerun()
        return None
    return progress.wait_for(key, start, wait)
