"""The ladder as Plotly figures: all pairs of sentences on each rung, and by kind of pair."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from explorer.figures.colors import BLUE, GREEN, ORANGE, SCALE
from explorer.figures.matrices import MOST_APART, MOST_PHRASES, MOST_WRITTEN
from explorer.figures.style import TEXT_SIZE, color_bar, ink_for, shown_text, style

KIND_COLORS = {"paraphrase": GREEN, "same words": ORANGE, "unrelated": BLUE}
KIND_SYMBOLS = {"paraphrase": "circle", "same words": "x", "unrelated": "circle-open"}
KIND_GAP, JITTER = 0.26, 0.08  # of a rung's width: three columns of dots, apart from each other


def similarity_matrices(
    tables: Sequence[NDArray[np.float64]],
    titles: Sequence[str],
    labels: Sequence[str],
    *,
    height: int = 520,
    dark: bool = False,
) -> go.Figure:
    """Draw several similarity matrices of the same rows on one color scale, three beside another.

    Parameters
    ----------
    tables
        (n, n) cosine similarities each.
    titles
        One for each.
    labels
        n names, told on hover.
    height, dark
        Pixels of the figure, and whether its ground is dark.
    """
    across = min(3, len(tables))
    down = -(-len(tables) // across)
    figure = make_subplots(
        down, across, subplot_titles=list(titles), horizontal_spacing=0.04, vertical_spacing=0.1
    )
    numbers = [str(row) for row in range(1, len(labels) + 1)]
    names = [shown_text(label, 44) for label in labels]
    pairs = [[f"{one}<br>{other}" for other in names] for one in names]
    for at, table in enumerate(tables):
        figure.add_trace(
            go.Heatmap(
                z=table,
                text=pairs if len(labels) <= MOST_PHRASES else None,
                hovertemplate="%{text}<br><b>%{z:.2f}</b><extra></extra>"
                if len(labels) <= MOST_PHRASES
                else "%{y} and %{x}: <b>%{z:.2f}</b><extra></extra>",
                x=list(range(1, len(labels) + 1)),
                y=list(range(1, len(labels) + 1)),
                coloraxis="coloraxis",
                xgap=1 if len(labels) <= MOST_APART else 0,
                ygap=1 if len(labels) <= MOST_APART else 0,
            ),
            at // across + 1,
            at % across + 1,
        )
    style(figure, ink_for(dark), height, grid=False, margin={"l": 24, "r": 8, "t": 30, "b": 8})
    ticks = numbers if len(numbers) <= MOST_WRITTEN * 2 else None
    figure.update_xaxes(showticklabels=False)
    figure.update_yaxes(
        autorange="reversed",
        tickvals=[int(one) for one in ticks] if ticks else None,
        tickfont={"size": 12},
    )
    figure.update_layout(
        coloraxis={
            "colorscale": SCALE,
            "cmin": 0,
            "cmax": 1,
            "colorbar": color_bar(ink_for(dark), "cosine similarity"),
        }
    )
    return figure


def abilities_figure(
    shares: dict[str, dict[str, float]], *, height: int = 270, dark: bool = False
) -> go.Figure:
    """Draw the share of right answers by rung (a line each) and ability (a column each)."""
    ink = ink_for(dark)
    rungs, abilities = list(shares), list(next(iter(shares.values())))
    values = [[shares[rung][ability] for ability in abilities] for rung in rungs]
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=abilities,
            y=rungs,
            zmin=0,
            zmax=1,
            colorscale=SCALE,
            texttemplate="%{z:.0%}",
            textfont={"size": TEXT_SIZE + 1},
            xgap=2,
            ygap=2,
            hovertemplate="%{y}, %{x}: <b>%{z:.0%}</b><extra></extra>",
            colorbar=color_bar(ink, "right", tickformat=".0%"),
        )
    )
    style(figure, ink, height, grid=False)
    figure.update_xaxes(side="top")
    figure.update_yaxes(autorange="reversed")
    return figure


def similarities_by_kind(
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
    ink = ink_for(dark)
    figure = go.Figure()
    colors = KIND_COLORS | {"unrelated": ink.points}
    chosen = np.array(kinds)
    noise = np.random.default_rng(0)  # jitter, so that dots of one value do not hide each other
    for place, (kind, color) in enumerate(colors.items()):
        rows = np.flatnonzero(chosen == kind)
        x = np.concatenate(
            [
                at + (place - 1) * KIND_GAP + noise.uniform(-JITTER, JITTER, len(rows))
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
    style(figure, ink, height, grid=False, legend={"font": {"size": TEXT_SIZE + 1}})
    figure.update_xaxes(
        tickvals=list(range(len(similarities))),
        ticktext=[title.replace(" ", "<br>") for title in similarities],
        tickangle=0,
        ticklabeloverflow="allow",
    )
    figure.update_yaxes(
        title_text="cosine similarity of a pair",
        showgrid=True,
        range=[-0.35, 1.05],
    )
    return figure
