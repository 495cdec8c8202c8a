"""The widget: the map's program as anywidget runs it, and what it tells Python."""

from __future__ import annotations

import uuid
from typing import Any

import anywidget
import numpy as np
import pyarrow as pa
import traitlets
from numpy.typing import NDArray

from explorer.conditions import matching_rows
from explorer.figures.colors import Categories, Numbers
from explorer.figures.marks import Marks
from explorer.mapdata.choice import chosen_rows
from explorer.mapdata.looks import on_ground, point_size
from explorer.mapdata.parts import (
    column_part,
    hover_parts,
    outside_part,
    picture_parts,
    points_part,
    texts_part,
)
from explorer.mapdata.program import PROGRAM
from explorer.mapdata.view import colored, view_message
from explorer.neighbors.exact import neighbors_of_row
from explorer.projection.projection import Projection
from explorer.projection.quality import ranks_in_picture
from explorer.space import EmbeddingSpace

NEIGHBORS = 15  # shown of the selected point, as on the Map
NO_ROWS: NDArray[np.intp] = np.empty(0, np.intp)


class MapWidget(anywidget.AnyWidget):
    """The map in a notebook.

    Attributes
    ----------
    space, projection
        What is drawn: n points.
    selected
        The selected rows, (m,) intp, the one chosen first at the head. Read-only; a click or a
        lasso on the map sets it.
    filter
        A condition as `explorer.EmbeddingSpace.filter` takes it; what it leaves out fades. Empty
        for no filter. Setting one that cannot be read raises QueryError and changes nothing.
    """

    _esm = PROGRAM
    selected = traitlets.Instance(np.ndarray, read_only=True)
    filter = traitlets.Unicode("")
    # between here and the browser; messages are as explorer.mapdata writes them
    _points = traitlets.List(traitlets.Bytes()).tag(sync=True)
    _looks = traitlets.List(traitlets.Bytes()).tag(sync=True)
    _view = traitlets.Bytes().tag(sync=True)
    _choice = traitlets.Dict().tag(sync=True)
    _dark = traitlets.Bool(allow_none=True, default_value=None).tag(sync=True)

    def __init__(
        self,
        space: EmbeddingSpace,
        projection: Projection,
        *,
        colors: Categories | Numbers | None,
        labels: pa.Array,
        height: int,
    ) -> None:
        super().__init__()
        self.space, self.projection = space, projection
        self._key = f"notebook {uuid.uuid4().hex}"
        self._colors, self._height = colors, height
        self._kept: NDArray[np.intp] | None = None
        self._points_part = points_part(projection)
        self._labels_part = texts_part("label", labels.to_pylist())
        self._hover, self._pictures = hover_parts(space, None), picture_parts(space)
        parts = [self._points_part, self._labels_part, *self._hover, *self._pictures]
        self._points = [part.data for part in parts]
        self._draw()

    @traitlets.default("selected")
    def _none_selected(self) -> NDArray[np.intp]:
        return NO_ROWS

    @traitlets.validate("filter")
    def _checked(self, proposal: Any) -> str:
        """Take a condition that can be read; raises QueryError."""
        text = str(proposal["value"]).strip()
        self._kept = matching_rows(self.space.table(), text) if text else None
        return text

    @traitlets.observe("filter")
    def _filtered(self, change: Any) -> None:
        self._draw()

    @traitlets.observe("_dark")
    def _dressed(self, change: Any) -> None:
        self._draw()

    @traitlets.observe("_choice")
    def _chosen(self, change: Any) -> None:
        rows = chosen_rows(self._choice, self._labels_part.id, len(self.space))
        if not np.array_equal(rows, self.selected):
            self.set_trait("selected", rows)
        self._draw()

    def _draw(self) -> None:
        """Send the view, and the parts of it that change."""
        dark = bool(self._dark)
        colors = self._colors and on_ground(self._colors, dark=dark)
        color = column_part(colors) if colors else None
        outside = None if self._kept is None else outside_part(len(self.space), self._kept)
        view = view_message(
            self.projection,
            self.space,
            key=self._key,
            points=self._points_part,
            labels=self._labels_part,
            hover=self._hover,
            pictures=self._pictures,
            color=colored(colors, color),
            outside=None if outside is None else {"part": outside.id, "isShown": True},
            marks=self._marks(),
            size=point_size(len(self.space)),
            opacity=0.7,
            height=self._height,
            dark=dark,
            answered=self._choice.get("at", 0),
            can_pick=True,
        )
        with self.hold_sync():
            self._looks = [part.data for part in (color, outside) if part]
            self._view = view

    def _marks(self) -> Marks:
        """Return the selected point and its true neighbors."""
        if not len(self.selected):
            return Marks()
        row = int(self.selected[0])
        near = neighbors_of_row(self.space, row, NEIGHBORS).indices
        ranks = ranks_in_picture(self.projection.coordinates, row, near)
        return Marks(selected=row, neighbors=near, lost=near[ranks > NEIGHBORS])
