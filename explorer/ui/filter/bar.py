"""The filter as one line of fixed height: the count, each clause with its ×, the text, undo."""

from __future__ import annotations

import re

import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace
from explorer.conditions import matching_rows
from explorer.errors import QueryError
from explorer.projection.sampling import whole_space
from explorer.ui.filter import columns, state
from explorer.ui.filter.state import Filtered
from explorer.ui.shell.plain import plain

TEXT = "filter text"  # the field's key, before a number
FIELD = "filter field"  # session state: the field's number, and the condition it was last set to
ERROR = "filter error"  # session state: why what was typed last cannot be used
LONGEST_CHIP = 36  # letters
LISTING = 200  # pixels of the list of columns, which scrolls
SIMPLE = re.compile(r'"([A-Za-z_]\w*)"')  # a name that reads as well without its quotes
HOLDS = (
    (pa.types.is_boolean, "true or false"),
    (pa.types.is_temporal, "dates"),
    (pa.types.is_integer, "numbers"),
    (pa.types.is_floating, "numbers"),
    (pa.types.is_decimal, "numbers"),
)


def show(space: EmbeddingSpace) -> Filtered | None:
    """Draw the filter's line and return what it keeps; None where nothing is filtered."""
    text, found, problem = state.condition(), state.filtered(space), state.problem(space)
    with st.container(horizontal=True, key="filter bar", vertical_alignment="center", gap="xsmall"):
        with (
            st.popover("Filter", icon=":material/filter_alt:", key="filter popover"),
            st.container(key="filter text field"),  # as wide as a condition is long
        ):
            ask_text(space, problem)
        if text or state.history().past or state.history().future:
            steps(text)
        unused = ":orange[:material/error: not in use: see Filter]"
        st.markdown(f":small[{unused if problem else counted(space, found)}]", width="content")
        for clause in dict.fromkeys(state.parts_of(text)):
            st.button(
                f"{plain(shown(clause))} :material/close:",
                key=f"clause {clause}",  # by place, a click before the last answer meets another
                help=f"Take away: {plain(clause)}",
                on_click=state.remove,
                args=(clause,),
            )
    return found


def steps(text: str) -> None:
    """Draw the buttons that go back, forward, and to no filter."""
    kept = state.history()
    for name, icon, act, is_there in (
        ("Undo in the filter", "undo", state.undo, bool(kept.past)),
        ("Redo in the filter", "redo", state.redo, bool(kept.future)),
        ("Clear the filter", "filter_alt_off", state.clear, bool(text)),
    ):
        st.button(
            name,
            icon=f":material/{icon}:",
            help=name,
            key=f"only-icon filter {name}",
            type="tertiary",
            disabled=not is_there,
            on_click=act,
        )


def counted(space: EmbeddingSpace, found: Filtered | None) -> str:
    """Return how many rows are kept, and of those how many are drawn."""
    whole = whole_space(space)
    if found is None:
        return f"all {len(whole):,}"
    text = f"**{len(found.rows):,}** of {len(whole):,}"
    if not len(found.rows):
        return f"{text}: nothing fulfills it{emptiness(space, found.condition)}"
    return text if space.drawn_from is None else f"{text}, {len(found.drawn):,} drawn"


def emptiness(space: EmbeddingSpace, condition: str) -> str:
    """Return why a condition keeps nothing, where a column tells: it has no values."""
    table = columns.columns_of(space)
    named = [name for name in table.column_names if name in condition]
    empty = [name for name in named if table[name].null_count == len(table)]
    return f"; “{plain(empty[0])}” has no value in any row" if empty else ""


def shown(clause: str) -> str:
    """Return a clause as its chip shows it: simple names without quotes, and not too long."""
    text = " ".join(SIMPLE.sub(r"\1", clause).split())
    return text if len(text) <= LONGEST_CHIP else f"{text[: LONGEST_CHIP - 1]}…"


def ask_text(space: EmbeddingSpace, problem: str | None) -> None:
    """Draw the field for the condition; a mistake is told below it and changes nothing."""
    text = state.condition()
    error = st.session_state.get(ERROR, problem)
    number, shown = st.session_state.get(FIELD, (0, None))
    if shown != text or f"{TEXT} {number}" not in st.session_state:
        # Only then: a new field loses what somebody is just typing into it. And no value for the
        # old one: in a closed popover the browser does not hear of it, and sends the old text again
        number += 1
        st.session_state[FIELD] = (number, text)
        st.session_state[f"{TEXT} {number}"] = text
        st.session_state.pop(ERROR, None)
        error = problem
    key = f"{TEXT} {number}"

    def take() -> None:
        text = st.session_state[key].strip()
        st.session_state.pop(ERROR, None)
        try:
            if text:
                matching_rows(columns.columns_of(space), text)
        except QueryError as wrong:
            st.session_state[ERROR] = str(wrong)
            return
        state.apply(text)
        st.session_state[FIELD] = (number, state.condition())

    st.text_input(
        "Keep the rows for which this is true",
        key=key,
        on_change=take,
        placeholder="price > 20 AND category IN ('a', 'b')",
        help="As in SQL: = <> < > AND OR NOT IN BETWEEN LIKE IS NULL. Texts stand in 'single' "
        'quotes, names with spaces in "double" ones.',
    )
    if error:
        st.error(plain(error), icon=":material/error:")
    table = columns.columns_of(space)
    with st.container(height=LISTING, border=False):
        st.caption("\n".join(f"- {described(name, table[name])}" for name in table.column_names))


def described(name: str, column: pa.ChunkedArray) -> str:
    """Return what a column holds, with an example, in Markdown.

    Examples
    --------
    >>> described("label", pa.chunked_array([[None, "", "a lamp"]]))
    '**label**: texts, such as a lamp'
    >>> described("note", pa.chunked_array([pa.array([None, None], pa.string())]))
    '**note**: no value in any row'
    """
    if column.null_count == len(column):
        return f"**{plain(name)}**: no value in any row"
    found = example(column)
    return f"**{plain(name)}**: {holds(column)}" + (f", such as {plain(found)}" if found else "")


def holds(column: pa.ChunkedArray) -> str:
    """Return what a column holds, in words."""
    return next((words for is_such, words in HOLDS if is_such(column.type)), "texts")


def example(column: pa.ChunkedArray) -> str:
    """Return the first value of a column that can be seen, shortened; '' where none comes soon."""
    values = (one for one in column[:1_000].to_pylist() if one is not None and str(one).strip())
    first = next(values, "")
    return f"{first:.4g}" if isinstance(first, float) else str(first)[:40]
