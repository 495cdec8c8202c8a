"""Charts on a page: in our own colors, with words for those who cannot see them."""

from __future__ import annotations

from typing import Any

import streamlit as st


def show_chart(figure: Any, alt: str, *, key: str, zoom: bool = True) -> None:
    """Show a Plotly figure; `key` also names the file when it is saved."""
    config = {
        "scrollZoom": zoom,
        "displaylogo": False,
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
        "toImageButtonOptions": {"format": "png", "scale": 2, "filename": key.replace(" ", "-")},
    }
    st.plotly_chart(figure, theme=None, config=config, key=key, alt=alt)
