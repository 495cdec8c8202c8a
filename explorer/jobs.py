"""Long work in processes of its own: submit, watch, cancel; equal keys are computed once.

A web server's threads are the wrong place for UMAP: two at once can abort the process,
and a thread cannot be stopped. The work runs on Dask `distributed`: on local workers
(`explorer.workers`) or on a cluster given by its address. Where memory is scarce, it can
run in this process after all, one job at a time.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ExplorerError, JobCancelled, JobError
from explorer.frames import Frame, Frames
from explorer.projection.report import DrawingReport
from explorer.settings import load_settings
from explorer.workers import Connection

REPORTS_PER_SECOND = 5
FRAME_SECONDS = 0.5  # between two intermediate pictures
MOST_IN_A_FRAME = 200_000  # points; larger pictures are not sent on the way
KEPT_JOBS = 200  # finished ones, so that their state can still be asked for
ABANDONED_SECONDS = 20.0  # without a sign of anybody who watches
TRIES = 2  # when what a cluster's workers held is lost


@dataclass(frozen=True)
class JobState:
    """How a job stands at one moment.

    `state` is 'starting' (the workers start up), 'waiting' (for a free worker),
    'running', 'done', 'failed' or 'cancelled'; `share` is done, 0 to 1; `step` says
    what it does; `error` why it failed; `attempt` counts from 1, a second one means that
    the first one's process died.
    """

    state: str = "starting"
    share: float = 0.0
    step: str = "starting the workers"
    error: str = ""
    attempt: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in ("done", "failed", "cancelled")


@dataclass(frozen=True)
class ArrayFile:
    """An array that a job needs: mapped into memory where the file is, sent where it is not."""

    path: str

    def load(self) -> Any:
        """Return the array, mapped into memory; SciPy's where most of it is zero."""
        if self.path.endswith(".npz"):
            from scipy.sparse import load_npz

            return load_npz(self.path)
        return np.load(Path(self.path), mmap_mode="r", allow_pickle=False)


def as_array(given: Any) -> Any:
    """Return what arrived on a worker as an array: mapped here, or sent."""
    return given.load() if isinstance(given, ArrayFile) else given


