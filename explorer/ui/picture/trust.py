"""How far the picture can be trusted: measured by a job, told in a sentence, shown as colors."""

from __future__ import annotations

import numpy as np
import streamlit as st

from explorer import EmbeddingSpace, Projection, Quality
from explorer.figures.colors import ROBUST, Numbers
from explorer.projection.job import Picture, measured_key, start_quality
from explorer.projection.storage import load_quality
from explorer.ui.picture.drawing import fast_projection, is_finished, jobs, visitor
from explorer.wording import count

K = 15
POLL_SECONDS = 0.7
COLOR = "neighbors kept"


def measured(space: EmbeddingSpace, projection: Projection) -> Quality | None:
    """Return the quality of a picture where it is known, or start to measure it."""
    found = load_quality(measured_key(space, projection, K))
    if found is not None:
        return found
    job = start_quality(jobs(), space, projection, K)
    if job.state.state == "done":
        result: Quality = job.result()
        return result
    if not job.state.is_over:
        job.watch(visitor())
    return None


def tell_quality(space: EmbeddingSpace, projection: Projection, wanted: Picture) -> Quality | None:
    """Say how much of the true neighborhoods a picture keeps, beside what PCA keeps.

    Returns None while the picture is not finished or not yet measured.
    """
    if len(space) < 3 or not is_finished(projection, wanted):
        return None
    quality = measured(space, projection)
    if quality is None:
        wait(measured_key(space, projection, K))
        return None
    if wanted.method == "pca":
        st.markdown(sentence(quality))
        return quality
    pca = Picture("pca", wanted.n_components)
    shadow = fast_projection(pca.key(space), space, pca)
    flat = measured(space, shadow)
    st.markdown(sentence(quality, flat))
    if flat is None:  # the sentence follows when PCA is measured as well
        wait(measured_key(space, shadow, K))
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
        f" · Distances correlate by {quality.distance_spearman:.2f}"
        f" (by rank, between {quality.correlated:,} points)"
        if np.isfinite(quality.distance_spearman)
        else ""
    )
    near = count(quality.k, "true neighbor")
    return (
        f"Of each point’s {near}, **{quality.neighbors_kept:.1f}** are still near it "
        f"here{compared}. :small[Trustworthiness {quality.trustworthiness:.2f} (are those "
        f"drawn side by side truly near?) · Continuity {quality.continuity:.2f} (are those truly "
        f"near drawn side by side?){correlation}{on}]"
    )


@st.fragment(run_every=POLL_SECONDS)
def wait(key: str) -> None:
    """Say that the picture is being measured, until it is."""
    job = jobs().find(key)
    if job is None or job.state.state == "done":
        st.rerun()
    if job.state.is_over:
        st.caption("How far this picture can be trusted could not be measured.")
        return
    job.watch(visitor())
    st.caption(f"Measuring how far this picture can be trusted … {job.state.share:.0%}")


def colors(quality: Quality | None) -> Numbers | None:
    """Return each point's color by how many of its neighbors the picture keeps."""
    if quality is None:
        return None
    kept = (quality.kept * quality.k).astype(np.float64)
    most = max(1.0, float(np.nanpercentile(kept, ROBUST[1])))  # few pictures keep them all
    return Numbers(COLOR, kept, 0.0, most)
