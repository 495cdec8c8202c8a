"""The map on a page: drawn by Plotly, a click comes back as a row."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer import EmbeddingSpace, Projection
from explorer.figures.colors import Categories, Numbers
from explorer.figures.map import Marks, map_figure

KEY = "map"
CONFIG = {
    "scrollZoom": True,
    "displaylogo": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
    "toImageButtonOptions": {"format": "png", "scale": 2, "filename": "embedding-map"},
}


def is_dark() -> bool:
    """Return whether the visitor's theme is dark."""
    return st.context.theme.type == "dark"


def pointcloud(
    projection: Projection,
    space: EmbeddingSpace,
    *,
    colors: Categories | Numbers | None = None,
    marks: Marks | None = None,
    size: float = 5,
    opacity: float = 0.7,
    height: int = 600,
    on_pick: Callable[[int], None] | None = None,
) -> None:
    """Draw the points of a projection; in 2D a click on one calls `on_pick` with its row."""
    figure = map_figure(
        projection,
        space.labels,
        colors=colors,
        marks=marks,
        size=size,
        opacity=opacity,
        height=height,
        dark=is_dark(),
    )
    alt = (
        f"{len(projection):,} points of {space.name}, drawn by {projection.method.upper()} "
        f"in {projection.n_components} dimensions"
    )
    if on_pick is None or projection.n_components == 3:
        st.plotly_chart(figure, theme=None, config=CONFIG, key=f"{KEY}-still", alt=alt)
        return

    def tell() -> None:
        points = st.session_state[KEY].selection.points
        if points:
            on_pick(int(points[0]["customdata"]))

    st.plotly_chart(
        figure,
        theme=None,
        config=CONFIG,
        key=KEY,
        on_select=tell,
        selection_mode="points",
        alt=alt,
    )
