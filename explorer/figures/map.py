"""The map: a projection's points as a Plotly figure, with what is searched and selected marked."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures.colors import OKABE_ITO, SCALE, SELECTED, Categories, Numbers
from explorer.projection import Projection

Rows = NDArray[np.intp]
NO_ROWS: Rows = np.empty(0, np.intp)

FADED = 0.35  # of the chosen opacity, for the points that are not marked
HOVER_LENGTH = 60
LABEL_LENGTH = 28
MOST_NAMED_HITS = 12


@dataclass(frozen=True)
class Ink:
    """The colors that are not data."""

    text: str
    quiet: str
    grid: str
    halo: str


LIGHT = Ink(text="#1f2933", quiet="#52606d", grid="#e4e7eb", halo="#ffffff")
DARK = Ink(text="#e4e7eb", quiet="#9aa5b1", grid="#323f4b", halo="#0f1418")


@dataclass(frozen=True, eq=False)
class Marks:
    """What stands out on the map: rows of search hits, a selected row, its neighbors, landmarks."""

    hits: Rows = field(default_factory=lambda: NO_ROWS)
    selected: int | None = None
    neighbors: Rows = field(default_factory=lambda: NO_ROWS)
    landmarks: Rows = field(default_factory=lambda: NO_ROWS)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is searched or selected."""
        return self.selected is None and not len(self.hits)


def map_figure(
    projection: Projection,
    labels: Sequence[str],
    *,
    colors: Categories | Numbers | None = None,
    marks: Marks | None = None,
    size: float = 5,
    opacity: float = 0.7,
    height: int = 640,
    dark: bool = False,
) -> go.Figure:
    """Draw a projection.

    Parameters
    ----------
    projection
        n points in 2D or 3D.
    labels
        n labels, shown on hover; shown as text, whatever they hold.
    colors
        What the colors mean; one color for all by default.
    marks
        What stands out: the others fade.
    size, opacity
        Of a point: pixels, and 0 to 1.
    height
        Of the figure, in pixels.
    dark
        Whether the ground is dark.
    """
    marks = marks or Marks()
    ink = DARK if dark else LIGHT
    pen = Pen(projection, labels, ink, size)
    shown = opacity if marks.is_empty else opacity * FADED
    figure = go.Figure(pen.cloud(colors, shown))
    if len(marks.landmarks) and marks.is_empty:
        figure.add_trace(pen.names(marks.landmarks, ink.text, 12))
    if len(marks.hits):
        named = len(marks.hits) <= MOST_NAMED_HITS and marks.selected is None
        figure.add_trace(pen.mark(marks.hits, OKABE_ITO[1], size + 4, "search hits", named))
    if len(marks.neighbors):
        figure.add_trace(
            pen.mark(marks.neighbors, OKABE_ITO[4 if dark else 0], size + 4, "nearest neighbors", True)
        )
    if marks.selected is not None:
        figure.add_trace(pen.mark(np.array([marks.selected]), SELECTED, size + 8, "selected", True))
    figure.update_layout(layout(projection, ink, height))
    return figure


