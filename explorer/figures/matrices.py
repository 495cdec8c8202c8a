"""Matrices as heat maps: rows of numbers, and comparisons of all pairs of rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures.colors import SCALE
from explorer.figures.style import color_bar, ink_for, shown_text, style

MOST_ROWS = 16  # of a drawn matrix: more names would not fit
MOST_COLUMNS = 512  # of a drawn matrix: one pixel each
MOST_WRITTEN = 12  # rows up to which the cells hold their numbers as text
MOST_NAMED = 16  # names on an axis; with more rows only some are named
MOST_APART = 40  # rows up to which there are gaps between the cells
MOST_PHRASES = 100  # rows up to which each cell has its own hover text
LABEL_LENGTH = 16  # letters beside a row
WORD_LENGTH = 100  # letters in a hover: long enough to keep two words apart
DIVERGING = {  # Okabe & Ito's blue and vermilion around the ground
    False: [[0, "#0072B2"], [0.5, "#f7f9fa"], [1, "#D55E00"]],
    True: [[0, "#56B4E9"], [0.5, "#10161b"], [1, "#F08A3C"]],
}


def dense_matrix(
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
            colorbar=color_bar(ink_for(dark)),
        )
    )
    style(figure, ink_for(dark), height, grid=False)
    figure.update_xaxes(side="top", title={"text": "dimension", "standoff": 2}, nticks=8)
    name_rows(figure, [shown_text(label, LABEL_LENGTH) for label in labels])
    if not row_names:
        figure.update_yaxes(showticklabels=False)
    return figure


def comparison_matrix(
    table: NDArray[np.float64],
    labels: Sequence[str],
    *,
    larger_is_nearer: bool,
    phrases: Sequence[Sequence[str]] | None = None,
    height: int = 400,
    dark: bool = False,
) -> go.Figure:
    """Draw how every row compares with every other; near is bright.

    Parameters
    ----------
    table
        (n, n) similarities or distances.
    labels
        n names.
    larger_is_nearer
        True for similarities.
    phrases
        n x n texts for the hover; None for the pair and its number.
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
            colorbar=color_bar(ink_for(dark)),
        )
    )
    style(figure, ink_for(dark), height, grid=False)
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


def name_rows(
    figure: go.Figure, names: Sequence[str], places: Sequence[str | int] | None = None
) -> None:
    """Write the rows' names beside them: all names if they fit, else evenly chosen ones."""
    if len(names) > MOST_WRITTEN:
        figure.update_yaxes(tickfont_size=12)
    step = -(-len(names) // MOST_NAMED)
    figure.update_yaxes(
        tickvals=list(places or range(len(names)))[::step],
        ticktext=names[::step],
        ticklabelstandoff=6,
        autorange="reversed",
    )
