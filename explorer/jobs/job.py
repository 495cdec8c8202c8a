"""One long computation as its watchers see it: progress, result, cancel."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from explorer.errors import JobCancelled, JobError
from explorer.jobs.frames import Frames

# since any watcher's last sign of life: Chrome throttles a hidden tab to one poll a minute, and
# the rest is slack for a busy server
ABANDONED_SECONDS = 100.0


@dataclass(frozen=True)
class JobState:
    """The state of a job at one moment.

    `state` is 'starting' (the workers start), 'waiting' (for a free worker), 'running', 'done',
    'failed' or 'cancelled'. `share` is the share done, 0 to 1, `step` the current step's name,
    `error` why it failed. `attempt` counts from 1; it is 2 after the first attempt's process
    died.
    """

    state: str = "starting"
    share: float = 0.0
    step: str = "starting the workers"
    error: str = ""
    attempt: int = 0

    @property
    def is_over(self) -> bool:
        """Whether the state is final."""
        return self.state in ("done", "failed", "cancelled")


class Job:
    """One computation, shared by all who submit the same key."""

    def __init__(self, key: str, *, is_long: bool = False) -> None:
        self.key = key
        self.is_long = is_long
        self.state = JobState()
        self.frames = Frames()
        self.started = time.monotonic()
        self._future: Any = None
        self._result: Any = None
        self._load: Callable[[], Any] | None = None  # loads a result that is kept in the cache
        self._over = threading.Event()
        self._changing = threading.Lock()  # late progress must not overwrite a final state
        self._watchers: dict[str, float] = {}

    def result(self, timeout: float | None = None) -> Any:
        """Wait for the result; raises JobError or JobCancelled if there is none."""
        if not self._over.wait(timeout):
            raise JobError(f"The computation was not done after {timeout:g} seconds.")
        if self.state.state == "cancelled":
            raise JobCancelled("The computation was stopped.")
        if self.state.state == "failed":
            raise JobError(self.state.error)
        if self._load is None:
            return self._result
        result = self._load()
        if result is None:
            raise JobError(
                "The result was removed from the cache for lack of space. Start it again, or set "
                "EXPLORER_CACHE_GB higher."
            )
        return result

    @property
    def is_lost(self) -> bool:
        """Whether it is done and its result has been evicted from the cache."""
        return self.state.state == "done" and self._load is not None and self._load() is None

    def cancel(self) -> None:
        """Cancel for all watchers; returns at once, and the worker stops at its next report."""
        with self._changing:
            self._cancel()
        self._tell_the_worker()

    def watch(self, who: str) -> bool:
        """Register a watcher, or renew its sign of life, which expires after ABANDONED_SECONDS.

        Returns False if the job has been cancelled: it cannot be joined any more, and
        submitting its key again starts a new job.
        """
        with self._changing:
            if self.state.state == "cancelled":
                return False
            self._watchers[who] = time.monotonic()
            return True

    def leave(self, who: str) -> bool:
        """Remove a watcher; the last one to leave cancels. Returns whether it is cancelled."""
        with self._changing:
            self._watchers.pop(who, None)
            if not self.watchers:
                self._cancel()
        return self._tell_the_worker()

    def cancel_if_abandoned(self) -> bool:
        """Cancel if all watchers are gone. Returns whether the job is cancelled."""
        with self._changing:
            if self.is_abandoned:
                self._cancel()
        return self._tell_the_worker()

    @property
    def watchers(self) -> int:
        """The number of current watchers."""
        latest = time.monotonic() - ABANDONED_SECONDS
        return sum(seen > latest for seen in list(self._watchers.values()))

    @property
    def is_abandoned(self) -> bool:
        """Whether it had watchers, and all are gone before it is over."""
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

    def _end(
        self, state: JobState, result: Any = None, load: Callable[[], Any] | None = None
    ) -> None:
        with self._changing:
            self._settle(state, result, load)

    def _settle(
        self, state: JobState, result: Any = None, load: Callable[[], Any] | None = None
    ) -> None:
        if not self._over.is_set():
            self.state, self._result, self._load = state, result, load
            self.frames = Frames()  # hundreds of jobs are remembered, 10 MB of frames each
            self._over.set()

    def _cancel(self) -> None:
        self._settle(replace(self.state, state="cancelled", step="stopped"))

    def _tell_the_worker(self) -> bool:
        """Cancel the future of a job that is cancelled; returns whether it is."""
        if self.state.state != "cancelled":
            return False
        future = self._future  # once: the thread that follows the job may reset it
        if future is not None:
            # in a thread: Dask's cancel blocks on its event loop, which may be closing
            threading.Thread(target=future.cancel, daemon=True).start()
        return True
