"""Analogies as Plotly figures: in their own plane, and many pairs at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.analogies.geometry import Dots, PlanePicture
from explorer.figures.colors import ORANGE, SCALE, SELECTED
from explorer.figures.label_placement import CHARACTER, Sheet, label_sides
from explorer.figures.style import (
    LABEL_LENGTH,
    Ink,
    color_bar,
    ink_for,
    plain_hover,
    shown_text,
    style,
)
from explorer.probes.relations import PairFamily

SMALL_SHEET = (330.0, 230.0)  # pixels that points take up in a figure beside text
PAIRS_WIDTH, FRAME = 500.0, 70.0  # pixels of the plot; of what stands above and below it
PAIRS_ROOM = 0.3  # of the extent, left free on each side
NAMES_OFF = 16  # pixels between the outermost place and a column of names
NAME_LENGTH = 22  # letters of a label; hover shows the whole
MARK, DOT = "••", "•"  # as wide as a large point, and as a small one
ROOM = 0.12  # of the extent, left free on each side for labels
NAMED_ANSWERS = 5  # labels of more would hide the arrows


def plane_figure(picture: PlanePicture, *, height: int = 430, dark: bool = False) -> go.Figure:
    """Draw an analogy in its own plane, to scale: one unit is as long on both axes."""
    ink = ink_for(dark)
    figure = go.Figure()
    ends = [end for arrow in picture.arrows for end in (arrow.start, arrow.end)]
    everything = np.vstack([picture.inputs.places, picture.answers.places, ends])
    sheet = Sheet(everything.astype(np.float32), SMALL_SHEET)
    for place in (*picture.inputs.places, *picture.result.places, picture.answers.places[0]):
        sheet.take(place.astype(np.float32), MARK, (0.0, 0.0))  # no label over these
    layers = [
        named_dots(
            picture.inputs, sheet, ink, {"color": ink.points, "size": 13, "symbol": "square"}
        ),
        named_dots(
            picture.result,
            sheet,
            ink,
            {
                "color": ink.text,
                "size": 13,
                "symbol": "x-thin",
                "line": {"width": 3, "color": ink.text},
            },
        ),
        named_dots(
            picture.answers,
            sheet,
            ink,
            {
                "color": picture.answers.distances,
                "colorscale": SCALE,
                "size": [17, *[11] * (len(picture.answers) - 1)],
                "line": {
                    "width": 2,
                    "color": [SELECTED, *[ink.ground] * (len(picture.answers) - 1)],
                },
                "colorbar": color_bar(ink, "distance from this plane"),
            },
            named=NAMED_ANSWERS,
        ),
    ]
    figure.add_traces(layers[::-1])
    styles = {
        "given": {"arrowcolor": ink.points, "arrowwidth": 3},
        "copied": {"arrowcolor": ink.text, "arrowwidth": 2, "opacity": 0.55},
        "found": {"arrowcolor": SELECTED, "arrowwidth": 3},
    }
    style(figure, ink, height, true_lengths=True)
    figure.update_layout(
        **room_for(everything),
        annotations=[
            arrow_between(arrow.start, arrow.end, **styles[arrow.kind])
            for arrow in picture.arrows
            if arrow.kind in styles
        ],
        shapes=[
            {
                "type": "line",
                **dict(zip(("x0", "y0", "x1", "y1"), (*side.start, *side.end), strict=True)),
                "line": {"color": ink.quiet, "width": 1, "dash": "dot"},
                "layer": "below",
            }
            for side in picture.arrows
            if side.kind == "side"
        ],
    )
    return figure


def named_dots(
    dots: Dots, sheet: Sheet, ink: Ink, marker: dict[str, Any], *, named: int | None = None
) -> go.Scatter:
    """Return points with their names where there is room, and their distance on hover."""
    texts = [shown_text(name, NAME_LENGTH) for name in dots.names]
    order = range(len(texts))[:named]
    sides = label_sides(sheet, dots.places.astype(np.float32), texts, order)
    return go.Scatter(
        x=dots.places[:, 0],
        y=dots.places[:, 1],
        mode="markers+text",
        marker=marker,
        text=[text if side else "" for text, side in zip(texts, sides, strict=True)],
        textposition=[side or "top center" for side in sides],
        textfont={"color": ink.text, "size": 15},
        hovertext=[plain_hover(name) for name in dots.names],
        customdata=dots.distances,
        hovertemplate="<b>%{hovertext}</b><br>%{customdata:.3f} from this plane<extra></extra>",
        cliponaxis=False,
        showlegend=False,
    )


def pairs_figure(family: PairFamily, *, height: int = 460, dark: bool = False) -> go.Figure:
    """Draw the steps of a family of pairs in its plane.

    If they share a direction, that is the mean step, to the right, and upwards the direction of
    the words' largest spread at right angles to it.
    """
    ink = ink_for(dark)
    starts, _ = family.plane.place(family.starts)
    ends, _ = family.plane.place(family.ends)
    everything = np.vstack([starts, ends])
    room = room_for(everything, room=PAIRS_ROOM)
    corners = np.transpose([room["xaxis_range"], room["yaxis_range"]])
    size = (PAIRS_WIDTH, height - FRAME)
    sheet = Sheet(corners.astype(np.float32), size)
    for place in everything:
        sheet.take(place.astype(np.float32), DOT, (0.0, 0.0))  # no label over these
    figure = go.Figure()
    named: list[dict[str, Any]] = []
    for places, side, color in ((starts, 0, ink.points), (ends, 1, ORANGE)):
        texts = [shown_text(pair[side], LABEL_LENGTH) for pair in family.pairs]
        sides: list[str | None] = [None] * len(texts)
        if family.shares_direction:
            pixel = float((np.ptp(corners, axis=0) / size).max())
            named += names_in_column(places, texts, ink, pixel, is_right=bool(side))
        else:
            sides = label_sides(sheet, places.astype(np.float32), texts)
        figure.add_trace(
            go.Scatter(
                x=places[:, 0],
                y=places[:, 1],
                mode="markers+text",
                marker={"color": color, "size": 9, "line": {"width": 1, "color": ink.ground}},
                text=[text if side else "" for text, side in zip(texts, sides, strict=True)],
                textposition=[side or "top center" for side in sides],
                textfont={"color": ink.text, "size": 14},
                hovertext=[plain_hover(pair[side]) for pair in family.pairs],
                hovertemplate="<b>%{hovertext}</b><extra></extra>",
                cliponaxis=False,
                showlegend=False,
            )
        )
    style(figure, ink, height, true_lengths=True)
    figure.update_layout(room)
    along, across = (
        ("along the mean step →", "at right angles to it")
        if family.shares_direction
        else ("in the plane that holds the most of these steps", "")
    )
    figure.update_layout(
        xaxis_title=along,
        yaxis_title=across,
        annotations=[
            arrow_between(start.tolist(), end.tolist(), arrowcolor=ink.quiet, arrowwidth=2)
            for start, end in zip(starts, ends, strict=True)
        ]
        + named,
    )
    return figure


def names_in_column(
    places: NDArray[np.float64], texts: Sequence[str], ink: Ink, pixel: float, *, is_right: bool
) -> list[dict[str, Any]]:
    """Return names below each other, left of all places or right of them, with lines to these.

    Arrows to the right leave that room free. `pixel` is how much of an axis a pixel holds. Each
    name stands as high as its place, but for what keeps it off its neighbors: least squares.
    """
    from scipy.optimize import isotonic_regression

    order = places[:, 1].argsort(kind="stable")
    apart = CHARACTER[1] * pixel * np.arange(len(order))
    heights = np.empty(len(order))
    heights[order] = isotonic_regression(places[order, 1] - apart).x + apart
    beyond = NAMES_OFF * pixel
    column = places[:, 0].max() + beyond if is_right else places[:, 0].min() - beyond
    return [
        {
            **arrow_between((float(column), float(high)), place.tolist()),
            "text": text,
            "font": {"color": ink.text, "size": 14},
            "arrowcolor": ink.border,
            "arrowwidth": 1,
            "arrowhead": 0,
            "startstandoff": 0,
            "xanchor": "left" if is_right else "right",
        }
        for place, high, text in zip(places, heights, texts, strict=True)
    ]


def arrow_between(start: Sequence[float], end: Sequence[float], **style: Any) -> dict[str, Any]:
    """Return an arrow in data coordinates."""
    return {
        "x": end[0],
        "y": end[1],
        "ax": start[0],
        "ay": start[1],
        "xref": "x",
        "yref": "y",
        "axref": "x",
        "ayref": "y",
        "text": "",
        "showarrow": True,
        "arrowhead": 2,
        "standoff": 7,
        "startstandoff": 5,
        **style,
    }


def room_for(places: NDArray[np.float64], room: float = ROOM) -> dict[str, Any]:
    """Return axis ranges that leave room for labels around the places."""
    low, high = places.min(axis=0), places.max(axis=0)
    room *= max(float((high - low).max()), 1e-6)
    return {
        f"{letter}axis_range": [float(low[side]) - room, float(high[side]) + room]
        for side, letter in enumerate("xy")
    }
