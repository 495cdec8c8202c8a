"""One word in two contexts as Plotly figures: the cosine of its uses, layer by layer."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from explorer.figures.bert import PIECE_LENGTH, layer_name
from explorer.figures.colors import SELECTED
from explorer.figures.style import TEXT_SIZE, ink_for, shown_text, style
from explorer.lessons.bert.senses import Separation

Floats = NDArray[np.float32]


def context_curve(
    similar: Floats,
    word: str,
    usual: Separation | None,
    *,
    dark: bool,
    height: int = 330,
) -> go.Figure:
    """Draw the cosine between a word's two vectors, layer by layer.

    Parameters
    ----------
    similar
        (layers + 1,) the cosines.
    usual
        What two uses in one sense and in two senses reach on average: without it, nobody could tell
        whether 0.8 is high.
    """
    ink = ink_for(dark)
    axis = [layer_name(layer) for layer in range(len(similar))]
    figure = go.Figure(
        go.Scatter(
            x=axis,
            y=similar,
            mode="lines+markers+text",
            line={"color": ink.points, "width": 3},
            marker={"size": 11},
            text=[f"{value:.2f}" for value in similar],
            textposition="bottom center",
            textfont={"size": TEXT_SIZE + 1},
            cliponaxis=False,
            name=f"your “{shown_text(word, PIECE_LENGTH)}”",
            hovertemplate="after %{x}: %{y:.3f}<extra></extra>",
        )
    )
    lowest = min(0.8, float(similar.min()))
    lines = []
    if usual is not None:
        lines = [
            (usual.same.mean(axis=0), "usual for one sense", "dash"),
            (usual.different.mean(axis=0), "usual for two senses", "dot"),
        ]
    for values, name, dash in lines:
        lowest = min(lowest, float(values.min()))
        figure.add_scatter(
            x=axis,
            y=values,
            mode="lines",
            line={"color": ink.quiet, "width": 2, "dash": dash},
            name=name,
            hovertemplate=f"{name}, after %{{x}}: %{{y:.3f}}<extra></extra>",
        )
    style(figure, ink, height, showlegend=True)
    figure.update_yaxes(title_text="cosine similarity", range=[lowest - 0.12, 1.02])
    return figure


def senses_curve(found: Separation, chosen: str, *, dark: bool, height: int = 400) -> go.Figure:
    """Draw how well the senses separate on each layer: thin per word, thick for the mean."""
    ink = ink_for(dark)
    axis = [str(layer) for layer in range(found.accuracy.shape[1])]
    figure = make_subplots(
        cols=2,
        subplot_titles=("nearest neighbor has the same sense", "silhouette of the two senses"),
        horizontal_spacing=0.1,
    )
    for column, values in enumerate((found.accuracy, found.silhouette), 1):
        for word, line in zip(found.words, values, strict=True):
            is_chosen = word == chosen
            figure.add_scatter(
                x=axis,
                y=line,
                mode="lines",
                line={
                    "width": 3 if is_chosen else 1,
                    "color": SELECTED if is_chosen else ink.quiet,
                },
                opacity=1 if is_chosen else 0.4,
                name=word,
                hovertemplate=f"{word}, layer %{{x}}: %{{y:.2f}}<extra></extra>",
                showlegend=is_chosen and column == 1,
                row=1,
                col=column,
            )
        figure.add_scatter(
            x=axis,
            y=values.mean(axis=0),
            mode="lines+markers",
            line={"width": 4, "color": ink.points},
            marker={"size": 9},
            name=f"mean of {len(found.words)} words",
            showlegend=column == 1,
            hovertemplate="mean, layer %{x}: %{y:.2f}<extra></extra>",
            row=1,
            col=column,
        )
    style(figure, ink, height, legend={"orientation": "h", "y": -0.18, "yanchor": "top", "x": 0})
    figure.update_layout(margin={"t": 30})
    figure.update_annotations(font={"size": TEXT_SIZE, "color": ink.quiet})
    figure.update_xaxes(title_text="layer (0: lookup)")
    figure.update_yaxes(tickformat=".0%", range=[0.2, 1.04], row=1, col=1)
    figure.add_hline(
        y=found.chance,
        line={"dash": "dot", "color": ink.quiet},
        annotation={"text": "chance", "font": {"color": ink.quiet}},
        annotation_position="bottom right",
        row=1,
        col=1,
    )
    return figure
