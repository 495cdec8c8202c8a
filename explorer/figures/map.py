"""The map: a projection's points as a Plotly figure, with what is searched and selected marked."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures.colors import SCALE, SELECTED, Categories, Numbers
from explorer.figures.labels import Sheet
from explorer.figures.marks import Marks, Rows
from explorer.projection import Projection

FADED = 0.35  # of the chosen opacity, for the points that are not marked
HOVER_LENGTH = 60
LABEL_LENGTH = 28
MOST_NAMED_HITS = 12
LANDMARK_ABOVE = 12  # pixels over its point
NAMED_IN_3D = 8  # what overlaps there changes with the camera


@dataclass(frozen=True)
class Ink:
    """The colors that are not data."""

    text: str
    quiet: str
    grid: str
    halo: str
    veil: str
    points: str  # where no column colors them


LIGHT = Ink("#1b242c", "#52606d", "#e4e7eb", "#ffffff", "rgba(255,255,255,0.65)", "#0072B2")
DARK = Ink("#e4e9ed", "#9aa5b1", "#2a343d", "#0f1418", "rgba(15,20,24,0.65)", "#56B4E9")


def map_figure(
    projection: Projection,
    labels: Sequence[str],
    *,
    colors: Categories | Numbers | None = None,
    marks: Marks | None = None,
    size: float = 5,
    opacity: float = 0.7,
    height: int = 600,
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
        pen.name(figure, marks.landmarks)
    # the most important takes its place for a label first, and is drawn last, on top
    layers = []
    if marks.selected is not None:
        layers.append(pen.mark(np.array([marks.selected]), size + 9, color=SELECTED))
    if len(marks.neighbors):
        layers.append(pen.mark(marks.neighbors, size + 3))
    if len(marks.hits):
        named = len(marks.hits) <= MOST_NAMED_HITS and marks.selected is None
        layers.append(pen.mark(marks.hits, size + 5, symbol="circle-open", named=named))
    figure.add_traces(layers[::-1])
    figure.update_layout(layout(projection, ink, height))
    many = isinstance(colors, Categories) and len(colors.names) > MOST_BELOW
    figure.update_layout(legend=LEGEND_BESIDE if many else LEGEND_BELOW)
    return figure


class Pen:
    """Draws traces of one projection, alike in 2D and 3D."""

    def __init__(
        self, projection: Projection, labels: Sequence[str], ink: Ink, size: float
    ) -> None:
        self.points = projection.coordinates
        self.sheet = Sheet(projection.coordinates)
        self.flat = projection.n_components == 2
        self.labels = labels
        self.ink = ink
        self.size = size if self.flat else size * 0.6

    def cloud(self, colors: Categories | Numbers | None, opacity: float) -> list[Any]:
        """All points: a trace per category, or one."""
        if isinstance(colors, Categories):
            named = list(enumerate(zip(colors.names, colors.colors, strict=True)))
            points = [
                self.trace(
                    np.flatnonzero(colors.codes == code),
                    {"color": color, "opacity": opacity},
                    hover=f"<br>{plain_hover(colors.column)}: {plain_hover(name)}",
                    legendgroup=f"{code}",
                )
                for code, (name, color) in named
            ]
            return points + [self.legend_entry(code, name, color) for code, (name, color) in named]
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
        return [self.trace(rows, {"color": self.ink.points, "opacity": opacity})]

    def legend_entry(self, code: int, name: str, color: str) -> Any:
        """A legend's line in full color, also while the points are faded or see-through."""
        kind = go.Scatter if self.flat else go.Scatter3d
        return kind(
            **{axis: [None] for axis in "xyz"[: self.points.shape[1]]},
            mode="markers",
            marker={"color": color, "size": 10},
            name=shown_text(name, LABEL_LENGTH),
            legendgroup=f"{code}",
            showlegend=True,
        )

    def trace(self, rows: Rows, marker: dict[str, Any], *, hover: str = "", **more: Any) -> Any:
        """Points of some rows; `customdata` holds the rows, so that a click can be told."""
        kept = {"marker": {"opacity": marker["opacity"]}} if self.flat else None
        options: dict[str, Any] = {
            "mode": "markers",
            "marker": {"size": self.size, "line": {"width": 0}, **marker},
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

    def mark(
        self,
        rows: Rows,
        size: float,
        *,
        color: str | None = None,
        symbol: str = "circle",
        named: bool = True,
    ) -> Any:
        """Marked points, in the text's color that no category has, with labels where they fit."""
        kind = go.Scatter if self.flat else go.Scatter3d
        texts = [shown_text(self.labels[row], LABEL_LENGTH) for row in rows]
        sides: list[str | None] = (
            [
                self.sheet.beside(self.points[row], text)
                for row, text in zip(rows, texts, strict=True)
            ]
            if self.flat and named
            else [None if place >= NAMED_IN_3D else "top center" for place in range(len(rows))]
        )
        return kind(
            **self.coordinates(rows),
            mode="markers+text" if named else "markers",
            marker={
                "size": size if self.flat else size * 0.6,
                "symbol": symbol,
                "color": color or self.ink.text,
                "opacity": 1,
                "line": {
                    "width": 2 if symbol == "circle-open" or color else 1,
                    "color": self.ink.text if symbol == "circle-open" or color else self.ink.halo,
                },
            },
            text=[text if side else "" for text, side in zip(texts, sides, strict=True)],
            textposition=[side or "top center" for side in sides],
            textfont={"color": self.ink.text, "size": 13},
            hovertext=[plain_hover(self.labels[row]) for row in rows],
            hovertemplate="<b>%{hovertext}</b><extra></extra>",
            customdata=rows,
            showlegend=False,
        )

    def name(self, figure: go.Figure, rows: Rows) -> None:
        """Write labels over the points, on a ground that keeps them readable."""
        notes = [
            {
                **{axis: float(value[0]) for axis, value in self.coordinates([row]).items()},
                "text": shown_text(self.labels[row], LABEL_LENGTH),
                "showarrow": False,
                "yshift": LANDMARK_ABOVE,
                "font": {"color": self.ink.text, "size": 13},
                "bgcolor": self.ink.veil,
                "borderpad": 1,
            }
            for row in rows
        ]
        figure.update_layout(
            {"annotations": notes} if self.flat else {"scene": {"annotations": notes}}
        )

    def coordinates(self, rows: Rows | list[int]) -> dict[str, NDArray[np.float32]]:
        """The x, y and perhaps z of some rows."""
        return dict(zip("xyz", self.points[rows].T, strict=False))


MOST_BELOW = 16  # categories; a longer legend stands beside the map, where it can scroll
LEGEND_BELOW = {"orientation": "h", "y": -0.05, "yanchor": "top", "x": 0}
LEGEND_BESIDE = {"orientation": "v", "y": 1, "yanchor": "top", "x": 1.01}


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
        "legend": {"font": {"size": 13, "color": ink.quiet}, "itemsizing": "constant"},
    }
    flat = projection.n_components == 2
    means_something = projection.has_axes  # UMAP's axes have no meaning
    axis: dict[str, Any] = {
        "showgrid": means_something or not flat,
        "gridcolor": ink.grid,
        "zeroline": False,
        "showticklabels": False,
    }
    if not flat:
        axis |= {"showbackground": False, "showspikes": False}
    titles = projection.axis_names if means_something else ("",) * projection.n_components
    axes: dict[str, Any] = {
        f"{letter}axis": {**axis, "title": {"text": title, "font": quiet}}
        for letter, title in zip("xyz", titles, strict=False)
    }
    if not flat:
        return {**frame, "scene": {**axes, "aspectmode": "data"}}
    axes["yaxis"] |= {"scaleanchor": "x"}  # one unit is as long on both axes: lengths are true
    for one in axes.values():
        one["title"]["standoff"] = 4
    return {**frame, **axes}


def plain_hover(text: str) -> str:
    """Return the text such that Plotly, which reads some HTML, shows it as it is."""
    return shown_text(text, HOVER_LENGTH)


def shown_text(text: str, length: int) -> str:
    """Return the text cut to a length, on one line, with HTML's signs escaped."""
    line = " ".join(text.split()) if text.strip() else repr(text)
    cut = line if len(line) <= length else f"{line[: length - 1]}…"
    return html.escape(cut, quote=False)
