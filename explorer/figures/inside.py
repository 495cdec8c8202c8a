"""Pictures of what happens inside an encoder: tables, layers, attention, senses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from explorer.encode.senses import Separation
from explorer.encode.walk import Walk
from explorer.figures.chart import TEXT_SIZE, ink_for, style
from explorer.figures.colors import SCALE, SELECTED, palette
from explorer.figures.labels import Sheet
from explorer.figures.map import Ink, plain_hover, shown_text
from explorer.projection import Projection

Floats = NDArray[np.float32]

MOST_TICKS = 40  # tokens that are named on an axis
WALK_SHEET = (450.0, 270.0)  # width and height of the picture of the layers, less its margins
MOST_NAMED = 60  # tokens that are named in the picture of the layers
PIECE_LENGTH = 14
SECONDS_PER_LAYER = 1.1


def layer_name(layer: int) -> str:
    """Return what a layer is called: 0 is what enters the first one."""
    return "lookup" if layer == 0 else f"layer {layer}"


def names(pieces: Sequence[str]) -> list[str]:
    """Return the pieces as Plotly may show them."""
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
            customdata=[[piece] * rows.shape[1] for piece in names(pieces)],
            hovertemplate="%{customdata}, dimension %{x}: %{z:.3f}<extra></extra>",
            colorbar={"thickness": 10, "outlinewidth": 0},
        )
    )
    style(figure, ink, height)
    figure.update_xaxes(title_text=f"dimension, 0 to {rows.shape[1] - 1}")
    figure.update_yaxes(**token_axis(pieces), autorange="reversed")
    return figure


def token_axis(pieces: Sequence[str]) -> dict[str, Any]:
    """Return an axis whose ticks are tokens, as long as there is room to read them."""
    if len(pieces) > MOST_TICKS:
        return {"title": {"text": "token"}}
    return {"tickmode": "array", "tickvals": list(range(len(pieces))), "ticktext": names(pieces)}


def walk_figure(path: Walk, *, dark: bool, height: int = 440) -> go.Figure:
    """Draw the tokens after each layer: a frame per layer, a slider, and a button that plays."""
    ink = ink_for(dark)
    colors = palette(3, dark=dark)
    layers = len(path.places)
    sentences = range(int(path.sentence.max()) + 1)
    shown = names(path.pieces)
    sides = label_sides(path.places, shown)

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
    style(figure, ink, height, dragmode="pan")
    low, high = path.places.min(axis=(0, 1)), path.places.max(axis=(0, 1))
    room = 0.08 * (high - low)
    # one unit is as long on both axes, and the frame does not move while it plays
    figure.update_xaxes(
        title_text=path.axis_names[0],
        range=[low[0] - room[0], high[0] + room[0]],
        showticklabels=False,
    )
    figure.update_yaxes(
        title_text=path.axis_names[1],
        range=[low[1] - room[1], high[1] + room[1]],
        showticklabels=False,
        scaleanchor="x",
    )
    figure.update_layout(**player([layer_name(n) for n in range(layers)], ink))
    return figure


def label_sides(places: Floats, pieces: Sequence[str]) -> list[list[str | None]]:
    """Return for each layer where each token's label goes, or None where there is no room.

    Pieces that occur more than once come first: they are what one compares.
    """
    n = len(pieces)
    everywhere = places.reshape(-1, places.shape[-1])
    order = sorted(
        range(n), key=lambda row: pieces.count(pieces[row]) == 1 or pieces[row][0] == "["
    )
    found = []
    for layer in places:
        sheet = Sheet(everywhere, WALK_SHEET)
        here: list[str | None] = [None] * n
        for row in order:
            here[row] = sheet.beside(layer[row], pieces[row])
        found.append(here)
    return found


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
        "direction": "right",
        "x": 1,
        "y": 1.02,
        "xanchor": "right",
        "yanchor": "bottom",
        "bgcolor": ink.veil,
        "font": {"color": ink.text, "size": TEXT_SIZE},
        "showactive": False,
        "buttons": [
            {"label": "▶ Play", "method": "animate", "args": [None, play]},
            {"label": "❚❚", "method": "animate", "args": [[None], jump]},
        ],
    }
    slider = {
        "x": 0,
        "len": 0.97,
        "y": -0.1,
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
    """Draw one head's attention, (n, n): a row per looking token; the chosen one is framed."""
    ink = ink_for(dark)
    shown = names(pieces)
    figure = go.Figure(
        go.Heatmap(
            z=weights,
            zmin=0,
            zmax=1,
            colorscale=SCALE,
            customdata=[[(row, column) for column in shown] for row in shown],
            hovertemplate="%{customdata[0]} looks at %{customdata[1]}: %{z:.1%}<extra></extra>",
            colorbar={"thickness": 10, "outlinewidth": 0, "tickformat": ".0%"},
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
    """Draw where one token looks: a bar per token, in the order of the sentence."""
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
            customdata=names(pieces),
            hovertemplate="%{customdata}: %{x:.1%}<extra></extra>",
        )
    )
    style(figure, ink, height, bargap=0.25)
    figure.update_xaxes(tickformat=".0%", range=[0, max(0.05, float(row.max()) * 1.2)])
    figure.update_yaxes(**token_axis(pieces), autorange="reversed")
    return figure


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
        What two uses in one sense and in two senses reach on average: without it nobody
        could tell whether 0.8 is much.
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
    """Draw how well the senses separate on each layer: all words thin, their mean strong."""
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


def placed_figure(
    picture: Projection,
    labels: Sequence[str],
    placed: Floats,
    *,
    dark: bool,
    height: int = 400,
) -> go.Figure:
    """Draw a map's points faded, and numbered newcomers on it."""
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
    style(figure, ink, height, showlegend=False, dragmode="pan")
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
    figure.update_yaxes(title_text=names_of_axes[1], showticklabels=False, scaleanchor="x")
    return figure
