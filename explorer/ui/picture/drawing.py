"""Getting a picture of a space: at once where it is fast, growing before one's eyes where not."""

from __future__ import annotations

import threading
from dataclasses import replace

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from explorer import EmbeddingSpace, Projection
from explorer.errors import ExplorerError
from explorer.jobs.frames import Frame, load_frames
from explorer.jobs.pool import Job, Jobs
from explorer.projection import METHODS
from explorer.projection.job import Picture, start, warm_up
from explorer.projection.storage import load_projection
from explorer.ui.shell.plain import plain

POLL_SECONDS = 0.4
AT_FULL_PACE = 5  # visitors who wait; thirty look every 2.4 seconds, or their pages fill the server
WARM_UP_AFTER = 2.0  # seconds: the first visitor gets the first page first
STOPPED = "stopped pictures"  # session state: keys of jobs that this visitor left
KEPT = "kept frame"  # session state: the key and the frame that this visitor kept
SHOWN = "shown frame"  # session state, with the job's key: the share of the frame on the screen
REPLAY = "replay"
UNFINISHED = "This is a picture on the way"


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """Return this server's long computations; its workers start soon after the first call."""
    made = Jobs()
    made.look_after()
    timer = threading.Timer(WARM_UP_AFTER, made.start, (warm_up,))
    timer.daemon = True
    timer.start()
    return made


@st.cache_resource(show_spinner=False, max_entries=64)
def fast_projection(key: str, _space: EmbeddingSpace, _wanted: Picture) -> Projection:
    """Compute a projection here and now, once for all visitors."""
    return _wanted.draw(_space)


def picture(space: EmbeddingSpace, method: str, n_components: int) -> Projection:
    """Return the projection of a method as it comes, without settings."""
    return draw(space, Picture(method, n_components))


def draw(space: EmbeddingSpace, wanted: Picture, *, narrow: bool = False) -> Projection:
    """Return the projection asked for; while a slow one is computed, how it looks by now.

    What goes wrong is told on the page, which then shows PCA. `narrow` is for half a page.
    """
    meanwhile = Picture("pca", wanted.n_components)
    if not METHODS[wanted.method].is_slow:
        try:
            return fast_projection(wanted.key(space), space, wanted)
        except ExplorerError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return fast_projection(meanwhile.key(space), space, meanwhile)
    key = wanted.key(space)
    ready = load_projection(key)
    if ready is not None and len(ready) == len(space):
        return replayed(key, ready)
    title = METHODS[wanted.method].title
    if (kept := st.session_state.get(KEPT)) and kept[0] == key:
        if tell_kept(title, kept[1]):
            start_again(space, wanted)
        return as_projection(kept[1], wanted)
    job = jobs().find(key)
    left = key in st.session_state.get(STOPPED, ())
    if left or (job is not None and job.state.state == "failed"):
        if tell_end(job, title, left=left):
            start_again(space, wanted)
    else:
        job = start(jobs(), space, wanted)  # or join who is at it already
        if job.state.state == "done":
            finished: Projection = job.result()
            return finished
        job.watch(visitor())
        frame = job.frames.latest
        st.session_state[f"{SHOWN} {key}"] = frame.share if frame else None
        progress(job, title, narrow)
        if frame:
            return as_projection(frame, wanted)
    return fast_projection(meanwhile.key(space), space, meanwhile)


def as_projection(frame: Frame, wanted: Picture) -> Projection:
    """Return a frame as the picture that it was on the way to."""
    note = f"{UNFINISHED}: {frame.step}."
    params = {**wanted.params, **({"prepared": wanted.prepared} if wanted.prepared else {})}
    return Projection(frame.coordinates, wanted.method, params, wanted.seed, notes=(note,))


def is_finished(projection: Projection, wanted: Picture) -> bool:
    """Return whether this is the picture asked for, and not one on the way to it."""
    on_the_way = any(note.startswith(UNFINISHED) for note in projection.notes)
    return projection.method == wanted.method and not on_the_way


def start_again(space: EmbeddingSpace, wanted: Picture) -> None:
    """Compute what was stopped or failed anew."""
    st.session_state.pop(KEPT, None)
    st.session_state.get(STOPPED, set()).discard(wanted.key(space))
    start(jobs(), space, wanted)
    st.rerun()


def visitor() -> str:
    """Return who waits: an id of this browser tab's session."""
    context = get_script_run_ctx()
    return context.session_id if context else "nobody"


