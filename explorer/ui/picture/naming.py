"""Names that a visitor gives to groups and regions, kept with the sets and tags of the space.

A name goes with the words that were found for it, so that the same group is called the same when it
is found again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace
from explorer.errors import WorkspaceError
from explorer.ui.sets import kept
from explorer.ui.shell.plain import plain
from explorer.workspace.annotations import LONGEST_NAME


def given(space: EmbeddingSpace) -> Mapping[str, str]:
    """Return the names given in a space, by the names that were found."""
    return kept.kept_annotations(space).names


def called(space: EmbeddingSpace, found: Sequence[str]) -> list[str]:
    """Return what groups or regions are called: the names given to them, or those found."""
    names = given(space)
    return [names.get(one, one) for one in found]


def found_for(space: EmbeddingSpace, names: Sequence[str]) -> list[str]:
    """Return the names that were found for what is called so."""
    back = {name: found for found, name in given(space).items()}
    return [back.get(name, name) for name in names]


def rename(space: EmbeddingSpace, found: str, name: str | None) -> None:
    """Give a name; an empty one takes it back. What cannot be kept is told."""
    try:
        kept.change(space, f"name “{found}”", lambda before: before.named(found, name or ""))
    except WorkspaceError as error:
        st.toast(plain(str(error)), icon=":material/error:", duration="long")


def table(
    space: EmbeddingSpace, found: list[str], columns: dict[str, Any], *, title: str, key: str
) -> None:
    """Show names with other columns; a double-click on a name changes it."""
    shown = pa.table({title: called(space, found), **columns})
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
                max_chars=LONGEST_NAME,
            )
        },
    )
