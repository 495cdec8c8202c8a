"""The Map's questions and answers: which picture, what is searched, what is selected."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace, Projection, Quality
from explorer.errors import QueryError
from explorer.figures.colors import Categories, Numbers
from explorer.figures.marks import NO_ROWS, Marks
from explorer.mapdata.looks import point_size
from explorer.neighbors.exact import Neighbors, neighbors_of_row
from explorer.neighbors.search import search_labels
from explorer.pictures.column import data_url, pictures_of, without_pictures
from explorer.projection import METHODS
from explorer.projection.clusters import Clusters
from explorer.projection.quality import ranks_in_picture
from explorer.projection.sampling import neighbors_in_whole, places_drawn, whole_space
from explorer.space import is_numeric
from explorer.ui.map.isolating import offer_alone, offer_whole
from explorer.ui.picture import clusters, trust
from explorer.ui.picture.coloring import colorable, coloring
from explorer.ui.shell import address, spaces
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import pictured, table_height
from explorer.ui.shell.word_fields import LONGEST_WORD
from explorer.wording import count

NEIGHBORS = 15  # as many as the quality of a picture is measured with
PICTURE_WIDTH = 96  # pixels of the selected point's picture
HITS_LISTED = 100  # lines; who looks for more narrows the search
HITS_IN_SIGHT = 10  # lines in sight; the table scrolls
SEARCH_ERROR = "search error"  # session state, until it is shown in the same run
ONE_COLOR = ONE_LOOK = "nothing"
DIMENSIONS = {"2D": 2, "3D": 3}
NEIGHBOR_COLUMNS = {
    "label": st.column_config.TextColumn("Neighbor", width=110),
    "cosine similarity": st.column_config.NumberColumn("Cosine", format="%.3f", width=65),
}
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
    undrawn: int | None = None  # the selected row, of the whole space, if it is not drawn

    def marks(self, projection: Projection, space: EmbeddingSpace) -> Marks:
        """Return what stands out: hits, the selected point, its neighbors, those that were lost."""
        if self.undrawn is not None:  # it has no place, but its neighbors may have one
            near = neighbors_of_row(whole_space(space), self.undrawn, NEIGHBORS).indices
            return Marks(hits=drawn_only(space, near))
        found = neighbors(space, self.selected)
        near = drawn_only(space, found.indices) if found else NO_ROWS
        lost = NO_ROWS
        if self.selected is not None:
            lost = near[ranks_in_picture(projection.coordinates, self.selected, near) > NEIGHBORS]
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
            point_size(len(space)),
            key=f"size {space.digest}",  # a size that suits one space hides the points of another
            persist_state="session",
        )
        size_column = ask_number(space, "Size by", key="size_by")
        opacity = st.slider("Opacity", 0.1, 1.0, 0.7, 0.05, key="opacity", persist_state="session")
        opacity_column = ask_number(space, "Opacity by", key="opacity_by")
        regex = st.toggle("Search by regular expression", key="regex", bind="query-params")
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
    )
    try:
        return search_labels(whole_space(space), text or "", regex=regex)
    except QueryError as error:
        st.session_state[SEARCH_ERROR] = str(error)
        return NO_ROWS


def default_column(space: EmbeddingSpace) -> str:
    """Return the column to color by at first: a text that repeats, most likely a category."""
    texts = (
        name
        for name in colorable(space)
        if space.metadata is not None and not is_numeric(space.metadata[name].type)
    )
    return next(texts, ONE_COLOR)


def first_look(space: EmbeddingSpace) -> dict[str, Any]:
    """Return the default look of a space, as arguments of `pointcloud`."""
    column = default_column(space)
    colors = None if column == ONE_COLOR else coloring(space, column)
    return {"colors": colors, "size": point_size(len(space))}


def neighbors(space: EmbeddingSpace, row: int | None) -> Neighbors | None:
    """Return the true nearest neighbors of the selected row, among all and not only the drawn."""
    return None if row is None else neighbors_in_whole(space, row, NEIGHBORS)


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


def beside(space: EmbeddingSpace, projection: Projection, view: View) -> None:
    """Draw what stands beside the map: the selected point's neighbors, the hits, or what to do."""
    offer_whole()
    nothing = view.selected is None and view.undrawn is None
    if len(view.hits):  # the last question, so above; short where a point is selected
        hit_panel(space, view.hits, lines=HITS_IN_SIGHT if nothing else 4)
    elif st.session_state.get("search"):
        st.info(f"No label contains “{plain(st.session_state['search'])}”.")
    if view.selected is not None:
        neighbor_panel(space, projection, view.selected)
    if view.undrawn is not None:
        undrawn_panel(space, view.undrawn)
    if nothing and not len(view.hits):
        st.info(
            f"Click a point to see its true nearest neighbors, measured in all {space.dim:,} "
            "dimensions and not in the picture.",
            icon=":material/touch_app:",
        )
        st.caption("Drag to move, scroll to zoom, double-click to see all.")


