"""Long work in processes of its own: submit, watch, cancel; equal keys are computed once.

A web server's threads are the wrong place for UMAP: two at once can abort the process,
and a thread cannot be stopped. The work runs on Dask `distributed`, on local workers that
start with the first job (`explorer.workers`).
"""

from __future__ import annotations

import atexit
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError, JobCancelled, JobError
from explorer.projection.report import Report
from explorer.settings import load_settings

REPORTS_PER_SECOND = 5
KEPT_JOBS = 200  # finished ones, so that their state can still be asked for


@dataclass(frozen=True)
class JobState:
    """How a job stands at one moment.

    `state` is 'starting' (the workers start up), 'waiting' (for a free worker),
    'running', 'done', 'failed' or 'cancelled'; `share` is done, 0 to 1; `step` says
    what it does; `error` why it failed.
    """

    state: str = "starting"
    share: float = 0.0
    step: str = "starting the workers"
    error: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in ("done", "failed", "cancelled")


class Job:
    """One computation, shared by all who asked for the same key."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.state = JobState()
        self.started = time.monotonic()
        self._future: Any = None
        self._result: Any = None
        self._over = threading.Event()
        self._changing = threading.Lock()  # progress that comes late must not undo the end

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
        """Stop the computation; it stops at its next report."""
        self._end(JobState("cancelled", self.state.share, "stopped"))
        future = self._future  # the thread that follows the job may drop it meanwhile
        if future is not None:
            future.cancel()

    @property
    def seconds(self) -> float:
        """Seconds since it was submitted."""
        return time.monotonic() - self.started

    def _advance(self, state: JobState) -> None:
        with self._changing:
            if not self._over.is_set():
                self.state = state

    def _end(self, state: JobState, result: Any = None) -> None:
        with self._changing:
            if not self._over.is_set():
                self.state, self._result = state, result
                self._over.set()


class Jobs:
    """The computations of one web process."""

    def __init__(self, workers: int | None = None, threads: int = 1) -> None:
        self._workers = workers or load_settings().workers
        self._threads = threads  # jobs at once in a worker: more than 1 only where they may share
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._connecting = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._client: Any = None

    def submit(
        self,
        key: str,
        function: Callable[..., Any],
        *args: Any,
        when_done: Callable[[Any], None] = lambda result: None,
    ) -> Job:
        """Start `function(*args, report=...)` on a worker, or join the job that has this key.

        `when_done` gets the result in this process, before the job counts as done. A key
        whose job failed or was cancelled is computed anew.
        """
        with self._lock:
            job = self._jobs.get(key)
            if job is not None and job.state.state not in ("failed", "cancelled"):
                return job
            job = self._jobs[key] = Job(key)
            for old in [k for k, j in self._jobs.items() if j.state.is_over][:-KEPT_JOBS]:
                del self._jobs[old]
        threading.Thread(
            target=self._run, args=(job, function, args, when_done), daemon=True
        ).start()
        return job

    def find(self, key: str) -> Job | None:
        """Return the job of that key, or None."""
        return self._jobs.get(key)

    def start(self) -> None:
        """Start the workers now, so that the first job need not wait for them."""
        threading.Thread(target=self._connect, daemon=True).start()

    def close(self) -> None:
        """Stop the workers."""
        if self._client is not None:
            self._client.close(timeout=2)
        if self._process is not None:
            with self._process as process:  # closes its pipes and waits for its end
                process.kill()
        self._client = self._process = None

    def _run(
        self,
        job: Job,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        when_done: Callable[[Any], None],
    ) -> None:
        try:
            client = self._connect()
            if job._over.is_set():  # cancelled while the workers started
                return
            job._advance(JobState("waiting", 0.0, "waiting for a free worker"))
            # the same key again after a cancel must be a new task for the scheduler
            task = f"{job.key}-{id(job):x}"

            def follow(event: tuple[float, Any]) -> None:
                share, step = event[1]
                job._advance(JobState("running", share, step))

            client.subscribe_topic(task, follow)
            try:
                job._future = future = client.submit(
                    run_task, function, args, task, key=task, pure=False
                )
                if job._over.is_set():  # cancelled before there was a future to cancel
                    future.cancel()
                result = future.result()
                when_done(result)
                job._end(JobState("done", 1.0, "done"), result)
            finally:
                client.unsubscribe_topic(task)
                job._future = None
        except Exception as error:  # whatever went wrong over there is told on the page
            job._end(JobState("failed", job.state.share, "failed", failure(error)))

    def _connect(self) -> Any:
        from distributed import Client

        with self._connecting:
            if self._client is not None and self._process and self._process.poll() is None:
                return self._client
            self.close()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "explorer.workers", f"{self._workers}", f"{self._threads}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                cwd=Path(__file__).parent.parent,
            )
            assert self._process.stdout is not None
            address = self._process.stdout.readline().strip()
            if not address:
                raise JobError("The worker processes did not start. Is there enough memory?")
            self._client = Client(  # type: ignore[no-untyped-call]
                address, set_as_default=False, name="embedding-explorer"
            )
            atexit.register(self.close)
            return self._client


def run_task(function: Callable[..., Any], args: tuple[Any, ...], task: str) -> Any:
    """Run on a worker: call the function with a report that tells progress and hears a cancel."""
    from distributed import get_worker

    worker = get_worker()
    last, last_kind = 0.0, ""

    def report(share: float, step: str) -> None:
        nonlocal last, last_kind
        state = worker.state.tasks.get(task)
        if state is None or state.state == "cancelled":
            raise JobCancelled("stopped")
        now, kind = time.monotonic(), step.split(" ", 1)[0]
        if kind != last_kind or now - last >= 1 / REPORTS_PER_SECOND:
            last, last_kind = now, kind
            worker.log_event(task, (share, step))

    checked: Report = report
    return function(*args, report=checked)


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
