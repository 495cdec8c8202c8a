"""No screen is lost between two runs of a page.

A fragment that asks again each second may ask while the run before it has just ended and what that
run drew is not handed on yet. Streamlit then begins a new run at once and drops what the former one
drew: one in 400 taps in a room of forty was counted and never shown. `install` wraps the
one method that begins a run, which now waits until the former run has handed on everything;
`tests/ui/test_streamlit_internals.py` fails if that method changes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from streamlit.runtime.app_session import AppSession, AppSessionState

BEGIN = "_create_scriptrunner"  # Streamlit's: begins a run with the data that the browser sent
LOOK_EVERY = 0.005  # seconds
PATIENCE = 2.0  # seconds, after which a run begins as it did without this


def install() -> None:
    """Have all sessions of this process wait so from now on, once."""
    begin: Callable[[AppSession, Any], None] = getattr(AppSession, BEGIN)
    if hasattr(begin, "waits"):
        return

    @wraps(begin)
    def begin_after(session: AppSession, data: Any, left: float = PATIENCE) -> None:
        former = session._scriptrunner
        if former is None or left <= 0:  # a runner that has handed on everything is None
            begin(session, data)
            return

        def again() -> None:
            if session._state is AppSessionState.SHUTDOWN_REQUESTED:
                return  # the visitor has left
            now = session._scriptrunner
            if now is not None and now is not former and now.request_rerun(data):
                return
            begin_after(session, data, left - LOOK_EVERY)

        session._event_loop.call_later(LOOK_EVERY, again)

    begin_after.waits = True  # type: ignore[attr-defined]
    setattr(AppSession, BEGIN, begin_after)
