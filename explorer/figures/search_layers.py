"""Inside HNSW: its layers one over the other, and the walk of one query through them."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from explorer.figures.colors import GREEN, ORANGE
from explorer.figures.search_inside import (
    NAME_LENGTH,
    LabelsAt,
    Places,
    Rows,
    add_answer,
    even_sample,
    framed,
)
from explorer.figures.style import TEXT_SIZE, Ink, ink_for, plain_hover, shown_text
from explorer.neighbors.indexes.inside import WalkLook

SLANT, FLAT = 0.45, 0.5  # of a layer that is seen from the side
THIN, GAP = 0.22, 0.13  # of the upper layers, in parts of the ground's height


def layer_places(places: Places, highest: int) -> list[Places]:
    """Return the picture as it lies on each layer, seen from the side, the ground first."""
    low, high = places.min(axis=0), places.max(axis=0)
    unit = (places - low) / np.maximum(high - low, 1e-9)
    layers = []
    base = 0.0
    for level in range(highest + 1):
        depth = 1.0 if level == 0 else THIN
        x = unit[:, 0] + SLANT * FLAT * unit[:, 1]
        layers.append(np.column_stack([x, base + depth * unit[:, 1]]))
        base += depth + GAP
    return layers


def layers_figure(
    places: Places,
    look: WalkLook,
    ef: int,
    step: int,
    labels: LabelsAt,
    *,
    dark: bool = False,
    height: int = 360,
) -> go.Figure:
    """Draw HNSW's layers one over the other, and the walk's first steps.

    Parameters
    ----------
    ef
        How many candidates the search keeps: it decides where the walk ends.
    step
        How many steps to draw, at most as many as the walk has.
    """
    ink = ink_for(dark)
    walk = look.walk
    answer = look.at(ef)
    step = min(step, walk.end(ef))
    highest = int(look.levels.max()) - 1
    layers = layer_places(places, highest)
    figure = go.Figure()
    for level in range(highest, -1, -1):
        flat = layers[level]
        corners = layer_places(np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]], float), highest)
        figure.add_scatter(
            x=corners[level][:, 0],
            y=corners[level][:, 1],
            mode="lines",
            line={"color": ink.border, "width": 1},
            hoverinfo="skip",
            showlegend=False,
        )
        rows = even_sample(np.flatnonzero(look.levels > level))
        figure.add_scattergl(
            x=flat[rows, 0],
            y=flat[rows, 1],
            mode="markers",
            marker={"size": 3 if level == 0 else 4, "color": ink.quiet, "opacity": 0.3},
            hoverinfo="skip",
            showlegend=False,
        )
        many = int((look.levels > level).sum())
        figure.add_annotation(
            x=0,
            y=float(corners[level][0, 1]),
            text=f"{'ground' if level == 0 else f'layer {level}'}: {many:,}",
            showarrow=False,
            xanchor="right",
            yanchor="bottom",
            xshift=-8,
            font={"color": ink.quiet, "size": TEXT_SIZE - 1},
        )
    rows, levels = walk.computed_until(step)
    spots = np.array([layers[one][row] for row, one in zip(rows, levels, strict=True)])
    figure.add_scattergl(
        x=spots[:, 0],
        y=spots[:, 1],
        mode="markers",
        name="compared",
        marker={"size": 5, "color": ink.points, "opacity": 0.75},
        hoverinfo="skip",
    )
    add_walk(figure, look, step, layers, labels=labels, ink=ink)
    if step == walk.end(ef):
        add_answer(figure, layers[0], answer, look.row, labels=labels, ink=ink)
    else:
        add_target(figure, layers[0], answer.true, look.row, labels=labels, ink=ink)
    framed(figure, ink, height, layers[0], None, true_lengths=False)
    figure.update_xaxes(range=[-0.22, 1 + SLANT * FLAT + 0.03])
    return figure


def add_walk(
    figure: go.Figure,
    look: WalkLook,
    step: int,
    layers: list[Places],
    *,
    labels: LabelsAt,
    ink: Ink,
) -> None:
    """Draw the steps as lines, from layer to layer where it goes down."""
    walk = look.walk
    line: list[list[float]] = []
    gap = [np.nan, np.nan]
    for hop in range(step):
        row, level, origin = walk.hop_row[hop], walk.hop_level[hop], walk.hop_from[hop]
        if origin < 0:
            continue
        down = hop > 0 and walk.hop_level[hop - 1] > level and walk.hop_row[hop - 1] == row
        start = layers[level + 1][row] if down or origin == row else layers[level][origin]
        line += [start.tolist(), layers[level][row].tolist(), gap]
    path = np.array(line).reshape(-1, 2)
    figure.add_scatter(
        x=path[:, 0],
        y=path[:, 1],
        mode="lines",
        name="the walk",
        line={"color": ORANGE, "width": 2.5},
        hoverinfo="skip",
    )
    rows, levels = walk.hop_row[:step], walk.hop_level[:step]
    spots = np.array([layers[level][row] for row, level in zip(rows, levels, strict=True)])
    figure.add_scatter(
        x=spots[:, 0],
        y=spots[:, 1],
        mode="markers",
        name="visited",
        marker={"size": 7, "color": ORANGE, "line": {"color": ink.ground, "width": 1}},
        hovertext=[plain_hover(text) for text in labels(rows)],
        hovertemplate="<b>%{hovertext}</b><extra></extra>",
    )
    here = spots[-1]
    figure.add_annotation(
        x=float(here[0]),
        y=float(here[1]),
        text=shown_text(labels(rows[-1:])[0], NAME_LENGTH),
        showarrow=True,
        arrowcolor=ink.text,
        ax=30,
        ay=-28,
        bgcolor=ink.veil,
        font={"color": ink.text, "size": TEXT_SIZE},
    )


def add_target(
    figure: go.Figure, places: Places, true: Rows, query: int, *, labels: LabelsAt, ink: Ink
) -> None:
    """Draw the query and its true neighbors while nobody knows yet what will be found."""
    figure.add_scatter(
        x=places[true, 0],
        y=places[true, 1],
        mode="markers",
        name="true neighbor",
        marker={"symbol": "circle-open", "size": 10, "color": GREEN, "line": {"width": 2}},
        hovertext=[plain_hover(text) for text in labels(true)],
        hovertemplate="<b>%{hovertext}</b><extra></extra>",
    )
    figure.add_scatter(
        x=places[[query], 0],
        y=places[[query], 1],
        mode="markers",
        showlegend=False,
        marker={"symbol": "star", "size": 17, "color": ORANGE},
        hoverinfo="skip",
    )
