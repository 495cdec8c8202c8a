"""Long computations in worker processes: submit, watch, cancel; equal keys are computed once.

A web server's threads are the wrong place for them: pages would wait for each other, numba's
parallel code can abort the process when two threads run it, and a thread cannot be stopped.
Jobs run on Dask `distributed`, on local workers (`explorer.jobs.cluster`) or on a cluster given
by its address. Where memory is scarce they can run in this process, one at a time.

Every job ends: whoever waits for another process checks now and then that it is alive.
"""

from __future__ import annotations

import contextlib
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from explorer.errors import JobCancelled, JobError
from explorer.jobs.cluster import Connection, no_workers_here
from explorer.jobs.frames import Frame
from explorer.jobs.job import Job, JobState
from explorer.jobs.lane import LONG_SECONDS, Lane
from explorer.jobs.memory import Needs
from explorer.jobs.worker import Reporter, failure, run_task
from explorer.settings import load_settings

__all__ = ["Job", "JobState", "Jobs"]

KEPT_JOBS = 200  # finished jobs whose state can still be asked for
TRIES = 2  # attempts, where data that workers held is lost
LOOK_EVERY = 2.0  # seconds between checks that there are workers
NO_WORKERS_SECONDS = 150.0  # enough to replace a dead worker, or for a cluster to start
FETCH_SECONDS = 600.0  # for a finished result to arrive
IDLE_SECONDS = 300.0  # after which local workers end, until a page is visited or a job comes


