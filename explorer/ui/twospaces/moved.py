"""Who moved: the items in order, one item's neighbors in both spaces, and both maps."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from explorer.comparison.compare import Comparison
from explorer.comparison.report import neighbor_lists
from explorer.ui.shell import address
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table, table_height
from explorer.ui.twospaces import maps
from explorer.ui.twospaces.maps import ITEM
from explorer.wording import number_below

MOST_LISTED = 500
AT_ONCE = 20_000  # items whose maps are drawn without being asked for
ORDERS = {"Neighborhood kept": "order", "Distance after alignment": "order_by_distance"}


def show(found: Comparison) -> None:
    """Draw the list, the chosen item's neighbors in both spaces, and both maps."""
    left, right = st.columns([1, 1.35], gap="medium")
    with left:
        order = ask_order(found)
    place = chosen(found)
    if place is None:
        place = int(order[0])
    with right:
        show_neighbors(found, place)
    if st.toggle("Both maps", len(found) <= AT_ONCE, key="two maps"):
        maps.show(found, place, order)


def ask_order(found: Comparison) -> NDArray[np.intp]:
    """Draw the items in the order that is asked for, and return it."""
    by = st.segmented_control("Ordered by", list(ORDERS), default=next(iter(ORDERS)), required=True)
    order: NDArray[np.intp] = getattr(found, ORDERS[by])
    rows = order[:MOST_LISTED]
    table = pa.table(
        {
            "item": pa.array(found.space.labels_at(found.matching.rows[rows])),
            "kept": pa.array(np.round(found.kept[rows] * found.k), from_pandas=True),
            "distance": pa.array(found.distance[rows]),
        }
    )
    key = f"moved {found.space.digest} {found.other.digest} {by} {found.k}"

    def pick() -> None:
        picked = st.session_state[key].selection.rows
        address.change(ITEM, str(int(rows[picked[0]])) if picked else None)

    named_table(
        table,
        found.space.name,
        f"and {found.other.name} moved",
        height=table_height(6),
        key=key,
        on_select=pick,
        selection_mode="single-row",
        column_config={
            "kept": st.column_config.NumberColumn(f"kept of {found.k}", format="%d"),
            "distance": st.column_config.NumberColumn("distance", format="%.2f"),
        },
    )
    if len(found) > MOST_LISTED:
        st.caption(f"The first {MOST_LISTED:,} of {len(found):,} items.")
    return order


def chosen(found: Comparison) -> int | None:
    """Return the place of the item that the address names."""
    named = st.query_params.get(ITEM, "")
    return number_below(named, len(found))


def show_neighbors(found: Comparison, place: int) -> None:
    """Draw an item's neighbors in both spaces, with what went and what came."""
    label = found.space.label(int(found.matching.rows[place]))
    kept = found.kept[place]
    told = (
        "has no neighbors in one space"
        if np.isnan(kept)
        else (f"kept {kept * found.k:.0f} of its {found.k} neighbors")
    )
    st.markdown(f"**{plain(label)}** {told}.")
    sides = st.columns(2)
    names = found.space.name, found.other.name
    marks = ("went", ":material/remove: :orange"), ("came", ":material/add: :green")
    lists = neighbor_lists(found, place)
    for side, name, near, (what, mark) in zip(sides, names, lists, marks, strict=True):
        lines = [
            f"{mark}[{plain(one)}]" if changed else f":material/check: {plain(one)}"
            for one, changed in near
        ]
        with side, st.container(height=table_height(6), border=True, gap="xxsmall"):
            changes = sum(changed for _, changed in near)
            st.markdown(f"**{plain(name)}** · {changes} {what}")
            st.markdown("  \n".join(lines))
