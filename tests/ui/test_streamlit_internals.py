"""What we use of Streamlit beyond its documented interface; an upgrade that changes it fails here.

`pyproject.toml` allows the versions for which these tests passed.
"""

from __future__ import annotations

import dataclasses
import tomllib
from importlib.metadata import version
from pathlib import Path

from packaging.requirements import Requirement
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.state.query_params import QueryParams

ROOT = Path(__file__).parents[2]


def test_a_run_knows_whether_the_browser_went_back() -> None:
    """`address.settle` asks it: an address that somebody went back to is not set anew."""
    fields = {one.name: one for one in dataclasses.fields(ScriptRunContext)}
    assert fields["is_history_navigation"].default is False
    assert "is_history_navigation" in ClientState.DESCRIPTOR.fields_by_name


def test_a_parameter_that_a_widget_is_bound_to_can_be_taken_away() -> None:
    """`address.write` takes the method away, say, when another space is chosen."""
    parameters = QueryParams()
    parameters.set_with_no_forward_msg("method", "PCA")
    parameters.bind_widget("method", "widget", "string_value", "script")
    assert parameters.remove_param("method")
    assert "method" not in parameters


def test_a_run_knows_its_session() -> None:
    """`progress.visitor` tells those who wait apart by it."""
    assert "session_id" in {one.name for one in dataclasses.fields(ScriptRunContext)}


def test_the_version_that_runs_is_one_that_is_allowed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    allowed = {one.name: one for one in map(Requirement, project["dependencies"])}["streamlit"]
    assert version("streamlit") in allowed.specifier
    assert "1.68" not in allowed.specifier
