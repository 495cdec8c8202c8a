"""Pictures of tastes: the map with your point, recommenders side by side, the lesson's charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures.colors import SELECTED, Categories
from explorer.figures.label_placement import Sheet
from explorer.figures.style import TEXT_SIZE, Ink, ink_for, plain_hover, shown_text, style

SHEET = (560.0, 400.0)  # width and height of the map in pixels, less its margins
CHART = (380.0, 270.0)  # the same of the chart of lengths
NAME_LENGTH = 24
YOU = "you"
MOST_LABELED = 12  # of the items in the chart of lengths
QUIET = 0.45  # opacity of the points that are not near
GL_FROM = 2_000  # points, from which WebGL draws them


@dataclass(frozen=True, eq=False)
class Guest:
    """Your own point: where it lies (2,), and the rows that are nearest to it."""

    place: NDArray[np.floating]
    near: NDArray[np.intp]


def taste_map(
    coordinates: NDArray[np.floating],
    labels: Sequence[str],
    groups: Categories | None,
    guest: Guest | None = None,
    *,
    height: int = 430,
    dark: bool = False,
) -> go.Figure:
    """Draw points (n, 2) by their groups, and yours among them with its nearest.

    Parameters
    ----------
    labels
        A name for each point, told on hover; written beside the nearest.
    groups
        By which points are colored, or None.
    """
    ink = ink_for(dark)
    places = np.asarray(coordinates, np.float64)[:, :2]
    figure = go.Figure()
    kinds = [("", ink.points, np.arange(len(places)))]
    if groups is not None:
        kinds = [
            (name, groups.colors[code], np.flatnonzero(groups.codes == code))
            for code, name in enumerate(groups.names)
        ]
    cloud = go.Scattergl if len(places) > GL_FROM else go.Scatter
    for name, color, rows in kinds:
        figure.add_trace(
            cloud(
                x=places[rows, 0],
                y=places[rows, 1],
                mode="markers",
                marker={"size": 6, "color": color, "opacity": QUIET if guest else 0.85},
                hovertext=[plain_hover(labels[row]) for row in rows.tolist()],
                hovertemplate="<b>%{hovertext}</b><extra></extra>",
                name=shown_text(name, NAME_LENGTH) if name else "",
                showlegend=groups is not None,
            )
        )
    if guest is not None:
        draw_guest(figure, places, labels, guest, ink)
    style(figure, ink, height, grid=False, true_lengths=True)
    figure.update_xaxes(showticklabels=False)
    figure.update_yaxes(showticklabels=False)
    figure.update_layout(legend={"itemsizing": "constant", "font": {"size": TEXT_SIZE - 1}})
    return figure


def draw_guest(
    figure: go.Figure,
    places: NDArray[np.float64],
    labels: Sequence[str],
    guest: Guest,
    ink: Ink,
) -> None:
    """Draw your point as a star, and lines to the nearest with their names."""
    here = np.asarray(guest.place, np.float64)[:2]
    near = places[guest.near]
    lines = np.full((len(near) * 3, 2), np.nan)  # a gap after each line
    lines[0::3], lines[1::3] = here, near
    figure.add_scatter(
        x=lines[:, 0],
        y=lines[:, 1],
        mode="lines",
        line={"color": ink.quiet, "width": 1},
        hoverinfo="skip",
        showlegend=False,
    )
    sheet = Sheet(np.vstack([places, here]).astype(np.float32), SHEET)
    texts = [shown_text(labels[row], NAME_LENGTH) for row in guest.near]
    mine = sheet.beside(here.astype(np.float32), YOU) or "top center"
    sides = [
        sheet.beside(place.astype(np.float32), text)
        for place, text in zip(near, texts, strict=True)
    ]
    figure.add_scatter(
        x=near[:, 0],
        y=near[:, 1],
        mode="markers+text",
        marker={"size": 9, "color": "rgba(0,0,0,0)", "line": {"color": ink.text, "width": 1.5}},
        text=[text if side else "" for text, side in zip(texts, sides, strict=True)],
        textposition=[side or "top center" for side in sides],
        textfont={"color": ink.text, "size": TEXT_SIZE - 1},
        hovertext=[plain_hover(labels[row]) for row in guest.near],
        hovertemplate="<b>%{hovertext}</b><extra></extra>",
        showlegend=False,
        cliponaxis=False,
    )
    figure.add_scatter(
        x=[here[0]],
        y=[here[1]],
        mode="markers+text",
        marker={
            "symbol": "star",
            "size": 20,
            "color": SELECTED,
            "line": {"color": ink.ground, "width": 1.5},
        },
        text=[f"<b>{YOU}</b>"],
        textposition=[mine],
        textfont={"color": ink.text, "size": TEXT_SIZE + 2},
        hovertemplate="<b>you</b><extra></extra>",
        showlegend=False,
        cliponaxis=False,
    )


def beside_figure(
    values: Mapping[str, float],
    *,
    title: str,
    marked: str = "",
    height: int = 260,
    dark: bool = False,
) -> go.Figure:
    """Draw a bar for each name, the first at the top, with its number; one of them stands out."""
    ink = ink_for(dark)
    names = list(values)
    figure = go.Figure(
        go.Bar(
            x=list(values.values()),
            y=[shown_text(name, 32) for name in names],
            orientation="h",
            marker={"color": [ink.points if name == marked else ink.border for name in names]},
            text=[f"{value:.3f}" for value in values.values()],
            textposition="outside",
            cliponaxis=False,
            textfont={"color": ink.text, "size": TEXT_SIZE},
            hovertemplate="%{y}: %{x:.3f}<extra></extra>",
        )
    )
    style(figure, ink, height, margin={"l": 8, "r": 48, "t": 8, "b": 8})
    figure.update_yaxes(
        autorange="reversed", showgrid=False, tickfont={"color": ink.text, "size": TEXT_SIZE}
    )
    figure.update_xaxes(title_text=title, rangemode="tozero", nticks=5)
    return figure


def dimensions_figure(
    dims: Sequence[int],
    values: Sequence[float],
    beside: Mapping[str, float],
    *,
    height: int = 280,
    dark: bool = False,
) -> go.Figure:
    """Draw nDCG@10 over the number of dimensions, each twice the one before."""
    ink = ink_for(dark)
    figure = go.Figure(
        go.Scatter(
            x=[str(one) for one in dims],
            y=values,
            mode="lines+markers+text",
            line={"color": ink.points, "width": 2.5},
            marker={"size": 9},
            text=[f"{value:.3f}" for value in values],
            textposition="top center",
            textfont={"color": ink.text, "size": TEXT_SIZE},
            cliponaxis=False,
            hovertemplate="%{x} dimensions: %{y:.3f}<extra></extra>",
        )
    )
    style(figure, ink, height, showlegend=False)
    for name, value in beside.items():
        figure.add_hline(
            y=value,
            line={"color": ink.quiet, "dash": "dot"},
            annotation={
                "text": shown_text(f"{name} {value:.3f}", 40),
                "font": {"color": ink.quiet, "size": TEXT_SIZE - 1},
            },
            annotation_position="bottom right" if value > max(values) / 2 else "top right",
        )
    figure.update_xaxes(title_text="dimensions", type="category")
    figure.update_yaxes(title_text="nDCG@10", range=[0, 1.15 * max(values)], nticks=6)
    return figure


def lengths_figure(
    names: Sequence[str],
    counts: Sequence[int],
    lengths: Sequence[float],
    *,
    users: str,
    height: int = 360,
    dark: bool = False,
) -> go.Figure:
    """Draw each item: how many users took it to the right, the length of its vector upwards."""
    ink = ink_for(dark)
    across = np.log10(np.maximum(np.asarray(counts, np.float64), 1))
    up = np.asarray(lengths, np.float64)
    # the sheet has one scale for both axes, this figure has two: spread both alike
    spread = np.stack([unit(across) * CHART[0], unit(up) * CHART[1]], axis=1)
    sheet = Sheet(spread.astype(np.float32), CHART)
    labeled = np.argsort(-np.asarray(counts), kind="stable")[:MOST_LABELED]
    texts = [""] * len(names)
    sides = ["top center"] * len(names)
    for row in labeled:
        text = shown_text(names[row], NAME_LENGTH)
        if side := sheet.beside(spread[row].astype(np.float32), text):
            texts[row], sides[row] = text, side
    figure = go.Figure(
        go.Scatter(
            x=np.maximum(counts, 1),
            y=up,
            mode="markers+text",
            marker={"size": 7, "color": ink.points, "opacity": 0.5},
            text=texts,
            textposition=sides,
            textfont={"color": ink.text, "size": TEXT_SIZE - 1},
            hovertext=[plain_hover(name) for name in names],
            hovertemplate="<b>%{hovertext}</b><br>%{x:,} "
            + shown_text(users, NAME_LENGTH)
            + ", length %{y:.2f}<extra></extra>",
            cliponaxis=False,
        )
    )
    style(figure, ink, height, showlegend=False)
    figure.update_xaxes(
        title_text=f"{shown_text(users, NAME_LENGTH)} that have it", type="log", dtick=1
    )
    figure.update_yaxes(title_text="length of its vector", rangemode="tozero", nticks=6)
    return figure


def unit(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values stretched to the range from 0 to 1."""
    low, high = float(values.min()), float(values.max())
    return (values - low) / max(high - low, 1e-12)
