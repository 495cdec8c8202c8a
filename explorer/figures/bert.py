"""The inside of an encoder as Plotly figures: tables, layers, attention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures.colors import SCALE, SELECTED, palette
from explorer.figures.label_placement import Sheet, label_sides
from explorer.figures.style import (
    TEXT_SIZE,
    Ink,
    color_bar,
    ink_for,
    plain_hover,
    shown_text,
    style,
)
from explorer.lessons.bert.trajectories import Walk
from explorer.projection import Projection

Floats = NDArray[np.float32]

MOST_TICKS = 40  # tokens named on an axis; more would overlap
WALK_SHEET = (450.0, 270.0)  # pixels of the picture of the layers, less its margins
MOST_NAMED = 60  # tokens named in the picture of the layers; more would overlap
PIECE_LENGTH = 14  # letters: hardly a word piece is longer
SECONDS_PER_LAYER = 1.1  # slow enough to follow a token by eye
SLIDER_TOP = -0.1  # of the figure's height: below the axis title
BUTTONS_WIDTH = 0.24  # of the figure's width: as wide as Play and Pause at TEXT_SIZE


def layer_name(layer: int) -> str:
    """Return the name of a layer; 0 is the input of the first layer."""
    return "lookup" if layer == 0 else f"layer {layer}"


def token_names(pieces: Sequence[str]) -> list[str]:
    """Return the pieces cut and escaped for Plotly."""
    return [shown_text(piece, PIECE_LENGTH) for piece in pieces]


def heat_map(rows: Floats, pieces: Sequence[str], *, dark: bool, height: int = 330) -> go.Figure:
    """Draw a vector per token: a row each, a column per dimension, zero in the middle."""
    ink = ink_for(dark)
    reach = float(np.percentile(np.abs(rows), 99)) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=rows,
            zmin=-reach,
            zmax=reach,
            colorscale="RdBu",
            reversescale=True,
            customdata=[[piece] * rows.shape[1] for piece in token_names(pieces)],
            hovertemplate="%{customdata}, dimension %{x}: %{z:.3f}<extra></extra>",
            colorbar=color_bar(ink),
        )
    )
    style(figure, ink, height)
    figure.update_xaxes(title_text=f"dimension, 0 to {rows.shape[1] - 1}")
    figure.update_yaxes(**token_axis(pieces), autorange="reversed")
    return figure


def token_axis(pieces: Sequence[str]) -> dict[str, Any]:
    """Return an axis with tokens as ticks, without ticks where there are too many to read."""
    if len(pieces) > MOST_TICKS:
        return {"title": {"text": "token"}}
    return {
        "tickmode": "array",
        "tickvals": list(range(len(pieces))),
        "ticktext": token_names(pieces),
    }


def walk_figure(path: Walk, *, dark: bool, height: int = 440) -> go.Figure:
    """Draw the tokens after each layer: a frame per layer, a slider, and a button that plays."""
    ink = ink_for(dark)
    colors = palette(3, dark=dark)
    layers = len(path.places)
    sentences = range(int(path.sentence.max()) + 1)
    shown = token_names(path.pieces)
    sides = sides_by_layer(path.places, shown)

    def traces(layer: int) -> list[Any]:
        drawn = []
        for sentence in sentences:
            rows = np.flatnonzero(path.sentence == sentence)
            here = path.places[layer, rows]
            steps = path.places[: layer + 1, rows]
            gap = np.full((1, len(rows)), np.nan, np.float32)
            trail = [np.concatenate([steps[:, :, axis], gap]).T.ravel() for axis in (0, 1)]
            drawn += [
                go.Scatter(
                    x=trail[0],
                    y=trail[1],
                    mode="lines",
                    line={"color": colors[sentence], "width": 1},
                    opacity=0.35,
                    hoverinfo="skip",
                    showlegend=False,
                ),
                go.Scatter(
                    x=here[:, 0],
                    y=here[:, 1],
                    mode="markers+text" if len(path.pieces) <= MOST_NAMED else "markers",
                    marker={"color": colors[sentence], "size": 10},
                    text=[shown[row] if sides[layer][row] else "" for row in rows],
                    textposition=[sides[layer][row] or "top center" for row in rows],
                    textfont={"color": ink.text, "size": TEXT_SIZE},
                    hovertext=[shown[row] for row in rows],
                    hovertemplate="<b>%{hovertext}</b><extra></extra>",
                    name=f"sentence {sentence + 1}",
                ),
            ]
        return drawn

    figure = go.Figure(
        traces(0), frames=[go.Frame(data=traces(n), name=layer_name(n)) for n in range(layers)]
    )
    style(figure, ink, height, true_lengths=True)
    low, high = path.places.min(axis=(0, 1)), path.places.max(axis=(0, 1))
    room = 0.08 * (high - low)
    # fixed ranges, so that only the tokens move
    figure.update_xaxes(
        title_text=path.axis_names[0],
        range=[low[0] - room[0], high[0] + room[0]],
        showticklabels=False,
    )
    figure.update_yaxes(
        title_text=path.axis_names[1],
        range=[low[1] - room[1], high[1] + room[1]],
        showticklabels=False,
    )
    figure.update_layout(**player([layer_name(n) for n in range(layers)], ink))
    return figure


def sides_by_layer(places: Floats, pieces: Sequence[str]) -> list[list[str | None]]:
    """Return for each layer where each token's label goes, or None where there is no room.

    Pieces that occur more than once come first, because readers compare these.
    """
    everywhere = places.reshape(-1, places.shape[-1])
    order = sorted(
        range(len(pieces)),
        key=lambda row: pieces.count(pieces[row]) == 1 or pieces[row][0] == "[",
    )
    return [label_sides(Sheet(everywhere, WALK_SHEET), layer, pieces, order) for layer in places]


def player(frames: Sequence[str], ink: Ink) -> dict[str, Any]:
    """Return a slider over the frames and a button that plays them."""
    move = {"duration": int(600 * SECONDS_PER_LAYER), "easing": "cubic-in-out"}
    jump = {"mode": "immediate", "transition": {"duration": 300}, "frame": {"redraw": False}}
    play = {
        "frame": {"duration": int(1000 * SECONDS_PER_LAYER), "redraw": False},
        "transition": move,
        "fromcurrent": True,
    }
    button = {
        "type": "buttons",
        "direction": "right",  # left of the slider: Plotly's toolbar is above the picture
        "x": 0,
        "y": SLIDER_TOP,
        "xanchor": "left",
        "yanchor": "top",
        "pad": {"t": 12},
        "bgcolor": ink.veil,
        "bordercolor": ink.border,
        "font": {"color": ink.text, "size": TEXT_SIZE},
        "showactive": False,
        "buttons": [
            {"label": "▶ Play", "method": "animate", "args": [None, play]},
            {"label": "❚❚", "method": "animate", "args": [[None], jump]},
        ],
    }
    slider = {
        "x": BUTTONS_WIDTH,
        "len": 0.96
        - BUTTONS_WIDTH,  # room for half of the last name, which is centered under the end
        "y": SLIDER_TOP,
        "pad": {"t": 12},
        "font": {"color": ink.quiet, "size": TEXT_SIZE},
        "currentvalue": {"visible": False},
        "activebgcolor": SELECTED,
        "bgcolor": ink.grid,
        "bordercolor": ink.quiet,
        "steps": [
            {"label": name, "method": "animate", "args": [[name], jump], "value": name}
            for name in frames
        ],
    }
    return {"updatemenus": [button], "sliders": [slider]}


def attention_map(
    weights: Floats, pieces: Sequence[str], token: int, *, dark: bool, height: int = 430
) -> go.Figure:
    """Draw one head's attention weights, (n, n): a row per query token, the chosen one framed."""
    ink = ink_for(dark)
    shown = token_names(pieces)
    figure = go.Figure(
        go.Heatmap(
            z=weights,
            zmin=0,
            zmax=1,
            colorscale=SCALE,
            customdata=[[(row, column) for column in shown] for row in shown],
            hovertemplate="%{customdata[0]} looks at %{customdata[1]}: %{z:.1%}<extra></extra>",
            colorbar=color_bar(ink, tickformat=".0%"),
        )
    )
    style(figure, ink, height)
    last = len(pieces) - 0.5
    figure.add_shape(
        type="rect",
        x0=-0.5,
        x1=last,
        y0=token - 0.5,
        y1=token + 0.5,
        line={"color": SELECTED, "width": 3},
    )
    figure.update_xaxes(**token_axis(pieces), title_text="looked at", tickangle=-60)
    figure.update_yaxes(**token_axis(pieces), autorange="reversed")
    return figure


