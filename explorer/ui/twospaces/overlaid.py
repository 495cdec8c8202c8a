"""One map over the other: each item twice, and lines from its old to its new place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace, Projection
from explorer.comparison.compare import Comparison
from explorer.figures.colors import BLUE, GRAY, ORANGE, Categories, Numbers
from explorer.figures.marks import Marks
from explorer.mapdata.looks import point_size
from explorer.ui.pointcloud import Arrow, pointcloud
from explorer.ui.shell import address
from explorer.ui.shell.plain import plain

Rows = NDArray[np.intp]

ITEM = "item"
LINES = 40  # from old to new place: more are a thicket
HEIGHT = 480
KEY = "space over"
PICKED = "two maps overlaid row"  # session state: the point clicked, old or new


def show(
    found: Comparison,
    pictures: Sequence[Projection],
    place: int,
    rows: tuple[Rows, Rows | None, Rows],
    *,
    colors: Numbers | None,
    condition: str,
) -> tuple[int, ...]:
    """Draw both pictures in one, and return the items that are selected.

    `rows` are the items selected before, those that a filter keeps, and all, the most moved first.
    """
    chosen, kept, order = rows
    n = len(found)
    both = in_one(f"{pictures[0].digest} {pictures[1].digest} {found.matching.on}", found, pictures)
    tied = lines_for(chosen, kept, order)
    arrows = [Arrow(int(row), int(row) + n, color=GRAY) for row in tied if row != place]
    picked = st.session_state.get(PICKED)
    selected = picked if picked is not None and picked % n == place else place + n

    def pick(row: int | None) -> None:
        st.session_state[PICKED] = row
        address.change(ITEM, None if row is None else str(row % n))

    selection = pointcloud(
        Projection(
            np.concatenate([one.coordinates for one in pictures]),
            pictures[0].method,
            pictures[0].params,
            pictures[0].seed,
        ),
        both,
        key=KEY,
        colors=in_both(found, colors),
        marks=Marks(hits=twice(chosen, n), selected=selected),
        arrows=[
            *arrows,
            Arrow(place, place + n, found.space.label(int(found.matching.rows[place]))),
        ],
        size=point_size(2 * n),
        height=HEIGHT,
        kept=None if kept is None else twice(kept, n),
        condition=condition,
        on_pick=pick,
    )
    what = "the selected items" if len(chosen) else "those that moved most"
    st.caption(
        f"Each item stands twice: as in {plain(found.space.name)}, and as in "
        f"{plain(found.other.name)}. Lines lead from the old place to the new one, for {what}"
        f"{f' (at most {LINES})' if len(tied) >= LINES else ''}. The picture loses much: who moved "
        "is measured in the vectors, and a long line may be the drawing's."
    )
    return tuple(np.unique(selection.rows % n).tolist()) if len(selection) > 1 else ()


def lines_for(chosen: Rows, kept: Rows | None, order: Rows) -> Rows:
    """Return the items that get a line: the selected ones that the filter keeps, else the first."""
    wanted = order[np.isin(order, chosen)] if len(chosen) else order
    if kept is not None:
        wanted = wanted[np.isin(wanted, kept)]
    return wanted[:LINES]


def in_both(found: Comparison, colors: Numbers | None) -> Categories | Numbers:
    """Return the colors of the items in both pictures: what was measured, or which it is."""
    if colors is not None:
        return Numbers(colors.column, np.tile(colors.values, 2), colors.low, colors.high)
    codes = np.repeat(np.arange(2, dtype=np.intp), len(found))
    names = f"{found.space.name} (old)", f"{found.other.name} (new)"
    return Categories("in", names, (BLUE, ORANGE), codes)


def twice(rows: Rows, n: int) -> Rows:
    """Return the rows of items in both pictures."""
    return np.concatenate([rows, rows + n])


@st.cache_resource(show_spinner=False, max_entries=4)
def in_one(key: str, _found: Comparison, _pictures: Sequence[Projection]) -> EmbeddingSpace:
    """Return the items twice, first as in the first space, with what was measured of them."""
    n = len(_found)
    labels = _found.labels
    names = _found.space.name, _found.other.name
    table = pa.table(
        {
            "in": pa.array([names[0]] * n + [names[1]] * n),
            "neighbors kept": pa.array(np.tile(_found.kept, 2), from_pandas=True),
        }
    )
    vectors = np.concatenate([one.coordinates for one in _pictures])
    return EmbeddingSpace(
        (*labels, *labels), vectors, name=f"{names[0]} and {names[1]}", metadata=table
    )
