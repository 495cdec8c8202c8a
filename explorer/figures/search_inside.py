"""Inside an index, over a picture of the space: cells, codes, planes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from explorer.figures.colors import GREEN, ORANGE, SCALE, SELECTED
from explorer.figures.style import (
    TEXT_SIZE,
    Ink,
    color_bar,
    ink_for,
    plain_hover,
    shown_text,
    style,
)
from explorer.neighbors.indexes.inside import Answer, CellsLook, CodesLook, PlanesLook

Places = NDArray[np.floating]
Rows = NDArray[np.intp]
LabelsAt = Callable[[Rows], Sequence[str]]

MOST_DOTS = 20_000  # of the background: an even sample of more
NAME_LENGTH = 20
PADDING = 0.6  # around the query and its neighbors, in parts of their spread


def even_sample(rows: Rows, most: int = MOST_DOTS) -> Rows:
    """Return at most so many of the rows, evenly spread."""
    return rows[:: max(1, -(-len(rows) // most))]


def dots(
    figure: go.Figure, places: Places, rows: Rows, name: str, size: float, **marker: object
) -> None:
    """Draw points of the picture, without hover."""
    figure.add_scattergl(
        x=places[rows, 0],
        y=places[rows, 1],
        mode="markers",
        name=name,
        marker={"size": size, **marker},
        hoverinfo="skip",
    )


def add_answer(
    figure: go.Figure, places: Places, answer: Answer, query: int, *, labels: LabelsAt, ink: Ink
) -> None:
    """Draw the query and its true neighbors: found ones, and missed ones as the Map marks lost."""
    for rows, name, symbol, color in (
        (answer.hits, "found", "circle", GREEN),
        (answer.missed, "missed", "x", SELECTED),
    ):
        if not len(rows):
            continue
        rays = np.full((len(rows), 3, 2), np.nan)
        rays[:, 0], rays[:, 1] = places[query], places[rows]
        lines = rays.reshape(-1, 2)
        figure.add_scatter(
            x=lines[:, 0],
            y=lines[:, 1],
            mode="lines",
            line={"color": SELECTED if name == "missed" else ink.text, "width": 1.5},
            hoverinfo="skip",
            showlegend=False,
        )
        texts = labels(rows)
        figure.add_scatter(
            x=places[rows, 0],
            y=places[rows, 1],
            mode="markers+text" if name == "missed" else "markers",
            name=name,
            marker={
                "symbol": symbol,
                "size": 11,
                "color": color,
                "line": {"color": ink.ground, "width": 1},
            },
            text=[shown_text(text, NAME_LENGTH) for text in texts] if name == "missed" else None,
            textposition="top center",
            textfont={"color": ink.text, "size": TEXT_SIZE - 1},
            hovertext=[plain_hover(text) for text in texts],
            hovertemplate=f"<b>%{{hovertext}}</b><br>{name}<extra></extra>",
        )
    name = labels(np.array([query], np.intp))[0]
    figure.add_scatter(
        x=places[[query], 0],
        y=places[[query], 1],
        mode="markers+text",
        showlegend=False,
        marker={
            "symbol": "star",
            "size": 17,
            "color": ORANGE,
            "line": {"color": ink.ground, "width": 1},
        },
        text=[f"<b>{shown_text(name, NAME_LENGTH)}</b>"],
        textposition="bottom center",
        textfont={"color": ink.text, "size": TEXT_SIZE},
        hoverinfo="skip",
    )


def framed(
    figure: go.Figure,
    ink: Ink,
    height: int,
    places: Places,
    near: Rows | None,
    *,
    true_lengths: bool = True,
) -> go.Figure:
    """Give a picture its layout: whole, or around the rows in `near`."""
    style(figure, ink, height, grid=False, true_lengths=true_lengths)
    figure.update_layout(legend={"itemsizing": "constant"}, dragmode="pan")
    figure.update_xaxes(showticklabels=False)
    figure.update_yaxes(showticklabels=False)
    if near is not None:
        low, high = places[near].min(axis=0), places[near].max(axis=0)
        room = PADDING * np.maximum(high - low, 1e-6).max()
        figure.update_xaxes(range=[float(low[0] - room), float(high[0] + room)])
        figure.update_yaxes(range=[float(low[1] - room), float(high[1] + room)])
    return figure


def cells_figure(
    places: Places,
    look: CellsLook,
    nprobe: int,
    labels: LabelsAt,
    *,
    near: bool = False,
    dark: bool = False,
    height: int = 360,
) -> go.Figure:
    """Draw IVF's cells: the visited ones in color, each cell's name at its members' mean."""
    ink = ink_for(dark)
    answer = look.at(nprobe)
    figure = go.Figure()
    outside = np.setdiff1d(np.flatnonzero(look.cell >= 0), answer.visited)
    dots(figure, places, even_sample(outside), "not visited", 3, color=ink.quiet, opacity=0.25)
    dots(figure, places, even_sample(answer.visited), "visited", 5, color=ink.points, opacity=0.8)
    cells = np.unique(look.cell[look.cell >= 0])
    counts = np.bincount(look.cell[look.cell >= 0], minlength=len(look.order))[cells]
    members = look.cell >= 0
    middles = np.column_stack(
        [
            np.bincount(look.cell[members], places[members, axis], minlength=len(look.order))[cells]
            / counts
            for axis in range(2)
        ]
    )
    visited = np.isin(cells, look.order[:nprobe])
    for shown, name, color, size in (
        (~visited, "", ink.quiet, 6),
        (visited, "center of a cell", ink.text, 9),
    ):
        figure.add_scatter(
            x=middles[shown, 0],
            y=middles[shown, 1],
            mode="markers",
            name=name,
            showlegend=bool(name),
            marker={"symbol": "cross-thin", "size": size, "line": {"color": color, "width": 1.5}},
            customdata=counts[shown],
            hovertemplate="a cell of %{customdata:,} vectors<extra></extra>",
        )
    add_answer(figure, places, answer, look.row, labels=labels, ink=ink)
    rows = np.append(answer.true, look.row) if near else None
    return framed(figure, ink, height, places, rows)


