"""Clicks that a run has not read yet are answered in their order."""

from __future__ import annotations

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner_utils import script_requests
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests

from explorer.ui.shell import clicks


def pressed(button: str) -> RerunData:
    """Return the request of a browser in which a button was pressed."""
    states = [WidgetState(id="text", string_value=button), WidgetState(id=button)]
    states[1].trigger_value = True
    return RerunData(widget_states=WidgetStates(widgets=states))


def test_of_two_buttons_the_one_pressed_first_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script_requests, clicks.JOIN, getattr(script_requests, clicks.JOIN))
    clicks.install()
    requests = ScriptRequests()
    for button in ("none", "all but one", "half"):
        requests.request_rerun(pressed(button))
    request = requests.on_scriptrunner_ready()
    assert request is not None
    states = request.rerun_data.widget_states
    assert states is not None
    assert [one.id for one in states.widgets if one.trigger_value] == [
        "none",
        "all but one",
        "half",
    ]
    assert [one.string_value for one in states.widgets if one.id == "text"] == ["half"]
