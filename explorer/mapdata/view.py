"""The view: the small message that says what of its parts a map shows, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.figures.colors import SCALE_COLORS, SELECTED, Categories, Numbers
from explorer.figures.marks import Marks
from explorer.figures.style import DARK, LIGHT, ink_for
from explorer.mapdata.message import write_message
from explorer.mapdata.parts import Part
from explorer.projection.projection import Projection
from explorer.projection.regions import Region
from explorer.space import EmbeddingSpace

# Both are sent, so that the map follows a change of theme at once. Its grid has the border color:
# the charts' grid color would hardly show on the map's own canvas.
INKS = {
    name: {
        "text": ink.text,
        "quiet": ink.quiet,
        "grid": ink.border,
        "ground": ink.ground,
        "chosen": SELECTED,
    }
    for name, ink in (("light", LIGHT), ("dark", DARK))
}


@dataclass(frozen=True)
class Arrow:
    """A difference of vectors, drawn from one end to the other.

    Each end is a row, or coordinates as the projection has them. Without a color of its own it
    has that of what is selected.
    """

    start: int | Sequence[float]
    end: int | Sequence[float]
    label: str = ""
    color: str | None = None


def view_message(
    projection: Projection,
    space: EmbeddingSpace,
    *,
    key: str,
    points: Part,
    labels: Part,
    names: Part | None = None,
    hover: Sequence[Part],
    pictures: Sequence[Part] = (),
    color: Mapping[str, Any] | None,
    sizes: Mapping[str, Any] | None = None,
    opacities: Mapping[str, Any] | None = None,
    outside: Mapping[str, Any] | None = None,
    key_filters: bool = False,
    counted: str = "",
    caption: str = "",
    density: str = "none",
    regions: Sequence[Region] = (),
    marks: Marks,
    arrows: Sequence[Arrow] = (),
    lines: bool = True,
    importance: Sequence[float] | None = None,
    size: float,
    opacity: float,
    height: int | None,
    dark: bool,
    answered: float = 0,
    key_answered: float = 0,
    can_pick: bool,
    can_page: bool = False,
    link: str = "",
) -> bytes:
    """Return a view of a projection; its parameters are those of `pointcloud`.

    `color`, `sizes` and `opacities` come from `colored` and `ranged`. `outside` is the part of what
    a filter leaves out, `counted` says how many points it keeps, and with `key_filters` a click in
    the key is told to Python. Maps of the same `link` show what the pointer is over in one of them:
    their points are the same items row by row. `answered` and `key_answered` are the numbers of the
    last choice in the browser, and of the last click in its key, that Python has heard of.
    """
    view = {
        "kind": "view",
        "key": key,
        "picture": f"{space.digest} {projection.method} {projection.n_components}",
        "points": points.id,
        "labels": labels.id,
        "names": (names or labels).id,
        "hover": [one.id for one in hover],
        "pictures": [one.id for one in pictures],
        "color": color,
        "sizes": sizes,
        "opacities": opacities,
        "outside": outside,
        "keyFilters": key_filters,
        "plain": ink_for(dark).points,
        "size": size,
        "opacity": opacity,
        "height": height,
        "dark": dark,
        "inks": INKS,
        "selected": marks.selected,
        "answered": answered,
        "keyAnswered": key_answered,
        "lines": lines,
        "arrows": [arrow_data(one) for one in arrows],
        "axes": projection.axis_names if projection.has_axes else None,
        "alt": (
            f"{counted or f'{len(projection):,} points'} of {space.name}, "
            f"drawn by {projection.method.upper()} in {projection.n_components} dimensions. "
            "Arrow keys move, plus and minus zoom, Enter selects the point nearest to the "
            "middle, Escape selects nothing."
        ),
        "name": f"{space.name} {projection.method} {projection.n_components}D",
        "caption": caption,
        "density": density,
        "regions": [region_data(one) for one in regions],
        "canPick": can_pick,
        "canPage": can_page,
        "link": link,
    }
    return write_message(
        view,
        {
            "hits": marks.hits.astype(np.uint32),
            "neighbors": marks.neighbors.astype(np.uint32),
            "lost": marks.lost.astype(np.uint32),
            "order": order(importance),
        },
    )


def colored(colors: Categories | Numbers | None, part: Part | None) -> dict[str, Any] | None:
    """Return how the browser shall color."""
    if colors is None or part is None:
        return None
    common = {"part": part.id, "title": colors.column}
    if isinstance(colors, Categories):
        return {**common, "colors": list(colors.colors), "low": 0, "high": 0}
    return {**common, "colors": list(SCALE_COLORS), "low": colors.low, "high": colors.high}


def ranged(numbers: Numbers | None, part: Part | None) -> dict[str, Any] | None:
    """Return the range that sizes or opacities follow."""
    if numbers is None or part is None:
        return None
    return {
        "part": part.id,
        "title": numbers.column,
        "low": numbers.low,
        "high": numbers.high,
    }


def arrow_data(arrow: Arrow) -> dict[str, Any]:
    """Return an arrow as the browser reads it: −1 stands for an end that is no row."""
    ends = [one if isinstance(one, int) else -1 for one in (arrow.start, arrow.end)]
    start, end = (
        [] if isinstance(one, int) else [float(value) for value in one]
        for one in (arrow.start, arrow.end)
    )
    return {
        "label": arrow.label,
        "color": arrow.color,
        "rows": ends,
        "start": start,
        "end": end,
    }


def region_data(region: Region) -> dict[str, Any]:
    """Return a region as the browser reads it."""
    return {
        "at": [float(value) for value in region.at],
        "level": region.level,
        "name": region.name,
        "examples": list(region.examples),
        "size": region.size,
    }


def order(importance: Sequence[float] | None) -> NDArray[np.uint32]:
    """Return the rows, the most important first; empty for row order."""
    if importance is None:
        return np.empty(0, np.uint32)
    return np.argsort(-np.asarray(importance, np.float64), kind="stable").astype(np.uint32)