def codes_figure(
    places: Places,
    look: CodesLook,
    size: int,
    labels: LabelsAt,
    *,
    near: bool = False,
    dark: bool = False,
    height: int = 360,
) -> go.Figure:
    """Draw what codes of so many bytes find: wrong answers, and the neighbors they pushed out."""
    ink = ink_for(dark)
    answer = look.at(size)
    figure = go.Figure()
    rows = even_sample(np.arange(len(places)))
    dots(figure, places, rows, "compared", 3, color=ink.quiet, opacity=0.35)
    wrong = answer.found[~np.isin(answer.found, answer.true)]
    figure.add_scatter(
        x=places[wrong, 0],
        y=places[wrong, 1],
        mode="markers",
        name="in its place",
        marker={"symbol": "circle-open", "size": 11, "color": SELECTED},
        hovertext=[plain_hover(text) for text in labels(wrong)],
        hovertemplate="<b>%{hovertext}</b><br>answered, but no true neighbor<extra></extra>",
    )
    add_answer(figure, places, answer, look.row, labels=labels, ink=ink)
    return framed(figure, ink, height, places, np.append(answer.true, look.row) if near else None)


def planes_figure(
    places: Places,
    look: PlanesLook,
    number: int,
    labels: LabelsAt,
    lines: Sequence[tuple[float, float, float]] = (),
    *,
    near: bool = False,
    dark: bool = False,
    height: int = 360,
) -> go.Figure:
    """Draw each point by how many planes lie between it and the query.

    Parameters
    ----------
    lines
        (a, b, c) of planes as they cut the picture: a + b·x + c·y = 0.
    """
    ink = ink_for(dark)
    answer = look.at(number)
    share = look.distance(number)
    figure = go.Figure()
    rows = even_sample(np.flatnonzero(np.isfinite(share)))
    figure.add_scattergl(
        x=places[rows, 0],
        y=places[rows, 1],
        mode="markers",
        name="a vector",
        marker={
            "size": 4,
            "color": share[rows],
            "colorscale": SCALE,
            "reversescale": True,
            "cmin": 0,
            "cmax": float(np.percentile(share[rows], 98)) or 1.0,
            "colorbar": color_bar(ink, "share of planes in between", tickformat=".0%"),
        },
        hoverinfo="skip",
        showlegend=False,
    )
    low, high = places.min(axis=0), places.max(axis=0)
    for one, (start, end) in enumerate(filter(None, (cut(line, low, high) for line in lines))):
        figure.add_scatter(
            x=[start[0], end[0]],
            y=[start[1], end[1]],
            mode="lines",
            line={"color": ink.text, "width": 1.5, "dash": "dot"},
            name="a plane",
            legendgroup="planes",
            showlegend=one == 0,
            hoverinfo="skip",
        )
    add_answer(figure, places, answer, look.row, labels=labels, ink=ink)
    return framed(figure, ink, height, places, np.append(answer.true, look.row) if near else None)


