"""Getting a picture of a space: at once where it is fast, by a job with its progress where not."""

from __future__ import annotations

import streamlit as st

from explorer import EmbeddingSpace, Projection, cache, project
from explorer.jobs import Job, Jobs
from explorer.projection import METHODS, work
from explorer.ui.plain import plain

SEED = 42
POLL_SECONDS = 0.5


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """Return this server's long computations."""
    return Jobs()


@st.cache_resource(show_spinner=False, max_entries=64)
def fast_projection(
    digest: str, method: str, n_components: int, _space: EmbeddingSpace
) -> Projection:
    """Compute a projection here and now, once for all visitors."""
    return project(_space, method, n_components, SEED)


def picture(space: EmbeddingSpace, method: str, n_components: int) -> Projection:
    """Return the projection asked for; while a slow one is computed, PCA and its progress."""
    meanwhile = fast_projection(space.digest, "pca", n_components, space)
    if not METHODS[method].is_slow:
        return (
            meanwhile
            if method == "pca"
            else fast_projection(space.digest, method, n_components, space)
        )
    key = work.projection_key(space, method, n_components, SEED)
    ready = cache.load_projection(key)
    if ready is not None and len(ready) == len(space):
        return ready
    job = jobs().find(key) or work.start(jobs(), space, method, n_components, SEED)
    title = METHODS[method].title
    if job.state.state in ("failed", "cancelled"):
        again = tell_end(job, title)
        if again:
            work.start(jobs(), space, method, n_components, SEED)
            st.rerun()
    elif job.state.state == "done":
        finished: Projection = job.result()
        return finished
    else:
        progress(job, title)
    return meanwhile


def tell_end(job: Job, title: str) -> bool:
    """Say why there is no picture, and return whether the visitor wants to try again."""
    text, button = st.columns([4, 1], vertical_alignment="center")
    if job.state.state == "failed":
        text.error(plain(job.state.error), icon=":material/error:")
    else:
        text.info(f"{title} was stopped; this is PCA.", icon=":material/stop_circle:")
    return button.button("Start again", icon=":material/replay:", width="stretch")


@st.fragment(run_every=POLL_SECONDS)
def progress(job: Job, title: str) -> None:
    """Show how far a job is, with a way to stop it; the page follows when it is over."""
    state = job.state
    if state.is_over:
        st.rerun()
    bar, button = st.columns([5, 1], vertical_alignment="center")
    bar.progress(
        state.share,
        text=f"**{title}** is on its way; this is PCA meanwhile. "
        f"{state.step[:1].upper()}{state.step[1:]} · {state.share:.0%} · {time_left(job)}",
    )
    if button.button("Stop", icon=":material/stop:", width="stretch"):
        job.cancel()
        st.rerun()


def time_left(job: Job) -> str:
    """Return an estimate of the time left, in words."""
    if job.state.share < 0.3:  # the optimization, most of the work, has hardly begun
        return f"{job.seconds:.0f} s so far"
    return f"about {job.seconds * (1 / job.state.share - 1):.0f} s left"