class Jobs:
    """The computations of one web process."""

    def __init__(
        self, workers: int | None = None, scheduler: str | None = None, threads: int = 1
    ) -> None:
        settings = load_settings()
        self.workers = settings.workers if workers is None else workers
        self.scheduler = settings.scheduler if scheduler is None else scheduler
        self.why_here = ""  # why jobs run in this process although workers were wanted
        if self.workers and not self.scheduler and (why := no_workers_here()):
            self.workers, self.why_here = 0, why
            warnings.warn(why, RuntimeWarning, stacklevel=2)
        self._threads = threads
        self._connect = partial(Connection, self.workers, self.scheduler, threads)
        self._connection = self._connect()
        self._jobs: dict[str, Job] = {}
        self._followed: dict[str, Job] = {}  # by the scheduler's key of their task
        self._lock = threading.Lock()
        self._here = threading.Lock()  # one job at a time runs in this process
        self._long = Lane()  # long jobs leave a worker free for short ones
        self._stopped = threading.Event()
        self._warm_up: Callable[[], None] = nothing
        self._warmed: list[Any] = []
        self._used = time.monotonic()  # when a page was last visited or a job begun or ended
        self._rests = False

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
        load: Callable[[], Any] | None = None,
        seconds: float = 0.0,
        needs: Needs | None = None,
    ) -> Job:
        """Start `function(*args, report=...)` on a worker, or join the job that has this key.

        A key whose job failed, was cancelled, or lost its result is computed again.

        Parameters
        ----------
        key
            Equal keys are computed once.
        function, args
            What to compute. A JobFile arrives on the worker as it is, or as its content where
            the worker cannot read the file: the function opens either with `loaded`.
        when_done
            Called in this process with the result, before the job counts as done.
        load
            Loads the result that `when_done` kept, or returns None if it is gone. If given, the
            job does not hold the result in memory.
        seconds
            About how long it will take. Jobs of 10 seconds and more leave one worker to shorter
            ones, which pass those that wait, for half a minute at the most. What was submitted
            as long, to be made ahead, counts as short from when it is submitted as short.
        needs
            The memory that it takes. In this process it does not begin where that is not left, so
            that the system does not end the whole app.
        """
        is_long = seconds >= LONG_SECONDS
        with self._lock:
            job = self._jobs.get(key)
            if (
                job is not None
                and job.state.state not in ("failed", "cancelled")
                and not job.is_lost
            ):
                job.is_long &= is_long  # made ahead, and now somebody waits for it
                return job
            self._used = time.monotonic()
            self._jobs.pop(key, None)  # a new job goes to the end of the line
            job = self._jobs[key] = Job(key, is_long=is_long)
            for old in [k for k, j in self._jobs.items() if j.state.is_over][:-KEPT_JOBS]:
                del self._jobs[old]
        run = partial(self._run_here, needs) if self.runs_here else self._run
        finish = partial(end, job, when_done, load)
        threading.Thread(target=run, args=(job, function, args, finish), daemon=True).start()
        return job

    def share(self, value: Any) -> Any:
        """Send a value that many jobs need once; return what to pass to them in its place."""
        return value if self.runs_here else self._connection.send(value)

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
        """Return a job's place in the queue of this process, 1 for the next; 0 if not waiting."""
        with self._lock:
            line = [
                one for one in self._jobs.values() if one.state.state in ("starting", "waiting")
            ]
        line.sort(key=lambda one: one.is_long)  # stable: short ones pass, each kind in its order
        return line.index(job) + 1 if job in line else 0

    @property
    def watchers(self) -> int:
        """The number of watchers of all unfinished jobs; one who watches two counts twice."""
        return sum(job.watchers for job in self.pending())

    def pending(self) -> list[Job]:
        """Return the jobs that are not over."""
        with self._lock:
            return [job for job in self._jobs.values() if not job.state.is_over]

    def start(self, warm_up: Callable[[], None] | None = None) -> None:
        """Start the workers now and run `warm_up` on each, so that the first job does not wait.

        Without `warm_up` it is the one of the call before.
        """
        self._warm_up = warm_up or self._warm_up
        if self.runs_here:
            return

        def begin() -> None:
            with contextlib.suppress(Exception):  # the first job will report what is wrong
                client = self._connection.client()
                for worker in self._connection.workers():
                    self._warmed.append(client.submit(self._warm_up, workers=[worker], pure=False))

        threading.Thread(target=begin, daemon=True).start()

    def is_warm(self) -> bool:
        """Return whether the workers have started and warmed up."""
        return bool(self._warmed) and all(future.done() for future in self._warmed)

    def wake(self) -> None:
        """Start local workers again that have ended because nobody was there."""
        with self._lock:
            self._used, rested, self._rests = time.monotonic(), self._rests, False
        if rested:
            self.start()

    def rest(self) -> None:
        """End local workers that have had nothing to do for a while: nobody is there."""
        with self._lock:
            if any(not job.state.is_over for job in self._jobs.values()):
                self._used = time.monotonic()
                return
            used_lately = time.monotonic() - self._used < IDLE_SECONDS
            if self._rests or used_lately or self.runs_here or self.scheduler:
                return
            resting, self._connection = self._connection, self._connect()
            self._warmed.clear()
            self._rests = True
        resting.close()

    def stop_abandoned(self) -> None:
        """Cancel the jobs whose watchers are all gone."""
        for job in self.pending():
            job.cancel_if_abandoned()

    def look_after(self, every: float = 2.0) -> None:
        """Cancel abandoned jobs and let idle workers end from now on, in a background thread."""

        def look() -> None:
            while not self._stopped.wait(every):
                self.stop_abandoned()
                self.rest()

        threading.Thread(target=look, daemon=True).start()

    def close(self) -> None:
        """Cancel all jobs and stop the workers; from a remote cluster, only disconnect."""
        self._stopped.set()
        with self._lock:
            left = list(self._jobs.values())
        for job in left:
            job._end(replace(job.state, state="cancelled", step="stopped"))
        self._connection.close()

    def _run(
        self,
        job: Job,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        finish: Callable[[Any], None],
    ) -> None:
        try:
            for attempt in range(TRIES):
                client = self._connection.client()
                if job.state.is_over:  # cancelled while the workers started
                    return
                job._advance(state="waiting", step="waiting for a free worker")
                try:
                    with self._turn(job):
                        result = self._compute(client, job, function, args, attempt)
                    break
                except Exception as error:
                    lost = "Cancelled" in type(error).__name__ and not job.state.is_over
                    if not lost or attempt == TRIES - 1:
                        raise
                    self._connection.forget_arrays()  # a worker that held one is gone
            finish(result)
        except BaseException as error:  # whatever it is, the page reports it
            job._end(replace(job.state, state="failed", step="failed", error=failure(error)))
        finally:
            self._long.look()

    def _turn(self, job: Job) -> contextlib.AbstractContextManager[None]:
        """Return a context in which a job may run: a long one waits for its turn to enter it."""
        if not job.is_long:
            return contextlib.nullcontext()
        return self._long.turn(
            self._places,
            lambda: job.state.is_over,
            LOOK_EVERY,
            lambda: job.is_long,
            self._is_crowded,
        )

    def _places(self) -> int:
        """Return how many jobs can run at once."""
        return 1 if self.runs_here else len(self._connection.workers()) * self._threads

    def _is_crowded(self, places: int) -> bool:
        """Return whether the jobs that run, and the short ones that wait, take all places."""
        with self._lock:
            states = [(job.state.state, job.is_long) for job in self._jobs.values()]
        claims = sum(
            state == "running" or (state in ("starting", "waiting") and not is_long)
            for state, is_long in states
        )
        return claims >= places

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

        self._followed[task] = job
        topic = f"jobs of {client.id}"
        client.subscribe_topic(topic, self._follow)
        try:
            given = [self._connection.reachable(arg) for arg in args]
            job._future = future = client.submit(
                run_task,
                function,
                topic,
                task,
                *given,
                key=task,
                pure=False,
            )
            if job._over.is_set():  # cancelled before there was a future to cancel
                future.cancel()
            return self._wait(future, job)
        finally:
            del self._followed[task]
            job._future = None

    def _follow(self, event: tuple[float, Any]) -> None:
        """Handle a worker's progress event; events of jobs no longer followed are ignored.

        All jobs share one topic, because the scheduler never forgets a topic or its last events.
        """
        told = event[1]
        job = self._followed.get(told["task"])
        if job is None:
            return
        if told["step"] == "":
            job._begin()
            return
        job._advance(state="running", share=told["share"], step=told["step"])
        if told["frame"]:
            job.frames.add(Frame(told["share"], told["step"], *told["frame"]))

    def _wait(self, future: Any, job: Job) -> Any:
        """Return a future's result; raises JobError when nobody is left to compute it."""
        seen = time.monotonic()
        while not future.done():
            # distributed's `sync` leaves its result unset where its time ends in that moment
            with contextlib.suppress(TimeoutError, UnboundLocalError):
                return future.result(timeout=LOOK_EVERY)
            if job._over.is_set():
                raise JobCancelled("stopped")
            if self._connection.workers():
                seen = time.monotonic()
            elif time.monotonic() - seen > NO_WORKERS_SECONDS:
                self._connection.give_up()
                raise JobError(
                    f"For {NO_WORKERS_SECONDS:.0f} seconds there was no worker to compute this. "
                    f"{self._connection.advice}"
                )
            else:
                job._advance(step="waiting for a worker: at the moment there is none")
        return future.result(timeout=FETCH_SECONDS)

    def _run_here(
        self,
        needs: Needs | None,
        job: Job,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        finish: Callable[[Any], None],
    ) -> None:
        job._advance(state="waiting", step="waiting for its turn")

        def check() -> None:
            if job.state.is_over:
                raise JobCancelled("stopped")

        def tell(share: float, step: str, frame: tuple[Any, ...]) -> None:
            job._advance(share=share, step=step)
            if frame:
                job.frames.add(Frame(share, step, *frame))

        try:
            with self._turn(job), self._here:
                if needs and (refusal := needs.refusal()):
                    raise JobError(refusal)
                job._begin()
                result = function(*args, report=Reporter(check, tell))
                finish(result)
        except BaseException as error:
            job._end(replace(job.state, state="failed", step="failed", error=failure(error)))
        finally:
            self._long.look()


def nothing() -> None:
    """Warm up nothing."""


def end(
    job: Job, when_done: Callable[[Any], None], load: Callable[[], Any] | None, result: Any
) -> None:
    """Pass a result to `when_done` and end the job, which holds the result unless it was kept."""
    try:
        when_done(result)
    except OSError:
        if load is None:
            raise
        load = None  # the disk is full: the job keeps the result in memory
    done = replace(job.state, state="done", share=1.0, step="done")
    if load is None:
        job._end(done, result)
    else:
        job._end(done, load=load)
