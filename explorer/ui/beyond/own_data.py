"""A visitor's own data on a page of “Beyond words”: an uploaded file, then a digest in the address.

A page describes its data by an `OwnData`. The data stay open on a tour of other pages: a session
keeps the digest that the address loses there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import streamlit as st

from explorer.errors import ExplorerError
from explorer.formats.file import as_file
from explorer.formats.whole_table import TABLES
from explorer.ui.encode.own_texts import PACKED
from explorer.ui.open.telling import tell
from explorer.ui.shell import address, signin
from explorer.ui.shell.plain import plain

TABLE_TYPES = (*(suffix for kind in TABLES for suffix in kind.suffixes), *PACKED)
KEPT = "own data"  # session state: parameter -> digest, for the way back to the page
READ = "own data read"  # session state: parameter -> the upload's id and its table
SHOWN_ROWS = 4  # of a table, below the choice of its columns


class Opener(Protocol):
    """`st.cache_resource` around a function that opens kept data."""

    def __call__(self, digest: str, /) -> Any:
        """Return the data kept under a digest, or None."""

    def clear(self, digest: str, /) -> None:
        """Forget what was found under a digest."""


@dataclass(frozen=True)
class OwnData:
    """What a page calls a visitor's data, and how they are read and found again.

    `parameter` of the address names them by digest; `read` makes a table of an uploaded file, and
    `use` draws the choice of columns and returns the digest once the visitor has chosen.
    """

    parameter: str
    called: str  # such as “facts”
    other: str  # the button that gives way to another file
    explained: str  # what the file must hold, in Markdown
    example: str
    types: Sequence[str]
    kept: Opener
    read: Callable[[Any], Any]
    use: Callable[[Any, Any], str | None]  # the table and the upload


def own(data: OwnData) -> Any:
    """Return the data that the address names, or draw the uploader until there are some."""
    remembered: dict[str, str] = st.session_state.setdefault(KEPT, {})
    digest = st.query_params.get(data.parameter) or remembered.get(data.parameter, "")
    found = data.kept(digest) if digest else None
    if found is None:
        if digest:
            data.kept.clear(digest)
            remembered.pop(data.parameter, None)
            st.warning(
                f"This link names {data.called} that are not kept here (any more). "
                "Open their file again.",
                icon=":material/link_off:",
            )
        ask_file(data)
        return None
    name(data, digest)
    told, button = st.columns([4, 1], vertical_alignment="center")
    told.caption(f"From {plain(found.name)}.")
    if button.button(data.other, icon=":material/upload_file:", width="stretch"):
        remembered.pop(data.parameter, None)
        address.change(data.parameter, None)
        st.rerun()
    return found


def name(data: OwnData, digest: str) -> None:
    """Name the data in the address, and remember them for the way back to the page."""
    st.session_state.setdefault(KEPT, {})[data.parameter] = digest
    if st.query_params.get(data.parameter) != digest:
        address.change(data.parameter, digest)


def ask_file(data: OwnData) -> None:
    """Draw the uploader, and what the file must hold."""
    left, right = st.columns([1.4, 1], gap="large")
    with right:
        st.markdown(data.explained)
        st.code(data.example, language=None)
    with left:
        upload = signin.upload(
            f"A table of {data.called}", type=list(data.types), key=f"{data.parameter} file"
        )
        if upload is None:
            return
        try:
            digest = data.use(read_once(data, upload), upload)
        except ExplorerError as error:
            tell(error)
            return
        if digest is not None:
            st.session_state.get(READ, {}).pop(data.parameter, None)
            name(data, digest)
            st.rerun()


def read_once(data: OwnData, upload: Any) -> Any:
    """Return an uploaded table, read once and not with each click."""
    tables = st.session_state.setdefault(READ, {})
    kept = tables.get(data.parameter)
    if kept is None or kept[0] != upload.file_id:
        with st.spinner("Reading …"):
            kept = tables[data.parameter] = (upload.file_id, data.read(as_file(upload)))
    return kept[1]


def use_button(label: str) -> bool:
    """Draw the button that takes the chosen columns."""
    return st.button(label, type="primary", icon=":material/check:")
