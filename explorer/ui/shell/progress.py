"""Waiting for a job on a page: its progress, a Stop button, and its end, told once.

All pages wait through `follow` or `wait_for`, with one rule for Stop: whoever presses it leaves the
job, and the last to leave cancels it (`Job.leave`). An open page keeps telling its jobs that
somebody waits. A job that was cancelled because this came too late is started again at the next
poll.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from explorer.jobs.frames import Frame
from explorer.jobs.pool import Job, Jobs
from explorer.projection.job import warm_up
from explorer.ui.shell.plain import plain

POLL_SECONDS = 0.4  # a bar that moves less often looks stuck
AT_FULL_PACE = (
    5  # visitors who poll every POLL_SECONDS; thirty poll every 2.4 s, to spare the server
)
WARM_UP_AFTER = 2.0  # seconds, so that starting workers does not slow the first page
GUESS_FROM = 0.3  # share done from which the time left is estimated; earlier guesses are far off
LEFT = "jobs left"  # session state: keys of the jobs that this visitor stopped waiting for

Start = Callable[[], Job]
Keep = Callable[[str, Frame], None]


@dataclass(frozen=True)
class Wait:
    """What a page says while it waits.

    Attributes
    ----------
    place
        Where on the page; no two waits of a page may have the same.
    running
        What is on its way, in Markdown; the job's own step is told after it.
    stopped
        What is said, in Markdown, to a visitor who pressed Stop.
    again
        The button that starts it again.
    finished
        How many jobs of the same errand are done already and count for the bar.
    narrow
        Whether it has half a page.
    """

    place: str
    running: str = ""
    stopped: str = "This was stopped."
    again: str = "Start again"
    finished: int = 0
    narrow: bool = False


def jobs() -> Jobs:
    """Return this server's long computations, and wake its workers if they rest."""
    found = shared_jobs()
    found.wake()
    return found


@st.cache_resource(show_spinner=False)
def shared_jobs() -> Jobs:
    """Return this server's long computations; its workers start soon after the first call."""
    made = Jobs()
    made.look_after()
    timer = threading.Timer(WARM_UP_AFTER, made.start, (warm_up,))
    timer.daemon = True
    timer.start()
    return made


def visitor() -> str:
    """Return who waits: an id of this browser tab's session."""
    context = get_script_run_ctx()
    return context.session_id if context else "nobody"


def wait_for(key: str, start: Start, wait: Wait, *, pool: Jobs | None = None) -> Any:
    """Return the result of the job that has this key; None while there is none, which is shown."""
    followed = follow({key: start}, wait, pool=pool)
    if followed is None or followed[0].state.state != "done":
        return None
    return followed[0].result()


def follow(
    starts: Mapping[str, Start],
    wait: Wait,
    *,
    pool: Jobs | None = None,
    keep: Keep | None = None,
) -> list[Job] | None:
    """Start jobs, or join who computes them already, and show how far they are.

    Parameters
    ----------
    starts
        For each job's key, the function that submits it.
    wait
        What is said.
    pool
        Where the jobs run; by default `jobs()`.
    keep
        Gets a job's key and the picture that it has drawn so far, when the visitor is
        content with that one. With it, the page runs again for each new picture.

    Returns
    -------
    list of Job or None
        The jobs, running or done. None where one failed or this visitor stopped waiting:
        then that is told, with a button that starts it again.
    """
    pool = pool or jobs()
    left = has_left(*starts)
    if not left and failure(pool, starts) is None:
        joined = [join(start) for start in starts.values()]
        if all(job.state.state == "done" for job in joined):
            return joined
        if failure(pool, starts) is None:
            grown = latest(joined[0]) if keep else None
            crowd = max(1.0, pool.watchers / AT_FULL_PACE)
            st.fragment(progress, run_every=POLL_SECONDS * crowd)(joined, wait, pool, keep, grown)
            return joined
    if tell_end(pool, starts, wait):
        come_back(*starts)
        for start in starts.values():
            start()
        st.rerun()
    return None


def join(start: Start) -> Job:
    """Start a job or join it; one that is cancelled in this moment is not joined."""
    while not (job := start()).watch(visitor()):
        pass
    return job


def has_left(*keys: str) -> bool:
    """Return whether this visitor stopped waiting for one of these jobs."""
    return not st.session_state.get(LEFT, set()).isdisjoint(keys)


