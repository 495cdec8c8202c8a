"""One long computation, as those see it who wait for it: how far it is, its result, stopping it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from explorer.errors import JobCancelled, JobError
from explorer.jobs.frames import Frames

# Without a sign of anybody who watches. Chrome lets a hidden tab look once a minute, and the rest
# is for a busy server.
ABANDONED_SECONDS = 100.0


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


class Job:
    """One computation, shared by all who asked for the same key."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.state = JobState()
        self.frames = Frames()
        self.started = time.monotonic()
        self._future: Any = None
        self._result: Any = None
        self._load: Callable[[], Any] | None = None  # from the cache, where the result is kept
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
        if self._load is None:
            return self._result
        result = self._load()
        if result is None:
            raise JobError(
                "What was computed had to leave the cache, for lack of room. Start it again, or "
                "set EXPLORER_CACHE_GB higher."
            )
        return result

    @property
    def is_lost(self) -> bool:
        """Whether it is done and its result has left the cache."""
        return self.state.state == "done" and self._load is not None and self._load() is None

    def cancel(self) -> None:
        """Stop the computation for all, at its next report; returns at once."""
        with self._changing:
            self._cancel()
        self._tell_the_worker()

    def watch(self, who: str) -> bool:
        """Tell that somebody waits for it; to be told again and again.

        Returns False where it was cancelled meanwhile: nobody can join it any more, and
        whoever submits its key again gets a new job.
        """
        with self._changing:
            if self.state.state == "cancelled":
                return False
            self._watchers[who] = time.monotonic()
            return True

    def leave(self, who: str) -> bool:
        """Stop waiting; the last one to leave cancels. Returns whether the job is cancelled."""
        with self._changing:
            self._watchers.pop(who, None)
            if not self.watchers:
                self._cancel()
        return self._tell_the_worker()

    def cancel_if_abandoned(self) -> bool:
        """Cancel if those who waited for it have all gone. Returns whether the job is cancelled."""
        with self._changing:
            if self.is_abandoned:
                self._cancel()
        return self._tell_the_worker()

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
        future = self._future  # the thread that follows the job may drop it meanwhile
        if future is not None:
            # Dask's client waits for its event loop, which may be ending: nobody waits with it
            threading.Thread(target=future.cancel, daemon=True).start()
        return True
