"""Who moved: the items in order, one item's neighbors in both spaces, and both maps."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace, Projection
from explorer.comparison import job
from explorer.comparison.compare import Comparison, matched
from explorer.comparison.report import neighbor_lists
from explorer.figures.colors import Numbers
from explorer.figures.marks import Marks
from explorer.mapdata.looks import FEWEST_UMAP, point_size
from explorer.projection.job import Picture
from explorer.projection.storage import load_projection
from explorer.ui.filter import bar, state
from explorer.ui.picture.drawing import draw, is_finished
from explorer.ui.pointcloud import pointcloud
from explorer.ui.shell import address, progress
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import table_height

ITEM = "item"  # the parameter of the address: the place of an item in the matching
MOST_LISTED = 500
AT_ONCE = 20_000  # items whose maps are drawn without being asked for
HEIGHT = 400  # pixels of a map
ORDERS = {"Neighborhood kept": "order", "Distance after alignment": "order_by_distance"}
LASSO = "two maps lasso"  # session state: (what each map had selected, the rows selected last)


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
        show_maps(found, place)


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

    st.dataframe(
        table,
        hide_index=True,
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
    return int(named) if named.isdecimal() and int(named) < len(found) else None


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


def show_maps(found: Comparison, place: int) -> None:
    """Draw both maps; a click or a lasso in one is marked in the other."""
    both = [
        matched(space, rows)
        for space, rows in (
            (found.space, found.matching.rows),
            (found.other, found.matching.other_rows),
        )
    ]
    if found.space.name == both[0].name and state.condition():
        bar.show(found.space)
    filtered = state.filtered(found.space)
    kept = None
    if filtered is not None:
        kept = np.flatnonzero(np.isin(found.matching.rows, filtered.rows)).astype(np.intp)
    moved = Numbers("neighbors lost", 1 - found.kept.astype(np.float64), 0.0, 1.0)
    method = "umap" if len(found) >= FEWEST_UMAP else "pca"
    pictures: list[Projection] = []
    seen, lasso = st.session_state.get(LASSO, ([(), ()], ()))
    near = [
        one[place, : found.k].astype(np.intp)
        for one in (found.measured.neighbors, found.measured.other_neighbors)
    ]
    selections = []
    for number, (side, space) in enumerate(zip(st.columns(2, gap="medium"), both, strict=True)):
        with side:
            wanted = Picture(method, 2)
            if number and method == "umap":
                picture = second_picture(space, pictures[0], wanted)
            else:
                picture = draw(space, wanted, place=f"space {number}", narrow=True)
            pictures.append(picture)
            st.markdown(f"**{plain((found.space, found.other)[number].name)}**")
            own, others = near[number], near[1 - number]
            hits = np.array([row for row in lasso if row < len(found)], np.intp)
            selections.append(
                pointcloud(
                    picture,
                    space,
                    key=f"space {number}",
                    colors=moved,
                    marks=Marks(
                        hits=hits, selected=place, neighbors=own, lost=np.setdiff1d(own, others)
                    ),
                    size=point_size(len(found)),
                    height=HEIGHT,
                    kept=kept,
                    condition=filtered.condition if filtered else "",
                    on_pick=lambda row: address.change(ITEM, None if row is None else str(row)),
                )
            )
    st.caption(
        "The second map starts where the first one ended, with the same seed, so that what did not "
        "change stays about where it was. Lines lead to the true neighbors in each space; orange "
        "ones are neighbors in that space alone."
        if method == "umap"
        else "Each map is the PCA of its space."
    )
    now = [tuple(sorted(one.rows.tolist())) if len(one) > 1 else () for one in selections]
    changed = [one for one, before in zip(now, seen, strict=True) if one != before]
    if changed:
        st.session_state[LASSO] = (now, changed[0])
        st.rerun()


def second_picture(space: EmbeddingSpace, first: Projection, wanted: Picture) -> Projection:
    """Return the second space's picture, drawn from the first; until then, the first's places."""
    if not is_finished(first, wanted):
        st.caption("The second map is drawn when the first is finished.")
        return first
    key = job.aligned_key(space, first)
    ready = load_projection(key)
    if ready is not None:
        return ready
    followed = progress.wait_for(
        key,
        lambda: job.start_aligned(progress.jobs(), space, first),
        progress.Wait(
            place="second map",
            running="**UMAP** starts from the first map; until then, points stand as there.",
            stopped="The second map was stopped; points stand as in the first.",
            narrow=True,
        ),
    )
    return followed if isinstance(followed, Projection) else first