def leave(*waited_for: Job) -> None:
    """Stop waiting for jobs: those are cancelled for which nobody else waits."""
    st.session_state.setdefault(LEFT, set()).update(job.key for job in waited_for)
    for job in waited_for:
        job.leave(visitor())


def come_back(*keys: str) -> None:
    """Take a Stop back, so that the jobs are followed again."""
    st.session_state.get(LEFT, set()).difference_update(keys)


def latest(job: Job) -> Frame | None:
    """Return the last picture that a job drew on its way."""
    return job.frames.latest


def failure(pool: Jobs, keys: Mapping[str, Start]) -> str | None:
    """Return why one of the jobs failed, or None."""
    found = (pool.find(key) for key in keys)
    return next((job.state.error for job in found if job and job.state.state == "failed"), None)


def progress(
    followed: list[Job], wait: Wait, pool: Jobs, keep: Keep | None, shown: Frame | None
) -> None:
    """Show the progress of jobs and ways to stop; the page runs again when something is new."""
    running = [job for job in followed if not job.state.is_over]
    grown = keep is not None and latest(followed[0]) is not shown
    lost = any(job.state.state in ("failed", "cancelled") for job in followed)
    if not running or lost or grown or has_left(*(job.key for job in followed)):
        st.rerun()
    for job in running:
        job.watch(visitor())
    if wait.narrow:
        bar, row = st.container(), st.container(horizontal=True)
        beside = stop = row
    elif keep:
        bar, beside, stop = st.columns([5, 1.3, 0.9], vertical_alignment="center")
    else:
        bar, stop = st.columns([6, 1], vertical_alignment="center")
        beside = stop
    share = sum(job.state.share for job in followed) + wait.finished
    bar.progress(share / (len(followed) + wait.finished), text=told(followed, wait, pool))
    # callbacks, because they run first: the rerun for a new frame would lose a click
    if keep:
        beside.button(
            "Keep this frame",
            icon=":material/pause:",
            width="stretch",
            disabled=shown is None,
            help="Stop here, and keep the picture as it is now.",
            on_click=keep_and_leave,
            args=(keep, followed[0], shown),
            key=f"{wait.place} keep",
        )
    stop.button(
        "Stop",
        icon=":material/stop:",
        width="stretch",
        on_click=leave,
        args=tuple(running),
        key=f"{wait.place} stop",
    )


def keep_and_leave(keep: Keep, job: Job, frame: Frame) -> None:
    """Keep the picture that was just shown, and stop waiting for a better one."""
    keep(job.key, frame)
    leave(job)


def told(followed: list[Job], wait: Wait, pool: Jobs) -> str:
    """Return the text of the bar: the step, the share, the time left, in Markdown."""
    job = next((one for one in followed if not one.state.is_over), followed[0])
    step = job.state.step
    if job.state.state == "waiting" and (place := pool.place(job)):
        step = f"waiting for a free worker, number {place} in line"
    share = sum(one.state.share for one in followed) / len(followed)
    overall = (share * len(followed) + wait.finished) / (len(followed) + wait.finished)
    parts = [
        f"{wait.running} {plain(step[:1].upper() + step[1:])}".strip(),
        f"{overall:.0%}",
        time_left(max(one.seconds for one in followed), share),
    ]
    if job.state.attempt > 1:
        parts.append("its process died, this is the second try")
    if pool.why_here:
        parts.append("in the web process, because no worker can start on this machine")
    return " · ".join(parts)


def time_left(seconds: float, share: float) -> str:
    """Return an estimate of the time left, in words."""
    if share < GUESS_FROM:
        return f"{seconds:.0f} s so far"
    return f"about {seconds * (1 / share - 1):.0f} s left"


def tell_end(pool: Jobs, keys: Mapping[str, Start], wait: Wait) -> bool:
    """Say why there is no result; return whether the visitor wants to try again."""
    text, button = st.columns([1, 1] if wait.narrow else [4, 1], vertical_alignment="center")
    error = failure(pool, keys)
    others = (pool.find(key) for key in keys)
    if error is not None:
        text.error(plain(error), icon=":material/error:")
    elif any(job and not job.state.is_over for job in others):
        text.info(
            f"You stopped waiting; the job goes on for others. “{wait.again}” joins them again.",
            icon=":material/group:",
        )
    else:
        text.info(wait.stopped, icon=":material/stop_circle:")
    return button.button(
        wait.again, icon=":material/replay:", width="stretch", key=f"{wait.place} again"
    )
