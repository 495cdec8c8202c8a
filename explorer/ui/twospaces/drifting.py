"""Drift: a reference set and a current one, which are not the same items."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace
from explorer.comparison import job
from explorer.comparison.drift import EXAMPLES, Drift, P, draw_both
from explorer.comparison.sentences import drift_figures, drift_verdict, kind
from explorer.ui.shell import progress
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table


def show(reference: EmbeddingSpace, current: EmbeddingSpace) -> None:
    """Draw the verdict, the figures of the sets as a whole, and the clusters with examples."""
    key = job.drift_key(reference, current)
    found = job.load_drift(key)
    if found is None:
        draw_both(reference, current)  # what is wrong with the two is told at once
        found = progress.wait_for(
            key,
            lambda: job.start_drift(progress.jobs(), reference, current),
            progress.Wait(
                place="drift",
                running="**The two sets are compared.**",
                stopped="The comparison was stopped; nothing of it is kept.",
            ),
        )
    if not isinstance(found, Drift):
        return
    st.markdown(f"#### {plain(drift_verdict(found))}")
    st.caption(
        f"{plain(reference.name)} is the reference, {plain(current.name)} the current set. Their "
        "items differ, but both must come from one model: vectors of another model always "
        f"differ, whatever they mean. Compared: {found.compared[0]:,} and {found.compared[1]:,} "
        f"items. A difference counts as drift if chance makes it in fewer than {P:.0%} of cases."
    )
    for title, told, means in drift_figures(found):
        left, right = st.columns([1.4, 4])
        left.markdown(f"**{title}**")
        right.markdown(f"{means}  \n:gray[{told}]")
    st.markdown("**Clusters over both**, those that hold more of the current set first")
    table = {
        "cluster": [one.name for one in found.regions],
        "what": [kind(one) for one in found.regions],
        "of the reference": [one.reference / found.compared[0] for one in found.regions],
        "of the current": [one.current / found.compared[1] for one in found.regions],
        "examples": [
            " · ".join(current.label(row) for row in one.examples[:EXAMPLES])
            for one in found.regions
        ],
    }
    share = st.column_config.NumberColumn(format="percent")
    named_table(
        pa.table(table),
        current.name,
        f"drift from {reference.name} by cluster",
        column_config={"of the reference": share, "of the current": share},
    )
