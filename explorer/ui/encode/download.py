"""A model that has to be downloaded first: how far that is, with a way to stop it."""

from __future__ import annotations

import streamlit as st

from explorer.encoding import job as encoding_job
from explorer.jobs.pool import Job
from explorer.settings import load_settings
from explorer.ui.encode import jobs
from explorer.ui.picture.drawing import visitor
from explorer.ui.shell.plain import plain

POLL_SECONDS = 0.5
STOPPED = "download stopped"  # session state: the model whose download this visitor stopped


def size_limit() -> str:
    """Return the sentence that tells how large a model may be."""
    return f"Models of up to {load_settings().model_gb:g} GB are downloaded, each once."


def is_ready(model: str) -> bool:
    """Return whether a model is on this server; draw its download while it is not.

    Raises ModelError for a name that no model can have, or one that is not allowed here.
    """
    if encoding_job.is_here(model):
        return True
    shared = jobs.encodings().downloads
    job = shared.find(encoding_job.download_key(model))
    if job is None and st.session_state.get(STOPPED) != model:
        job = encoding_job.start_download(shared, model)
    if job is not None and job.state.state == "done":
        st.rerun()
    if job is not None and not job.state.is_over and st.session_state.get(STOPPED) != model:
        progress(job, model)
    elif tell_end(job):
        st.session_state.pop(STOPPED, None)
        encoding_job.start_download(shared, model)
        st.rerun()
    return False


@st.fragment(run_every=POLL_SECONDS)
def progress(job: Job, model: str) -> None:
    """Show how far a download is; the page runs again when it is over."""
    if job.state.is_over:
        st.rerun()
    job.watch(visitor())
    bar, button = st.columns([5, 1], vertical_alignment="center")
    step = job.state.step[:1].upper() + job.state.step[1:]
    bar.progress(job.state.share, text=f"{plain(step)} … {job.seconds:.0f} s")
    if button.button("Stop", icon=":material/stop:", width="stretch", key="stop download"):
        st.session_state[STOPPED] = model
        job.leave(visitor())
        st.rerun()


def tell_end(job: Job | None) -> bool:
    """Say why the model is not here; return whether the visitor wants to try again."""
    text, button = st.columns([4, 1], vertical_alignment="center")
    if job is not None and job.state.state == "failed":
        text.error(plain(job.state.error), icon=":material/error:")
    else:
        text.info(
            "The download was stopped. Files that have arrived are kept.",
            icon=":material/stop_circle:",
        )
    return button.button("Try again", icon=":material/replay:", width="stretch")
