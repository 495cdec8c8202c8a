"""Matrices as one sees them: one-hot rows, dense rows, every pair compared, a table's rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from explorer.figures.colors import SCALE
from explorer.figures.map import DARK, LIGHT, Ink, shown_text
from explorer.wording import count

MOST_ROWS = 16  # of words in a drawn matrix: more could not be named
MOST_COLUMNS = 512
MOST_WRITTEN = 12  # rows up to which the cells hold their numbers as text
MOST_NAMED = 16  # names on an axis: of more rows only some are named
MOST_APART = 40  # rows up to which there are gaps between the cells
MOST_PHRASES = 100  # rows up to which each cell's hover is worded
LABEL_LENGTH = 16
WORD_LENGTH = 100  # in a hover; long enough that two words stay two
LIT = {False: "#0072B2", True: "#56B4E9"}
UNLIT = {False: "#e8edf1", True: "#1d262d"}
DIVERGING = {  # Okabe & Ito's blue and vermilion around the ground
    False: [[0, "#0072B2"], [0.5, "#f7f9fa"], [1, "#D55E00"]],
    True: [[0, "#56B4E9"], [0.5, "#10161b"], [1, "#F08A3C"]],
}


def one_hot_figure(
    rows: NDArray[np.intp],
    labels: Sequence[str],
    columns: int,
    *,
    height: int = 380,
    dark: bool = False,
) -> go.Figure:
    """Draw one-hot rows, cut where nothing but zeros stands.

    Parameters
    ----------
    rows
        (n,) the column of each word's 1.
    labels
        n words.
    columns
        How many columns the whole matrix has.
    height, dark
        Pixels of the figure, and whether its ground is dark.
    """
    lit = np.unique(rows)
    shown = columns_with_gaps(lit, columns, with_gaps=len(lit) <= MOST_WRITTEN)
    z = np.array([[column == row for column, _ in shown] for row in rows], float)
    gaps = [place for place, (column, _) in enumerate(shown) if column < 0]
    z[:, gaps] = np.nan
    names = [shown_text(label, LABEL_LENGTH) for label in labels]
    name_of = dict(zip(rows.tolist(), names, strict=True))
    written = len(lit) <= MOST_WRITTEN
    figure = go.Figure(
        go.Heatmap(
            z=z,
            y=list(range(len(rows))),
            text=[["" if np.isnan(value) else f"{value:.0f}" for value in line] for line in z]
            if written
            else None,
            texttemplate="%{text}" if written else None,
            customdata=np.tile([column + 1 for column, _ in shown], (len(rows), 1)),
            hovertemplate="column %{customdata:,}: %{z}<extra></extra>",
            hoverongaps=False,
            colorscale=[[0, UNLIT[dark]], [1, LIT[dark]]],
            zmin=0,
            zmax=1,
            xgap=1,
            ygap=1,
            showscale=False,
        )
    )
    for place in gaps:
        figure.add_annotation(
            x=place,
            y=(len(rows) - 1) / 2,
            text=count(shown[place][1], "zero"),
            textangle=-90,
            showarrow=False,
            font={"size": 13, "color": (DARK if dark else LIGHT).quiet},
        )
    figure.update_layout(frame(height, dark), margin={"l": 8, "r": 40, "t": 8, "b": 8})
    figure.update_xaxes(
        tickvals=[place for place, (column, _) in enumerate(shown) if column >= 0],
        ticktext=[name_of[column] for column, _ in shown if column >= 0],
        tickangle=-45,
        ticklabeloverflow="allow",
        side="top",
    )
    name_rows(figure, names)
    return figure


def columns_with_gaps(
    lit: NDArray[np.intp], columns: int, *, with_gaps: bool
) -> list[tuple[int, int]]:
    """Return (column, 1) for each lit column, and (−1, how many) for the zeros cut between.

    Examples
    --------
    >>> columns_with_gaps(np.array([2, 3, 7]), 8, with_gaps=True)
    [(-1, 2), (2, 1), (3, 1), (-1, 3), (7, 1)]
    """
    shown: list[tuple[int, int]] = []
    end = 0
    for column in lit.tolist():
        if with_gaps and column > end:
            shown.append((-1, column - end))
        shown.append((column, 1))
        end = column + 1
    if with_gaps and columns > end:
        shown.append((-1, columns - end))
    return shown


def dense_figure(
    vectors: NDArray[np.float32],
    labels: Sequence[str],
    *,
    height: int = 380,
    dark: bool = False,
    row_names: bool = True,
) -> go.Figure:
    """Draw rows of numbers as colors: blue below zero, orange above, strongest at the extremes.

    Parameters
    ----------
    vectors
        (n, d) numbers.
    labels
        n names.
    height, dark
        Pixels of the figure, and whether its ground is dark.
    row_names
        Whether the names stand beside the rows.
    """
    most = float(np.percentile(np.abs(vectors), 99)) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=np.asarray(vectors, np.float32),
            y=list(range(len(vectors))),
            x0=1,
            dx=1,
            colorscale=DIVERGING[dark],
            zmin=-most,
            zmax=most,
            ygap=1,
            hovertemplate="dimension %{x}: %{z:.4f}<extra></extra>",
            colorbar=color_bar(dark),
        )
    )
    figure.update_layout(frame(height, dark))
    figure.update_xaxes(
        side="top", title={"text": "dimension", "standoff": 2, "font": {"size": 14}}, nticks=8
    )
    name_rows(figure, [shown_text(label, LABEL_LENGTH) for label in labels])
    if not row_names:
        figure.update_yaxes(showticklabels=False)
    return figure


def pairs_figure(
    table: NDArray[np.float64],
    labels: Sequence[str],
    *,
    larger_is_nearer: bool,
    phrases: Sequence[Sequence[str]] | None = None,
    height: int = 400,
    dark: bool = False,
) -> go.Figure:
    """Draw how every row compares with every other; what is near is bright.

    Parameters
    ----------
    table
        (n, n) similarities or distances.
    labels
        n names.
    larger_is_nearer
        True for similarities.
    phrases
        n x n texts for the hover, or None: then it says the pair and the number.
    height, dark
        Pixels of the figure, and whether its ground is dark.
    """
    words = [shown_text(label, WORD_LENGTH) for label in labels]
    figure = go.Figure(
        go.Heatmap(
            z=table,
            x=words,
            y=words,
            customdata=phrases,
            texttemplate="%{z:.2f}" if len(table) <= MOST_WRITTEN else None,
            colorscale=SCALE,
            reversescale=not larger_is_nearer,
            zmin=min(0.0, float(table.min())),
            zmax=max(float(table.max()), 1e-9),
            xgap=1 if len(table) <= MOST_APART else 0,
            ygap=1 if len(table) <= MOST_APART else 0,
            hovertemplate="<b>%{y} – %{x}</b><br>"
            + ("%{customdata} = " if phrases else "")
            + "%{z:.4g}<extra></extra>",
            colorbar=color_bar(dark),
        )
    )
    figure.update_layout(frame(height, dark))
    name_rows(figure, [shown_text(label, LABEL_LENGTH) for label in labels], words)
    rows = figure.layout.yaxis
    figure.update_xaxes(
        type="category",
        tickangle=-45,
        side="top",
        ticklabeloverflow="allow",
        tickvals=rows.tickvals,
        ticktext=rows.ticktext,
        tickfont_size=rows.tickfont.size,
    )
    figure.update_yaxes(type="category")
    return figure


def small_multiples(
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
    figure.update_layout(frame(height, dark), margin={"l": 24, "r": 8, "t": 30, "b": 8})
    ticks = numbers if len(numbers) <= MOST_WRITTEN * 2 else None
    figure.update_xaxes(showgrid=False, zeroline=False, showticklabels=False, ticks="")
    figure.update_yaxes(
        showgrid=False,
        zeroline=False,
        ticks="",
        autorange="reversed",
        tickvals=[int(one) for one in ticks] if ticks else None,
        tickfont={"size": 12},
    )
    figure.update_layout(
        coloraxis={
            "colorscale": SCALE,
            "cmin": 0,
            "cmax": 1,
            "colorbar": color_bar(dark, "cosine similarity"),
        }
    )
    return figure


def name_rows(
    figure: go.Figure, names: Sequence[str], places: Sequence[str | int] | None = None
) -> None:
    """Write the rows' names beside them: all of a few, of many only as many as fit."""
    if len(names) > MOST_WRITTEN:
        figure.update_yaxes(tickfont_size=12)
    step = -(-len(names) // MOST_NAMED)
    figure.update_yaxes(
        tickvals=list(places or range(len(names)))[::step],
        ticktext=names[::step],
        ticklabelstandoff=6,
        autorange="reversed",
    )


def color_bar(dark: bool, title: str = "") -> dict[str, Any]:
    """Return a slim color bar."""
    ink = DARK if dark else LIGHT
    return {
        "thickness": 10,
        "outlinewidth": 0,
        "nticks": 5,
        "tickfont": {"size": 12, "color": ink.quiet},
        "title": {"text": title, "side": "right", "font": {"size": 12, "color": ink.quiet}},
    }


def frame(height: int, dark: bool) -> dict[str, Any]:
    """Return a figure's layout without what its data decide."""
    ink: Ink = DARK if dark else LIGHT
    axis = {
        "showgrid": False,
        "zeroline": False,
        "ticks": "",
        "tickfont": {"size": 14, "color": ink.text},
    }
    return {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {
            "color": ink.text,
            "size": 14,
            "family": "Source Sans, Source Sans Pro, sans-serif",
        },
        "hoverlabel": {"bgcolor": ink.text, "font": {"color": ink.halo, "size": 15}},
        "xaxis": {**axis, "automargin": True},
        "yaxis": {**axis, "automargin": True},
    }
