"""Step 3: candidates and re-ranking, filters, and a whole pipeline from a vibe to books."""

from __future__ import annotations

from functools import partial

import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace
from explorer.figures.search import filter_figure, rerank_figure
from explorer.lessons import vibe
from explorer.neighbors.indexes import stages
from explorer.neighbors.indexes.data import Made
from explorer.neighbors.indexes.job import Wanted
from explorer.neighbors.indexes.settings import Settings
from explorer.ui.encode.jobs import encodings
from explorer.ui.pointcloud import is_dark
from explorer.ui.search.asked import ask_data, at_a_button, size_of, space_for, tell_left_out
from explorer.ui.shell import address, progress
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.spaces import sample_space
from explorer.ui.shell.tables import named_table, table_height

MEASURED, VIBE = "Measured", "From a vibe to books"
EXAMPLE = "atmospheric, a house with secrets"
LONGEST = 300  # characters
SHOWN = 8  # books


def draw(space: EmbeddingSpace) -> None:
    """Draw the choice between the figures and the pipeline."""
    which, vectors = st.columns(2)
    part = which.segmented_control(
        "Part",
        [MEASURED, VIBE],
        default=MEASURED,
        required=True,
        key=address.choice("search_part", [MEASURED, VIBE]),
        bind="query-params",
        label_visibility="collapsed",
    )
    if part == VIBE:
        show_vibe()
    else:
        with vectors:
            data = ask_data(space)
        show_measured(space, data)


def show_measured(space: EmbeddingSpace, data: str | Made) -> None:
    """Measure re-ranking and filters, and show them."""
    tell_left_out(space, data)
    n, dim = size_of(space, data)
    wanted = Wanted(data, Settings(k=min(10, n)))
    wanted.settings.fitted(n, dim)
    key = stages.stages_key(wanted)
    found = stages.kept_stages(key) or at_a_button(
        key,
        partial(stages.start, progress.jobs(), space_for(space, wanted), wanted),
        "Measure",
        f"**{n:,} vectors**, two measurements. One: search by codes of one bit a number, then "
        "compare the best with the vectors. Two: HNSW behind filters that let fewer and fewer "
        "pass.",
        progress.Wait(place="stages"),
    )
    if found is not None:
        show_figures(found)


def show_figures(found: stages.Stages) -> None:
    """Show both charts, each with its sentence."""
    left, right = st.columns(2, gap="large")
    enough = next((one for one in found.reranked if one.recall >= 0.95), found.reranked[-1])
    with left:
        st.markdown("#### First quick, then right")
        st.markdown(
            f"One bit a number is quick and small, and finds **{found.alone:.0%}** of the true "
            f"neighbors. Ask it for {enough.candidates} candidates and compare those with their "
            f"own vectors: **{enough.recall:.0%}**, for {1e6 * enough.second_seconds:,.0f} µs more."
        )
        show_chart(
            rerank_figure(found, 10, dark=is_dark()),
            "Recall after exact re-ranking by the number of candidates",
            {
                "candidates": [one.candidates for one in found.reranked],
                "recall": [one.recall for one in found.reranked],
                "codes, µs": [1e6 * one.first_seconds for one in found.reranked],
                "re-ranking, µs": [1e6 * one.second_seconds for one in found.reranked],
            },
            key="search rerank",
        )
    with right:
        st.markdown("#### “Like this, and in stock”")
        st.markdown(filter_told(found))
        show_chart(
            filter_figure(found, dark=is_dark()),
            "Recall of three ways to filter, by the share of vectors that pass",
            {
                "pass": [one.selectivity for one in found.filtered],
                "way": [one.way for one in found.filtered],
                "recall": [one.recall for one in found.filtered],
                "µs a query": [1e6 * one.seconds for one in found.filtered],
            },
            key="search filter",
        )
    st.caption(
        "After: HNSW returns a hundred, those that do not pass are dropped. Within: HNSW walks "
        "over all (ef 64), and answers only with those that pass. Exact: what passes is compared "
        f"one by one. The filter is random. {found.n:,} vectors, {found.queries} queries, one "
        f"thread; exact search over all takes {1e6 * found.exact_seconds:,.0f} µs a query."
    )


def filter_told(found: stages.Stages) -> str:
    """Say what a strict filter does to each way."""
    least = min(one.selectivity for one in found.filtered)
    at = {one.way: one for one in found.filtered if one.selectivity == least}
    return (
        f"Where {least:.0%} pass, filtering after the search finds "
        f"**{at[stages.AFTER].recall:.0%}**: nearly all it brought is dropped. Filtering within "
        f"the walk finds **{at[stages.WITHIN].recall:.0%}**. Comparing the few that pass finds "
        f"all, in {1e6 * at[stages.EXACT].seconds:,.0f} µs: **a strict filter needs no index**."
    )


def show_vibe() -> None:
    """Ask for a vibe, and show each stage with its time and its result."""
    books = sample_space("books")
    text = st.text_input(
        "What are you in the mood for?",
        value=EXAMPLE,
        key="search_vibe",
        max_chars=LONGEST,
        icon=":material/auto_awesome:",
    )
    vibe_text = (text or "").strip()
    if not vibe_text:
        return
    found = progress.wait_for(
        vibe.vibe_key(books, vibe_text),
        partial(vibe.start, encodings().jobs, books, vibe_text),
        progress.Wait(place="vibe", running="Looking for books."),
        pool=encodings().jobs,
    )
    if found is None:
        return
    columns = st.columns(len(found.stages))
    for number, (column, (name, seconds)) in enumerate(zip(columns, found.stages, strict=True), 1):
        column.metric(f"{number}. {name}", f"{1000 * seconds:,.1f} ms")
    shown = found.candidates[:SHOWN]
    authors = books.metadata["author"].to_pylist() if books.metadata is not None else []
    named_table(
        pa.table(
            {
                "place": list(range(1, len(shown) + 1)),
                "found at": [one.found_at for one in shown],
                "book": [books.label(one.row) for one in shown],
                "author": [authors[one.row] for one in shown],
                "why: its nearest sentence": [one.reason for one in shown],
                "sentence": [one.best for one in shown],
                "whole": [one.similarity for one in shown],
            }
        ),
        "books for",
        vibe_text,
        height=table_height(len(shown)),
        column_config={
            "place": st.column_config.NumberColumn(width=50),
            "found at": st.column_config.NumberColumn(width=70, help="Its place before re-ranking"),
            "why: its nearest sentence": st.column_config.TextColumn(width="large"),
            "sentence": st.column_config.NumberColumn(format="%.2f", width=70),
            "whole": st.column_config.NumberColumn(format="%.2f", width=60),
        },
    )
    st.caption(
        "The stages of Viberary, a search engine for books by vibe (Vicki Boykis, 2023): encode, "
        "find candidates in an index, re-rank them by a closer look, show why. Here the closer "
        "look compares each sentence of a candidate’s description; a book is placed by the sum of "
        "both cosines. Sentences that were read before are taken from the cache, so a second "
        "vibe is quicker. Among 338 books the index is not needed; among 338 million it is."
    )
