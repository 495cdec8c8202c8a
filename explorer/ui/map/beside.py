"""What stands beside the Map: the selected point and its neighbors, what was found, what to do."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from explorer import EmbeddingSpace, Projection
from explorer.pictures.column import data_url, pictures_of, without_pictures
from explorer.projection.sampling import places_drawn, whole_space
from explorer.ui.filter import state
from explorer.ui.map import neighboring, searching
from explorer.ui.map.filtering import offer_hits
from explorer.ui.map.isolating import offer_alone, offer_whole
from explorer.ui.map.view import (
    View,
    drawn_only,
    neighbors,
    neighbors_of_undrawn,
    places_in_picture,
)
from explorer.ui.shell import address
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import pictured, table_height, without_export
from explorer.ui.stores import homes
from explorer.wording import count
from explorer.workspace.take_home import file_name, write_csv

PICTURE_WIDTH = 96  # pixels of the selected point's picture
HITS_LISTED = 100  # lines; who looks for more narrows the search
SIMILARITY = "cosine similarity"  # to what was searched by meaning, or by likeness
NEIGHBORS_IN_SIGHT = 7
HITS_IN_SIGHT = 10  # lines in sight; the table scrolls
NEIGHBOR_COLUMNS = {
    "label": st.column_config.TextColumn("Neighbor", width=150),
    "cosine similarity": st.column_config.NumberColumn("Cosine", format="%.3f", width=55),
    "euclidean distance": st.column_config.NumberColumn("Distance", format="%.3f", width=65),
    "dot product": st.column_config.NumberColumn("Dot", format="%.3f", width=55),
}


def beside(space: EmbeddingSpace, projection: Projection, view: View) -> None:
    """Draw what stands beside the map: the selected point's neighbors, the hits, or what to do."""
    offer_whole()
    nothing = view.selected is None and view.undrawn is None
    if nothing:
        offer_filtered_alone(space)
    if len(view.hits) == 1 and view.hits[0] == chosen_row(space, view):
        pass  # all about it stands below
    elif len(view.hits):  # the last question, so above; short where a point is selected
        hit_panel(space, view.hits, lines=HITS_IN_SIGHT if nothing else 3)
    elif st.session_state.get("search"):
        what = "label" if searching.is_plain(space) else "text or label"
        st.info(f"No {what} contains “{plain(st.session_state['search'])}”.")
    if view.selected is not None:
        neighbor_panel(space, projection, view.selected)
    asked = neighboring.asked()
    homes.ask_database(space, view.selected, asked.k, asked.metric)
    if view.undrawn is not None:
        undrawn_panel(space, view.undrawn)
    if not nothing:  # below, so that all about the selected point is in sight
        offer_filtered_alone(space)
    if nothing and not len(view.hits):
        st.info(
            f"Click a point to see its true nearest neighbors, measured in all {space.dim:,} "
            "dimensions and not in the picture.",
            icon=":material/touch_app:",
        )
        st.caption(
            "Drag to move; click the map, then scroll to zoom; double-click to see all. A finger "
            "moves it once it is tapped, two fingers always."
        )


def chosen_row(space: EmbeddingSpace, view: View) -> int | None:
    """Return the row of the whole that is selected, drawn or not; None for nothing."""
    if view.selected is None or space.drawn_from is None:
        return view.undrawn if view.selected is None else view.selected
    return int(space.drawn_from.rows[view.selected])


def offer_filtered_alone(space: EmbeddingSpace) -> None:
    """Offer what the filter keeps as a space of its own."""
    if (kept := state.filtered(space)) is not None:
        offer_alone(whole_space(space), kept.rows, f"where {kept.condition}", key="filtered alone")


