"""The worker's side of a job: runs the function, reports progress, raises when cancelled."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ExplorerError, JobCancelled
from explorer.jobs.frames import Frame
from explorer.jobs.progress import DrawingReport

REPORTS_PER_SECOND = 10  # at most; a page shows no more
FRAME_SECONDS = 0.1  # between two intermediate pictures; more for large ones
POINTS_PER_SECOND = 200_000  # of these pictures: 0.8 MB a second, 1.2 MB in 3D
MOST_IN_A_FRAME = 200_000  # points; no intermediate pictures of more


class Reporter:
    """A job's report, throttled to ten a second, and fewer with an intermediate picture."""

    def __init__(
        self, check: Callable[[], None], tell: Callable[[float, str, tuple[Any, ...]], None]
    ) -> None:
        self._check = check  # raises if the job was cancelled
        self._tell = tell
        self._last = self._last_frame = 0.0
        self._kind = ""

    def __call__(
        self, share: float, step: str, coordinates: NDArray[np.float32] | None = None, /
    ) -> None:
        self._check()
        now, kind = time.monotonic(), step.split(" ", 1)[0]
        if kind == self._kind and now - self._last < 1 / REPORTS_PER_SECOND:
            return
        if kind != self._kind:
            self._last_frame = 0.0  # the first picture of each kind of step is sent at once
        self._last, self._kind = now, kind
        frame: tuple[Any, ...] = ()
        if (
            coordinates is not None
            and len(coordinates) <= MOST_IN_A_FRAME
            and now - self._last_frame >= pause(len(coordinates))
        ):
            self._last_frame = now
            frame = Frame.packed(coordinates)
        self._tell(share, step, frame)


def pause(points: int) -> float:
    """Return the seconds between two intermediate pictures of so many points."""
    return max(FRAME_SECONDS, points / POINTS_PER_SECOND)


def run_task(function: Callable[..., Any], topic: str, task: str, *args: Any) -> Any:
    """Run a job's function on a worker, with a report that raises once the job is cancelled."""
    from distributed import get_worker

    worker = get_worker()

    def check() -> None:
        state = worker.state.tasks.get(task)
        if state is None or state.state == "cancelled":
            raise JobCancelled("stopped")

    def tell(share: float, step: str, frame: tuple[Any, ...]) -> None:
        worker.log_event(topic, {"task": task, "share": share, "step": step, "frame": frame})

    tell(0.0, "", ())  # the start of an attempt: a second one means that the first one died
    report: DrawingReport = Reporter(check, tell)
    return function(*args, report=report)


def failure(error: BaseException) -> str:
    """Return the message of a failed job: our own errors' text, others' with their type."""
    if isinstance(error, ExplorerError):
        return str(error)
    if type(error).__name__ == "KilledWorker":
        return (
            "The computation was tried twice and its process died both times, most likely "
            "for lack of memory. Try fewer points."
        )
    return f"The computation failed: {type(error).__name__}: {error}"