def attention_bars(
    row: Floats, pieces: Sequence[str], *, dark: bool, height: int = 430
) -> go.Figure:
    """Draw one token's attention weights: a bar per token, in the order of the sentence."""
    ink = ink_for(dark)
    figure = go.Figure(
        go.Bar(
            x=row,
            y=list(range(len(pieces))),
            orientation="h",
            marker={"color": ink.points},
            text=[f"{share:.0%}" if share >= 0.005 else "" for share in row],
            textposition="outside",
            cliponaxis=False,
            customdata=token_names(pieces),
            hovertemplate="%{customdata}: %{x:.1%}<extra></extra>",
        )
    )
    style(figure, ink, height, bargap=0.25)
    figure.update_xaxes(tickformat=".0%", range=[0, max(0.05, float(row.max()) * 1.2)])
    figure.update_yaxes(**token_axis(pieces), autorange="reversed")
    return figure


def placed_figure(
    picture: Projection,
    labels: Sequence[str],
    placed: Floats,
    *,
    dark: bool,
    height: int = 400,
) -> go.Figure:
    """Draw a map's points faded, with numbered new points on it."""
    ink = ink_for(dark)
    figure = go.Figure(
        [
            go.Scattergl(
                x=picture.coordinates[:, 0],
                y=picture.coordinates[:, 1],
                mode="markers",
                marker={"size": 6, "color": ink.points, "opacity": 0.45},
                text=[plain_hover(label) for label in labels],
                hovertemplate="<b>%{text}</b><extra></extra>",
                name="books",
            ),
            go.Scatter(
                x=placed[:, 0],
                y=placed[:, 1],
                mode="markers",
                marker={"size": 16, "color": SELECTED, "line": {"width": 2, "color": ink.text}},
                text=[f"sentence {row + 1}" for row in range(len(placed))],
                hovertemplate="<b>%{text}</b><extra></extra>",
                name="your sentences",
            ),
        ]
    )
    style(figure, ink, height, true_lengths=True, showlegend=False)
    for row, (x, y) in enumerate(placed.tolist()):
        figure.add_annotation(
            x=x,
            y=y,
            text=f"sentence {row + 1}",
            showarrow=False,
            yshift=20 if row == 0 else -20,
            font={"size": TEXT_SIZE + 1, "color": ink.text},
            bgcolor=ink.veil,
        )
    names_of_axes = picture.axis_names
    figure.update_xaxes(title_text=names_of_axes[0], showticklabels=False)
    figure.update_yaxes(title_text=names_of_axes[1], showticklabels=False)
    return figure
