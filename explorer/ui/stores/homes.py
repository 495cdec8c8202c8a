"""Where a space on the Map was drawn from: its database is asked for neighbors among all rows."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from explorer import EmbeddingSpace
from explorer.errors import ExplorerError
from explorer.projection.sampling import whole_space
from explorer.stores.known import Address, open_store
from explorer.stores.space import Found, StoreSpace
from explorer.stores.store import ID, Collection
from explorer.stores.transfer import label_column
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table, table_height
from explorer.wording import count

HOMES = "databases of spaces"  # in this visitor's session only: an address may hold a password
ANSWER = "answer of the database"
LISTED = 7
# What was asked with, the answer in Markdown, and its rows; None where no row is called so.
Answer: TypeAlias = tuple[str, str, Found | None]


@dataclass(frozen=True)
class Home:
    """The collection that a space was read from, and the column of its labels."""

    address: Address
    about: Collection
    label: str


def remember(space: EmbeddingSpace, home: Home) -> None:
    """Keep where a space came from, as long as this visitor stays."""
    st.session_state.setdefault(HOMES, {})[space.digest] = home


def home_of(space: EmbeddingSpace) -> Home | None:
    """Return where a space was read from, if it holds only some of those rows."""
    whole = whole_space(space)
    home: Home | None = st.session_state.get(HOMES, {}).get(whole.digest)
    return home if home is not None and home.about.rows > len(whole) else None


def ask_database(space: EmbeddingSpace, row: int | None, k: int, metric: str) -> None:
    """Offer to ask the database, where the space is a sample of one; then show its answers."""
    home = home_of(space)
    if home is None:
        return
    wanted = st.toggle(
        f"Ask the database: all {home.about.rows:,} rows",
        key="ask database",
        help="All else on this page knows the sample only.",
    )
    text = str(st.session_state.get("search") or "")
    if not wanted or (row is None and not text):
        return
    if row is not None and space.drawn_from is not None:
        row = int(space.drawn_from.rows[row])
    try:
        for label, told, found in answers(whole_space(space), home, row, text, k, metric):
            st.markdown(told)
            if found is not None:
                table(space, label, found)
    except ExplorerError as error:
        st.warning(plain(str(error)), icon=":material/database:")


def answers(  # noqa: PLR0917 - what is asked, of which database
    whole: EmbeddingSpace, home: Home, row: int | None, text: str, k: int, metric: str
) -> list[Answer]:
    """Return what the database answers; asked once for the same question."""
    question = (whole.digest, row, text, k, metric)
    kept, answer = st.session_state.get(ANSWER, (None, None))
    if kept == question:
        return list(answer)
    with st.spinner("Asking the database …"), closing(open_store(home.address)) as store:
        label = label_column(home.about, home.label)
        among = StoreSpace(store, home.about.name, whole, home.about.rows, label)
        found: list[Answer] = []
        if row is not None:
            near = among.neighbors(row, min(k, home.about.rows - 1), metric)
            found.append((whole.label(row), told(whole, near, whole.label(row)), near))
        if text:
            found.append(named(among, whole, text, k, metric))
    st.session_state[ANSWER] = question, found
    return found


def named(among: StoreSpace, whole: EmbeddingSpace, text: str, k: int, metric: str) -> Answer:
    """Return the neighbors of the row that is called as the search says, drawn or not."""
    rows = among.named(text)
    if rows is None:
        return text, f"No row of the database is called “{plain(text)}” exactly.", None
    own = rows.ids[0].as_py()
    near = among.nearest(rows.vectors[0], min(k + 1, among.rows), metric)
    kept = [place for place, key in enumerate(near.ids) if key != own][:k]
    others = Found(tuple(near.ids[one] for one in kept), tuple(near.labels[one] for one in kept))
    return text, told(whole, others, text), others


def told(whole: EmbeddingSpace, found: Found, label: str) -> str:
    """Return how many of the rows found are in the sample, in Markdown."""
    here = sum(one is not None for one in places(whole, found))
    return (
        f"**The {len(found.ids)} nearest to “{plain(label)}”** of all rows, by the database’s own "
        f"search: {count(here, 'is', 'are')} in this sample."
    )


def places(whole: EmbeddingSpace, found: Found) -> list[int | None]:
    """Return the row of the sample for each row found; None for one that was not drawn."""
    assert whole.metadata is not None  # what was read from a store has a column of ids
    wanted = pa.array(found.ids, whole.metadata.schema.field(ID).type)
    rows = {
        whole.metadata[ID][row].as_py(): row
        for row in pc.indices_nonzero(pc.is_in(whole.metadata[ID], wanted)).to_pylist()
    }
    return [rows.get(key) for key in found.ids]


def table(space: EmbeddingSpace, label: str, found: Found) -> None:
    """List rows of the database, and which of them are in the sample."""
    here = ["✓" if one is not None else "" for one in places(whole_space(space), found)]
    named_table(
        pa.table({"label": found.labels, "id": found.ids, "in sample": here}),
        whole_space(space).name,
        f"neighbors of {label} in the database",
        height=table_height(min(len(found.ids), LISTED)),
    )
