"""What all charts that are no map have in common: quiet axes, one font, both grounds."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from explorer.figures.map import DARK, LIGHT, Ink

FONT = "Source Sans, Source Sans Pro, sans-serif"
TEXT_SIZE = 14  # readable from the back of a classroom


def ink_for(dark: bool) -> Ink:
    """Return the colors that suit a dark or a light ground."""
    return DARK if dark else LIGHT


def style(figure: go.Figure, ink: Ink, height: int, **more: Any) -> go.Figure:
    """Give a chart its frame, and return it."""
    axis = {
        "gridcolor": ink.grid,
        "zeroline": False,
        "automargin": True,
        "tickfont": {"color": ink.quiet, "size": TEXT_SIZE - 1},
        "title": {"font": {"color": ink.quiet, "size": TEXT_SIZE}, "standoff": 6},
    }
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": ink.text, "family": FONT, "size": TEXT_SIZE},
        hoverlabel={"bgcolor": ink.text, "font": {"color": ink.halo, "size": TEXT_SIZE}},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
    figure.update_xaxes(axis)
    figure.update_yaxes(axis)
    figure.update_layout(**more)
    return figure
