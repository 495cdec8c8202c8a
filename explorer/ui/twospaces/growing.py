"""A map that grows: the new space's items on the old space's picture, in another color."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace, Projection
from explorer.comparison.growing import FAR, Grown, grow, sentence
from explorer.comparison.matching import Matching
from explorer.figures.colors import BLUE, GRAY, ORANGE, Categories
from explorer.mapdata.looks import FEWEST_UMAP, point_size
from explorer.projection.job import Picture
from explorer.ui.picture.drawing import draw
from explorer.ui.pointcloud import pointcloud
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table, table_height

HEIGHT = 430  # pixels of the map
LINES = 10


def show(space: EmbeddingSpace, other: EmbeddingSpace, found: Matching) -> None:
    """Draw the old picture with the new items on it, and list how well each fits."""
    place = st.container()
    picture, beside = st.columns([1.6, 1], gap="medium")
    with picture:
        wanted = Picture("umap" if len(space) >= FEWEST_UMAP else "pca", 2)
        projection = draw(space, wanted, place="growing", narrow=True)
    grown = placed(
        (space.digest, other.digest, found.on, projection.digest), projection, (space, other), found
    )
    place.markdown(f"#### {plain(sentence(grown))}")
    with picture:
        show_map(space, projection, other, grown)
    with beside:
        show_list(space, other, grown)
    if grown.left_out:
        st.caption(f"{len(grown.rows):,} new items are placed; {grown.left_out:,} more are not.")
    st.caption(
        "No old point moved. A new item is called far if its nearest old item is farther away "
        f"than usual: only {FAR:.0%} of the old items are as far from their own nearest neighbor. "
        "This is measured by cosine in all dimensions. In the picture it still stands among its "
        f"nearest. Of new items just like the old ones, {FAR:.0%} are far by chance. If many more "
        "are, draw the picture anew."
    )


@st.cache_resource(show_spinner=False, max_entries=4)
def placed(
    key: tuple[str, ...],
    _picture: Projection,
    _spaces: tuple[EmbeddingSpace, EmbeddingSpace],
    _found: Matching,
) -> Grown:
    """Place the new items, once for all visitors."""
    return grow(_spaces[0], _picture, _spaces[1], _found)


def show_map(
    space: EmbeddingSpace, picture: Projection, other: EmbeddingSpace, grown: Grown
) -> None:
    """Draw old points gray, new ones in color."""
    coordinates = np.concatenate([picture.coordinates, grown.placement.coordinates])
    labels = (*space.labels, *other.labels_at(grown.rows))
    codes = np.concatenate([np.zeros(len(space), np.intp), 1 + grown.is_far.astype(np.intp)])
    names = f"in {space.name}", "new, fits", "new, far from all"
    pointcloud(
        Projection(coordinates, picture.method, picture.params, picture.seed),
        EmbeddingSpace(labels, coordinates, name=f"{other.name} on {space.name}"),
        key="growing map",
        colors=Categories("item", names, (GRAY, BLUE, ORANGE), codes),
        importance=(codes > 0).astype(float).tolist(),
        size=point_size(len(labels)),
        height=HEIGHT,
    )


def show_list(space: EmbeddingSpace, other: EmbeddingSpace, grown: Grown) -> None:
    """List the new items, the worst fitting first."""
    order = np.argsort(grown.nearness, kind="stable")
    table = {
        "new item": pa.array(other.labels_at(grown.rows[order])),
        "nearest old item": pa.array(space.labels_at(grown.placement.neighbors[order, 0])),
        "cosine": pa.array(grown.nearness[order]),
        "fits": pa.array(["far" if one else "yes" for one in grown.is_far[order]]),
        "neighbors drawn near": pa.array(grown.placement.neighbor_recall[order]),
    }
    named_table(
        pa.table(table),
        other.name,
        f"new beside {space.name}",
        height=table_height(LINES),
        column_config={
            "cosine": st.column_config.NumberColumn(format="%.3f", width=60),
            "fits": st.column_config.TextColumn(width=50),
            "neighbors drawn near": st.column_config.NumberColumn(format="percent"),
        },
    )
