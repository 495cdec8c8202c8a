"""Pictures of molecules: the learned space, measured against predicted, the atoms of an element."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures.colors import SCALE, palette
from explorer.figures.style import Ink, ink_for, plain_hover, shown_text, style

ROBUST = (2, 98)  # percentiles that the colors span
MARKS = ("circle", "diamond", "square", "triangle-up", "star", "x")


def colorbar(title: str, ink: Ink) -> dict[str, object]:
    """Return a colorbar for a measured property."""
    return {
        "title": {"text": shown_text(title, 24), "side": "right"},
        "thickness": 12,
        "outlinewidth": 0,
        "tickfont": {"color": ink.quiet},
    }


def molecule_map(
    places: NDArray[np.float64],
    values: NDArray[np.float64],
    names: Sequence[str],
    measured: str,
    *,
    dark: bool,
    height: int = 400,
) -> go.Figure:
    """Draw molecules (n, 2) by their vectors, colored by what was measured."""
    ink = ink_for(dark)
    low, high = np.percentile(values, ROBUST)
    figure = go.Figure(
        go.Scattergl(
            x=places[:, 0],
            y=places[:, 1],
            mode="markers",
            marker={
                "size": 6.5,
                "color": values,
                "colorscale": SCALE,
                "cmin": low,
                "cmax": high,
                "opacity": 0.85,
                "colorbar": colorbar(measured, ink),
            },
            text=[plain_hover(name) for name in names],
            customdata=values,
            hovertemplate="<b>%{text}</b><br>%{customdata:.2f}<extra></extra>",
        )
    )
    style(figure, ink, height, true_lengths=True)
    figure.update_xaxes(showticklabels=False)
    figure.update_yaxes(showticklabels=False)
    return figure


def agreement_figure(
    measured: NDArray[np.float64],
    predicted: NDArray[np.float64],
    names: Sequence[str],
    reach: float,
    *,
    title: str,
    dark: bool,
    height: int = 360,
) -> go.Figure:
    """Draw predictions over measured values, and the band in which nine of ten should lie."""
    ink = ink_for(dark)
    low, high = float(measured.min()), float(measured.max())
    ends = np.array([low, high])
    figure = go.Figure()
    figure.add_scatter(
        x=[low, high, high, low],
        y=[low - reach, high - reach, high + reach, low + reach],
        mode="lines",
        fill="toself",
        fillcolor="rgba(86,180,233,0.18)",
        line={"width": 0},
        hoverinfo="skip",
        name="interval",
    )
    figure.add_scatter(
        x=ends, y=ends, mode="lines", line={"color": ink.quiet, "dash": "dot"}, hoverinfo="skip"
    )
    inside = np.abs(measured - predicted) <= reach
    for chosen, mark in ((inside, "circle"), (~inside, "x")):
        figure.add_scatter(
            x=measured[chosen],
            y=predicted[chosen],
            mode="markers",
            marker={"size": 7, "symbol": mark, "color": ink.points, "opacity": 0.75},
            text=[plain_hover(names[row]) for row in np.flatnonzero(chosen).tolist()],
            hovertemplate="<b>%{text}</b><br>measured %{x:.2f}, predicted %{y:.2f}<extra></extra>",
        )
    style(figure, ink, height)
    figure.update_xaxes(title_text=shown_text(f"measured {title}", 40))
    figure.update_yaxes(title_text="predicted")
    figure.update_layout(showlegend=False)
    return figure


def atoms_figure(
    places: NDArray[np.float64],
    names: Sequence[str],
    kinds: Sequence[str],
    *,
    dark: bool,
    height: int = 380,
) -> go.Figure:
    """Draw atoms (n, 2) by their vectors, colored by their surroundings, the commonest first."""
    ink = ink_for(dark)
    of_kind = np.array(kinds, dtype=object)
    present, counts = np.unique(of_kind, return_counts=True)
    order = present[np.argsort(-counts, kind="stable")]
    figure = go.Figure()
    for number, (kind, color) in enumerate(zip(order, palette(len(order), dark=dark), strict=True)):
        rows = np.flatnonzero(of_kind == kind)
        figure.add_scattergl(
            x=places[rows, 0],
            y=places[rows, 1],
            mode="markers",
            marker={
                "size": 7,
                "symbol": MARKS[number % len(MARKS)],
                "color": color,
                "opacity": 0.8,
            },
            text=[plain_hover(names[row]) for row in rows.tolist()],
            hovertemplate="<b>%{text}</b><extra></extra>",
            name=shown_text(str(kind), 28),
        )
    style(figure, ink, height, true_lengths=True)
    figure.update_layout(showlegend=True)
    figure.update_xaxes(showticklabels=False)
    figure.update_yaxes(showticklabels=False)
    return figure