def cut(
    line: tuple[float, float, float], low: Places, high: Places
) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Return where a line enters and leaves the picture, or None where it passes by."""
    a, b, c = line
    ends: list[tuple[float, float]] = []
    for x in (float(low[0]), float(high[0])):
        if c and low[1] <= (y := -(a + b * x) / c) <= high[1]:
            ends.append((x, y))
    for y in (float(low[1]), float(high[1])):
        if b and low[0] <= (x := -(a + c * y) / b) <= high[0]:
            ends.append((x, y))
    return (ends[0], ends[-1]) if len(ends) > 1 else None


def codebooks_figure(
    look: CodesLook, size: int, *, dark: bool = False, height: int = 250
) -> go.Figure:
    """Draw the codebooks of the first four parts: codewords, the part, the one kept for it."""
    ink = ink_for(dark)
    place = look.sizes.index(size)
    parts = min(4, size)
    figure = make_subplots(1, parts, horizontal_spacing=0.03)
    for part in range(parts):
        words = look.codebooks[place, part]
        own, chosen = look.parts[place, part], words[look.chosen[place, part]]
        for x, y, name, marker in (
            (words[:, 0], words[:, 1], "codeword", {"size": 4, "color": ink.quiet}),
            ([own[0]], [own[1]], "this part", {"size": 12, "color": ORANGE, "symbol": "star"}),
            (
                [chosen[0]],
                [chosen[1]],
                "kept instead",
                {"size": 10, "color": ink.points, "symbol": "square"},
            ),
        ):
            figure.add_scatter(
                x=x, y=y, mode="markers", name=name, marker=marker, showlegend=part == 0,
                hoverinfo="skip", row=1, col=part + 1,
            )  # fmt: skip
    style(figure, ink, height, grid=False)
    figure.update_xaxes(showticklabels=False, showline=True, linecolor=ink.border, mirror=True)
    figure.update_yaxes(showticklabels=False, showline=True, linecolor=ink.border, mirror=True)
    return figure


def rebuilt_figure(
    look: CodesLook, size: int, *, dark: bool = False, height: int = 190
) -> go.Figure:
    """Draw a vector's first numbers, and what its code keeps of them."""
    ink = ink_for(dark)
    shown = min(48, len(look.vector))
    figure = go.Figure()
    for values, name, line in (
        (look.vector, "the vector", {"color": ORANGE, "width": 2}),
        (
            look.rebuilt[look.sizes.index(size)],
            "rebuilt from its code",
            {"color": ink.points, "width": 2, "dash": "dot"},
        ),
    ):
        figure.add_scatter(
            y=values[:shown],
            mode="lines",
            name=name,
            line={**line, "shape": "hvh"},
            hovertemplate=f"{name}<br>number %{{x}}: %{{y:.3f}}<extra></extra>",
        )
    style(figure, ink, height)
    figure.update_xaxes(title_text=f"the first {shown} of {len(look.vector):,} numbers", nticks=6)
    figure.update_yaxes(nticks=4)
    return figure
