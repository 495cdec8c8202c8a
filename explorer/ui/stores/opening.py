"""Opening a collection: what it is, its first rows, which rows to take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pyarrow as pa
import streamlit as st

from explorer.errors import StoreError
from explorer.stores.known import Address
from explorer.stores.store import ID, SIGNS, Clause, Collection, Part, Report, Store
from explorer.stores.transfer import LABELS, read
from explorer.ui.shell.navigation import open_map
from explorer.ui.shell.plain import plain
from explorer.ui.shell.spaces import OPENED_BYTES, opened_spaces
from explorer.ui.shell.tables import without_export
from explorer.ui.stores import homes
from explorer.wording import readable_bytes

SAMPLE = 50_000  # rows that are taken unless asked otherwise: a picture of them takes a minute
MOST_BYTES = OPENED_BYTES // 2
PREVIEW = 5
NO_COLUMN = "no condition"
IDS = "the ids"


def show(store: Store, about: Collection, address: Address) -> None:
    """Draw the facts, the question which rows to take, and the first rows."""
    figures(about)
    part, label, confirmed = ask_part(about)
    place = st.empty()
    preview(store, about)
    if confirmed:
        with place.container(), stoppable("store open") as report:
            space = read(store, about.name, part, label=label, report=report)
        homes.remember(space, homes.Home(address, about, label))
        open_map(opened_spaces().add(space))


def figures(about: Collection) -> None:
    """Show size, dimensions, metric and index."""
    columns = st.columns([1, 1, 1, 1, 2])
    columns[0].metric("Vectors", f"{about.rows:,}")
    columns[1].metric("Dimensions", f"{about.dim:,}")
    columns[2].metric("In memory", readable_bytes(4 * about.rows * about.dim))
    columns[3].metric("Metric", about.metric or "not stored")
    columns[4].metric("Index", about.index or "none: compares all")


def ask_part(about: Collection) -> tuple[Part, str, bool]:
    """Ask which rows to take, which column names them, and whether to begin."""
    texts = [one.name for one in about.columns if one.kind == "text"]
    first = st.columns([1.9, 1.5, 1.5, 1.7], vertical_alignment="bottom")
    ways = ["All", "Random sample"]
    way = first[0].segmented_control(
        "Rows", ways, default=ways[about.rows > SAMPLE], required=True, key="store way"
    )
    names = {one.name: one for one in about.columns}
    column = first[1].selectbox("Only where", [NO_COLUMN, *names], key="store column")
    lower = {one.casefold(): one for one in reversed(texts)}
    named = next((lower[one] for one in LABELS if one in lower), IDS)
    options = [IDS, *texts]
    label = str(first[2].selectbox("Labels from", options, options.index(named)))
    confirmed = first[3].button(
        "Open these rows", type="primary", icon=":material/arrow_forward:", width="stretch"
    )
    size, seed = None, 42
    where: tuple[Clause, ...] = ()
    if way == ways[0] and column == NO_COLUMN:
        second = None
    else:
        second = st.columns([1, 0.9, 0.8, 1.4, 2.5], vertical_alignment="bottom")
    if second and way != ways[0]:
        most = max(1, about.rows)
        size = int(second[0].number_input("How many", 1, most, min(SAMPLE, most), step=1000))
        seed = int(second[1].number_input("Seed", 0, 2**31 - 1, 42, help="Same seed, same rows"))
    if second and column != NO_COLUMN:
        sign = str(second[2].selectbox("is", SIGNS, key="store sign"))
        text = second[3].text_input("Value", key="store value")
        if text or names[column].kind == "text":
            where = (Clause(column, sign, as_value(text, names[column].kind)),)
    taken = 4 * about.dim * min(size or about.rows, about.rows)
    if confirmed and taken > MOST_BYTES:
        raise StoreError(
            f"These rows take up to {readable_bytes(taken)}; a space here may take "
            f"{readable_bytes(MOST_BYTES)}. Take a random sample of fewer rows."
        )
    return Part(where, size, seed), ID if label == IDS else label, confirmed


def as_value(text: str, kind: str) -> Any:
    """Return what was typed as the column's kind; raises StoreError."""
    try:
        if kind in ("int", "float"):
            return float(text) if kind == "float" or "." in text else int(text)
    except ValueError:
        raise StoreError(f"“{text}” is no number, and the column holds numbers.") from None
    if kind == "bool":
        return text.strip().casefold() in ("1", "true", "yes")
    return text


def preview(store: Store, about: Collection) -> None:
    """Show the first rows."""
    with closing(store.batches(about.name, Part(), PREVIEW)) as batches:
        first = next(batches, None)
    if first is None:
        return
    numbers = [", ".join(f"{one:.3g}" for one in row[:4]) + " …" for row in first.vectors]
    table = first.payload
    for name, cells in (("vector", pa.array(numbers)), (ID, first.ids)):
        shown = name
        while shown in table.column_names:
            shown += " "
        table = table.add_column(0, shown, cells)
    st.caption("The first rows")
    without_export("first rows of a store").dataframe(table, hide_index=True)


@contextmanager
def stoppable(key: str) -> Iterator[Report]:
    """Draw a bar and a Stop button while work runs; its report moves the bar.

    Streamlit ends a running script at its next call when a button is clicked, so whatever reads
    or writes closes its connection on the way out.
    """
    place = st.empty()
    with place.container():
        left, right = st.columns([6, 1], vertical_alignment="center")
        bar = left.progress(0.0, text="asking the database …")
        right.button("Stop", icon=":material/stop:", key=f"{key} stop", width="stretch")

    def report(share: float, step: str) -> None:
        bar.progress(min(1.0, max(0.0, share)), text=plain(step))

    try:
        yield report
    finally:
        place.empty()
