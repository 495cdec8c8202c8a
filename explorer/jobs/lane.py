"""Long jobs wait for each other and let short ones pass, so that these always find a worker."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

from explorer.errors import JobCancelled

LONG_SECONDS = 10.0  # a job of so many seconds and more is long
GIVES_WAY_SECONDS = 30.0  # after which a long job goes, even if short ones wait for all workers


class Lane:
    """Long jobs run on all workers but one; with a single worker, on that one."""

    def __init__(self) -> None:
        self._running = 0
        self._line: list[object] = []
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def turn(
        self,
        workers: Callable[[], int],
        is_over: Callable[[], bool],
        every: float,
        is_long: Callable[[], bool] = lambda: True,
        is_crowded: Callable[[int], bool] = lambda workers: False,
    ) -> Iterator[None]:
        """Wait for a place in the order of arrival, and hold it within the `with` block.

        While all workers are needed for others (`is_crowded`), these pass, until it has waited
        for GIVES_WAY_SECONDS. Looks every so many seconds how many workers there are, and raises
        JobCancelled if the job is over by then. One that does not count as long any more enters
        without a place.
        """
        me = object()
        has_place = False
        until = time.monotonic() + GIVES_WAY_SECONDS

        with self._changed:
            self._line.append(me)
        try:
            while is_long() and not has_place:
                n = max(1, workers())
                gives_way = partial(is_crowded, n) if time.monotonic() < until else None
                has_place = self._enter(me, max(1, n - 1), every, gives_way)
                if not has_place and is_over():
                    raise JobCancelled("stopped")
        finally:
            with self._changed:
                if me in self._line:
                    self._line.remove(me)
                    self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._running -= has_place
                self._changed.notify_all()

    def look(self) -> None:
        """Have those who wait look again: a worker may be free."""
        with self._changed:
            self._changed.notify_all()

    def _enter(
        self, me: object, places: int, seconds: float, gives_way: Callable[[], bool] | None
    ) -> bool:
        def may_enter() -> bool:
            is_next = self._line[0] is me and self._running < places
            return is_next and not (gives_way and gives_way())

        with self._changed:
            if not self._changed.wait_for(may_enter, seconds):
                return False
            self._line.remove(me)
            self._running += 1
            self._changed.notify_all()
            return True
