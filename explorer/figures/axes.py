"""Semantic axes and association tests as Plotly figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures.colors import ORANGE, SELECTED
from explorer.figures.label_placement import Sheet, label_sides
from explorer.figures.style import LABEL_LENGTH, ink_for, plain_hover, shown_text, style
from explorer.probes.semantic_axis import Removal, SemanticAxis, SpreadTest
from explorer.probes.weat import Association

LINE_HEIGHT = 26  # pixels per word in a list of words
MOST_LISTED = 60  # words on an axis: the figure is then two screens high
POLES_LINE = -1.2  # below the first word's line, which is 0
AXIS_ROOM = 110  # pixels of the axis title, the poles' line and the margins
LEGEND_ROOM = 20  # pixels of a legend, where there is one

SHEET = (400.0, 320.0)  # pixels that points take up in a figure beside a table


def axis_figure(
    axis: SemanticAxis,
    words: Sequence[str],
    places: NDArray[np.float64],
    poles: tuple[NDArray[np.float64], NDArray[np.float64]],
    *,
    dark: bool = False,
) -> go.Figure:
    """Draw words on one axis, one per line, the lowest first; the poles' own words as diamonds."""
    ink = ink_for(dark)
    order = np.argsort(places)[-MOST_LISTED:] if len(words) > MOST_LISTED else np.argsort(places)
    names = [shown_text(words[row], LABEL_LENGTH) for row in order]
    figure = go.Figure()
    figure.add_vline(x=axis.middle, line={"color": ink.quiet, "width": 1, "dash": "dot"})
    for number, row in enumerate(order):
        figure.add_shape(
            type="line",
            x0=axis.middle,
            x1=float(places[row]),
            y0=number,
            y1=number,
            line={"color": ink.points if places[row] < axis.middle else ORANGE, "width": 3},
        )
    figure.add_trace(
        points(
            [float(places[row]) for row in order],
            list(range(len(order))),
            [words[row] for row in order],
            {
                "size": 11,
                "color": [ink.points if places[row] < axis.middle else ORANGE for row in order],
            },
        )
    )
    for values, pole, color in zip(poles, (axis.low, axis.high), (ink.points, ORANGE), strict=True):
        figure.add_trace(
            points(
                values.tolist(),
                [POLES_LINE] * len(values),
                pole,
                {"symbol": "diamond", "size": 10, "color": color},
            )
        )
    style(figure, ink, AXIS_ROOM + LINE_HEIGHT * len(names))
    figure.update_layout(
        xaxis={"title": {"text": pole_text(axis)}, "side": "bottom", "zeroline": False},
        yaxis={
            "tickvals": [POLES_LINE, *range(len(names))],
            "ticktext": ["<i>the poles</i>", *names],
            "tickfont": {"color": ink.text, "size": 14},
            "showgrid": False,
            "range": [-2, len(names) - 0.3],
            "fixedrange": True,
        },
    )
    return figure


def two_axes_figure(
    across: SemanticAxis,
    up: SemanticAxis,
    words: Sequence[str],
    places: NDArray[np.float64],
    *,
    height: int = 460,
    dark: bool = False,
) -> go.Figure:
    """Draw words on two axes; `places` is (k, 2). The dotted lines are the axes' middles."""
    ink = ink_for(dark)
    sheet = Sheet(places.astype(np.float32), SHEET)
    texts = [shown_text(word, LABEL_LENGTH) for word in words]
    sides = label_sides(sheet, places.astype(np.float32), texts)
    figure = go.Figure(
        points(
            places[:, 0].tolist(),
            places[:, 1].tolist(),
            words,
            {"size": 10, "color": ink.points},
            mode="markers+text",
            text=[text if side else "" for text, side in zip(texts, sides, strict=True)],
            textposition=[side or "top center" for side in sides],
            textfont={"color": ink.text, "size": 14},
            cliponaxis=False,
        )
    )
    line = {"color": ink.quiet, "width": 1, "dash": "dot"}
    figure.add_vline(x=across.middle, line=line)
    figure.add_hline(y=up.middle, line=line)
    style(figure, ink, height, true_lengths=True)
    figure.update_layout(xaxis_title=pole_text(across), yaxis_title=pole_text(up))
    return figure