def tell_end(job: Job | None, title: str, *, left: bool) -> bool:
    """Say why there is no picture, and return whether the visitor wants to try again."""
    text, button = st.columns([4, 1], vertical_alignment="center")
    if job is not None and job.state.state == "failed":
        text.error(plain(job.state.error), icon=":material/error:")
    elif left and job is not None and not job.state.is_over:
        text.info(
            f"{title} goes on for the others who wait for it; this is PCA.", icon=":material/group:"
        )
    else:
        text.info(f"{title} was stopped; this is PCA.", icon=":material/stop_circle:")
    return button.button("Start again", icon=":material/replay:", width="stretch")


def tell_kept(title: str, frame: Frame) -> bool:
    """Say that a frame was kept, and return whether the visitor wants it finished after all."""
    text, button = st.columns([4, 1], vertical_alignment="center")
    text.info(f"{title} as it was at {frame.step}, kept by you.", icon=":material/pause_circle:")
    return button.button("Compute it all", icon=":material/replay:", width="stretch")


def progress(job: Job, title: str, narrow: bool) -> None:
    """Show how far a job is; the more visitors wait on this server, the less often each looks."""
    crowd = max(1.0, jobs().watchers / AT_FULL_PACE)
    st.fragment(show_progress, run_every=POLL_SECONDS * crowd)(job, title, narrow)


def show_progress(job: Job, title: str, narrow: bool) -> None:
    """Show how far a job is, with ways to stop it; the page follows with each new frame."""
    state = job.state
    latest = job.frames.latest
    grown = latest and latest.share != st.session_state.get(f"{SHOWN} {job.key}")
    kept = st.session_state.get(KEPT, ("",))[0] == job.key
    left = job.key in st.session_state.get(STOPPED, ())
    if state.is_over or grown or kept or left:
        st.rerun()
    job.watch(visitor())
    if narrow:
        bar, row = st.container(), st.container(horizontal=True)
        keep = stop = row
    else:
        bar, keep, stop = st.columns([5, 1.3, 0.9], vertical_alignment="center")
    bar.progress(state.share, text=told(job, title, bool(latest)))
    # callbacks, for they come first: a new frame, which has the page run again, would lose a click
    keep.button(
        "Keep this frame",
        icon=":material/pause:",
        width="stretch",
        disabled=latest is None,
        help="Stop here, and keep the picture as it is now.",
        on_click=keep_frame,
        args=(job, latest),
    )
    stop.button("Stop", icon=":material/stop:", width="stretch", on_click=stop_waiting, args=(job,))


def keep_frame(job: Job, frame: Frame) -> None:
    """Stop waiting for a picture, and keep the frame of it that was just shown."""
    st.session_state[KEPT] = (job.key, frame)
    job.leave(visitor())


def stop_waiting(job: Job) -> None:
    """Stop waiting for a picture."""
    st.session_state.setdefault(STOPPED, set()).add(job.key)
    job.leave(visitor())


def told(job: Job, title: str, grows: bool) -> str:
    """Return what to say beside the progress bar."""
    state = job.state
    seen = "you see it grow" if grows else "this is PCA meanwhile"
    place = jobs().place(job)
    step = state.step
    if place and state.state == "waiting":
        step = f"waiting for a free worker, number {place} in line"
    parts = [
        f"**{title}** is on its way; {seen}. {step[:1].upper()}{step[1:]}",
        f"{state.share:.0%}",
        time_left(job),
    ]
    if state.attempt > 1:
        parts.append("its process died, this is the second try")
    return " · ".join(parts)


def time_left(job: Job) -> str:
    """Return an estimate of the time left, in words."""
    if job.state.share < 0.3:  # the optimization, most of the work, has hardly begun
        return f"{job.seconds:.0f} s so far"
    return f"about {job.seconds * (1 / job.state.share - 1):.0f} s left"


def replayed(key: str, ready: Projection) -> Projection:
    """Return the picture, or the frame of its growth that the slider stands at."""
    place = st.session_state.get(f"{REPLAY} {key}")
    frames = growth(key)
    st.session_state[REPLAY] = key if frames else None
    if place is None or place >= len(frames):
        return ready
    note = f"{UNFINISHED}: {frames[place].step}."
    return replace(ready, coordinates=frames[place].coordinates, notes=(*ready.notes, note))


@st.cache_data(show_spinner=False, max_entries=8)
def growth(key: str) -> list[Frame]:
    """Return the frames that a finished picture went through."""
    return load_frames(key)


def replay() -> None:
    """Draw the slider that goes back through the growth of the picture just shown."""
    key = st.session_state.pop(REPLAY, None)
    if key is None:
        return
    frames = growth(key)
    st.slider(
        "How it grew",
        0,
        len(frames),
        len(frames),
        key=f"{REPLAY} {key}",
        help="Drag to the left: the picture as it was on its way, from PCA to the end.",
    )