def neighbor_panel(space: EmbeddingSpace, projection: Projection, row: int) -> None:
    """List the true neighbors of a row, with where each stands in the picture."""
    found = neighbors(space, row)
    if found is None:
        return
    heading(space.label(row))
    details(space, row)
    rows = places_drawn(space, found.indices)
    drawn = rows >= 0
    places = np.zeros(len(rows), np.intp)
    if drawn.any():
        places[drawn] = ranks_in_picture(projection.coordinates, row, rows[drawn])
    near = int((places[drawn] <= NEIGHBORS).sum())
    text = (
        f"**{near} of its {len(found)}** true nearest neighbors are among the {len(found)} "
        "nearest in this picture."
        + (" :orange[Orange lines] lead to those it lost." * (near < len(found)))
    )
    if not drawn.all():
        text += f" {count(int((~drawn).sum()), 'is', 'are')} not drawn, so without a place."
    st.markdown(text)
    shown = pa.array(places, mask=~drawn)
    table = found.to_arrow().drop(["row"]).append_column("place here", shown)
    pick_from(
        space,
        table,
        found.indices,
        key="neighbors",
        column_config={
            **NEIGHBOR_COLUMNS,
            "place here": st.column_config.NumberColumn(
                "Place",
                format="localized",
                width=75,
                help="Rank by distance in the picture: 1 is the point drawn nearest",
            ),
        },
    )


def undrawn_panel(space: EmbeddingSpace, row: int) -> None:
    """List the true neighbors of a row that the picture leaves out."""
    whole = whole_space(space)
    heading(whole.label(row))
    details(whole, row)
    found = neighbors_of_row(whole, row, NEIGHBORS)
    drawn = len(drawn_only(space, found.indices))
    st.markdown(
        f"Searched, but **not drawn**: it has no place in this picture. Of its {len(found)} true "
        "nearest neighbors "
        + (f"{count(drawn, 'is', 'are')} drawn, and marked." if drawn else "none is drawn either.")
    )
    pick_from(
        space,
        found.to_arrow().drop(["row"]),
        found.indices,
        key="neighbors of undrawn",
        column_config=NEIGHBOR_COLUMNS,
    )


def heading(label: str) -> None:
    """Draw the selected label, and the way to select nothing."""
    title, close = st.columns([5, 1], vertical_alignment="center")
    title.markdown(f"#### {plain(label)}")
    if close.button("", icon=":material/close:", help="Select nothing", type="tertiary"):
        address.forget_selection()
        st.rerun()


def details(space: EmbeddingSpace, row: int) -> None:
    """Show a row's picture and its other metadata."""
    (picture,) = pictures_of(space, [row])
    if picture:
        st.image(str(data_url(picture)), width=PICTURE_WIDTH)
    metadata = without_pictures(space.metadata)
    if metadata is None:
        return
    values = metadata.slice(row, 1).to_pylist()[0]
    st.caption(" · ".join(f"{plain(name)}: {plain(str(value))}" for name, value in values.items()))


def hit_panel(space: EmbeddingSpace, hits: NDArray[np.intp], *, lines: int) -> None:
    """List the search's hits; choosing one selects it."""
    listed = hits[:HITS_LISTED]
    more = f", the first {HITS_LISTED} listed" if len(hits) > HITS_LISTED else ""
    places = places_drawn(space, hits)
    if (places < 0).any():
        more += f", {int((places >= 0).sum()):,} of them drawn"
    st.markdown(f"**{len(hits):,} found**{more}. Choose one to see its neighbors.")
    offer_alone(whole_space(space), hits, "found by a search", key="hits alone")
    table = pa.table({"label": whole_space(space).labels_at(listed)})
    pick_from(
        space,
        table,
        listed,
        key="hits",
        column_config={"label": st.column_config.TextColumn("Label")},
        lines=lines,
    )


def pick_from(
    space: EmbeddingSpace,
    table: pa.Table,
    rows: NDArray[np.intp],
    *,
    key: str,
    column_config: dict[str, Any],
    lines: int = HITS_IN_SIGHT,
) -> None:
    """Show a table of `rows` of the whole space, whose lines select them.

    Its key holds what it lists: a choice made in one list must not count in the next.
    """
    table, column_config = pictured(table, whole_space(space), rows, column_config)
    key = f"{key} {hashlib.blake2b(rows.tobytes(), digest_size=8).hexdigest()}"

    def tell() -> None:
        chosen = st.session_state[key].selection.cells
        if chosen:
            address.select_in_whole(space, int(rows[chosen[0][0]]))

    st.dataframe(
        table,
        key=key,
        on_select=tell,
        selection_mode="single-cell",
        hide_index=True,
        column_config=column_config,
        height=table_height(min(len(rows), lines)),
    )
