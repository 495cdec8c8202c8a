"""Names that a visitor gives to groups and regions: kept in the session, by space and found name.

A name goes with the words that were found for it, so that the same group is called the same when it
is found again. What is kept is one dict of texts, which a workspace file can hold as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace

NAMES = "names given"  # session state: for each space's digest, found name to given name
LONGEST = 80  # characters of a name


def given(space: EmbeddingSpace) -> dict[str, str]:
    """Return the names given in a space, by the names that were found."""
    names: dict[str, dict[str, str]] = st.session_state.setdefault(NAMES, {})
    return names.setdefault(space.digest, {})


def called(space: EmbeddingSpace, found: str) -> str:
    """Return what a group or region is called: the name given to it, or the one found."""
    return given(space).get(found, found)


def found_for(space: EmbeddingSpace, names: Sequence[str]) -> list[str]:
    """Return the names that were found for what is called so."""
    back = {name: found for found, name in given(space).items()}
    return [back.get(name, name) for name in names]


def rename(space: EmbeddingSpace, found: str, name: str | None) -> None:
    """Give a name; an empty one takes it back. No two groups are called the same."""
    names = given(space)
    name = (name or "").strip()[:LONGEST]
    others = {one for key, one in names.items() if key != found}
    if name in others:
        name = next(one for n in count(2) if (one := f"{name} ({n})") not in others)
    if name and name != found:
        names[found] = name
    else:
        names.pop(found, None)


def table(
    space: EmbeddingSpace, found: list[str], columns: dict[str, Any], *, title: str, key: str
) -> None:
    """Show names with other columns; a double-click on a name changes it."""
    shown = pa.table({title: [called(space, one) for one in found], **columns})
    key = f"{key} {hash(tuple(found))} {hash(tuple(shown[title].to_pylist()))}"

    def keep() -> None:
        for row, changed in st.session_state[key]["edited_rows"].items():
            if title in changed:
                rename(space, found[row], changed[title])

    st.data_editor(
        shown,
        key=key,
        on_change=keep,
        hide_index=True,
        disabled=list(columns),
        height=220,
        column_config={
            title: st.column_config.TextColumn(
                help="Double-click to give a name; empty it to have the words back.",
                max_chars=LONGEST,
            )
        },
    )
