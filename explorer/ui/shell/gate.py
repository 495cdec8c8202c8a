"""A gate before the runs of pages: two compute at a time, the others wait in line.

Python runs one thread at a time, and a run gives its turn away at each message that it sends, about
150 on the Map. Thirty runs at once therefore wait for each other at every message, and all are
slow together; a few at a time are faster for everyone (`docs/benchmarks.md`).

Streamlit offers no hook around a run. `install` wraps the one function by which its script runner
executes pages and fragments; `tests/ui/test_streamlit_internals.py` fails if that changes.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from streamlit.runtime.scriptrunner import script_runner
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext

from explorer.ui.shell.unforeseen import telling

PLACES = 2  # runs that compute at a time
OUTSIDE_AFTER = 1.0  # seconds; whoever takes longer waits for something, and takes no place
KEPT_SESSIONS = 1000  # whose page is remembered
EXECUTE = "exec_func_with_error_handling"  # Streamlit's: runs a page or a fragment, to any end


class Gate:
    """So many at a time. Lines are served in turn; within a line, first come, first served.

    Whoever has been inside for `outside_after` seconds stays, but takes no place any more. So the
    next in line gets in after that time at the latest: nobody inside can lock the others out.
    """

    def __init__(self, places: int = PLACES, outside_after: float = OUTSIDE_AFTER) -> None:
        self.places = places
        self.outside_after = outside_after
        self._lock = threading.Lock()
        # those with somebody in them, the one to be served next first
        self._lines: OrderedDict[Hashable, deque[threading.Condition]] = OrderedDict()
        self._inside: dict[threading.Condition, float] = {}  # since when, in seconds

    @contextmanager
    def place(self, line: Hashable = None) -> Iterator[None]:
        """Wait in a line for a place, and hold it within the `with` block."""
        me = threading.Condition(self._lock)
        with self._lock:
            self._lines.setdefault(line, deque()).append(me)
            try:
                while self._next() is not me or self._free_in() > 0:
                    me.wait(self._free_in() if self._next() is me else None)
                self._inside[me] = time.monotonic()
            finally:
                self._leave(line, me)
                self._call_next()
        try:
            yield
        finally:
            with self._lock:
                del self._inside[me]
                self._call_next()

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return sum(map(len, self._lines.values()))

    def _next(self) -> threading.Condition | None:
        return next((line[0] for line in self._lines.values()), None)

    def _leave(self, line: Hashable, one: threading.Condition) -> None:
        """Take somebody out of a line, which is now served after all others."""
        self._lines[line].remove(one)
        self._lines.move_to_end(line)
        if not self._lines[line]:
            del self._lines[line]

    def _free_in(self) -> float:
        """Return the seconds until a place is free if nobody leaves, 0 if one is."""
        earliest = time.monotonic() - self.outside_after
        taken = sorted(entered for entered in self._inside.values() if entered > earliest)
        return taken[-self.places] - earliest if len(taken) >= self.places else 0.0

    def _call_next(self) -> None:
        called = self._next()
        if called is not None:
            called.notify()  # nobody else: thirty threads that wake up at once are what is avoided


class Lines:
    """Tells of each run in which line it waits.

    A whole class opens a page, or sees that its picture is done, at the same moment. Nobody on
    another page stands behind them, nor does somebody who is at work on that page already.
    """

    def __init__(self) -> None:
        self._pages: OrderedDict[str, str] = OrderedDict()  # of each session, the page it shows
        self._thread = threading.local()  # whether its last run was a poll that found news

    def line(self, context: ScriptRunContext) -> tuple[str, bool]:
        """Return the line of a run that is about to begin: its page, and whether it is at work."""
        page = context.page_script_hash
        if context.fragment_ids_this_run:
            return page, True
        is_shown = self._pages.get(context.session_id) == page
        return page, is_shown and not getattr(self._thread, "found_news", False)

    def ended(self, context: ScriptRunContext, asks_again: bool) -> None:
        """Note how a run ended: by `st.rerun`, or otherwise."""
        is_fragment = bool(context.fragment_ids_this_run)
        self._thread.found_news = asks_again and is_fragment
        if not is_fragment:
            self._pages.pop(context.session_id, None)
            self._pages[context.session_id] = context.page_script_hash
            if len(self._pages) > KEPT_SESSIONS:
                self._pages.popitem(last=False)


def install(gate: Gate, *, after: threading.Thread | None = None) -> None:
    """Have all runs of pages and fragments of this process pass a gate from now on, once.

    The first runs wait until the thread `after` has ended.
    """
    execute: Callable[..., Any] = getattr(script_runner, EXECUTE)
    if hasattr(execute, "gate"):
        return
    lines = Lines()

    @wraps(execute)
    def execute_inside(function: Callable[[], Any], context: ScriptRunContext) -> Any:
        if after is not None:
            after.join()
        with gate.place(lines.line(context)):
            ended = execute(telling(function), context)
        lines.ended(context, asks_again=ended[2] is not None)
        return ended

    execute_inside.gate = gate  # type: ignore[attr-defined]
    setattr(script_runner, EXECUTE, execute_inside)
