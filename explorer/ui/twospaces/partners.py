"""The items that were not compared: without a partner, or with a key that is not theirs alone."""

from __future__ import annotations

import streamlit as st

from explorer.comparison.compare import Comparison
from explorer.comparison.matching import WHY, left_out
from explorer.ui.shell.tables import table_height, without_export
from explorer.wording import count
from explorer.workspace.take_home import file_name, write_csv

MOST_LISTED = 10_000  # lines that a browser is sent; the file has all
LINES = 8


def show(found: Comparison) -> None:
    """Draw all items that were left out and why, folded; nothing where there are none."""
    table = left_out(found.matching, found.space, found.other)
    if not len(table):
        return
    with st.expander(f"{count(len(table), 'item')} left out of the comparison"):
        st.caption(
            f"Nobody knows which partner a row has that is marked “{WHY[1]}”. Match by another "
            "column, such as an id."
        )
        shown = table.slice(0, MOST_LISTED)
        without_export("partners").dataframe(
            shown, hide_index=True, height=table_height(min(LINES, len(shown)))
        )
        if len(table) > MOST_LISTED:
            st.caption(f"The first {MOST_LISTED:,} of {len(table):,}; the file has all of them.")
        st.download_button(
            "All of them as CSV",
            data=lambda: write_csv(table, as_it_is=False),
            file_name=file_name(
                found.space.name, f"and {found.other.name} left out", suffix=".csv"
            ),
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="left out",
        )
