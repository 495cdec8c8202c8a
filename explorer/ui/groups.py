"""Clusters on the Map: found by a job, named by their own words, shown as colors and a table."""

from __future__ import annotations

import pickle
from dataclasses import dataclass

import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace, Projection, cache
from explorer.clusters import CLUSTERINGS, NO_CLUSTER, Clusters, find_clusters
from explorer.figures.colors import Categories, palette
from explorer.jobs import ArrayFile, as_array
from explorer.projection.report import Report, no_report
from explorer.projection.work import Picture
from explorer.ui.pictures import is_finished, jobs, visitor
from explorer.ui.plain import plain
from explorer.ui.pointcloud import is_dark

COLOR = "clusters found"
NO_CLUSTER_COLOR = "#b6bec6"
POLL_SECONDS = 0.7
PLACES = {"in the vectors": False, "in the picture": True}
SIZES = {"kmeans": ("How many groups", 12), "hdbscan": ("Fewest points in a group", 25)}


@dataclass(frozen=True)
class Wanted:
    """Which clusters were asked for."""

    method: str
    size: int
    in_picture: bool
    text: str


def ask_clusters(space: EmbeddingSpace) -> Wanted:
    """Draw the settings of the clusters and return what they say."""
    with st.popover("Clusters", icon=":material/bubble_chart:", width="stretch"):
        method = st.segmented_control(
            "How",
            list(CLUSTERINGS),
            format_func=lambda name: CLUSTERINGS[name].title,
            default="kmeans",
            required=True,
            key="clustering",
            bind="query-params",
        )
        st.caption(f"{CLUSTERINGS[method].title} {CLUSTERINGS[method].sentence}.")
        where = st.segmented_control(
            "Where",
            list(PLACES),
            default="in the vectors",
            required=True,
            key="clusters_where",
            bind="query-params",
            help="Groups in the vectors are real; groups in the picture may be the picture's own.",
        )
        title, size = SIZES[method]
        number = st.slider(title, 2, 200, size, key=f"{method} size")
        columns = [] if space.metadata is None else space.metadata.column_names
        text = st.selectbox(
            "Named by", ["label", *columns], key="cluster_names", help="The words of which column"
        )
    return Wanted(method, number, PLACES[where], text or "label")


def tell_clusters(
    space: EmbeddingSpace, projection: Projection, picture: Picture, wanted: Wanted
) -> Categories | None:
    """Say what clusters there are and return them as colors; None while they are looked for."""
    if wanted.in_picture and not is_finished(projection, picture):
        return None
    key = cache.content_key(
        kind="clusters",
        space=space.digest,
        picture=picture.key(space) if wanted.in_picture else "",
        **vars(wanted),
    )
    job = jobs().submit(
        key,
        cluster_file,
        ArrayFile(str(cache.vectors_file(space))),
        pickle.dumps(projection) if wanted.in_picture else None,
        texts(space, wanted.text),
        wanted.method,
        wanted.size,
    )
    if job.state.state == "failed":
        st.error(plain(job.state.error), icon=":material/error:")
        return None
    if job.state.state != "done":
        job.watch(visitor())
        wait(key)
        return None
    found: Clusters = job.result()
    table(found)
    return as_colors(found)


def texts(space: EmbeddingSpace, column: str) -> tuple[str, ...]:
    """Return what clusters are named by: the labels, or a column as text."""
    if column == "label" or space.metadata is None:
        return space.labels
    return tuple("" if one is None else str(one) for one in space.metadata[column].to_pylist())


def cluster_file(
    vectors: ArrayFile,
    projection: bytes | None,
    names: tuple[str, ...],
    method: str,
    size: int,
    report: Report = no_report,
) -> Clusters:
    """Find clusters; runs on a worker."""
    space = EmbeddingSpace(names, as_array(vectors))
    picture = None if projection is None else pickle.loads(projection)
    return find_clusters(space, picture, method, size, report=report)


def as_colors(found: Clusters) -> Categories:
    """Return the clusters as categories, whose names the map draws over them."""
    colors = palette(len(found.names), dark=is_dark())
    if (found.codes < 0).any():
        codes = found.codes.copy()
        codes[codes < 0] = len(found.names)
        return Categories(COLOR, (*found.names, NO_CLUSTER), (*colors, NO_CLUSTER_COLOR), codes)
    return Categories(COLOR, found.names, colors, found.codes)


def table(found: Clusters) -> None:
    """List the clusters with their sizes, in words for those who do not see the colors."""
    outside = int((found.codes < 0).sum())
    st.caption(
        f"{len(found.names)} groups by {found.method} on {found.on}, named by the words most "
        f"their own." + (f" {outside:,} points are in none." if outside else "")
    )
    with st.expander("The groups as a table"):
        st.dataframe(
            pa.table({"group": pa.array(found.names, pa.string()), "points": found.sizes}),
            hide_index=True,
            height=220,
        )


@st.fragment(run_every=POLL_SECONDS)
def wait(key: str) -> None:
    """Say that clusters are looked for, until they are found."""
    job = jobs().find(key)
    if job is None or job.state.is_over:
        st.rerun()
    job.watch(visitor())
    st.caption(f"Looking for groups … {job.state.step}")
