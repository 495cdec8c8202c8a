"""The map on a page: the WebGL component, as pages call it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace, Projection
from explorer.figures.colors import Categories, Numbers
from explorer.figures.marks import Marks
from explorer.mapdata.choice import chosen_rows
from explorer.mapdata.parts import (
    Part,
    column_part,
    hover_parts,
    labels_part,
    outside_part,
    picture_parts,
    points_part,
)
from explorer.mapdata.view import Arrow, colored, ranged, view_message
from explorer.pictures.column import has_pictures
from explorer.projection.regions import Region
from explorer.ui.pointcloud import outbox
from explorer.ui.pointcloud.component import mount
from explorer.ui.pointcloud.page import offer_page
from explorer.webpage.page import Drawn

__all__ = ["Arrow", "Selection", "is_dark", "pointcloud"]

KEY = "map"
Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Selection:
    """The selected rows of a map, the one chosen first at the head."""

    rows: Rows = field(default_factory=lambda: np.empty(0, np.intp))

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def first(self) -> int | None:
        """The row whose neighbors are shown."""
        return int(self.rows[0]) if len(self.rows) else None


@dataclass(frozen=True)
class KeyChoice:
    """A category clicked in a map's key: of which column, and whether to leave it out."""

    column: str
    code: int
    out: bool


def is_dark() -> bool:
    """Return whether the visitor's theme is dark."""
    return st.context.theme.type == "dark"


def pointcloud(
    projection: Projection,
    space: EmbeddingSpace,
    *,
    key: str = KEY,
    colors: Categories | Numbers | None = None,
    sizes: Numbers | None = None,
    opacities: Numbers | None = None,
    marks: Marks | None = None,
    arrows: Sequence[Arrow] = (),
    lines: bool = True,
    hover: Sequence[str] | None = None,
    names: Part | None = None,
    importance: Sequence[float] | None = None,
    size: float = 5,
    opacity: float = 0.7,
    caption: str = "",
    density: str = "none",
    regions: Sequence[Region] = (),
    height: int | None = None,
    kept: Rows | None = None,
    condition: str = "",
    ground: bool = True,
    link: str = "",
    on_pick: Callable[[int | None], None] | None = None,
    on_key: Callable[[KeyChoice], None] | None = None,
) -> Selection:
    """Draw the points of a projection and return what is selected on it.

    Parameters
    ----------
    projection
        n points in 2D or 3D.
    space
        The space they are of: its labels are shown as text, whatever they hold.
    key
        Two maps on one page need two keys. Under one key the camera stays, and points
        of the same space move from picture to picture.
    colors
        What the colors mean; one color for all by default.
    sizes, opacities
        Numbers that the size and the opacity of a point follow, over their robust range.
    marks
        What stands out; the other points fade. Python decides the first selected row; more rows
        that were selected in the browser stay as long as it does.
    arrows
        Differences of vectors.
    lines
        Whether the selected point is tied to its neighbors.
    hover
        The metadata columns shown on hover; by default the first few.
    names
        Texts, one a point, that are shown instead of the labels; the labels are told on hover.
    importance
        (n,): the higher, the earlier a point gets its label; row order by default.
    size, opacity
        Of a point: pixels, and 0 to 1.
    caption
        What a saved picture says of itself: the space, the method, what it keeps.
    density
        What is drawn below the points of a plane: 'none', 'lines' or 'heat'.
    regions
        Named regions of the plane; in place of the names of categories.
    height
        In pixels; by default what the window leaves.
    kept, condition
        What a filter keeps, and the filter; all points by default. The others cannot be pointed
        at, and have no names.
    ground
        Whether points that the filter leaves out stay visible, as a faint ground.
    link
        Maps of one page with the same link show what the pointer is over in one of them; their
        points are the same items row by row.
    on_pick
        Called with the first selected row after a choice, None when nothing is selected.
        Without it points cannot be selected.
    on_key
        Called after a click on a category in the key. Without it the category is hidden.
    """
    marks = marks or Marks()
    points, labels = points_part(projection), labels_of(space)
    columns = hovered(space, tuple(hover) if hover is not None else None)
    if names is not None:
        columns = [labels, *columns]
    pictures = pictures_for(space.digest, space) if has_pictures(space) else []
    by = [None if one is None else column_part(one) for one in (colors, sizes, opacities)]
    outside = None if kept is None else outside_part(len(projection), kept)
    sent = (points, names or labels, *columns, *by, outside)
    parts = {one.id: one for one in sent if one is not None}
    color_part, size_part, opacity_part = by
    message = view_message(
        projection,
        space,
        key=key,
        points=points,
        labels=labels,
        names=names,
        hover=columns,
        pictures=pictures,
        color=colored(colors, color_part),
        sizes=ranged(sizes, size_part),
        opacities=ranged(opacities, opacity_part),
        outside=None if outside is None else {"part": outside.id, "isShown": ground},
        key_filters=on_key is not None,
        counted=counted(len(projection), kept, condition),
        caption=caption,
        density=density,
        regions=regions,
        marks=marks,
        arrows=arrows,
        lines=lines,
        importance=importance,
        size=size,
        opacity=opacity,
        height=height,
        dark=is_dark(),
        answered=(last_choice(key) or {}).get("at", 0),
        key_answered=outbox.answered(f"{key} key"),
        can_pick=on_pick is not None,
        can_page=True,
        link=link,
    )

    def tell() -> None:
        keep_choice(key)
        if on_pick is not None:
            on_pick(selection(last_choice(key), labels.id, len(space)).first)

    def tell_key() -> None:
        for clicked in clicked_in_key(key, colors):
            if on_key is not None:
                on_key(clicked)

    def ask_page() -> None:
        st.session_state[f"{key} page"] = True

    mount(
        key,
        list(parts.values()),
        message,
        on_choice=tell,
        on_key=tell_key,
        on_page=ask_page,
        later=pictures,
    )
    if st.session_state.pop(f"{key} page", False):
        offer_page(
            Drawn(
                space,
                projection,
                colors=colors,
                sizes=sizes,
                opacities=opacities,
                marks=marks,
                arrows=arrows,
                lines=lines,
                size=size,
                opacity=opacity,
            )
        )
    chosen = selection(last_choice(key), labels.id, len(space))
    if chosen.first == marks.selected or on_pick is None:
        return chosen
    # another widget or the address has selected since
    return Selection(np.array([] if marks.selected is None else [marks.selected], np.intp))


