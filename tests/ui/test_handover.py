"""A run begins when the former one of its session has handed on all that it drew."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.runtime.app_session import AppSession, AppSessionState

from explorer.ui.shell import handover


class Loop:
    """An event loop whose time stands still until it is told to go on."""

    def __init__(self) -> None:
        self.later: list[Callable[[], None]] = []

    def call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        assert seconds > 0
        self.later.append(callback)

    def go_on(self) -> None:
        waiting, self.later = self.later, []
        for callback in waiting:
            callback()


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A session whose former runner refuses a run; `begun` has what was begun."""
    begun: list[Any] = []
    monkeypatch.setattr(AppSession, handover.BEGIN, lambda _, data: begun.append(data))
    handover.install()
    former = SimpleNamespace(request_rerun=lambda _: False)
    state = AppSessionState.APP_IS_RUNNING
    return SimpleNamespace(_scriptrunner=former, _event_loop=Loop(), _state=state, begun=begun)


def begin(session: Any, data: str) -> None:
    getattr(AppSession, handover.BEGIN)(session, data)


def test_it_begins_when_the_former_one_has_handed_on_everything(session: SimpleNamespace) -> None:
    begin(session, "poll")
    session._event_loop.go_on()
    assert session.begun == []
    session._scriptrunner = None
    session._event_loop.go_on()
    assert session.begun == ["poll"]
    begin(session, "tap")
    assert session.begun == ["poll", "tap"]  # at once


def test_a_runner_that_came_meanwhile_takes_it_over(session: SimpleNamespace) -> None:
    taken: list[str] = []
    begin(session, "poll")
    session._scriptrunner = SimpleNamespace(request_rerun=lambda data: taken.append(data) or True)
    session._event_loop.go_on()
    assert (taken, session.begun, session._event_loop.later) == (["poll"], [], [])


def test_nothing_begins_for_somebody_who_left(session: SimpleNamespace) -> None:
    begin(session, "poll")
    session._state, session._scriptrunner = AppSessionState.SHUTDOWN_REQUESTED, None
    session._event_loop.go_on()
    assert (session.begun, session._event_loop.later) == ([], [])


def test_a_runner_that_never_ends_is_not_waited_for_for_ever(session: SimpleNamespace) -> None:
    begin(session, "poll")
    for _ in range(int(handover.PATIENCE / handover.LOOK_EVERY) + 2):
        session._event_loop.go_on()
    assert session.begun == ["poll"]