def neighbor_panel(space: EmbeddingSpace, projection: Projection, row: int) -> None:
    """List the true neighbors of a row, with where each stands in the picture."""
    take = heading(space.label(row))
    first = st.container()  # what most come for, before what else is known and offered
    details(space, row)
    searching.offer_like(space, np.array([row], np.intp))
    state.ask_among(space)
    found = neighbors(space, row)
    if found is None:
        return
    if not len(found):
        st.info("The filter keeps no other point, so there is no neighbor.")
        return
    rows = places_drawn(space, found.indices)
    drawn = rows >= 0
    places = np.zeros(len(rows), np.intp)
    if drawn.any():
        places[drawn] = places_in_picture(space, projection, row, rows[drawn])
    near = int((places[drawn] <= len(found)).sum())
    kept = state.among(space)
    chosen_from = "" if kept is None else f" among the {len(kept):,} filtered"
    text = (
        f"**{near} of its {len(found)}** true nearest neighbors{chosen_from} are among the "
        f"{len(found)} nearest {'in' if kept is None else 'of them in'} this picture."
        + (" :orange[Orange lines] lead to those it lost." * (near < len(found)))
    )
    if not drawn.all():
        text += f" {count(int((~drawn).sum()), 'is', 'are')} not drawn, so without a place."
    first.markdown(text)
    shown = pa.array(places, mask=~drawn)
    table = found.to_arrow().append_column("place here", shown)
    offer_table(take, space, space.label(row), table)
    table = table.drop(["row"])
    pick_from(
        space,
        table,
        found.indices,
        key="neighbors",
        lines=NEIGHBORS_IN_SIGHT,
        column_config={
            **NEIGHBOR_COLUMNS,
            "place here": st.column_config.NumberColumn(
                "Place",
                format="localized",
                width=50,
                help="Rank by distance in the picture: 1 is the point drawn nearest",
            ),
        },
    )


def undrawn_panel(space: EmbeddingSpace, row: int) -> None:
    """List the true neighbors of a row that the picture leaves out."""
    whole = whole_space(space)
    take = heading(whole.label(row))
    details(whole, row)
    neighboring.ask(space)
    state.ask_among(space)
    found = neighbors_of_undrawn(space, row)
    drawn = len(drawn_only(space, found.indices))
    st.markdown(
        f"Searched, but **not drawn**: it has no place in this picture. Of its {len(found)} true "
        "nearest neighbors "
        + (f"{count(drawn, 'is', 'are')} drawn, and marked." if drawn else "none is drawn either.")
    )
    table = found.to_arrow()
    offer_table(take, space, whole.label(row), table)
    pick_from(
        space,
        table.drop(["row"]),
        found.indices,
        key="neighbors of undrawn",
        column_config=NEIGHBOR_COLUMNS,
    )


def heading(label: str) -> DeltaGenerator:
    """Draw the selected label, and the way to select nothing; return a place between them."""
    title, between, close = st.columns([5, 1, 1], vertical_alignment="center")
    title.markdown(f"#### {plain(label)}")
    if close.button(
        "Select nothing",
        icon=":material/close:",
        key="only-icon close",
        help="Select nothing",
        type="tertiary",
    ):
        address.forget_selection()
        st.rerun()
    return between


def offer_table(place: DeltaGenerator, space: EmbeddingSpace, label: str, table: pa.Table) -> None:
    """Offer the neighbors of a point as a file that is named after them."""
    place.download_button(
        "Take these neighbors home",
        data=lambda: write_csv(table, as_it_is=False),
        file_name=file_name(whole_space(space).name, f"neighbors of {label}", suffix=".csv"),
        mime="text/csv",
        icon=":material/download:",
        help="Take these neighbors home as CSV",
        key="only-icon take neighbors",
        on_click="ignore",
        type="tertiary",
    )


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
    told = "found" if (wanted := searching.like(space)) is None else told_alike(space, wanted)
    if (kept := state.filtered(space)) is not None:
        more += f", {int(np.isin(hits, kept.rows).sum()):,} of them filtered"
    how = " Choose one to see its neighbors." if lines == HITS_IN_SIGHT else ""
    st.markdown(f"**{len(hits):,} {told}**{more}.{how}")
    text = st.session_state["search"] if searching.is_plain(space) else None
    with st.container(horizontal=True, gap="small"):  # in one line: the list is what one wants
        offer_hits(space, hits, text, regex=bool(st.session_state.get("regex")))
        offer_alone(whole_space(space), hits, "found by a search", key="hits alone")
    table = pa.table({"label": whole_space(space).labels_at(listed)})
    config: dict[str, Any] = {"label": st.column_config.TextColumn("Label")}
    if (near := searching.similarities(space, listed)) is not None:
        table = table.append_column(SIMILARITY, pa.array(near))
        config[SIMILARITY] = NEIGHBOR_COLUMNS[SIMILARITY]
    pick_from(
        space,
        table,
        listed,
        key="hits",
        column_config=config,
        lines=lines,
    )


def told_alike(space: EmbeddingSpace, wanted: searching.Like) -> str:
    """Return what some points were found by: likeness to one, or to several."""
    if len(wanted.these) > 1:
        return f"most like the {len(wanted.these):,} selected"
    return f"most like {plain(whole_space(space).label(wanted.these[0]))}"


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

    without_export(key).dataframe(
        table,
        key=key,
        on_select=tell,
        selection_mode="single-cell",
        hide_index=True,
        column_config=column_config,
        height=table_height(min(len(rows), lines)),
    )
