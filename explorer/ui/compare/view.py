"""Two pictures of one space, linked; and how much of a picture is chance."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace, Projection
from explorer.figures.marks import Marks
from explorer.projection import METHODS
from explorer.projection.job import SEED, Picture, drawn, start
from explorer.projection.sampling import neighbors_in_whole
from explorer.projection.stability import projection_stability
from explorer.ui.filter import state
from explorer.ui.map.view import METHOD_OF_TITLE, drawn_only, first_look, places_in_picture
from explorer.ui.picture import trust
from explorer.ui.picture.drawing import draw, is_finished
from explorer.ui.picture.method_settings import ask_picture, told
from explorer.ui.pointcloud import pointcloud
from explorer.ui.shell import address, progress
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table

FIRST = {"left": "PCA", "right": "UMAP"}
SEEDS = tuple(range(SEED, SEED + 5))
HEIGHT = 430  # pixels of each of the two maps


def show_side(space: EmbeddingSpace, name: str) -> tuple[Picture, Projection]:
    """Ask for one of the two pictures and draw it; a click selects in both."""
    method, settings = st.columns([3, 1.3], vertical_alignment="bottom")
    title = method.segmented_control(
        f"{name.capitalize()} picture",
        list(METHOD_OF_TITLE),
        default=FIRST[name],
        required=True,
        key=address.choice(name, list(METHOD_OF_TITLE)),
        bind="query-params",
    )
    axes = st.container()
    with settings:
        wanted = ask_picture(space, METHOD_OF_TITLE[title], 2, axes, key=f"{name}.")
    projection = draw(space, wanted, place=name, narrow=True)
    quality = trust.tell_quality(space, projection, wanted, place=name)
    if quality is None:
        st.markdown(f"**{METHODS[projection.method].title}**")
    row = address.selected_row(space)
    kept = state.filtered(space)
    marks = Marks(selected=row)
    if row is not None:
        found = neighbors_in_whole(space, row, trust.K, state.among(space))
        near = drawn_only(space, found.indices)
        lost = near[places_in_picture(space, projection, row, near) > len(found)]
        marks = replace(marks, neighbors=near, lost=lost)
    pointcloud(
        projection,
        space,
        key=f"{name} map",
        **first_look(space),
        marks=marks,
        height=HEIGHT,
        kept=kept.drawn if kept else None,
        condition=kept.condition if kept else "",
        on_pick=lambda chosen: address.select(space, chosen),
    )
    if how := told(projection):
        st.caption(how)
    return wanted, projection


def tell_agreement(
    space: EmbeddingSpace, left: tuple[Picture, Projection], right: tuple[Picture, Projection]
) -> None:
    """Say how many neighbors the two pictures have in common, once both are finished."""
    if len(space) < 3:
        return
    if not all(is_finished(projection, wanted) for wanted, projection in (left, right)):
        st.caption("How far the two pictures agree appears here once both are finished.")
        return
    found = projection_stability([left[1], right[1]])
    one, other = (METHODS[side[1].method].title for side in (left, right))
    same = "the two pictures" if one == other else f"{one} and {other}"
    st.markdown(
        f"Of the {found.k} points drawn nearest to each point, {same} have "
        f"**{found.mean * found.k:.1f}** in common."
    )
    if (kept := state.filtered(space)) and len(kept.drawn):
        mean = float(found.shared[kept.drawn].mean()) * found.k
        st.markdown(f"For the {len(kept.drawn):,} points that the filter keeps: **{mean:.1f}**.")
    row = address.selected_row(space)
    if row is not None:
        st.markdown(f"For **{plain(space.label(row))}**: {found.shared[row] * found.k:.0f}.")


def tell_stability(space: EmbeddingSpace) -> None:
    """Offer to draw a picture with five seeds, and say how much of it was chance."""
    with st.expander("How much of a picture is chance? Compare five seeds."):
        titles = {method.title: name for name, method in METHODS.items() if method.has_seed}
        choice, go = st.columns([3, 1], vertical_alignment="bottom")
        title = choice.segmented_control(
            "Method", list(titles), default=next(iter(titles)), required=True, key="five"
        )
        wanted = [Picture(titles[title], 2, seed) for seed in SEEDS]
        ready = [drawn(progress.jobs(), space, one) for one in wanted]
        missing = sum(one is None for one in ready)
        asked = go.button(
            f"Draw {missing} more" if missing else "All are drawn",
            disabled=not missing,
            width="stretch",
        )
        if asked:
            st.session_state["five asked"] = (space.digest, title)
        if missing and st.session_state.get("five asked") == (space.digest, title):
            ready = draw_missing(space, title, wanted, ready)
        pictures = [one for one in ready if one is not None]
        if len(pictures) < len(wanted):
            st.caption("The same method, the same settings, five seeds from 42 to 46.")
            return
        found = projection_stability(pictures)
        st.markdown(
            f"Of the {found.k} points drawn nearest to each point, two {title} pictures with "
            f"different seeds have **{found.mean * found.k:.1f}** in common on average. "
            "What they do not share is chance."
        )
        columns = {"seed": pa.array([str(seed) for seed in SEEDS])}
        for place, seed in enumerate(SEEDS):
            columns[f"{seed}"] = pa.array((found.pairs[place] * found.k).round(1))
        named_table(pa.table(columns), space.name, f"{title} with five seeds")


def draw_missing(
    space: EmbeddingSpace, title: str, wanted: list[Picture], ready: list[Projection | None]
) -> list[Projection | None]:
    """Compute the pictures that are missing, show how far they are, and return what is there."""
    missing = [one for one, found in zip(wanted, ready, strict=True) if found is None]
    followed = progress.follow(
        {one.key(space): partial(start, progress.jobs(), space, one) for one in missing},
        progress.Wait(
            place="five seeds",
            running=f"**{title}** with other seeds is on its way.",
            stopped="The drawing was stopped. The pictures that are finished are kept.",
            finished=len(wanted) - len(missing),
        ),
    )
    if followed is None or not all(job.state.state == "done" for job in followed):
        return ready
    computed = iter([job.result() for job in followed])
    return [found or next(computed) for found in ready]
