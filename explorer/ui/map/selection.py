"""The points in a lasso, as a table: for those who cannot see the map, too."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace
from explorer.pictures.column import without_pictures
from explorer.projection.sampling import whole_space
from explorer.ui.map import searching
from explorer.ui.map.filtering import offer_selection
from explorer.ui.map.isolating import offer_alone
from explorer.ui.pointcloud import Selection
from explorer.ui.shell.tables import named_table, pictured, table_height

MOST_LISTED = 1_000  # lines; more are slow to send and to scroll
LINES_IN_SIGHT = 10


def show_selection(space: EmbeddingSpace, selection: Selection) -> None:
    """List the selected points, if there are several; a click on a column's name sorts."""
    if len(selection) < 2:
        return
    with st.container(horizontal=True, gap="small"):
        offer_selection(space, selection.rows)
        offer_alone(space, selection.rows, "selected points", key="alone")
        searching.offer_like(space, selection.rows)
    listed = selection.rows[:MOST_LISTED]
    more = f", the first {MOST_LISTED:,} listed" if len(selection) > MOST_LISTED else ""
    st.markdown(f"**{len(selection):,} points selected**{more}.")
    table = pa.table({"label": space.labels_at(listed)})
    if (metadata := without_pictures(space.metadata)) is not None:
        values = metadata.take(listed)
        for name in (one for one in values.column_names if one != "label"):
            table = table.append_column(name, values[name])
    shown, config = pictured(table, space, listed)
    height = table_height(min(len(listed), LINES_IN_SIGHT))
    what = (whole_space(space).name, "selected points")
    named_table(shown, *what, saved=table, height=height, column_config=config)
