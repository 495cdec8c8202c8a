"""The gate before the runs of pages: how many are inside, who is next, nobody is locked out.

`HOUR` takes the rule of `outside_after` away, so that only what a test is about lets anybody in.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

from explorer.ui.shell.gate import EXECUTE, Gate, Lines, install

HOUR = 3600.0
PATIENCE = 30.0  # seconds, for what happens at once unless it never happens


class Run:
    """A thread that passes a gate, notes its name inside, and stays until it is let go."""

    def __init__(self, gate: Gate, name: str, entered: list[str], line: str = "") -> None:
        self.is_inside, self._let_go = threading.Event(), threading.Event()

        def run() -> None:
            with gate.place(line):
                entered.append(name)
                self.is_inside.set()
                self._let_go.wait(PATIENCE)

        before = gate.waiting
        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        until(lambda: self.is_inside.is_set() or gate.waiting > before)

    def leave(self) -> None:
        self._let_go.set()
        self._thread.join(PATIENCE)


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds that other threads change."""
    given_up = threading.Event()
    timer = threading.Timer(PATIENCE, given_up.set)
    timer.start()
    while not holds():
        assert not given_up.is_set()
        given_up.wait(0.001)
    timer.cancel()


def is_free(gate: Gate) -> bool:
    """Return whether as many get in as there are places, and nobody waits."""
    probes = [Run(gate, "probe", []) for _ in range(gate.places)]
    entered = all(one.is_inside.is_set() for one in probes)
    for one in probes:
        one.leave()
    return entered and gate.waiting == 0


def test_only_as_many_are_inside_as_there_are_places_and_the_first_to_come_is_next() -> None:
    gate, entered = Gate(2, HOUR), []
    runs = {name: Run(gate, name, entered) for name in "abcde"}
    assert entered == ["a", "b"]
    for place, leaves in enumerate("bacde"):
        runs[leaves].leave()
        until(lambda place=place: len(entered) == min(5, place + 3))
    assert entered == list("abcde")
    assert is_free(gate)


def test_lines_are_served_in_turn() -> None:
    gate, entered = Gate(1, HOUR), []
    waiting = [Run(gate, "inside", entered, "map")]
    waiting += [Run(gate, f"map {n}", entered, "map") for n in range(4)]
    waiting += [Run(gate, f"axes {n}", entered, "axes") for n in range(2)]
    waiting += [Run(gate, "check", entered, "check")]
    while waiting:
        until(lambda: any(one.is_inside.is_set() for one in waiting))
        inside = next(one for one in waiting if one.is_inside.is_set())
        inside.leave()
        waiting.remove(inside)
    order = ["map 0", "axes 0", "check", "map 1", "axes 1", "map 2", "map 3"]
    assert entered == ["inside", *order]


def test_a_run_that_waits_for_something_gives_its_place_to_the_others_after_a_while() -> None:
    gate, entered = Gate(1, 0.05), []
    job, upload = Run(gate, "job", entered), Run(gate, "upload", entered)
    page = Run(gate, "page", entered)
    for one in (job, upload, page):
        until(one.is_inside.is_set)  # though none of those before it has left
    for one in (page, job, upload):
        one.leave()
    gate.outside_after = HOUR
    assert is_free(gate)


def test_a_run_that_needs_another_one_does_not_lock_it_out() -> None:
    gate = Gate(1, 0.05)
    filled = threading.Event()  # a value that another visitor's run computes

    def fill() -> None:
        with gate.place():
            filled.set()

    with gate.place():
        threading.Thread(target=fill, daemon=True).start()
        assert filled.wait(PATIENCE)


def put_up(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a gate around Streamlit's own function, whatever gate stands there already."""
    now = getattr(script_runner, EXECUTE)
    monkeypatch.setattr(script_runner, EXECUTE, getattr(now, "__wrapped__", now))
    install(gate)


@pytest.mark.parametrize(
    "ends",
    [
        "st.stop()",
        "raise RuntimeError('of the page')",
        "st.session_state['n'] = st.session_state.get('n', 0) + 1\n"
        "if st.session_state['n'] < 4: st.rerun()",
    ],
)
def test_a_run_gives_its_place_back_however_it_ends(
    ends: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(1, HOUR)
    put_up(gate, monkeypatch)
    page = AppTest.from_string(f"import streamlit as st\nst.text('shown')\n{ends}\n").run()
    assert page.text[0].value == "shown"
    assert is_free(gate)


def test_a_visitor_who_leaves_while_waiting_is_not_run_and_gives_the_place_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = Gate(1, HOUR)
    runners: list[LocalScriptRunner] = []
    begin = LocalScriptRunner.start
    monkeypatch.setattr(
        LocalScriptRunner, "start", lambda self: (runners.append(self), begin(self))
    )
    page = AppTest.from_string(
        "import streamlit as st\nst.text('shown')\nst.session_state['ran'] = True\n"
    )
    put_up(gate, monkeypatch)
    with gate.place():
        visit = threading.Thread(target=page.run, kwargs={"timeout": PATIENCE})
        visit.start()
        until(lambda: gate.waiting == 1)
        runners[0].request_stop()
    visit.join(PATIENCE)
    assert "ran" not in page.session_state
    assert is_free(gate)


def test_a_gate_is_installed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    put_up(Gate(), monkeypatch)
    execute = getattr(script_runner, EXECUTE)
    install(Gate())
    assert getattr(script_runner, EXECUTE) is execute


def test_the_first_runs_wait_until_the_server_has_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, order = threading.Event(), []

    def prepare() -> None:
        go_on.wait(PATIENCE)
        order.append("prepared")

    preparing = threading.Thread(target=prepare)
    monkeypatch.setattr(script_runner, EXECUTE, lambda function, context: (function(), None, None))
    install(Gate(), after=preparing)
    preparing.start()
    context = SimpleNamespace(session_id="", page_script_hash="", fragment_ids_this_run=None)
    execute = getattr(script_runner, EXECUTE)
    run = threading.Thread(target=execute, args=(lambda: order.append("page"), context))
    run.start()
    go_on.set()
    run.join(PATIENCE)
    assert order == ["prepared", "page"]


def test_each_page_has_a_line_for_those_at_work_and_one_for_a_class_that_comes_at_once() -> None:
    lines = Lines()

    def run(
        page: str, fragments: list[str] | None = None, *, again: bool = False
    ) -> tuple[str, bool]:
        context: Any = SimpleNamespace(
            session_id="visitor", page_script_hash=page, fragment_ids_this_run=fragments
        )
        line = lines.line(context)
        lines.ended(context, asks_again=again)
        return line

    at_work, opening = ("map", True), ("map", False)
    assert run("map") == opening
    assert run("map", again=True) == at_work
    assert run("map") == at_work  # by a button's st.rerun
    assert run("map", ["progress"]) == at_work
    assert run("map", ["progress"], again=True) == at_work
    assert run("map") == opening  # the picture that all waited for is there
    assert run("map") == at_work
    assert run("axes") == ("axes", False)


def test_the_place_is_free_even_if_streamlits_function_itself_raises(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = Gate(1, HOUR)

    def raises(func: Callable[[], Any], ctx: Any) -> Any:
        raise SystemExit

    monkeypatch.setattr(script_runner, EXECUTE, raises)
    install(gate)
    context = SimpleNamespace(session_id="", page_script_hash="", fragment_ids_this_run=None)
    with pytest.raises(SystemExit):
        getattr(script_runner, EXECUTE)(lambda: None, context)
    assert is_free(gate)
