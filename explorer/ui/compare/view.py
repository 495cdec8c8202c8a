"""Two pictures of one space, linked; and how much of a picture is chance."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace, Projection, cache
from explorer.figures.colors import coloring
from explorer.figures.marks import Marks
from explorer.neighbors.exact import neighbors_of_row
from explorer.projection import METHODS
from explorer.projection.faithfulness import ranks_in_picture
from explorer.projection.job import SEED, Picture, start
from explorer.projection.stability import projection_stability
from explorer.ui.map.view import METHOD_OF_TITLE, ONE_COLOR, default_column, point_size
from explorer.ui.picture import trust
from explorer.ui.picture.drawing import draw, jobs, visitor
from explorer.ui.picture.settings import ask_picture, told
from explorer.ui.pointcloud import is_dark, pointcloud
from explorer.ui.shell import address
from explorer.ui.shell.plain import plain

FIRST = {"left": "PCA", "right": "UMAP"}
SEEDS = tuple(range(SEED, SEED + 5))
HEIGHT = 430
POLL_SECONDS = 0.7


def show_side(space: EmbeddingSpace, name: str) -> tuple[Picture, Projection]:
    """Ask for one of the two pictures and draw it; a click selects in both."""
    method, settings = st.columns([3, 1.3], vertical_alignment="bottom")
    title = method.segmented_control(
        f"{name.capitalize()} picture",
        list(METHOD_OF_TITLE),
        default=FIRST[name],
        required=True,
        key=name,
        bind="query-params",
    )
    axes = st.container()
    with settings:
        wanted = ask_picture(space, METHOD_OF_TITLE[title], 2, axes, key=f"{name}.")
    projection = draw(space, wanted, narrow=True)
    quality = trust.tell_quality(space, projection, wanted)
    if quality is None:
        st.markdown(f"**{METHODS[projection.method].title}**")
    column = default_column(space)
    colors = None
    if column != ONE_COLOR and space.metadata is not None:
        colors = coloring(space.metadata, column, dark=is_dark())
    row = address.selected_row(space)
    found = None if row is None else neighbors_of_row(space, row, trust.K)
    marks = Marks(selected=row)
    if row is not None and found is not None:
        places = ranks_in_picture(projection.coordinates, row, found.indices)
        lost = found.indices[places > len(found)]
        marks = replace(marks, neighbors=found.indices, lost=lost)
    pointcloud(
        projection,
        space,
        key=f"{name} map",
        colors=colors,
        marks=marks,
        size=point_size(len(space)),
        height=HEIGHT,
        on_pick=lambda chosen: address.select(space, chosen),
    )
    if how := told(projection):
        st.caption(how)
    return wanted, projection


def tell_agreement(
    space: EmbeddingSpace, left: tuple[Picture, Projection], right: tuple[Picture, Projection]
) -> None:
    """Say how many neighbors the two pictures draw alike."""
    if len(space) < 3:
        return
    found = projection_stability([left[1], right[1]])
    one, other = (METHODS[side[1].method].title for side in (left, right))
    same = "the two pictures" if one == other else f"{one} and {other}"
    st.markdown(
        f"Of the {found.k} points drawn nearest to each point, {same} have "
        f"**{found.mean * found.k:.1f}** in common."
    )
    row = address.selected_row(space)
    if row is not None:
        st.markdown(f"For **{plain(space.label(row))}**: {found.shared[row] * found.k:.0f}.")


def tell_stability(space: EmbeddingSpace) -> None:
    """Offer to draw a picture with five seeds, and say how much of it was chance."""
    with st.expander("How much of a picture is chance? Five seeds tell."):
        titles = {method.title: name for name, method in METHODS.items() if method.has_seed}
        choice, go = st.columns([3, 1], vertical_alignment="bottom")
        title = choice.segmented_control(
            "Method", list(titles), default=next(iter(titles)), required=True, key="five"
        )
        wanted = [Picture(titles[title], 2, seed) for seed in SEEDS]
        ready = [cache.load_projection(one.key(space)) for one in wanted]
        missing = sum(one is None for one in ready)
        asked = go.button(
            f"Draw {missing} more" if missing else "All are drawn",
            disabled=not missing,
            width="stretch",
        )
        if asked:
            st.session_state["five asked"] = (space.digest, title)
        if missing and st.session_state.get("five asked") == (space.digest, title):
            wait(space, wanted)
        if missing:
            st.caption("The same method, the same settings, five seeds from 42 to 46.")
            return
        found = projection_stability([one for one in ready if one is not None])
        st.markdown(
            f"Of the {found.k} points drawn nearest to each point, two {title} pictures with "
            f"different seeds have **{found.mean * found.k:.1f}** in common on average. "
            "What they do not share is chance."
        )
        columns = {"seed": pa.array([str(seed) for seed in SEEDS])}
        for place, seed in enumerate(SEEDS):
            columns[f"{seed}"] = pa.array((found.pairs[place] * found.k).round(1))
        st.dataframe(pa.table(columns), hide_index=True)


@st.fragment(run_every=POLL_SECONDS)
def wait(space: EmbeddingSpace, wanted: list[Picture]) -> None:
    """Compute the pictures that are missing, and say how far they are."""
    running = [
        start(jobs(), space, one) for one in wanted if cache.load_projection(one.key(space)) is None
    ]
    if not running:
        st.rerun()
    failed = [job.state.error for job in running if job.state.state == "failed"]
    if failed:
        st.error(plain(failed[0]), icon=":material/error:")
        return
    for job in running:
        job.watch(visitor())
    done = len(wanted) - len(running) + sum(job.state.share for job in running)
    st.progress(done / len(wanted), text=f"{done:.1f} of {len(wanted)} pictures")
