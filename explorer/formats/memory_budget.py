"""How many readers run at once: together they may take half of the machine's memory."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from functools import cache

from explorer.jobs.progress import Report
from explorer.settings import memory_limit

SHARE = 0.5  # of the memory that there is, for the readers that one process has started
LOOK_SECONDS = 0.2  # between two looks whether somebody has pressed Stop


class MemoryBudget:
    """Bytes that several threads share; each takes as many as it may need, and gives them back."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.taken = 0
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def take(self, amount: int, report: Report) -> Iterator[None]:
        """Wait until so many bytes are free, or all are: one alone may take more than there is.

        `report` is told of the wait; what it raises ends it.
        """
        while not self._taken_in_time(amount):
            report(0.0, "waiting: other files are being read")
        try:
            yield
        finally:
            with self._changed:
                self.taken -= amount
                self._changed.notify_all()

    def _taken_in_time(self, amount: int) -> bool:
        with self._changed:
            fits = self._changed.wait_for(
                lambda: not self.taken or self.taken + amount <= self.total, LOOK_SECONDS
            )
            if fits:
                self.taken += amount
            return fits


@cache
def readers_budget() -> MemoryBudget:
    """Return the budget that all readers started by this process share."""
    return MemoryBudget(int(memory_limit() * SHARE))
