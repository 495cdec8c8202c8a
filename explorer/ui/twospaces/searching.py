"""One question, two ranked lists, and what only one space finds."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from explorer import nearest_neighbors
from explorer.comparison.compare import Comparison
from explorer.errors import UnknownLabelError
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import table_height

LINES = 12


def show(found: Comparison) -> None:
    """Ask for an item and draw its nearest in both whole spaces."""
    first = found.space.label(int(found.matching.rows[int(found.order[0])]))
    asked = st.text_input(
        "An item of both spaces",
        first,
        key=f"two searches {found.space.digest} {found.other.digest}",
        help="Spelled as its label. All items of each space are searched, also those without a "
        "partner.",
    )
    if not asked:
        return
    try:
        answers = [
            nearest_neighbors(one, asked.strip(), found.k) for one in (found.space, found.other)
        ]
    except UnknownLabelError as error:
        st.warning(plain(str(error)), icon=":material/help:")
        return
    sides = st.columns(2, gap="medium")
    for side, space, answer, other in zip(
        sides, (found.space, found.other), answers, answers[::-1], strict=True
    ):
        only = [label not in other.labels for label in answer.labels]
        table = pa.table(
            {
                "label": pa.array(answer.labels),
                answer.score_name: pa.array(answer.scores),
                "found": pa.array(["only here" if one else "by both" for one in only]),
            }
        )
        with side:
            st.markdown(f"**{plain(space.name)}** finds {sum(only)} that the other does not.")
            st.dataframe(table, hide_index=True, height=table_height(LINES))
    st.caption(
        "Compare the order, not the scores: a cosine of 0.6 can be near in one model and far in "
        "another."
    )
