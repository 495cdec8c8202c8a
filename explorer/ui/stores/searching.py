"""Asking the database itself: its answer beside the exact one, and the recall of its index."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from explorer.stores.recall import GOALS, Recall, measure_recall
from explorer.stores.space import StoreSpace
from explorer.stores.store import METRICS, Collection, Store
from explorer.stores.transfer import label_column
from explorer.ui.shell.tables import named_table
from explorer.ui.stores.opening import figures, stoppable
from explorer.wording import count

LISTED = 200  # rows of the sample that the chooser lists
OWN = "the database’s own"


def show(store: Store, about: Collection, key: int) -> None:
    """Draw the measurement, and below it one query with both answers."""
    figures(about)
    if about.rows < 3:
        st.info("There are too few rows to search among.")
        return
    columns = st.columns([1.2, 0.9, 1, 1.8, 1], vertical_alignment="bottom")
    metric = str(
        columns[0].selectbox(
            "Metric", METRICS, METRICS.index(about.metric or "cosine"), key="store metric"
        )
    )
    most = min(50, about.rows - 2)
    k = int(columns[1].number_input("k", 1, most, min(10, most), help="Neighbors of each query"))
    queries = int(columns[2].number_input("Queries", 1, 2000, min(500, about.rows), step=50))
    begun = columns[3].button(
        "Measure the recall", type="primary", icon=":material/speed:", width="stretch"
    )
    st.caption(
        "Recall is the share of the true nearest neighbors that the index finds: here for queries "
        "drawn at random from these very rows, against exact search."
    )
    wanted = (key, about, queries, k, metric)
    if begun:
        with stoppable("store recall") as report:
            measured = measure_recall(
                store, about.name, queries=queries, k=k, metric=metric, report=report
            )
        st.session_state["store recall"] = (wanted, measured)
    kept, found = st.session_state.get("store recall", (None, None))
    if kept == wanted:
        tell(found)
    st.markdown("##### One query")
    ask_one(store, about, key, k, metric)


def tell(found: Recall) -> None:
    """Show what was measured."""
    st.markdown(conclusion(found))
    measured = (found.default, *found.settings)
    names = [OWN, *(f"{found.knob} = {one.setting}" for one in found.settings)]
    table = pa.table(
        {
            "setting": names,
            f"recall@{found.k}": [f"{one.recall:.1%}" for one in measured],
            "95 % interval": [f"{one.low:.1%} to {one.high:.1%}" for one in measured],
            "ms a query": [round(one.milliseconds, 2) for one in measured],
        }
    )
    named_table(table, found.collection, "recall")


def ask_one(store: Store, about: Collection, key: int, k: int, metric: str) -> None:
    """Ask the database with one row; its answer stands beside the exact one."""
    sample = sampled(store, about, key)
    columns = st.columns([2.4, 1.5, 2], vertical_alignment="bottom")
    rows = range(len(sample.sample))
    row = columns[0].selectbox(
        f"A row to ask with ({len(rows)} drawn at random, seed 42)",
        rows,
        format_func=sample.sample.label,
        key="store row",
    )
    setting = None
    if about.knob:
        chosen = columns[1].selectbox(about.knob.name, [OWN, *about.knob.values], key="store knob")
        setting = None if chosen == OWN else int(str(chosen))
    compared = columns[2].button("Compare with exact search", icon=":material/compare_arrows:")
    found = sample.neighbors(int(row), k, metric, setting)
    exact = None
    if compared:
        with stoppable("store exact") as report:
            exact = sample.exact_neighbors(int(row), k, metric, report)
    left, right = st.columns(2)
    left.markdown("**The database’s answer**")
    asked_with = sample.sample.label(int(row))
    with left:
        near = pa.table({"label": found.labels, "id": found.ids})
        named_table(near, about.name, f"near {asked_with} by the database")
    right.markdown("**Exact search over all rows**")
    if exact is None:
        right.caption("Reads every row once: a few seconds for a million.")
        return
    marks = ["✓" if one in set(found.ids) else "missed" for one in exact.ids]
    with right:
        near = pa.table({"label": exact.labels, "id": exact.ids, "found": marks})
        named_table(near, about.name, f"near {asked_with} by exact search")


def sampled(store: Store, about: Collection, key: int) -> StoreSpace:
    """Return the rows to ask with, drawn once for this visitor; the address is not kept."""
    wanted = (key, about)
    kept, sample = st.session_state.get("store sample", (None, None))
    if kept != wanted:
        with st.spinner("Drawing a sample of rows …"):
            sample = StoreSpace.drawn(store, about.name, LISTED).sample
        st.session_state["store sample"] = (wanted, sample)
    return StoreSpace(store, about.name, sample, about.rows, label_column(about, None))


def conclusion(found: Recall) -> str:
    """Return what the measurement says, in Markdown."""
    told = (
        f"Over {count(found.queries, 'query', 'queries')} the database finds "
        f"**{found.default.recall:.1%}** of the {found.k} true nearest neighbors."
    )
    if not found.index:
        return f"{told} It has no index: it compares with every row."
    for goal in GOALS:
        reached = found.reaches(goal)
        told += (
            f" {goal:.0%} is reached with `{found.knob} = {reached.setting}`."
            if reached
            else f" {goal:.0%} is reached with no setting measured: the index itself would have to "
            "be built with larger values."
        )
    return told
