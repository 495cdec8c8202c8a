"""The points that can be kept, tagged or taken home now: selected, found, filtered, in a set."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace
from explorer.conditions import quoted
from explorer.errors import QueryError
from explorer.projection.sampling import whole_space
from explorer.ui.filter import state
from explorer.ui.pointcloud import Selection
from explorer.ui.shell import address
from explorer.wording import count
from explorer.workspace.annotations import KINDS, Annotations, column_of

LONGEST_SHOWN = 30  # letters of a label


@dataclass(frozen=True, eq=False)
class Points:
    """Some rows of the whole space: what the screen and a file's name call them."""

    title: str
    file: str
    rows: NDArray[np.intp]
    condition: str = ""


def at_hand(space: EmbeddingSpace, selection: Selection, hits: NDArray[np.intp]) -> list[Points]:
    """Return what the visitor has chosen on the Map, what they most likely mean first.

    That is the points selected; where the filter leaves some of them out, it came later and goes
    first. A single point is where one looks, and goes last.
    """
    try:
        filtered = state.filtered(space)
    except QueryError:  # the filter's own place tells it
        filtered = None
    found = []
    if filtered is not None and len(filtered.rows):
        n = len(filtered.rows)
        told = count(n, "filtered point")
        found.append(Points(told, f"filtered {n}", filtered.rows, filtered.condition))
    if len(hits):
        asked = str(st.session_state.get("search") or "a search")
        told = f"{len(hits):,} found by the search"
        found.insert(0, Points(told, f"found by {asked}", np.sort(hits)))
    if len(selection) > 1:
        rows = np.sort(in_whole(space, selection.rows))
        told = f"{len(rows):,} selected points"
        is_older = filtered is not None and not np.isin(rows, filtered.rows).all()
        found.insert(len(found) if is_older else 0, Points(told, f"selected {len(rows)}", rows))
    elif (row := selected_in_whole(space)) is not None:
        label = whole_space(space).label(row)
        shown = label if len(label) <= LONGEST_SHOWN else f"{label[: LONGEST_SHOWN - 1]}…"
        found.append(Points(f"the point {shown}", label, np.array([row])))
    return found


def ask_which(label: str, points: Sequence[Points]) -> Points:
    """Ask for one of the points offered: the first of them, until somebody chooses others.

    What is offered is in the key. Else Streamlit would keep what was chosen among former offers,
    while the browser, which draws a closed popover anew, shows the first: the file that is taken
    home would hold other rows than those on the screen.
    """
    titles = [one.title for one in points]
    offered = hashlib.blake2b(repr(titles).encode(), digest_size=8).hexdigest()
    title = st.selectbox(label, titles, key=f"{label} which {offered}", format_func=str)
    return points[titles.index(title)]


def in_sets(annotations: Annotations) -> list[Points]:
    """Return the points of each set and each tag."""
    return [
        Points(
            f"{count(rows.size, 'point')} of the {word} “{name}”",
            name if word == "set" else f"tagged {name}",
            rows.rows,
            quoted(column_of(kind, name)),
        )
        for kind, word in KINDS.items()
        for name, rows in annotations.of(kind).items()
    ]


def in_whole(space: EmbeddingSpace, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return which rows of the whole some drawn ones are."""
    return rows if space.drawn_from is None else space.drawn_from.rows[rows]


def selected_in_whole(space: EmbeddingSpace) -> int | None:
    """Return the row of the whole that the address selects, drawn or not."""
    row = address.selected_row(space)
    if row is None:
        return address.undrawn_row(space)
    return int(in_whole(space, np.array([row]))[0])