class Job:
    """One computation, shared by all who asked for the same key."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.state = JobState()
        self.frames = Frames()
        self.started = time.monotonic()
        self._future: Any = None
        self._result: Any = None
        self._over = threading.Event()
        self._changing = threading.Lock()  # progress that comes late must not undo the end
        self._watchers: dict[str, float] = {}

    def result(self, timeout: float | None = None) -> Any:
        """Wait for the result; raises JobError or JobCancelled if there is none."""
        if not self._over.wait(timeout):
            raise JobError(f"The computation was not done after {timeout:g} seconds.")
        if self.state.state == "cancelled":
            raise JobCancelled("The computation was stopped.")
        if self.state.state == "failed":
            raise JobError(self.state.error)
        return self._result

    def cancel(self) -> None:
        """Stop the computation for all; it stops at its next report."""
        self._end(replace(self.state, state="cancelled", step="stopped"))
        future = self._future  # the thread that follows the job may drop it meanwhile
        if future is not None:
            future.cancel()

    def watch(self, who: str) -> None:
        """Tell that somebody waits for it; to be told again and again."""
        self._watchers[who] = time.monotonic()

    def leave(self, who: str) -> bool:
        """Stop waiting; the last one to leave stops the computation. Returns whether it stopped."""
        self._watchers.pop(who, None)
        if self.watchers:
            return False
        self.cancel()
        return True

    @property
    def watchers(self) -> int:
        """How many wait for it now."""
        latest = time.monotonic() - ABANDONED_SECONDS
        return sum(seen > latest for seen in list(self._watchers.values()))

    @property
    def is_abandoned(self) -> bool:
        """Whether those who waited for it have all gone."""
        return bool(self._watchers) and not self.watchers and not self.state.is_over

    @property
    def seconds(self) -> float:
        """Seconds since it was submitted."""
        return time.monotonic() - self.started

    def _begin(self) -> None:
        with self._changing:
            if not self._over.is_set():
                self.frames = Frames()
                attempt = self.state.attempt + 1
                self.state = JobState("running", 0.0, "beginning", attempt=attempt)

    def _advance(self, **changes: Any) -> None:
        with self._changing:
            if not self._over.is_set():
                self.state = replace(self.state, **changes)

    def _end(self, state: JobState, result: Any = None) -> None:
        with self._changing:
            if not self._over.is_set():
                self.state, self._result = state, result
                self._over.set()


class Jobs:
    """The computations of one web process."""

    def __init__(
        self, workers: int | None = None, scheduler: str | None = None, threads: int = 1
    ) -> None:
        settings = load_settings()
        self.workers = settings.workers if workers is None else workers
        self.scheduler = settings.scheduler if scheduler is None else scheduler
        self._connection = Connection(self.workers, self.scheduler, threads)
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._here = threading.Lock()  # one at a time computes in this process
        self._stopped = threading.Event()
        self._warmed: list[Any] = []

    @property
    def runs_here(self) -> bool:
        """Whether jobs run in this process."""
        return self.workers == 0 and not self.scheduler

    def submit(
        self,
        key: str,
        function: Callable[..., Any],
        *args: Any,
        when_done: Callable[[Any], None] = lambda result: None,
    ) -> Job:
        """Start `function(*args, report=...)` on a worker, or join the job that has this key.

        `when_done` gets the result in this process, before the job counts as done. An
        ArrayFile among the arguments arrives as one, or as the array itself where its file
        cannot be reached (see `as_array`). A key whose job failed or was cancelled is
        computed anew.
        """
        with self._lock:
            job = self._jobs.get(key)
            if job is not None and job.state.state not in ("failed", "cancelled"):
                return job
            self._jobs.pop(key, None)  # a new job goes to the end of the line
            job = self._jobs[key] = Job(key)
            for old in [k for k, j in self._jobs.items() if j.state.is_over][:-KEPT_JOBS]:
                del self._jobs[old]
        run = self._run_here if self.runs_here else self._run
        threading.Thread(target=run, args=(job, function, args, when_done), daemon=True).start()
        return job

    def share(self, value: Any) -> Any:
        """Return what can stand for a value in many jobs' arguments, and is sent only once."""
        if self.runs_here:
            return value
        # to every worker: when one dies, the others still have it
        return self._connection.client().scatter(value, broadcast=True, hash=False)

    def take(self, job: Job) -> Any:
        """Wait for a job's result and forget the job: for work in many parts."""
        result = job.result()
        with self._lock:
            self._jobs.pop(job.key, None)
        return result

    def find(self, key: str) -> Job | None:
        """Return the job of that key, or None."""
        return self._jobs.get(key)

    def place(self, job: Job) -> int:
        """Return the job's place in the line of those that wait, 1 for the next; 0 if it does not.

        Counted among the jobs of this process, in the order in which they came.
        """
        with self._lock:
            line = [
                one for one in self._jobs.values() if one.state.state in ("starting", "waiting")
            ]
        return line.index(job) + 1 if job in line else 0

    def start(self, warm_up: Callable[[], None] = lambda: None) -> None:
        """Start the workers now, and have each do `warm_up`, so that the first job need not."""
        if self.runs_here:
            return

        def begin() -> None:
            with contextlib.suppress(Exception):  # the first job will tell what is wrong
                client = self._connection.client()
                for worker in client.scheduler_info(n_workers=-1)["workers"]:
                    self._warmed.append(client.submit(warm_up, workers=[worker], pure=False))

        threading.Thread(target=begin, daemon=True).start()

    def is_warm(self) -> bool:
        """Return whether the workers stand and have warmed up."""
        return bool(self._warmed) and all(future.done() for future in self._warmed)

    def stop_abandoned(self) -> None:
        """Stop the jobs whose watchers have all gone; who asks again starts anew."""
        with self._lock:
            abandoned = [job for job in self._jobs.values() if job.is_abandoned]
            for job in abandoned:
                del self._jobs[job.key]
        for job in abandoned:
            job.cancel()

    def look_after(self, every: float = 2.0) -> None:
        """Stop abandoned jobs from now on, in the background."""

        def look() -> None:
            while not self._stopped.wait(every):
                self.stop_abandoned()

        threading.Thread(target=look, daemon=True).start()

    def close(self) -> None:
        """Stop the workers; a cluster given by its address is only left."""
        self._stopped.set()
        self._connection.close()

    def _run(
        self,
        job: Job,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        when_done: Callable[[Any], None],
    ) -> None:
        try:
            client = self._connection.client()
            if job.state.is_over:  # cancelled while the workers started
                return
            job._advance(state="waiting", step="waiting for a free worker")
            for attempt in range(TRIES):
                try:
                    result = self._compute(client, job, function, args, attempt)
                    break
                except Exception as error:
                    lost = "Cancelled" in type(error).__name__ and not job.state.is_over
                    if not lost or attempt == TRIES - 1:
                        raise
                    self._connection.forget_arrays()  # a worker that held one has gone
            when_done(result)
            job._end(replace(job.state, state="done", share=1.0, step="done"), result)
        except Exception as error:  # whatever went wrong over there is told on the page
            job._end(replace(job.state, state="failed", step="failed", error=failure(error)))

    def _compute(
        self,
        client: Any,
        job: Job,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        attempt: int,
    ) -> Any:
        # the same key again after a cancel must be a new task for the scheduler
        task = f"{job.key}-{id(job):x}-{attempt}"

        def follow(event: tuple[float, Any]) -> None:
            told = event[1]
            if told["step"] == "":
                job._begin()
                return
            job._advance(state="running", share=told["share"], step=told["step"])
            if told["frame"]:
                job.frames.add(Frame(told["share"], told["step"], *told["frame"]))

        client.subscribe_topic(task, follow)
        try:
            given = [self._connection.reachable(arg) for arg in args]
            job._future = future = client.submit(
                run_task, function, task, *given, key=task, pure=False
            )
            if job._over.is_set():  # cancelled before there was a future to cancel
                future.cancel()
            return future.result()
        finally:
            client.unsubscribe_topic(task)
            job._future = None

    def _run_here(
        self,
        job: Job,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        when_done: Callable[[Any], None],
    ) -> None:
        job._advance(state="waiting", step="waiting for its turn")

        def check() -> None:
            if job.state.is_over:
                raise JobCancelled("stopped")

        def tell(share: float, step: str, frame: tuple[Any, ...]) -> None:
            job._advance(share=share, step=step)
            if frame:
                job.frames.add(Frame(share, step, *frame))

        with self._here:
            try:
                job._begin()
                result = function(*args, report=Reporter(check, tell))
                when_done(result)
                job._end(replace(job.state, state="done", share=1.0, step="done"), result)
            except Exception as error:
                job._end(replace(job.state, state="failed", step="failed", error=failure(error)))


