"""Clusters on the Map: found by a job, named by their own words, shown as colors and a table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace, Projection
from explorer.figures.colors import Categories, palette
from explorer.pictures.column import without_pictures
from explorer.projection.clusters import CLUSTERINGS, NO_CLUSTER, Clusters
from explorer.projection.job import Grouping, Picture, clusters_key, start_clusters
from explorer.ui.picture import naming
from explorer.ui.picture.drawing import is_finished
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import address, progress
from explorer.wording import readable_seconds

COLOR = "clusters found"
NO_CLUSTER_COLOR = "#b6bec6"
PLACES = {"in the vectors": False, "in the picture": True}
WORTH_TELLING = 5.0  # seconds that a search for groups takes
SIZES = {"kmeans": ("How many groups", 8), "hdbscan": ("Fewest points in a group", 25)}


def ask_clusters(space: EmbeddingSpace) -> Grouping:
    """Draw the settings of the clusters and return their values."""
    with st.popover("Clusters", icon=":material/bubble_chart:", width="stretch"):
        method = st.segmented_control(
            "How",
            list(CLUSTERINGS),
            format_func=lambda name: CLUSTERINGS[name].title,
            default="kmeans",
            required=True,
            key=address.choice(
                "clustering", list(CLUSTERINGS), lambda name: CLUSTERINGS[name].title
            ),
            bind="query-params",
        )
        st.caption(f"{CLUSTERINGS[method].title} {CLUSTERINGS[method].sentence}.")
        where = st.segmented_control(
            "Where",
            list(PLACES),
            default="in the vectors",
            required=True,
            key=address.choice("clusters_where", list(PLACES)),
            bind="query-params",
            help="Groups in the vectors are real; groups in the picture may come from the drawing.",
        )
        title, size = SIZES[method]
        number = st.slider(
            title, 2, 200, size, key=address.number(f"{method}_size", 2, 200), bind="query-params"
        )
        metadata = without_pictures(space.metadata)
        columns = [] if metadata is None else metadata.column_names
        text = st.selectbox(
            "Named by",
            ["label", *columns],
            key=address.choice("cluster_names", ["label", *columns]),
            bind="query-params",
            help="The column whose words name the groups",
        )
        wanted = Grouping(method, number, PLACES[where], text or "label")
        if (seconds := wanted.seconds(space)) >= WORTH_TELLING:
            st.caption(f"About {readable_seconds(seconds)} for {len(space):,} points.")
    return wanted


def tell_clusters(
    space: EmbeddingSpace, projection: Projection, picture: Picture, wanted: Grouping
) -> Clusters | None:
    """Say how many clusters there are and return them; None while the job runs."""
    if wanted.in_picture and not is_finished(projection, picture):
        return None
    found: Clusters | None = progress.wait_for(
        clusters_key(space, projection, wanted),
        lambda: start_clusters(progress.jobs(), space, projection, wanted),
        progress.Wait(
            place="clusters",
            running="Looking for groups.",
            stopped="The search for groups was stopped.",
        ),
    )
    if found is None:
        return None
    outside = int((found.codes < 0).sum())
    st.markdown(
        f"**{len(found.names)} groups** by {found.method} on {found.on}, each named by its most "
        "typical words." + (f" {outside:,} points are in no group." if outside else "")
    )
    return replace(found, names=tuple(naming.called(space, found.names)))


def as_colors(found: Clusters) -> Categories:
    """Return the clusters as categories, whose names the map draws over them."""
    colors = palette(len(found.names), dark=is_dark())
    if (found.codes < 0).any():
        codes = found.codes.copy()
        codes[codes < 0] = len(found.names)
        return Categories(COLOR, (*found.names, NO_CLUSTER), (*colors, NO_CLUSTER_COLOR), codes)
    return Categories(COLOR, found.names, colors, found.codes)


def table(space: EmbeddingSpace, found: Clusters | None, kept: NDArray[np.intp] | None) -> None:
    """List the clusters, with how many of each a filter keeps; their names can be changed here."""
    if found is None:
        return
    counts = {"points": found.sizes.tolist()}
    if kept is not None:
        codes = found.codes[kept]
        counts["filtered"] = np.bincount(codes[codes >= 0], minlength=len(found.names)).tolist()
    with st.expander("The groups as a table"):
        naming.table(
            space,
            naming.found_for(space, found.names),
            counts,
            title="group",
            key="groups table",
        )
