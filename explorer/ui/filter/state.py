"""The filter that the address holds: read, set, narrowed by a click, undone.

Rows are those of the whole space, also where a sample of it is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace
from explorer.conditions import matching_rows, quoted
from explorer.conditions.clauses import clauses, joined
from explorer.errors import QueryError, UnknownColumnError, WorkspaceError
from explorer.projection.sampling import places_drawn, whole_space
from explorer.ui import sets
from explorer.ui.filter import columns
from explorer.ui.shell import address
from explorer.ui.shell.address import FILTER
from explorer.ui.shell.plain import plain

HISTORY = "filter history"  # session state: the space's digest, and its History
FOUND = "filter found"  # session state: what the last condition kept, and what it was asked of
AMONG = "among"  # the key of the switch: neighbors only among the filtered
PART = "filter part"  # session state: what `part` made last
MOST_KEPT = 100  # conditions to go back to


@dataclass(frozen=True, eq=False)
class Filtered:
    """The rows of the whole space that a condition keeps, ascending, and those of them drawn."""

    condition: str
    rows: NDArray[np.intp]
    drawn: NDArray[np.intp]


@dataclass
class History:
    """Conditions before and after the one in the address, the nearest last."""

    past: list[str] = field(default_factory=list)
    future: list[str] = field(default_factory=list)


def condition() -> str:
    """Return the condition in the address; empty where nothing is filtered."""
    return address.current(FILTER) or ""


def history() -> History:
    """Return what can be undone and redone in the current space."""
    current = st.session_state.get("space")
    of_space: tuple[Any, History] = st.session_state.get(HISTORY, (None, History()))
    if of_space[0] != current:
        of_space = st.session_state[HISTORY] = (current, History())
    return of_space[1]


def apply(text: str) -> None:
    """Filter by a condition, or by nothing where it is empty."""
    before, after = condition(), text.strip()
    if before == after:
        return
    kept = history()
    kept.past = [*kept.past, before][-MOST_KEPT:]
    kept.future = []
    address.change(FILTER, after or None)


def clear() -> None:
    """Filter by nothing."""
    apply("")


def undo() -> None:
    """Filter as before the last change."""
    kept = history()
    if kept.past:
        kept.future.append(condition())
        address.change(FILTER, kept.past.pop() or None)


def redo() -> None:
    """Take the last undoing back."""
    kept = history()
    if kept.future:
        kept.past.append(condition())
        address.change(FILTER, kept.future.pop() or None)


def narrow(clause: str) -> None:
    """Keep only those that fulfill a further clause as well; one that is there is not repeated."""
    parts = parts_of(condition())
    if clause not in parts:
        apply(joined([*parts, clause]))


def remove(clause: str) -> None:
    """Take a clause away."""
    apply(joined([one for one in parts_of(condition()) if one != clause]))


def narrow_to_rows(space: EmbeddingSpace, rows: NDArray[np.intp], kind: str) -> None:
    """Keep only these rows of the whole space, as a set: “lasso 1”, say.

    Where no more sets can be kept, it is a column for this visit.
    """
    whole = whole_space(space)
    taken = columns.columns_of(whole).column_names
    name = next(f"{kind} {one}" for one in range(1, len(taken) + 2) if f"{kind} {one}" not in taken)
    try:
        name = sets.keep(whole, name, rows)
    except WorkspaceError as error:
        st.toast(plain(str(error)), icon=":material/info:", duration="long")
        mask = np.zeros(len(whole), bool)
        mask[rows] = True
        columns.offer_measured(whole, name, mask)
    narrow(quoted(name))


def parts_of(text: str) -> list[str]:
    """Return a condition's clauses; one that cannot be read is one."""
    try:
        return clauses(text)
    except QueryError:
        return [text]


def filtered(space: EmbeddingSpace) -> Filtered | None:
    """Return what the address's filter keeps; None without one that can be used."""
    found = asked(space)
    return found if isinstance(found, Filtered) else None


def problem(space: EmbeddingSpace) -> str | None:
    """Return why the address's filter cannot be used, if it cannot."""
    found = asked(space)
    return found if isinstance(found, str) else None


def among(space: EmbeddingSpace) -> NDArray[np.intp] | None:
    """Return the rows that neighbors are looked for among; None for all."""
    found = filtered(space)
    is_on = st.session_state.get(AMONG, st.query_params.get(AMONG) == "true")
    return found.rows if found is not None and is_on else None


def ask_among(space: EmbeddingSpace) -> None:
    """Draw the switch of `among`, where something is filtered."""
    found = filtered(space)
    if found is not None:
        st.toggle(
            f"Only among the {len(found.rows):,} filtered",
            key=AMONG,
            bind="query-params",
            help="Exact neighbors either way: among all rows, or among those that the filter keeps",
        )


def part(space: EmbeddingSpace) -> EmbeddingSpace:
    """Return the space of the rows that the filter keeps, and say so; all without a filter.

    Where the filter keeps nothing, a sentence says that all are used.
    """
    found = filtered(space)
    if found is None:
        return space
    whole = whole_space(space)
    if not len(found.rows):
        st.info(f"No row fulfills the filter, so all {len(whole):,} are used here.")
        return space
    st.caption(f"Among the {len(found.rows):,} of {len(whole):,} rows that the filter keeps.")
    kept: tuple[Filtered, EmbeddingSpace] | None = st.session_state.get(PART)
    if kept is None or kept[0] is not found:
        taken = whole.take(found.rows, name=whole.name, step=f"where {found.condition}")
        kept = st.session_state[PART] = (found, taken)
    return kept[1]


def asked(space: EmbeddingSpace) -> Filtered | str | None:
    """Return what the address's filter keeps, or why it cannot be used.

    A page asks several times: the answer is kept until condition, space or columns change.
    """
    text = condition()
    if not text:
        return None
    added = columns.added_to(whole_space(space))
    key = (text, space.digest, {name: id(values) for name, values in added.items()})
    kept = st.session_state.get(FOUND)
    if kept is None or kept[0] != key:  # the columns are kept too, so that no id comes twice
        kept = st.session_state[FOUND] = (key, added, answer(space, text))
    found: Filtered | str = kept[2]
    return found


def answer(space: EmbeddingSpace, text: str) -> Filtered | str:
    """Return what a condition keeps, or why it cannot be used."""
    try:
        rows = matching_rows(columns.columns_of(space), text)
    except UnknownColumnError as error:
        if how := columns.how_measured(error.column):
            return f"“{error.column}” is not measured yet, so nothing is filtered: {how}."
        return str(error)
    except QueryError as error:
        return str(error)
    places = places_drawn(space, rows)
    return Filtered(text, rows, places[places >= 0])
