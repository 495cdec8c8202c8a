"""An embedding layer's table as figures: the rows looked up, and a training step on them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from explorer.figures.matrices import DIVERGING
from explorer.figures.style import color_bar, ink_for, style


def table_rows_figure(
    ids: Sequence[int],
    table: NDArray[np.float32],
    *,
    columns: int = 64,
    height: int = 420,
    dark: bool = False,
) -> go.Figure:
    """Draw the part of an embedding table around the picked rows.

    Parameters
    ----------
    ids
        The picked rows.
    table
        (n, d) the whole table.
    columns
        How many of the d columns to draw.
    height, dark
        Pixels of the figure, and whether its ground is dark.
    """
    ink = ink_for(dark)
    shown = rows_with_gaps(ids, len(table))
    z = np.full((len(shown), columns), np.nan, np.float32)
    for line, row in enumerate(shown):
        if row is not None:
            z[line] = table[row, :columns]
    picked = set(ids)
    figure = go.Figure(
        go.Heatmap(
            z=z,
            y=list(range(len(shown))),
            x0=1,
            dx=1,
            colorscale=DIVERGING[dark],
            zmid=0,
            ygap=1,
            hovertemplate="dimension %{x}: %{z:.3f}<extra></extra>",
            hoverongaps=False,
            showscale=False,
        )
    )
    for line, row in enumerate(shown):
        if row in picked:
            box = {"x0": 0.5, "x1": columns + 0.5, "y0": line - 0.5, "y1": line + 0.5}
            figure.add_shape(type="rect", **box, line={"color": ink.points, "width": 3})
    style(figure, ink, height, grid=False)
    figure.update_yaxes(
        tickvals=list(range(len(shown))),
        ticktext=[
            "⋮" if row is None else f"<b>row {row:,}</b>" if row in picked else f"row {row:,}"
            for row in shown
        ],
        autorange="reversed",
    )
    figure.update_xaxes(showticklabels=False)
    return figure


def training_figure(
    parts: dict[str, NDArray[np.float32]],
    names: Sequence[str],
    *,
    height: int = 300,
    dark: bool = False,
) -> go.Figure:
    """Draw the same rows several times on one color scale: before, their gradient, after.

    Parameters
    ----------
    parts
        (n, d) numbers, by title.
    names
        n row names.
    height, dark
        Pixels of the figure, and whether its ground is dark.
    """
    most = max(float(np.abs(part).max()) for part in parts.values()) or 1.0
    figure = make_subplots(
        1, len(parts), subplot_titles=list(parts), shared_yaxes=True, horizontal_spacing=0.03
    )
    for place, part in enumerate(parts.values(), 1):
        figure.add_trace(
            go.Heatmap(
                z=part,
                x0=1,
                dx=1,
                y=list(range(len(part))),
                ygap=2,
                coloraxis="coloraxis",
                hovertemplate="dimension %{x}: %{z:.3f}<extra></extra>",
            ),
            1,
            place,
        )
    style(figure, ink_for(dark), height, grid=False, margin={"t": 32})
    figure.update_layout(
        coloraxis={
            "colorscale": DIVERGING[dark],
            "cmin": -most,
            "cmax": most,
            "colorbar": color_bar(ink_for(dark)),
        }
    )
    figure.update_xaxes(showticklabels=False)
    figure.update_yaxes(autorange="reversed")
    figure.update_layout(yaxis={"tickvals": list(range(len(names))), "ticktext": list(names)})
    return figure


def rows_with_gaps(ids: Sequence[int], n: int) -> list[int | None]:
    """Return the picked rows with the rows beside them, and None where rows are left out.

    Examples
    --------
    >>> rows_with_gaps([1, 5], 10)
    [0, 1, 2, None, 4, 5, 6, None]
    """
    beside = sorted({row for one in ids for row in (one - 1, one, one + 1) if 0 <= row < n})
    shown: list[int | None] = []
    last = -1
    for row in beside:
        if row > last + 1:
            shown.append(None)
        shown.append(row)
        last = row
    if last < n - 1:
        shown.append(None)
    return shown
