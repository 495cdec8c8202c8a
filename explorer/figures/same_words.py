"""Cosines from one model to another: of a word with itself, and with another word."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures.colors import GRAY, SELECTED
from explorer.figures.style import ink_for, style

BINS = 25


def cosines_figure(
    same: NDArray[np.float64],
    others: NDArray[np.float64],
    *,
    dark: bool = False,
    height: int = 300,
) -> go.Figure:
    """Draw how often each cosine occurs, of (n,) equal and (n,) different words."""
    edges = np.linspace(-1, 1, BINS + 1)
    figure = go.Figure()
    for name, values, color in (
        ("two different words", others, GRAY),
        ("the same word in both", same, SELECTED),
    ):
        figure.add_scatter(
            x=(edges[:-1] + edges[1:]) / 2,
            y=np.histogram(values, edges)[0] / len(values),
            mode="lines",
            name=name,
            line={"color": color, "width": 2.5, "shape": "hvh"},
            fill="tozeroy",
            hovertemplate=f"{name}<br>cosine %{{x:.2f}}: %{{y:.0%}}<extra></extra>",
        )
    style(figure, ink_for(dark), height)
    figure.update_xaxes(title_text="cosine between a vector of each model", range=[-1, 1])
    figure.update_yaxes(title_text="share of the words", tickformat=".0%", nticks=5)
    return figure
