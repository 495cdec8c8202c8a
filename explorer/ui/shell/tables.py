"""Streamlit's tables: their height, and the pictures of their rows."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace
from explorer.pictures.column import (
    data_url,
    has_pictures,
    picture_columns,
    pictures_of,
)

PICTURE = "picture"
PICTURE_WIDTH, LABEL_GIVES = 54, 40  # pixels of the column, and what the labels leave it
HEADER, LINE = 38, 35  # pixels of Streamlit's header, with both borders, and of a line


def table_height(lines: int) -> int:
    """Return the pixels that a table with so many lines in sight needs."""
    return HEADER + LINE * lines


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
