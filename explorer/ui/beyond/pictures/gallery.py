"""Pictures in a table or in a row, as the page shows them."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace
from explorer.pictures.column import data_url, pictures_of
from explorer.ui.shell.tables import named_table

LINE = 42  # pixels of a line with a picture
HEADER = 38
SEEN = {True: "never", False: "in training"}


def table(
    space: EmbeddingSpace,
    rows: NDArray[np.intp],
    scores: NDArray[np.float32],
    unseen: NDArray[np.bool_] | None,
    *,
    name: str,
    score: str = "cosine",
    key: str,
) -> None:
    """Show pictures, best first, with their names and scores; `name` is that of the file."""
    columns: dict[str, object] = {
        "picture": [data_url(one) for one in pictures_of(space, rows)],
        "name": [space.labels[row] for row in rows],
        score: scores[rows],
    }
    if unseen is not None:
        columns["seen"] = [SEEN[bool(unseen[row])] for row in rows]
    shown = pa.table(columns)
    named_table(
        shown,
        space.name,
        name,
        saved=shown.drop(["picture"]),
        row_height=LINE,
        height=HEADER + LINE * len(rows),
        key=key,
        column_config={
            "picture": st.column_config.ImageColumn("", width=50),
            "name": st.column_config.TextColumn(width=130),
            score: st.column_config.NumberColumn(format="%.2f", width=62),
            "seen": st.column_config.TextColumn(width=80),
        },
    )


def row_of(
    space: EmbeddingSpace, rows: NDArray[np.intp], right: Sequence[bool | None] | None = None
) -> str:
    """Return HTML that shows pictures side by side; a wrong one has a mark, none a color alone."""
    shown = []
    for place, (row, data) in enumerate(zip(rows, pictures_of(space, rows), strict=True)):
        name = html.escape(space.labels[row], quote=True)
        verdict = None if right is None else right[place]
        told = {True: "right", False: "wrong", None: ""}[verdict]
        mark = '<span aria-hidden="true">✕</span>' if verdict is False else ""
        title = f"{name}, {told}" if told else name
        shown.append(
            f'<span class="one" title="{title}"><img src="{data_url(data)}" alt="{title}">'
            f"{mark}</span>"
        )
    return f'<div class="row-of-pictures">{"".join(shown)}</div>'


STYLE = """<style>
.row-of-pictures {display: flex; flex-wrap: wrap; gap: 6px; margin: 0 0 6px}
.row-of-pictures .one {position: relative; display: inline-block; line-height: 0}
.row-of-pictures img {width: 44px; height: 44px; object-fit: contain; background: #fff;
  border-radius: 6px; border: 1px solid rgba(128, 128, 128, .35)}
.row-of-pictures span span {position: absolute; right: -4px; top: -4px; width: 16px; height: 16px;
  line-height: 16px; font-size: 11px; text-align: center; border-radius: 8px; color: #fff;
  background: #b3261e}
</style>"""
