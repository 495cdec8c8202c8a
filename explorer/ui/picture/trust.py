"""How far the picture can be trusted: measured by a job, told in a sentence, shown as colors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace, Projection, Quality
from explorer.figures.colors import ROBUST, Numbers
from explorer.projection import METHODS
from explorer.projection.job import Picture, measured_key, start, start_quality
from explorer.projection.storage import load_quality
from explorer.ui.picture.drawing import fast_projection, is_finished, kept_projection
from explorer.ui.shell import progress
from explorer.wording import count

K = 15  # neighbors, as many as the Map lists
COLOR = "neighbors kept"
TRUSTWORTHY = 0.8  # trustworthiness from which wrong neighbors come from near; by chance it is 0.5
MOSTLY = 0.5  # share of neighbors kept from which a picture shows who is beside whom


def measured(
    space: EmbeddingSpace, projection: Projection, what: str, place: str, *, narrow: bool
) -> Quality | None:
    """Return the quality of a picture; None while it is measured, which is shown."""
    key = measured_key(space, projection, K)
    found = load_quality(key)
    if found is not None:
        return found
    result: Quality | None = progress.wait_for(
        key,
        lambda: start_quality(progress.jobs(), space, projection, K),
        progress.Wait(
            place=place,
            running=f"Measuring how far {what} can be trusted.",
            stopped=f"How far {what} can be trusted was not measured.",
            again="Measure it",
            narrow=narrow,
        ),
    )
    return result


def make_ahead(space: EmbeddingSpace, wanted: Picture) -> None:
    """Draw a picture and measure it before somebody asks; raises ExplorerError."""
    pool = progress.jobs()
    pca = Picture("pca", wanted.n_components)
    shown = [fast_projection(pca.key(space), space, pca)]  # beside every other picture
    if METHODS[wanted.method].is_slow:
        ready = kept_projection(space, wanted)
        shown.append(start(pool, space, wanted).result() if ready is None else ready)
    for projection in shown:
        if load_quality(measured_key(space, projection, K)) is None:
            start_quality(pool, space, projection, K)


@dataclass(frozen=True, eq=False)
class Trust:
    """What a picture keeps, and what PCA keeps beside it: None for PCA itself, or on its way."""

    quality: Quality
    flat: Quality | None = None


def trust_in(
    space: EmbeddingSpace,
    projection: Projection,
    wanted: Picture,
    *,
    place: str = "map",
    narrow: bool = False,
) -> Trust | None:
    """Return what a picture keeps, measured by jobs, whose progress is shown.

    None while the picture is not finished or not yet measured. `place` and `narrow` are as for
    `draw`.
    """
    if len(space) < 3 or not is_finished(projection, wanted):
        return None
    quality = measured(space, projection, "this picture", f"{place} quality", narrow=narrow)
    if quality is None:
        return None
    if wanted.method == "pca":
        return Trust(quality)
    pca = Picture("pca", wanted.n_components)
    shadow = fast_projection(pca.key(space), space, pca)
    flat = measured(space, shadow, "PCA beside it", f"{place} quality of PCA", narrow=narrow)
    return Trust(quality, flat)


def tell_quality(
    space: EmbeddingSpace, projection: Projection, wanted: Picture, *, place: str
) -> Quality | None:
    """Say on half a page what a picture keeps; return it, None while it is not known."""
    said = st.container()  # above the progress bar: shown already while PCA is measured
    trust = trust_in(space, projection, wanted, place=place, narrow=True)
    if trust is None:
        return None
    said.markdown(f"{sentence(trust)} :small[{figures(trust.quality)}]")
    return trust.quality


def sentence(trust: Trust, kept: NDArray[np.intp] | None = None) -> str:
    """Say how many true neighbors a picture keeps: of all points, and of those of a filter.

    Compared with PCA where that is known.
    """
    near = count(trust.quality.k, "true neighbor")
    compared = f"; PCA keeps {trust.flat.neighbors_kept:.1f}" if trust.flat else ""
    return (
        f"Of each point’s {near}, **{trust.quality.neighbors_kept:.1f}** are still near it "
        f"here{compared}.{of_filtered(trust.quality, kept)}"
    )


def caption(space: EmbeddingSpace, projection: Projection, trust: Trust | None) -> str:
    """Return what a saved picture says of itself, as plain text."""
    title = METHODS[projection.method].title
    said = f"{space.name}: {title} in {projection.n_components}D."
    return f"{said} {sentence(trust).replace('**', '')}" if trust else said


def verdict(quality: Quality) -> str:
    """Say in a sentence how the figures go together."""
    kept, near = quality.neighbors_kept / quality.k, count(quality.k, "nearest neighbor")
    if quality.trustworthiness < TRUSTWORTHY:
        return "Points drawn close are often not close: groups in this picture may be no groups."
    if kept >= MOSTLY:
        return f"Who stands beside whom is mostly true: {kept:.0%} of the {near} are kept."
    return (
        f"Only {kept:.0%} of the {near} are kept, but a wrong neighbor is seldom far away. Groups "
        "stay together; inside a group, similar points change places. Read the groups, not who "
        "stands beside whom."
    )


def of_filtered(quality: Quality, kept: NDArray[np.intp] | None) -> str:
    """Say how many true neighbors, among all, are kept near the points of a filter."""
    values = quality.kept if kept is None else quality.kept[kept]
    values = values[np.isfinite(values)]
    if kept is None or not len(values):
        return ""
    points = count(len(values), "filtered point")
    return f" Of the {points}: **{values.mean() * quality.k:.1f}**."


def figures(quality: Quality) -> str:
    """Return the measures of the literature, each with what it asks."""
    parts = [
        f"Trustworthiness {quality.trustworthiness:.2f} (are points drawn close truly close?)",
        f"Continuity {quality.continuity:.2f} (are truly close points drawn close?)",
    ]
    if np.isfinite(quality.distance_spearman):
        parts.append(
            f"Rank correlation of distances {quality.distance_spearman:.2f} (between "
            f"{quality.correlated:,} points)"
        )
    if not np.isfinite(quality.kept).all():
        parts.append(f"Measured on a sample of {quality.measured:,} points")
    return " · ".join(parts)


def worst(quality: Quality, n: int) -> NDArray[np.intp]:
    """Return up to n points that keep the fewest true neighbors, the worst first."""
    order = np.argsort(quality.kept, kind="stable")  # those not measured come last
    return order[np.isfinite(quality.kept[order])][:n]


def colors(quality: Quality | None) -> Numbers | None:
    """Return each point's color by how many of its neighbors the picture keeps."""
    if quality is None:
        return None
    kept = (quality.kept * quality.k).astype(np.float64)
    most = max(1.0, float(np.nanpercentile(kept, ROBUST[1])))  # hardly any picture keeps all k
    return Numbers(COLOR, kept, 0.0, most)
