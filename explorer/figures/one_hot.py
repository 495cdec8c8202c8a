"""One-hot versus dense: the one-hot matrix, a few words on a plane, what each encoding costs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures.colors import BLUE, GRAY, SELECTED, SKY
from explorer.figures.label_placement import Sheet, label_sides
from explorer.figures.matrices import LABEL_LENGTH, MOST_WRITTEN, name_rows
from explorer.figures.style import TEXT_SIZE, ink_for, shown_text, style
from explorer.lessons.encoding_cost import NUMBER_BYTES, Cost
from explorer.wording import count, readable_bytes

BAR_HEIGHT = 26  # pixels of a bar
SHEET = (360.0, 260.0)  # pixels that points take up
MARGIN = {"l": 30, "r": 30, "t": 20, "b": 20}  # pixels: names stand beside the outermost points
MOST_NAMED = 12  # words up to which each is named, even if crowded
ZERO = {False: "#e8edf1", True: "#1d262d"}  # color of a zero, on a light and on a dark ground


def one_hot_matrix(
    rows: NDArray[np.intp],
    labels: Sequence[str],
    columns: int,
    *,
    height: int = 380,
    dark: bool = False,
) -> go.Figure:
    """Draw one-hot rows, leaving out columns of zeros.

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
    ink = ink_for(dark)
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
            colorscale=[[0, ZERO[dark]], [1, ink.points]],
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
            font={"size": TEXT_SIZE - 1, "color": ink.quiet},
        )
    style(figure, ink, height, grid=False, margin={"l": 8, "r": 40, "t": 8, "b": 8})
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
    """Return (column, 1) for each column with a 1, and (−1, n) for n columns left out between.

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


def sign_bars(
    counts: NDArray[np.intp],
    labels: Sequence[str],
    dimensions: int,
    *,
    dark: bool = False,
) -> go.Figure:
    """Draw in how many columns words have the sign of another word, beside what chance gives.

    Parameters
    ----------
    counts
        (n,) columns of equal sign, in the order to draw, from the top.
    labels
        n words.
    dimensions
        How many columns there are: half of them agree by chance.
    dark
        Whether the ground is dark.
    """
    ink = ink_for(dark)
    figure = go.Figure(
        go.Bar(
            x=counts,
            y=list(range(len(counts))),
            orientation="h",
            marker={"color": ink.points},
            text=[f"{count:,}" for count in counts],
            textposition="inside",
            hovertemplate="%{x:,} columns<extra></extra>",
        )
    )
    figure.add_vline(
        x=dimensions / 2,
        line={"color": SELECTED, "width": 3, "dash": "dot"},
        annotation={"text": "by chance", "font": {"color": ink.text}, "yshift": 4},
        annotation_position="top",
    )
    height = 50 + BAR_HEIGHT * len(counts)
    style(figure, ink, height, grid=False, bargap=0.2, margin={"l": 8, "r": 8, "t": 24, "b": 8})
    figure.update_xaxes(range=[0, dimensions], tickvals=[0, dimensions // 2, dimensions])
    name_rows(figure, [shown_text(label, LABEL_LENGTH) for label in labels])
    return figure


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
    ink = ink_for(dark)
    texts = [shown_text(label, 16) for label in labels]
    if len(texts) <= MOST_NAMED:
        sides = sides_of_few(coordinates)
    else:
        order = dict.fromkeys([anchor, nearest or 0, *range(len(texts))])
        sides = label_sides(Sheet(coordinates, SHEET), coordinates, texts, order)
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
                SELECTED if nearest is not None and row in marked else ink.points
                for row in range(len(labels))
            ],
            "line": {"color": ink.ground, "width": 1},
        },
        text=[text if side else "" for text, side in zip(texts, sides, strict=True)],
        textposition=[side or "top center" for side in sides],
        textfont={"size": 16 if len(labels) <= 20 else 13, "color": ink.text},
        hovertext=texts,
        hovertemplate="<b>%{hovertext}</b><extra></extra>",
        showlegend=False,
        cliponaxis=False,
    )
    style(figure, ink, height, grid=False, true_lengths=True, margin=MARGIN)
    low, high = coordinates.min(axis=0), coordinates.max(axis=0)
    room = np.maximum((high - low) * 0.12, 1e-3)
    figure.update_xaxes(showticklabels=False, range=[low[0] - room[0], high[0] + room[0]])
    figure.update_yaxes(showticklabels=False, range=[low[1] - room[1], high[1] + room[1]])
    return figure


def sides_of_few(coordinates: NDArray[np.float32]) -> list[str | None]:
    """Return a side for each point's label: away from the point nearest to it."""
    sides: list[str | None] = []
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
    ink = ink_for(dark)
    names = ("one-hot, zeros written out", "embedding", "one-hot, sparse")
    figure = go.Figure()
    for color, dtype in zip((BLUE, SKY, GRAY), NUMBER_BYTES, strict=True):
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
            textfont={"size": TEXT_SIZE, "color": ink.text},
            cliponaxis=False,
            hovertemplate=f"{dtype}: %{{text}}<extra></extra>",
        )
    style(figure, ink, height, grid=False, bargap=0.25, margin={"r": 70})
    sizes = (1, 1e3, 1e6, 1e9, 1e12, 1e15)
    figure.update_xaxes(
        type="log",
        showgrid=True,
        tickvals=sizes,
        ticktext=["1 byte", "1 KB", "1 MB", "1 GB", "1 TB", "1 PB"],
    )
    figure.update_yaxes(autorange="reversed")
    return figure
