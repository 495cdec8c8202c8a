"""The Map's questions: which picture, how it looks, what is searched, what is selected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace, Projection, Quality
from explorer.errors import ExplorerError
from explorer.figures.colors import Categories, Numbers
from explorer.figures.marks import NO_ROWS, Marks
from explorer.mapdata.looks import point_size
from explorer.neighbors.exact import Neighbors
from explorer.neighbors.search import search_labels
from explorer.projection import METHODS
from explorer.projection.clusters import Clusters
from explorer.projection.quality import ranks_in_picture
from explorer.projection.sampling import places_drawn, whole_space
from explorer.space import is_numeric
from explorer.ui.filter import state
from explorer.ui.map import neighboring, searching
from explorer.ui.picture import clusters, regions, trust
from explorer.ui.picture.coloring import colorable, coloring
from explorer.ui.sets import kept
from explorer.ui.shell import address, spaces
from explorer.ui.shell.plain import plain
from explorer.ui.shell.word_fields import LONGEST_WORD

SEARCH_ERROR = "search error"  # session state, until it is shown in the same run
ONE_COLOR = ONE_LOOK = "nothing"
DIMENSIONS = {"2D": 2, "3D": 3}
METHOD_OF_TITLE = {method.title: name for name, method in METHODS.items()}


@dataclass(frozen=True, eq=False)
class View:
    """What the visitor asked the Map to show."""

    method: str
    n_components: int
    column: str
    colors: Categories | Numbers | None
    size: float
    size_column: str
    opacity: float
    opacity_column: str
    hits: NDArray[np.intp]
    selected: int | None
    ground: bool = True  # whether what a filter leaves out stays as a faint ground
    undrawn: int | None = None  # the selected row, of the whole space, if it is not drawn

    def marks(self, projection: Projection, space: EmbeddingSpace) -> Marks:
        """Return what stands out: hits, the selected point, its neighbors, those that were lost."""
        if self.undrawn is not None:  # it has no place, but its neighbors may have one
            near = neighbors_of_undrawn(space, self.undrawn).indices
            return Marks(hits=drawn_only(space, near))
        found = neighbors(space, self.selected)
        near = drawn_only(space, found.indices) if found else NO_ROWS
        lost = NO_ROWS
        if self.selected is not None:
            places = places_in_picture(space, projection, self.selected, near)
            lost = near[places > len(near)]
        return Marks(
            hits=drawn_only(space, self.hits),
            selected=self.selected,
            neighbors=near,
            lost=lost,
        )


def ask_view(space: EmbeddingSpace) -> View:
    """Draw the row of controls above the map and return what they say."""
    method, dimensions, by, color, search, style = st.columns(
        [2.35, 1.05, 0.68, 1.2, 1.5, 0.95], vertical_alignment="center"
    )
    titles = list(METHOD_OF_TITLE)
    title = method.segmented_control(
        "Projection",
        titles,
        default=METHODS[spaces.best_method(space)].title,
        required=True,
        key=address.choice("method", titles),
        bind="query-params",
        label_visibility="collapsed",
    )
    shape = dimensions.segmented_control(
        "Dimensions",
        list(DIMENSIONS),
        default="2D",
        required=True,
        key=address.choice("dims", list(DIMENSIONS)),
        bind="query-params",
        label_visibility="collapsed",
    )
    columns = [ONE_COLOR, trust.COLOR, clusters.COLOR, *colorable(space)]
    by.markdown("Color by")
    column = color.selectbox(
        "Color by",
        columns,
        index=columns.index(default_column(space)),
        key=address.choice("color", columns),
        bind="query-params",
        label_visibility="collapsed",
    )
    with style.popover("Style", icon=":material/tune:", width="stretch"):
        size = st.slider(
            "Point size",
            1,
            15,
            kept.look(f"size {space.digest}", 1, 15, point_size(len(space))),
            key=f"size {space.digest}",  # a size that suits one space hides the points of another
            persist_state="session",
        )
        size_column = ask_number(space, "Size by", key="size_by")
        opacity = st.slider(
            "Opacity",
            0.1,
            1.0,
            kept.look("opacity", 0.1, 1.0, 0.7),
            0.05,
            key="opacity",
            persist_state="session",
        )
        opacity_column = ask_number(space, "Opacity by", key="opacity_by")
        regions.ask_reading()
        ground = not st.toggle(
            "Hide what the filter leaves out", key="hide_others", bind="query-params"
        )
        regex = st.toggle("Search by regular expression", key="regex", bind="query-params")
        searching.ask_places(space)
    with search:
        hits = ask_search(space, regex=regex)
    if SEARCH_ERROR in st.session_state:  # across the page, where it has room
        st.error(plain(st.session_state.pop(SEARCH_ERROR)))
    return View(
        METHOD_OF_TITLE[title],
        DIMENSIONS[shape],
        column,
        coloring(space, column) if column in colorable(space) else None,
        size,
        size_column,
        opacity,
        opacity_column,
        hits,
        address.selected_row(space),
        ground,
        address.undrawn_row(space),
    )


def ask_number(space: EmbeddingSpace, label: str, *, key: str) -> str:
    """Draw a choice of numbers to show: a column, or what was measured."""
    numeric = [] if space.metadata is None else numbers_of(space.metadata)
    offered = [ONE_LOOK, trust.COLOR, *numeric]
    return st.selectbox(label, offered, key=address.choice(key, offered), bind="query-params")


def numbers_of(metadata: pa.Table) -> list[str]:
    """Return the columns that hold numbers."""
    return [name for name in metadata.column_names if is_numeric(metadata[name].type)]


def ask_search(space: EmbeddingSpace, *, regex: bool) -> NDArray[np.intp]:
    """Draw the search field and return the rows found."""
    text = st.text_input(
        "Search",
        placeholder="Search a word",
        key="search",
        bind="query-params",
        icon=":material/search:",
        max_chars=LONGEST_WORD,
        label_visibility="collapsed",
        on_change=select_exact,
        args=(space,),
    )
    try:
        return searching.find(space, text or "", regex=regex)
    except ExplorerError as error:
        st.session_state[SEARCH_ERROR] = str(error)
        return NO_ROWS


def select_exact(space: EmbeddingSpace) -> None:
    """Select the row whose label is what was typed; capitals count only where they decide."""
    text = st.session_state["search"] or ""
    whole = whole_space(space)
    hits = NO_ROWS if st.session_state.get("regex") else search_labels(whole, text)
    for row in hits[:1]:
        if whole.label(row).lower() == text.lower():
            address.select_in_whole(space, whole.row(text) if text in whole else int(row))


def default_column(space: EmbeddingSpace) -> str:
    """Return the column to color by at first: a text that repeats, most likely a category."""
    texts = (
        name
        for name in colorable(space)
        if space.metadata is not None
        and name in space.metadata.column_names
        and not is_numeric(space.metadata[name].type)
    )
    return next(texts, ONE_COLOR)


def first_look(space: EmbeddingSpace) -> dict[str, Any]:
    """Return the default look of a space, as arguments of `pointcloud`."""
    column = default_column(space)
    colors = None if column == ONE_COLOR else coloring(space, column)
    return {"colors": colors, "size": point_size(len(space))}


def neighbors(space: EmbeddingSpace, row: int | None) -> Neighbors | None:
    """Return the true nearest neighbors of the selected row: among all, or the filtered."""
    if row is None:
        return None
    whole_row = row if space.drawn_from is None else int(space.drawn_from.rows[row])
    return neighboring.nearest(space, whole_row)


def neighbors_of_undrawn(space: EmbeddingSpace, row: int) -> Neighbors:
    """Return the true nearest neighbors of a row of the whole that is not drawn."""
    return neighboring.nearest(space, row)


def places_in_picture(
    space: EmbeddingSpace, projection: Projection, row: int, near: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return the ranks of some points by distance from one, among all drawn or the filtered."""
    kept = state.filtered(space) if state.among(space) is not None else None
    if kept is None:
        return ranks_in_picture(projection.coordinates, row, near)
    drawn = np.union1d(kept.drawn, [row])
    coordinates = projection.coordinates[drawn]
    at, places = np.searchsorted(drawn, row), np.searchsorted(drawn, near)
    return ranks_in_picture(coordinates, int(at), places)


def drawn_only(space: EmbeddingSpace, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the places in the picture of those rows of the whole that are drawn."""
    places = places_drawn(space, rows)
    return places[places >= 0]


def colors(
    view: View, quality: Quality | None, found: Clusters | None
) -> Categories | Numbers | None:
    """Return what the points are colored by: a column, what was measured, or what was found."""
    if view.column == trust.COLOR:
        return trust.colors(quality)
    if view.column == clusters.COLOR:
        return clusters.as_colors(found) if found else None
    return view.colors


def numbers(space: EmbeddingSpace, column: str, quality: Quality | None) -> Numbers | None:
    """Return the numbers that sizes or opacities follow, if any."""
    if column == trust.COLOR:
        return trust.colors(quality)
    if column == ONE_LOOK:
        return None
    found = coloring(space, column)
    return found if isinstance(found, Numbers) else None
