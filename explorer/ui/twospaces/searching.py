"""One question, two ranked lists, and what only one space finds."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace, nearest_neighbors
from explorer.comparison.compare import Comparison
from explorer.errors import ExplorerError, UnknownLabelError
from explorer.neighbors.exact import Neighbors
from explorer.ui.map.landing import vector_of
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table, table_height
from explorer.vector import Vector

LINES = 12


def show(found: Comparison) -> None:
    """Ask for an item or a text, and draw its nearest in both whole spaces."""
    both = found.space, found.other
    first = found.space.label(int(found.matching.rows[int(found.order[0])]))
    readers = [one.name for one in both if reads(one)]
    asked = st.text_input(
        "An item of both spaces, or any text" if readers else "An item of both spaces",
        first,
        key=f"two searches {found.space.digest} {found.other.digest}",
        help="Spelled as its label. All items of each space are searched, also those without a "
        "partner. A text that is no label is read by a space’s own model, where it is known.",
    )
    if not (asked and asked.strip()):
        return
    answers = [answer(one, asked.strip(), found.k) for one in both]
    for place, side in enumerate(st.columns(2, gap="medium")):
        with side:
            named = f"{place + 1}, found by {asked.strip()}"
            show_answer(both[place], answers[place], answers[1 - place], named)
    st.caption(
        "Compare the order, not the scores: a cosine of 0.6 can be near in one model and far in "
        "another."
        + ("" if readers else " New texts cannot be searched: neither space’s model is known.")
    )


def reads(space: EmbeddingSpace) -> bool:
    """Whether a new text can get a vector in this space."""
    return bool(space.source.model or space.source.words)


def answer(space: EmbeddingSpace, asked: str, k: int) -> Neighbors | str:
    """Return what a space finds near an item or a text, or why it finds nothing."""
    try:
        return nearest_neighbors(space, asked, k)
    except UnknownLabelError as error:
        if not reads(space):
            return f"{error} The model of {space.name} is not known, so it cannot read new texts."
    try:
        with st.spinner("Reading it …"):
            vector = vector_of(asked, space.source)
        return nearest_neighbors(space, Vector(asked, vector), k)
    except ExplorerError as error:
        return str(error)


def show_answer(
    space: EmbeddingSpace, own: Neighbors | str, other: Neighbors | str, named: str
) -> None:
    """Draw one space's list, with what the other does not find; `named` ends its file's name."""
    if isinstance(own, str):
        st.markdown(f"**{plain(space.name)}** finds nothing.")
        st.warning(plain(own), icon=":material/help:")
        return
    columns = {"label": pa.array(own.labels), own.score_name: pa.array(own.scores)}
    if isinstance(other, str):
        st.markdown(f"**{plain(space.name)}** finds:")
    else:
        only = [label not in other.labels for label in own.labels]
        columns["found"] = pa.array(["only here" if one else "by both" for one in only])
        st.markdown(f"**{plain(space.name)}** finds {sum(only)} that the other does not.")
    named_table(pa.table(columns), space.name, named, height=table_height(LINES))