def spread_figure(test: SpreadTest, *, height: int = 220, dark: bool = False) -> go.Figure:
    """Draw the spreads on random axes as a histogram, and this axis's spread as a line."""
    ink = ink_for(dark)
    figure = go.Figure(
        go.Histogram(
            x=test.random_spreads,
            nbinsx=40,
            marker={"color": ink.quiet},
            hovertemplate="%{y} random axes<extra></extra>",
        )
    )
    figure.add_vline(
        x=test.spread,
        line={"color": SELECTED, "width": 3},
        annotation={"text": "this axis", "font": {"color": ink.text, "size": 14}},
    )
    style(figure, ink, height)
    figure.update_layout(
        yaxis={"title": {"text": "random axes"}},
        xaxis_title="spread of the words along the axis",
        bargap=0.05,
    )
    return figure


def association_figure(found: Association, *, height: int = 300, dark: bool = False) -> go.Figure:
    """Draw each target word at its score: positive is nearer to the first attributes."""
    ink = ink_for(dark)
    figure = go.Figure()
    colors = (ink.points, ORANGE)
    rows = list(zip(found.targets, found.scores, colors, strict=True))
    for level, (words, scores, color) in enumerate(rows):
        # seven heights in turn keep equal scores apart; height has no meaning
        heights = level + 0.5 * (np.arange(len(scores)) % 7 / 6 - 0.5)
        figure.add_trace(
            points(scores.tolist(), heights.tolist(), words.words, {"size": 11, "color": color})
        )
        mean = float(scores.mean())
        figure.add_shape(
            type="line",
            x0=mean,
            x1=mean,
            y0=level - 0.4,
            y1=level + 0.4,
            line={"color": ink.text, "width": 3},
        )
    figure.add_vline(x=0, line={"color": ink.quiet, "width": 1, "dash": "dot"})
    first, second = (shown_text(one.name, LABEL_LENGTH) for one in found.attributes)
    style(figure, ink, height)
    figure.update_layout(
        xaxis_title=f"← nearer to {second} · nearer to {first} →",
        yaxis={
            "tickvals": [0, 1],
            "ticktext": [shown_text(one.name, LABEL_LENGTH) for one in found.targets],
            "tickfont": {"color": ink.text, "size": 15},
            "showgrid": False,
            "range": [-0.6, 1.6],
        },
    )
    return figure


def removal_figure(found: Removal, *, dark: bool = False) -> go.Figure:
    """Draw the share of each word's neighbors on the high side, before and after the removal."""
    ink = ink_for(dark)
    order = np.argsort(found.before)
    names = [shown_text(found.words[row], LABEL_LENGTH) for row in order]
    lines = list(range(len(names)))
    words = [found.words[row] for row in order]
    figure = go.Figure()
    before = [float(found.high_before[row]) for row in order]
    after = [float(found.high_after[row]) for row in order]
    for line, (start, end) in enumerate(zip(before, after, strict=True)):
        figure.add_shape(
            type="line",
            x0=start,
            x1=end,
            y0=line,
            y1=line,
            line={"color": ink.quiet, "width": 2},
            layer="below",
        )
    for values, name, marker in (
        (before, "before", {"size": 12, "color": ORANGE}),
        (after, "after", {"size": 12, "color": ink.points, "symbol": "diamond"}),
    ):
        figure.add_trace(points(values, lines, words, marker, name=name, showlegend=True))
    figure.add_vline(x=0.5, line={"color": ink.quiet, "width": 1, "dash": "dot"})
    style(figure, ink, AXIS_ROOM + LEGEND_ROOM + LINE_HEIGHT * len(names))
    figure.update_layout(
        xaxis={"title": {"text": "share of neighbors on the high side"}, "tickformat": ".0%"},
        yaxis={
            "tickvals": lines,
            "ticktext": names,
            "tickfont": {"color": ink.text, "size": 14},
            "showgrid": False,
        },
        legend={"orientation": "h", "y": 1.08, "x": 0},
    )
    return figure


def points(
    x: Sequence[float],
    y: Sequence[float],
    names: Sequence[str],
    marker: dict[str, Any],
    **more: Any,
) -> go.Scatter:
    """Return points that show their name and place on hover."""
    return go.Scatter(
        **{
            "x": list(x),
            "y": list(y),
            "mode": "markers",
            "marker": marker,
            "hovertext": [plain_hover(name) for name in names],
            "hovertemplate": "<b>%{hovertext}</b><br>%{x:.3f}<extra></extra>",
            "showlegend": False,
            **more,
        }
    )


def pole_text(axis: SemanticAxis) -> str:
    """Return an axis's title with arrows to both poles."""
    low, _, high = axis.name.partition(" ↔ ")
    return f"← {shown_text(low, LABEL_LENGTH)} · {shown_text(high, LABEL_LENGTH)} →"
