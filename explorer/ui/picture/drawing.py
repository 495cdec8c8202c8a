"""Getting a picture of a space: at once where that is fast, else frame by frame."""

from __future__ import annotations

import threading
from dataclasses import replace

import streamlit as st

from explorer import EmbeddingSpace, Projection
from explorer.errors import ExplorerError
from explorer.jobs.frames import Frame, load_frames
from explorer.projection import METHODS, shipped
from explorer.projection.job import Picture, start
from explorer.projection.storage import load_projection
from explorer.ui.shell import progress, spaces
from explorer.ui.shell.plain import plain

KEPT = "kept frames"  # session state: for each picture's key, the frame that this visitor kept
MOST_KEPT = 8  # a frame of 200,000 points takes a megabyte
UNFINISHED = "This picture is unfinished"
UNPACKING = threading.Lock()


@st.cache_resource(show_spinner=False, max_entries=64)
def fast_projection(key: str, _space: EmbeddingSpace, _wanted: Picture) -> Projection:
    """Compute a projection in this process, once for all visitors."""
    return _wanted.draw(_space)


def shipped_projection(space: EmbeddingSpace) -> Projection | None:
    """Return the picture that comes with a sample; thirty who ask at once unpack it once."""
    pca, key = shipped.COMPARED, shipped.SHIPPED.key(space)
    with UNPACKING:
        ready = load_projection(key)
        if ready is None:
            path = shipped.path_for(spaces.sample_file(space.name))
            shipped.keep(space, path, fast_projection(pca.key(space), space, pca))
            ready = load_projection(key)
        return ready


def kept_projection(space: EmbeddingSpace, wanted: Picture) -> Projection | None:
    """Return a picture that was drawn before, or comes with a sample; else None."""
    ready = load_projection(wanted.key(space))
    if ready is None and wanted == shipped.SHIPPED and spaces.is_sample(space):
        ready = shipped_projection(space)
    return ready if ready is not None and len(ready) == len(space) else None


def picture(space: EmbeddingSpace, method: str, n_components: int) -> Projection:
    """Return the projection of a method with its default settings."""
    return draw(space, Picture(method, n_components))


def draw(
    space: EmbeddingSpace,
    wanted: Picture,
    *,
    place: str = "map",
    narrow: bool = False,
    replay: int | None = None,
) -> Projection:
    """Return the projection asked for, or its latest frame while it is computed.

    Errors are shown on the page, with PCA in place of the picture. `place` keeps two pictures of a
    page apart, `narrow` is for half a page, and `replay` a frame of a finished picture's growth.
    """
    meanwhile = Picture("pca", wanted.n_components)
    if not METHODS[wanted.method].is_slow:
        try:
            return fast_projection(wanted.key(space), space, wanted)
        except ExplorerError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return fast_projection(meanwhile.key(space), space, meanwhile)
    key = wanted.key(space)
    ready = kept_projection(space, wanted)
    if ready is not None:
        return ready if replay is None else as_it_was(ready, growth(key), replay)
    title = METHODS[wanted.method].title
    kept: dict[str, Frame] = st.session_state.setdefault(KEPT, {})
    if key in kept:
        if tell_kept(title, kept[key], place):
            del kept[key]
            progress.come_back(key)
            st.rerun()
        return as_projection(kept[key], wanted)
    running = progress.jobs().find(key)
    grows = running is not None and len(running.frames) > 0
    followed = progress.follow(
        {key: lambda: start(progress.jobs(), space, wanted)},
        progress.Wait(
            place=place,
            running=f"**{title}** is on its way; "
            + ("you see it grow." if grows else "until then, this is PCA."),
            stopped=f"{title} was stopped; this is PCA.",
            narrow=narrow,
        ),
        keep=keep_frame,
    )
    if followed is not None:
        (job,) = followed
        if job.state.state == "done":
            finished: Projection = job.result()
            return finished
        if frame := progress.latest(job):
            return as_projection(frame, wanted)
    return fast_projection(meanwhile.key(space), space, meanwhile)


def keep_frame(key: str, frame: Frame) -> None:
    """Keep a frame of the picture that has this key, in this visitor's session."""
    kept: dict[str, Frame] = st.session_state.setdefault(KEPT, {})
    kept[key] = frame
    while len(kept) > MOST_KEPT:
        del kept[next(iter(kept))]


def as_projection(frame: Frame, wanted: Picture) -> Projection:
    """Return a frame as an unfinished projection of the picture."""
    note = f"{UNFINISHED}: {frame.step}."
    params = {**wanted.params, **({"prepared": wanted.prepared} if wanted.prepared else {})}
    return Projection(frame.coordinates, wanted.method, params, wanted.seed, notes=(note,))


def is_finished(projection: Projection, wanted: Picture) -> bool:
    """Return whether this is the finished picture that was asked for."""
    on_the_way = any(note.startswith(UNFINISHED) for note in projection.notes)
    return projection.method == wanted.method and not on_the_way


def tell_kept(title: str, frame: Frame, place: str) -> bool:
    """Say that a frame was kept, and return whether the visitor wants it finished after all."""
    text, button = st.columns([4, 1], vertical_alignment="center")
    text.info(f"{title} as it was at {frame.step}, kept by you.", icon=":material/pause_circle:")
    return button.button(
        "Finish it", icon=":material/replay:", width="stretch", key=f"{place} compute"
    )


def as_it_was(ready: Projection, frames: list[Frame], place: int) -> Projection:
    """Return a finished picture, or the frame of its growth at that place."""
    if place >= len(frames):
        return ready
    note = f"{UNFINISHED}: {frames[place].step}."
    return replace(ready, coordinates=frames[place].coordinates, notes=(*ready.notes, note))


@st.cache_data(show_spinner=False, max_entries=8)
def growth(key: str) -> list[Frame]:
    """Return the frames that a finished picture went through."""
    return load_frames(key)


def replay_key(space: EmbeddingSpace, wanted: Picture) -> str:
    """Return the key of the slider that goes back through a picture's growth."""
    return f"replay {wanted.key(space)}"


def replayed(space: EmbeddingSpace, wanted: Picture) -> int | None:
    """Return the frame that the slider of `replay` stands at, for a page that draws it."""
    place: int | None = st.session_state.get(replay_key(space, wanted))
    return place


def replay(space: EmbeddingSpace, wanted: Picture) -> None:
    """Draw the slider that goes back through the growth of a finished picture."""
    key = wanted.key(space)
    if not METHODS[wanted.method].is_slow or load_projection(key) is None:
        return
    if frames := growth(key):
        st.slider(
            "How it grew",
            0,
            len(frames),
            len(frames),
            key=replay_key(space, wanted),
            help="Drag to the left to see earlier stages, back to the first one, PCA.",
        )
