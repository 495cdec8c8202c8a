"""The lessons' other pictures: a few words on a plane, bytes as bars, rungs by kinds of pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures.colors import OKABE_ITO, SELECTED
from explorer.figures.labels import Sheet
from explorer.figures.map import DARK, LIGHT, shown_text
from explorer.figures.matrices import LIT, frame
from explorer.lessons.encoding_cost import NUMBER_BYTES, Cost
from explorer.wording import readable_bytes

KIND_COLORS = {"paraphrase": OKABE_ITO[2], "same words": OKABE_ITO[1], "unrelated": OKABE_ITO[0]}
SHEET = (360.0, 260.0)  # pixels that the points take up
MOST_NAMED = 12  # words up to which each is named, crowded or not
KIND_SYMBOLS = {"paraphrase": "circle", "same words": "x", "unrelated": "circle-open"}


def word_map(
    coordinates: NDArray[np.float32],
    labels: Sequence[str],
    *,
    anchor: int = 0,
    nearest: int | None = None,
    height: int = 380,
    dark: bool = False,
) -> go.Figure:
    """Draw a few words on a plane, with a line from one to its nearest in this picture.

    Parameters
    ----------
    coordinates
        (n, 2).
    labels
        n words.
    anchor, nearest
        The rows that the line joins; None for no line.
    height, dark
        Pixels of the figure, and whether its ground is dark.
    """
    ink = DARK if dark else LIGHT
    texts = [shown_text(label, 16) for label in labels]
    sides = label_sides(coordinates, texts, first=(anchor, nearest or 0))
    marked = {anchor, nearest}
    figure = go.Figure()
    if nearest is not None:
        ends = coordinates[[anchor, nearest]]
        figure.add_scatter(
            x=ends[:, 0],
            y=ends[:, 1],
            mode="lines",
            line={"color": SELECTED, "width": 3, "dash": "dot"},
            hoverinfo="skip",
            showlegend=False,
        )
    figure.add_scatter(
        x=coordinates[:, 0],
        y=coordinates[:, 1],
        mode="markers+text",
        marker={
            "size": 12 if len(labels) <= 60 else 7,
            "color": [
                SELECTED if nearest is not None and row in marked else LIT[dark]
                for row in range(len(labels))
            ],
            "line": {"color": ink.halo, "width": 1},
        },
        text=[text if side else "" for text, side in zip(texts, sides, strict=True)],
        textposition=[side or "top center" for side in sides],
        textfont={"size": 16 if len(labels) <= 20 else 13, "color": ink.text},
        hovertext=texts,
        hovertemplate="<b>%{hovertext}</b><extra></extra>",
        showlegend=False,
        cliponaxis=False,
    )
    figure.update_layout(frame(height, dark), margin={"l": 30, "r": 30, "t": 20, "b": 20})
    low, high = coordinates.min(axis=0), coordinates.max(axis=0)
    room = np.maximum((high - low) * 0.12, 1e-3)
    figure.update_xaxes(
        showticklabels=False, range=[low[0] - room[0], high[0] + room[0]], gridcolor=ink.grid
    )
    figure.update_yaxes(
        showticklabels=False, range=[low[1] - room[1], high[1] + room[1]], scaleanchor="x"
    )
    return figure


def label_sides(
    coordinates: NDArray[np.float32], texts: Sequence[str], first: Sequence[int]
) -> Sequence[str | None]:
    """Return the side on which each point's label stands, None for no label.

    Of a few words each is named, away from the point nearest to it; of many those that
    fit, and the rows in `first` before all others.
    """
    sides: list[str | None] = []
    if len(texts) > MOST_NAMED:
        sheet = Sheet(coordinates, SHEET)
        places = {row: sheet.beside(coordinates[row], texts[row]) for row in first}
        for row, point in enumerate(coordinates):
            sides.append(places[row] if row in places else sheet.beside(point, texts[row]))
        return sides
    for row, point in enumerate(coordinates):
        away = np.linalg.norm(coordinates - point, axis=1)
        away[row] = np.inf
        other = int(away.argmin())
        # of two that are nearest to each other and level, one goes up and one down
        height = point[1] - coordinates[other, 1]
        above = height > 0 or (height == 0 and row < other)
        sides.append("top center" if above else "bottom center")
    return sides


def cost_figure(costs: dict[str, Cost], *, height: int = 330, dark: bool = False) -> go.Figure:
    """Draw the bytes of three encodings in each number type, on a logarithmic axis.

    Parameters
    ----------
    costs
        By number type: float32, float16, int8.
    height, dark
        Pixels of the figure, and whether its ground is dark.
    """
    ink = DARK if dark else LIGHT
    names = ("one-hot, zeros written out", "embedding", "one-hot, sparse")
    figure = go.Figure()
    for color, dtype in zip((OKABE_ITO[0], OKABE_ITO[4], OKABE_ITO[7]), NUMBER_BYTES, strict=True):
        cost = costs[dtype]
        values = (cost.one_hot_dense, cost.embedding, cost.one_hot_sparse)
        figure.add_bar(
            y=names,
            x=values,
            name=dtype,
            orientation="h",
            marker={"color": color},
            text=[readable_bytes(value) for value in values],
            textposition="outside",
            textfont={"size": 14, "color": ink.text},
            cliponaxis=False,
            hovertemplate=f"{dtype}: %{{text}}<extra></extra>",
        )
    figure.update_layout(
        frame(height, dark),
        bargap=0.25,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        margin={"l": 8, "r": 70, "t": 8, "b": 8},
    )
    sizes = (1, 1e3, 1e6, 1e9, 1e12, 1e15)
    figure.update_xaxes(
        type="log",
        showgrid=True,
        gridcolor=ink.grid,
        tickvals=sizes,
        ticktext=["1 byte", "1 KB", "1 MB", "1 GB", "1 TB", "1 PB"],
    )
    figure.update_yaxes(autorange="reversed")
    return figure


def kinds_figure(
    similarities: dict[str, NDArray[np.float64]],
    kinds: Sequence[str],
    phrases: Sequence[str],
    *,
    height: int = 430,
    dark: bool = False,
) -> go.Figure:
    """Draw the similarity of each pair on each rung, a column of dots for each kind.

    Parameters
    ----------
    similarities
        (n,) cosine similarities of n pairs, by the rung's title.
    kinds
        n kinds: paraphrase, same words, unrelated.
    phrases
        n texts for the hover.
    height, dark
        Pixels of the figure, and whether its ground is dark.
    """
    ink = DARK if dark else LIGHT
    figure = go.Figure()
    colors = KIND_COLORS | ({"unrelated": OKABE_ITO[4]} if dark else {})
    chosen = np.array(kinds)
    noise = np.random.default_rng(0)  # dots of one value would hide each other
    for place, (kind, color) in enumerate(colors.items()):
        rows = np.flatnonzero(chosen == kind)
        x = np.concatenate(
            [
                at + (place - 1) * 0.26 + noise.uniform(-0.08, 0.08, len(rows))
                for at in range(len(similarities))
            ]
        )
        figure.add_scatter(
            x=x,
            y=np.concatenate([values[rows] for values in similarities.values()]),
            mode="markers",
            name=kind,
            marker={
                "color": color,
                "symbol": KIND_SYMBOLS[kind],
                "size": 7,
                "opacity": 0.75,
                "line": {"width": 1.5 if kind == "unrelated" else 0, "color": color},
            },
            text=[shown_text(phrases[row], 120) for row in rows.tolist()] * len(similarities),
            hovertemplate="%{text}<br><b>%{y:.2f}</b><extra></extra>",
        )
    figure.update_layout(
        frame(height, dark),
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 15}},
    )
    figure.update_xaxes(
        tickvals=list(range(len(similarities))),
        ticktext=[title.replace(" ", "<br>") for title in similarities],
        tickangle=0,
        ticklabeloverflow="allow",
    )
    figure.update_yaxes(
        title={"text": "cosine similarity of a pair", "font": {"size": 14}},
        showgrid=True,
        gridcolor=ink.grid,
        range=[-0.35, 1.05],
    )
    return figure