class Pen:
    """Draws traces of one projection, alike in 2D and 3D."""

    def __init__(
        self, projection: Projection, labels: Sequence[str], ink: Ink, size: float
    ) -> None:
        self.points = projection.coordinates
        self.flat = projection.n_components == 2
        self.labels = labels
        self.ink = ink
        self.size = size if self.flat else size * 0.6

    def cloud(self, colors: Categories | Numbers | None, opacity: float) -> list[Any]:
        """All points: a trace per category, or one."""
        if isinstance(colors, Categories):
            return [
                self.trace(
                    np.flatnonzero(colors.codes == code),
                    {"color": color, "opacity": opacity},
                    name=shown_text(name, LABEL_LENGTH),
                    hover=f"<br>{plain_hover(colors.column)}: {plain_hover(name)}",
                    showlegend=True,
                )
                for code, (name, color) in enumerate(zip(colors.names, colors.colors, strict=True))
            ]
        rows = np.arange(len(self.points))
        if isinstance(colors, Numbers):
            marker = {
                "color": colors.values,
                "cmin": colors.low,
                "cmax": colors.high,
                "colorscale": SCALE,
                "opacity": opacity,
                "colorbar": {
                    "title": {"text": plain_hover(colors.column), "side": "right"},
                    "thickness": 12,
                    "len": 0.6,
                    "outlinewidth": 0,
                },
            }
            hover = f"<br>{plain_hover(colors.column)}: %{{marker.color:,.6~g}}"
            return [self.trace(rows, marker, hover=hover)]
        return [self.trace(rows, {"color": OKABE_ITO[0], "opacity": opacity})]

    def trace(
        self, rows: Rows, marker: dict[str, Any], *, name: str = "", hover: str = "", **more: Any
    ) -> Any:
        """Points of some rows; `customdata` holds the rows, so that a click can be told."""
        kept = {"marker": {"opacity": marker["opacity"]}} if self.flat else None
        options: dict[str, Any] = {
            "mode": "markers",
            "marker": {"size": self.size, "line": {"width": 0}, **marker},
            "name": name,
            "text": [plain_hover(self.labels[row]) for row in rows],
            "customdata": rows,
            "hovertemplate": f"<b>%{{text}}</b>{hover}<extra></extra>",
            "showlegend": False,
            **more,
        }
        if kept is not None:  # what is selected is marked by us: Plotly must not fade the others
            options |= {"selected": kept, "unselected": kept}
        kind = go.Scattergl if self.flat else go.Scatter3d
        return kind(**self.coordinates(rows), **options)

    def mark(self, rows: Rows, color: str, size: float, name: str, named: bool) -> Any:
        """Marked points: filled, ringed, and with their labels where there are few."""
        kind = go.Scatter if self.flat else go.Scatter3d
        return kind(
            **self.coordinates(rows),
            mode="markers+text" if named else "markers",
            marker={
                "size": size if self.flat else size * 0.6,
                "color": color,
                "line": {"width": 1.5 if self.flat else 1, "color": self.ink.halo},
            },
            text=[shown_text(self.labels[row], LABEL_LENGTH) for row in rows],
            textposition=[SIDES[place % len(SIDES)] for place in range(len(rows))]
            if self.flat
            else "top center",
            textfont={"color": self.ink.text, "size": 13},
            hovertext=[plain_hover(self.labels[row]) for row in rows],
            hovertemplate="<b>%{hovertext}</b><extra></extra>",
            customdata=rows,
            name=name,
            showlegend=False,
        )

    def names(self, rows: Rows, color: str, size: int) -> Any:
        """Labels without points."""
        kind = go.Scatter if self.flat else go.Scatter3d
        return kind(
            **self.coordinates(rows),
            mode="text",
            text=[shown_text(self.labels[row], LABEL_LENGTH) for row in rows],
            textfont={"color": color, "size": size, "shadow": halo(self.ink)}
            if self.flat
            else {"color": color, "size": size},
            hoverinfo="skip",
            showlegend=False,
        )

    def coordinates(self, rows: Rows) -> dict[str, NDArray[np.float32]]:
        """The x, y and perhaps z of some rows."""
        return dict(zip("xyz", self.points[rows].T, strict=False))


SIDES = ("top center", "middle right", "bottom center", "middle left", "top right", "bottom left")


def layout(projection: Projection, ink: Ink, height: int) -> dict[str, Any]:
    """Everything around the points. An axis is drawn only where it means something."""
    quiet = {"color": ink.quiet, "size": 12}
    frame: dict[str, Any] = {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": ink.text, "family": "Source Sans, Source Sans Pro, sans-serif"},
        "hoverlabel": {"bgcolor": ink.text, "font": {"color": ink.halo, "size": 14}},
        "dragmode": "pan" if projection.n_components == 2 else "orbit",
        # zoom and camera stay while colors and marks change, and start anew with a new picture
        "uirevision": f"{projection.method}-{projection.n_components}-{len(projection)}",
        "legend": {
            "orientation": "h",
            "y": -0.04,
            "yanchor": "top",
            "font": {"size": 12, "color": ink.quiet},
            "itemsizing": "constant",
        },
    }
    means_something = projection.variance_share is not None
    axis = {
        "showgrid": means_something,
        "gridcolor": ink.grid,
        "zeroline": False,
        "showticklabels": False,
        "tickfont": quiet,
    }
    titles = projection.axis_names if means_something else ("",) * projection.n_components
    named = {
        f"{letter}axis": {**axis, "title": {"text": title, "font": quiet}}
        for letter, title in zip("xyz", titles, strict=False)
    }
    if projection.n_components == 2:
        named["xaxis"]["title"]["standoff"] = 4
        named["yaxis"]["title"]["standoff"] = 4
        return {**frame, **named}
    for one in named.values():
        one |= {"showbackground": False, "gridcolor": ink.grid, "showgrid": True, "showspikes": False}
    return {**frame, "scene": {**named, "aspectmode": "data"}}


def halo(ink: Ink) -> str:
    """A text shadow that keeps a label readable on top of points."""
    return ", ".join(f"{x}px {y}px 2px {ink.halo}" for x in (-1, 1) for y in (-1, 1))


def plain_hover(text: str) -> str:
    """Return the text such that Plotly, which reads some HTML, shows it as it is."""
    return shown_text(text, HOVER_LENGTH)


def shown_text(text: str, length: int) -> str:
    """Return the text cut to a length, on one line, with HTML's signs escaped."""
    line = " ".join(text.split()) if text.strip() else repr(text)
    cut = line if len(line) <= length else f"{line[: length - 1]}…"
    return html.escape(cut, quote=False)