@st.cache_resource(show_spinner=False, max_entries=16)
def labels_for(digest: str, _space: EmbeddingSpace) -> Part:
    """Encode a space's labels, once for all visitors."""
    return labels_part(_space)


def labels_of(space: EmbeddingSpace) -> Part:
    """Return a space's labels as a part."""
    return labels_for(space.digest, space)


@st.cache_resource(show_spinner=False, max_entries=32)
def hover_for(digest: str, columns: tuple[str, ...] | None, _space: EmbeddingSpace) -> list[Part]:
    """Encode the columns shown on hover, once for all visitors."""
    return hover_parts(_space, columns)


@st.cache_resource(show_spinner=False, max_entries=4)
def pictures_for(digest: str, _space: EmbeddingSpace) -> list[Part]:
    """Pack a space's thumbnails, once for all visitors."""
    return picture_parts(_space)


def hovered(space: EmbeddingSpace, columns: tuple[str, ...] | None) -> list[Part]:
    """Return the columns shown on hover as parts."""
    return hover_for(space.digest, columns, space)


def counted(n: int, kept: Rows | None, condition: str) -> str:
    """Return how many points a filter keeps, for those who cannot see the map."""
    return f"{n:,} points" if kept is None else f"{len(kept):,} of {n:,} points, where {condition},"


def keep_choice(key: str) -> None:
    """Keep the choice just made in the browser: Streamlit forgets it with the page."""
    st.session_state[f"{key} choice"] = st.session_state[key].get("choice")


def clicked_in_key(key: str, colors: Categories | Numbers | None) -> list[KeyChoice]:
    """Return the categories just clicked in the key, in this order."""
    return [
        KeyChoice(
            one["of"] if colors is None else colors.column, int(one["code"]), bool(one["out"])
        )
        for one in outbox.fresh(f"{key} key", st.session_state[key].get("key"))
    ]


def last_choice(key: str) -> dict[str, Any] | None:
    """Return the last choice made on a map in the browser, if any."""
    choice: dict[str, Any] | None = st.session_state.get(f"{key} choice")
    return choice


def selection(choice: dict[str, Any] | None, labels: str, n: int) -> Selection:
    """Return the rows of a choice; those of other labels, or beyond the n there are, are not."""
    return Selection(chosen_rows(choice, labels, n))
