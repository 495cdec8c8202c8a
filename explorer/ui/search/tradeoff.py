"""Step 1: recall against time and memory, one curve an index."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace
from explorer.figures.search import MEMORY, SPEED, tradeoff_figure
from explorer.neighbors.indexes import job
from explorer.neighbors.indexes.data import HELD_OUT
from explorer.neighbors.indexes.job import Measured, Wanted, forget, kept
from explorer.neighbors.indexes.known import INDEXES
from explorer.neighbors.indexes.measure import Point
from explorer.ui.pointcloud import is_dark
from explorer.ui.search.asked import (
    ask_data,
    ask_settings,
    at_a_button,
    size_of,
    space_for,
    tell_left_out,
)
from explorer.ui.shell import address, progress
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.tables import named_table, without_export

ALONE, TOGETHER = "one at a time", "all together"
ENOUGH = 0.95  # recall that the sentence asks for
LIKELY = {20_000: "a minute or two", 200_000: "some minutes", 10**9: "five minutes or more"}


def draw(space: EmbeddingSpace) -> None:
    """Ask what to measure, measure it, and show the curves."""
    choice, more = st.columns([5, 1], vertical_alignment="bottom")
    with choice:
        data = ask_data(space)
    n, dim = size_of(space, data)
    with more.popover("Settings", icon=":material/tune:", width="stretch"):
        settings, queries, names = ask_settings(n)
    tell_left_out(space, data)
    settings.fitted(n, dim)  # says what cannot be, before anything is built
    for name in names:
        INDEXES[name].check(n - n // HELD_OUT)
    wanted = Wanted(data, settings, queries)
    measured = {name: one for name in names if (one := kept(wanted, name))}
    if len(measured) < len(names):
        likely = next(told for most, told in LIKELY.items() if n <= most)
        left = [INDEXES[name].title for name in names if name not in measured]
        at_a_button(
            wanted.job_key(names),
            partial(job.start, progress.jobs(), space_for(space, wanted), wanted, names),
            "Measure" if not measured else "Measure the rest",
            f"**{n:,} vectors of {dim:,} dimensions**, in {len(left)} indexes, each searched on "
            f"one thread at several settings. It takes {likely}, and Stop keeps "
            "what is measured.",
            progress.Wait(place="measure", stopped="Stopped. What was measured is kept."),
        )
        measured = {name: one for name in names if (one := kept(wanted, name))}
    if "exact" in measured:
        show(measured, wanted)
    else:
        introduce()


def introduce() -> None:
    """Say what an index is, before anything is measured."""
    st.markdown(
        "To find a vector’s **nearest neighbors exactly**, a program compares it with every other "
        "vector. Twice the vectors take twice the time. An **index** sorts the vectors beforehand. "
        "A search then looks at few of them, or at short codes that stand for them. That is "
        "quicker or smaller, but now and then it **misses a true neighbor**: it is *approximate*."
    )
    without_export("indexes").dataframe(
        pa.table(
            {
                "index": [one.title for one in INDEXES.values()],
                "what it does": [one.idea for one in INDEXES.values()],
            }
        ),
        hide_index=True,
        width="stretch",
    )


def show(measured: Mapping[str, Measured], wanted: Wanted) -> None:
    """Show the sentence, the two charts and the table."""
    exact = measured["exact"]
    way = st.segmented_control(
        "Queries come",
        [ALONE, TOGETHER],
        default=ALONE,
        required=True,
        key=address.choice("search_queries_come", [ALONE, TOGETHER]),
        bind="query-params",
        help="A website’s queries come one at a time. A batch job asks all together: then exact "
        "search reads each vector once for many queries, and an index gains less.",
    )
    alone = way != TOGETHER
    for sentence in sentences(measured, alone=alone):
        st.markdown(sentence)
    left, right = st.columns([1.25, 1], gap="medium")
    with left:
        show_chart(
            tradeoff_figure(measured, SPEED, alone=alone, dark=is_dark()),
            "Recall and queries a second of each index at each setting; higher and further right "
            "is better",
            key="search speed",
        )
    with right:
        show_chart(
            tradeoff_figure(measured, MEMORY, alone=alone, legend=False, dark=is_dark()),
            "Recall and memory of each index at each setting; lower and further right is better",
            key="search memory",
        )
    st.caption(
        "Each point is one setting. The star is exact search: it misses nothing, and is the corner "
        f"to beat. Left: up is faster. Right: down is smaller. {exact.n:,} vectors of "
        f"{exact.dim:,} dimensions, {exact.queries:,} queries that no index holds, "
        f"{exact.k} neighbors by cosine. One thread of {exact.machine}, medians, "
        f"measured on {exact.date}; other work on the machine makes all of it slower."
    )
    with st.expander("The numbers as a table", icon=":material/table:"):
        named_table(table(measured), "indexes measured", column_config=FORMATS)
        if st.button("Measure all again", icon=":material/replay:"):
            forget(wanted, list(measured))
            st.rerun()


def sentences(measured: Mapping[str, Measured], *, alone: bool) -> list[str]:
    """Return what is given up and for what, in words: for time, and for memory."""
    exact = measured["exact"].points[0]
    told = []
    for name in ("hnsw", "usearch", "ivf"):
        if name in measured:
            told.append(in_words(best_by_time(measured[name], alone=alone), exact, alone=alone))
            break
    small = [
        point
        for name in ("ivfpq", "pq", "sq", "rabitq", "lsh")
        if name in measured
        for point in measured[name].points
        if point.recall >= 0.9
    ]
    if small:
        least = min(small, key=lambda one: one.nbytes)
        told.append(in_words(least, exact, alone=alone))
    return told


def best_by_time(measured: Measured, *, alone: bool) -> Point:
    """Return the fastest setting that finds enough, or the one that finds most."""
    enough = [one for one in measured.points if one.recall >= ENOUGH]
    if not enough:
        return max(measured.points, key=lambda one: one.recall)
    return min(enough, key=lambda one: one.seconds_alone if alone else one.seconds)


def in_words(point: Point, exact: Point, *, alone: bool) -> str:
    """Return a point beside exact search, as a sentence in Markdown."""
    times = exact.seconds_alone / point.seconds_alone if alone else exact.seconds / point.seconds
    if times >= 1.95:
        speed = f"1/{times:.0f} of the time"
    elif times > 1.05:
        speed = f"{1 / times:.0%} of the time"
    else:
        speed = f"{1 / times:.1f} times the time"
    memory = point.nbytes / exact.nbytes
    size = f"{memory:.1f} times the memory" if memory >= 0.95 else f"{memory:.0%} of the memory"
    return (
        f"**{INDEXES[point.index].title}** ({point.setting}) finds "
        f"**{100 * point.recall:.0f} of 100** true neighbors in **{speed}** and **{size}**."
    )


def table(measured: Mapping[str, Measured]) -> pa.Table:
    """Return all points."""
    points = [point for one in measured.values() for point in one.points]
    return pa.table(
        {
            "index": [INDEXES[one.index].title for one in points],
            "setting": [one.setting for one in points],
            "recall": [one.recall for one in points],
            "queries a second, one at a time": [1 / one.seconds_alone for one in points],
            "queries a second, together": [1 / one.seconds for one in points],
            "MB": [one.nbytes / 1e6 for one in points],
            "seconds to build": [one.build_seconds for one in points],
        }
    )


FORMATS = {
    "recall": st.column_config.NumberColumn(format="%.3f"),
    "queries a second, one at a time": st.column_config.NumberColumn(format="%.0f"),
    "queries a second, together": st.column_config.NumberColumn(format="%.0f"),
    "MB": st.column_config.NumberColumn(format="%.2f"),
    "seconds to build": st.column_config.NumberColumn(format="%.2f"),
}
