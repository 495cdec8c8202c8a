"""Streamlit's tables: their height, their names as files, and the pictures of their rows."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer import EmbeddingSpace
from explorer.pictures.column import (
    data_url,
    has_pictures,
    picture_columns,
    pictures_of,
)
from explorer.ui.shell.plain import plain
from explorer.workspace.take_home import file_name, write_csv

PICTURE = "picture"
PICTURE_WIDTH, LABEL_GIVES = 54, 40  # pixels of the column, and what the labels leave it
HEADER, LINE = 38, 35  # pixels of Streamlit's header, with both borders, and of a line


def table_height(lines: int) -> int:
    """Return the pixels that a table with so many lines in sight needs."""
    return HEADER + LINE * lines


def named_table(shown: Any, *words: str, saved: Any = None, **look: Any) -> None:
    """Show a table, and offer it as a CSV file whose name says what is in it.

    Streamlit's own offer, whose files are all called "… export", is hidden for it.

    Parameters
    ----------
    shown
        What `st.dataframe` takes; `look` is the rest of that.
    words
        The parts of the file's name; where a page has two tables of one name, each has a `key`.
    saved
        What the file holds, if that is more than what is shown; a table of Arrow or Polars.
    """
    name = file_name(*words, suffix=".csv")
    table = shown if saved is None else saved
    known = look.get("key", " ".join(words))
    with without_export(known, gap="xsmall"):
        st.dataframe(shown, hide_index=True, **look)
        st.download_button(
            "CSV",
            data=lambda: write_csv(table, as_it_is=False),
            file_name=name,
            mime="text/csv",
            icon=":material/download:",
            help=f"Save this table as “{plain(name)}”",
            key=f"named-table {known} csv",
            on_click="ignore",
            type="tertiary",
        )


def without_export(key: str, gap: Any = None) -> DeltaGenerator:
    """Return a place for a table without Streamlit's own offer of a file.

    For tables that are offered by a button of their own, and for those nobody would take home.
    """
    return st.container(key=f"named-table {key}", gap=gap)


def pictured(
    table: pa.Table, space: EmbeddingSpace, rows: Any, config: dict[str, Any] | None = None
) -> tuple[pa.Table, dict[str, Any]]:
    """Return a table of some rows of a space with their pictures before it, and its columns' look.

    A space without pictures leaves the table as it is.
    """
    config = dict(config or {})
    if not has_pictures(space):
        return table, config
    name = PICTURE
    while name in table.column_names:
        name += " "
    urls = pa.array([data_url(one) for one in pictures_of(space, rows)], pa.string())
    config[name] = st.column_config.ImageColumn("Image", width=PICTURE_WIDTH)
    label = config.get("label") or {}
    if isinstance(label.get("width"), int):  # the table stays as wide as it was
        config["label"] = {**label, "width": label["width"] - LABEL_GIVES}
    return table.add_column(0, name, urls), config


def with_addresses(table: pa.Table) -> tuple[pa.Table, dict[str, Any]]:
    """Return a table whose pictures a browser can show, and its columns' look."""
    config: dict[str, Any] = {}
    for name in picture_columns(table):
        urls = pa.array([data_url(one) for one in table[name].to_pylist()], pa.string())
        table = table.set_column(table.column_names.index(name), name, urls)
        config[name] = st.column_config.ImageColumn(name, width=PICTURE_WIDTH)
    return table, config
