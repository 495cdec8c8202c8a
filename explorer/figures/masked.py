"""Figures of “How BERT learned”: five guesses, the learning curve, accuracy by labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures.style import TEXT_SIZE, ink_for, shown_text, style
from explorer.lessons.masked.transfer import Transfer

RIGHT = "#009E73"  # the word that stood there
OTHERS = ("#D55E00", "#999999")
LETTERS = 30


def guesses_figure(
    words: Sequence[str], shares: NDArray[np.floating], right: str, *, dark: bool, height: int = 250
) -> go.Figure:
    """Draw guesses as bars, the likeliest on top; the word that stood there is green and marked."""
    ink = ink_for(dark)
    names = [f"✓ {word}" if word == right else word for word in words]
    figure = go.Figure(
        go.Bar(
            x=shares,
            y=list(range(len(words))),
            orientation="h",
            marker_color=[RIGHT if word == right else ink.points for word in words],
            text=[f"{share:.0%}" for share in shares],
            textposition="outside",
            textfont={"size": TEXT_SIZE + 1, "color": ink.text},
            cliponaxis=False,
            hovertemplate="%{x:.1%}<extra></extra>",
        )
    )
    style(figure, ink, height, grid=False, bargap=0.3, showlegend=False)
    figure.update_xaxes(range=[0, 1.12], showticklabels=False)
    figure.update_yaxes(
        tickvals=list(range(len(words))),
        ticktext=[shown_text(name, LETTERS) for name in names],
        tickfont={"size": TEXT_SIZE + 2},
        autorange="reversed",
    )
    return figure


def learning_figure(
    epochs: Sequence[int],
    values: Sequence[float],
    beside: Mapping[str, float],
    end: int,
    *,
    dark: bool,
    height: int = 330,
) -> go.Figure:
    """Draw the share of right guesses over the epochs, with lines for what counting reaches."""
    ink = ink_for(dark)
    figure = go.Figure(
        go.Scatter(
            x=epochs,
            y=values,
            mode="lines+markers",
            line={"color": ink.points, "width": 3},
            hovertemplate="epoch %{x}: %{y:.0%}<extra></extra>",
        )
    )
    style(figure, ink, height, showlegend=False)
    for name, value in beside.items():
        figure.add_hline(
            y=value,
            line={"color": ink.quiet, "dash": "dot"},
            annotation={
                "text": f"{shown_text(name, LETTERS)}: {value:.0%}",
                "font": {"color": ink.quiet, "size": TEXT_SIZE},
            },
            annotation_position="bottom right",
        )
    figure.update_xaxes(title_text="times the text was read (epochs)", range=[0, end * 1.02])
    figure.update_yaxes(title_text="right at once", tickformat=".0%", range=[0, 0.8])
    return figure


def transfer_figure(found: Transfer, *, dark: bool, height: int = 400) -> go.Figure:
    """Draw accuracy by the number of labelled texts, with one standard deviation over the seeds."""
    ink = ink_for(dark)
    figure = go.Figure()
    lines = (
        ("vectors of a trained model", found.vectors, ink.points, "solid", "circle"),
        ("one-hot words", found.words, OTHERS[0], "solid", "square"),
        ("always the most frequent genre", found.majority, OTHERS[1], "dot", "diamond"),
    )
    for name, values, color, dash, symbol in lines:
        figure.add_scatter(
            x=list(map(str, found.labelled)),
            y=values.mean(axis=1),
            error_y={"array": values.std(axis=1, ddof=1), "thickness": 1.5, "width": 5},
            mode="lines+markers",
            name=name,
            line={"color": color, "width": 3, "dash": dash},
            marker={"size": 10, "symbol": symbol},
            hovertemplate=f"{name}, %{{x}} labelled: %{{y:.0%}}<extra></extra>",
        )
    style(figure, ink, height, showlegend=True)
    figure.update_xaxes(title_text="labelled texts", type="category")
    figure.update_yaxes(title_text="right on new texts", tickformat=".0%", rangemode="tozero")
    return figure
