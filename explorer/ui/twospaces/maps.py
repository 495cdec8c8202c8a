"""Both maps, side by side or one over the other; what is selected or filtered in one is in both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace, Projection
from explorer.comparison import job
from explorer.comparison.compare import Comparison, matched
from explorer.comparison.overlay import superimposed
from explorer.figures.colors import Numbers
from explorer.figures.marks import Marks
from explorer.mapdata.looks import FEWEST_UMAP, point_size
from explorer.projection.job import Picture
from explorer.projection.storage import load_projection
from explorer.ui.filter import bar, columns, state
from explorer.ui.picture.drawing import draw, is_finished
from explorer.ui.pointcloud import pointcloud
from explorer.ui.shell import address, progress
from explorer.ui.shell.plain import plain
from explorer.ui.twospaces import overlaid
from explorer.wording import count

Rows = NDArray[np.intp]

ITEM = "item"  # the parameter of the address: the place of an item in the matching
HEIGHT = 400  # pixels of a map
SIDE, OVER = "Side by side", "One over the other"
WHICH, LOST, AWAY = "Old and new", "Neighbors lost", "Distance after alignment"
LASSO = "two maps lasso"  # session state: a Lasso


@dataclass(frozen=True)
class Lasso:
    """What was selected last in any of the maps of two spaces, and what each had selected then."""

    of: tuple[str, str, str]
    rows: tuple[int, ...] = ()
    seen: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def show(found: Comparison, place: int, order: Rows) -> None:
    """Draw both maps of the shared items; `place` is the chosen one, `order` the most moved."""
    left, right = st.columns([1, 1.3], vertical_alignment="bottom")
    side = left.segmented_control("Maps", (SIDE, OVER), default=SIDE, required=True, key="two view")
    titles = (LOST, AWAY) if side == SIDE else (WHICH, LOST, AWAY)
    title = right.segmented_control(
        "Color by", titles, default=titles[0], required=True, key=f"two colors {side}"
    )
    offer_columns(found)
    bar.show(found.space)
    filtered = state.filtered(found.space)
    kept = None
    if filtered is not None:
        kept = np.flatnonzero(np.isin(found.matching.rows, filtered.rows)).astype(np.intp)
    both = spaces_of(found)
    is_umap = len(found) >= FEWEST_UMAP
    method = "umap" if is_umap else "pca"
    chosen = np.array(lasso(found).rows, np.intp)
    colors = colored(found, title)
    condition = filtered.condition if filtered else ""
    places = [st.container()] * 2 if side == OVER else st.columns(2, gap="medium")
    pictures: list[Projection] = []
    for number, space in enumerate(both):
        with places[number]:
            pictures.append(picture_of(space, Picture(method, 2), pictures))
            if side == SIDE:
                st.markdown(f"**{plain((found.space, found.other)[number].name)}**")
    now: dict[str, tuple[int, ...]] = {}
    if side == OVER:
        with places[0]:
            now["over"] = overlaid.show(
                found, pictures, place, (chosen, kept, order), colors=colors, condition=condition
            )
    else:
        for number, space in enumerate(both):
            with places[number]:
                marks = marks_of(found, number, place, chosen)
                selection = pointcloud(
                    pictures[number],
                    space,
                    key=f"space {number}",
                    colors=colors,
                    marks=marks,
                    size=point_size(len(found)),
                    height=HEIGHT,
                    kept=kept,
                    condition=condition,
                    link="two spaces",
                    on_pick=lambda row: address.change(ITEM, None if row is None else str(row)),
                )
            now[f"space {number}"] = tuple(sorted(selection.rows.tolist()))
        how = (
            "The second map starts from the places of the first, with the same seed. Then it is "
            "turned to lie on it. So what did not change stays about where it was."
            if is_umap
            else "Each map is the PCA of its space; the second is turned to lie on the first."
        )
        st.caption(
            f"{how} Lines lead to the true neighbors in each space; orange ones are neighbors in "
            "that space alone."
        )
    offer_filter(found, chosen)
    follow(found, {name: rows if len(rows) > 1 else () for name, rows in now.items()})


def offer_columns(found: Comparison) -> None:
    """Let the filter use what was measured of the shared items: `neighbors_kept`, `moved_by`."""
    rows = found.matching.rows
    for name, values in (("neighbors_kept", found.kept), ("moved_by", found.distance)):
        whole = np.full(len(found.space), np.nan)
        whole[rows] = values
        columns.offer_measured(found.space, name, whole)


def spaces_of(found: Comparison) -> list[EmbeddingSpace]:
    """Return the shared items of both spaces, in the same order; taken once a session."""
    key = ("two spaces matched", (found.space.digest, found.other.digest, found.matching.on))
    kept = st.session_state.get(key[0])
    if kept is None or kept[0] != key[1]:
        both = [
            matched(found.space, found.matching.rows),
            matched(found.other, found.matching.other_rows),
        ]
        kept = st.session_state[key[0]] = (key[1], both)
    taken: list[EmbeddingSpace] = kept[1]
    return taken


def colored(found: Comparison, title: str) -> Numbers | None:
    """Return how far each item moved, by its neighbors or by its place; None for neither."""
    if title == WHICH:
        return None
    if title == LOST:
        return Numbers("neighbors lost", 1 - found.kept.astype(np.float64), 0.0, 1.0)
    values = found.distance.astype(np.float64)
    return Numbers("distance", values, 0.0, float(np.percentile(values, 99)) or 1.0)


def marks_of(found: Comparison, number: int, place: int, chosen: Rows) -> Marks:
    """Return what stands out in one of the two maps: the item, its neighbors, what was selected."""
    near = [
        one[place, : found.k].astype(np.intp)
        for one in (found.measured.neighbors, found.measured.other_neighbors)
    ]
    own, others = near[number], near[1 - number]
    return Marks(hits=chosen, selected=place, neighbors=own, lost=np.setdiff1d(own, others))


def picture_of(space: EmbeddingSpace, wanted: Picture, before: list[Projection]) -> Projection:
    """Return a space's picture; the second starts from the first, or is laid on it."""
    if not before:
        return draw(space, wanted, place="space 0", narrow=True)
    if wanted.method == "umap":
        return second_picture(space, before[0], wanted)
    drawn = draw(space, wanted, place="space 1", narrow=True)
    laid = superimposed(drawn.coordinates, before[0].coordinates)
    return replace(drawn, coordinates=laid, linear=None)


