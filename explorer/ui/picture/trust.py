"""How far the picture can be trusted: measured by a job, told in a sentence, shown as colors."""

from __future__ import annotations

import numpy as np
import streamlit as st

from explorer import EmbeddingSpace, Projection, Quality
from explorer.figures.colors import ROBUST, Numbers
from explorer.projection.job import Picture, measured_key, start_quality
from explorer.projection.storage import load_quality
from explorer.ui.picture.drawing import fast_projection, is_finished
from explorer.ui.shell import progress
from explorer.wording import count

K = 15  # neighbors, as many as the Map lists
COLOR = "neighbors kept"


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


def tell_quality(
    space: EmbeddingSpace,
    projection: Projection,
    wanted: Picture,
    *,
    place: str = "map",
    narrow: bool = False,
) -> Quality | None:
    """Say how much of the true neighborhoods a picture keeps, beside what PCA keeps.

    Returns None while the picture is not finished or not yet measured. `place` and `narrow` are
    as for `draw`.
    """
    if len(space) < 3 or not is_finished(projection, wanted):
        return None
    quality = measured(space, projection, "this picture", f"{place} quality", narrow=narrow)
    if quality is None:
        return None
    if wanted.method == "pca":
        st.markdown(sentence(quality))
        return quality
    pca = Picture("pca", wanted.n_components)
    shadow = fast_projection(pca.key(space), space, pca)
    said = st.container()  # above the progress bar: shown already while PCA is measured
    flat = measured(space, shadow, "PCA beside it", f"{place} quality of PCA", narrow=narrow)
    said.markdown(sentence(quality, flat))
    return quality


def sentence(quality: Quality, flat: Quality | None = None) -> str:
    """Return the figures of a picture in a plain sentence, compared with PCA's where given."""
    compared = f"; PCA keeps {flat.neighbors_kept:.1f}" if flat else ""
    on = (
        ""
        if np.isfinite(quality.kept).all()
        else f" · Measured on a sample of {quality.measured:,} points"
    )
    correlation = (
        f" · Rank correlation of distances {quality.distance_spearman:.2f} (between "
        f"{quality.correlated:,} points)"
        if np.isfinite(quality.distance_spearman)
        else ""
    )
    near = count(quality.k, "true neighbor")
    return (
        f"Of each point’s {near}, **{quality.neighbors_kept:.1f}** are still near it "
        f"here{compared}. :small[Trustworthiness {quality.trustworthiness:.2f} (are points drawn "
        f"close truly close?) · Continuity {quality.continuity:.2f} (are truly close points drawn "
        f"close?){correlation}{on}]"
    )


def colors(quality: Quality | None) -> Numbers | None:
    """Return each point's color by how many of its neighbors the picture keeps."""
    if quality is None:
        return None
    kept = (quality.kept * quality.k).astype(np.float64)
    most = max(1.0, float(np.nanpercentile(kept, ROBUST[1])))  # hardly any picture keeps all k
    return Numbers(COLOR, kept, 0.0, most)
