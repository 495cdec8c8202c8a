"""The course of a training, as every page of “Beyond words” draws it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from explorer.figures.style import TEXT_SIZE, ink_for, shown_text, style


def course_figure(
    epochs: Sequence[int],
    values: Sequence[float],
    beside: Mapping[str, float],
    end: int,
    *,
    title: str,
    dark: bool,
    height: int = 230,
) -> go.Figure:
    """Draw a figure over the epochs of a training of `end`, and what it is to be compared with.

    Parameters
    ----------
    beside
        Figures that do not change, by name: a baseline, chance.
    """
    ink = ink_for(dark)
    figure = go.Figure(
        go.Scatter(
            x=epochs,
            y=values,
            mode="lines+markers",
            line={"color": ink.points, "width": 2.5},
            hovertemplate="epoch %{x:,}: %{y:.3f}<extra></extra>",
        )
    )
    style(figure, ink, height)
    for name, value in beside.items():
        figure.add_hline(
            y=value,
            line={"color": ink.quiet, "dash": "dot"},
            annotation={
                "text": shown_text(f"{name} {value:.3f}", 40),
                "font": {"color": ink.quiet, "size": TEXT_SIZE - 1},
            },
            annotation_position="top right",
        )
    figure.update_xaxes(title_text="epoch", range=[0, end], nticks=6)
    figure.update_yaxes(title_text=title, rangemode="tozero", nticks=6)
    figure.update_layout(showlegend=False)
    return figure