def second_picture(space: EmbeddingSpace, first: Projection, wanted: Picture) -> Projection:
    """Return the second space's picture, drawn from the first; until then, the first's places."""
    if not is_finished(first, wanted):
        st.caption("The second map is drawn when the first is finished.")
        return first
    key = job.aligned_key(space, first)
    ready = load_projection(key)
    if ready is not None:
        return ready
    followed = progress.wait_for(
        key,
        lambda: job.start_aligned(progress.jobs(), space, first),
        progress.Wait(
            place="second map",
            running="**UMAP** starts from the first map; until then, points stand as there.",
            stopped="The second map was stopped; points stand as in the first.",
            narrow=True,
        ),
    )
    return followed if isinstance(followed, Projection) else first


def offer_filter(found: Comparison, chosen: Rows) -> None:
    """Offer to keep only the items that were selected in one of the maps."""
    if not len(chosen):
        return

    def narrow() -> None:
        state.narrow_to_rows(found.space, found.matching.rows[chosen], "lasso")

    st.button(
        f"Filter to these {count(len(chosen), 'item')}",
        icon=":material/filter_alt:",
        on_click=narrow,
        key="filter both",
    )


def lasso(found: Comparison) -> Lasso:
    """Return what was selected last in the maps of these two spaces."""
    of = (found.space.digest, found.other.digest, found.matching.on)
    kept: Lasso = st.session_state.get(LASSO, Lasso(of))
    return kept if kept.of == of else Lasso(of)


def follow(found: Comparison, now: Mapping[str, tuple[int, ...]]) -> None:
    """Mark in all maps what has just been selected in one: more than one item, or none again."""
    last = lasso(found)
    changed = [rows for name, rows in now.items() if rows != last.seen.get(name, ())]
    if changed:
        st.session_state[LASSO] = Lasso(last.of, max(changed, key=len), {**last.seen, **now})
        st.rerun()