class Reporter:
    """The report of a job: tells at most a few times a second, with a picture now and then."""

    def __init__(
        self, check: Callable[[], None], tell: Callable[[float, str, tuple[Any, ...]], None]
    ) -> None:
        self._check = check  # raises when the job was cancelled
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
        self._last, self._kind = now, kind
        frame: tuple[Any, ...] = ()
        if (
            coordinates is not None
            and len(coordinates) <= MOST_IN_A_FRAME
            and now - self._last_frame >= FRAME_SECONDS
        ):
            self._last_frame = now
            frame = Frame.packed(coordinates)
        self._tell(share, step, frame)


def run_task(function: Callable[..., Any], task: str, *args: Any) -> Any:
    """Run on a worker: call the function with a report that tells progress and hears a cancel."""
    from distributed import get_worker

    worker = get_worker()

    def check() -> None:
        state = worker.state.tasks.get(task)
        if state is None or state.state == "cancelled":
            raise JobCancelled("stopped")

    def tell(share: float, step: str, frame: tuple[Any, ...]) -> None:
        worker.log_event(task, {"share": share, "step": step, "frame": frame})

    tell(0.0, "", ())  # it begins; if this comes twice, the first one's process died
    report: DrawingReport = Reporter(check, tell)
    return function(*args, report=report)


def failure(error: Exception) -> str:
    """Return what to tell of a failed job: our own errors as they are, others with their kind."""
    if isinstance(error, ExplorerError):
        return str(error)
    if type(error).__name__ == "KilledWorker":
        return (
            "The computation was tried twice and its process died both times, most likely "
            "for lack of memory. Try fewer points."
        )
    return f"The computation failed: {type(error).__name__}: {error}"
