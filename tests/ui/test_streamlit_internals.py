"""What we use of Streamlit beyond its documented interface; an upgrade that changes it fails here.

`pyproject.toml` allows the versions for which these tests passed.
"""

from __future__ import annotations

import dataclasses
import inspect
import runpy
import tomllib
from importlib.metadata import version
from pathlib import Path

import streamlit as st
from packaging.requirements import Requirement
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import exec_code, script_runner
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.state.query_params import QueryParams
from streamlit.web.server.app_discovery import discover_asgi_app

from explorer.ui.shell import gate, handover

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


def test_a_run_begins_by_one_method_where_the_former_runner_refuses_it() -> None:
    """`handover.install` wraps it, and asks the session for its runner, its state and its loop."""
    handle = AppSession.request_rerun.__code__
    assert {handover.BEGIN, "_scriptrunner", "request_rerun"} <= set(handle.co_names)
    drop = AppSession._handle_scriptrunner_event_on_event_loop.__code__
    assert "Ignoring event from non-current ScriptRunner: %s" in drop.co_consts  # what it is for
    assert {"_state", "_event_loop", "_scriptrunner"} <= set(AppSession.__init__.__code__.co_names)


def test_a_run_is_executed_by_one_function_which_returns_whatever_happens() -> None:
    """`gate.install` wraps it: it is looked up in its module anew at each run."""
    execute = exec_code.exec_func_with_error_handling
    assert list(inspect.signature(execute).parameters) == ["func", "ctx"]
    run = script_runner.ScriptRunner._run_script.__code__
    assert gate.EXECUTE == execute.__name__ in run.co_names
    assert script_runner.exec_func_with_error_handling in (execute, gated())


def gated() -> object:
    """Return what stands in the function's place where a page was opened before."""
    found = script_runner.exec_func_with_error_handling
    return found if hasattr(found, "gate") else None


def test_a_run_knows_its_page_and_whether_it_is_of_a_fragment() -> None:
    """`gate.Lines` asks for both."""
    assert isinstance(ScriptRunContext.page_script_hash, property)
    assert "fragment_ids_this_run" in {one.name for one in dataclasses.fields(ScriptRunContext)}


def test_streamlit_run_finds_what_it_serves_in_the_file_that_is_the_first_screen() -> None:
    """Imported, `app.py` makes the server's app; run as a script, it draws the first screen."""
    found = discover_asgi_app(ROOT / "app.py")
    assert (found.app_name, found.import_string) == ("app", "app:app")
    app = runpy.run_path(str(ROOT / "app.py"), run_name="app")["app"]
    assert isinstance(app, st.App)
    assert app.script_path == ROOT / "app.py"


def test_the_version_that_runs_is_one_that_is_allowed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    allowed = {one.name: one for one in map(Requirement, project["dependencies"])}["streamlit"]
    assert version("streamlit") in allowed.specifier
    assert "1.68" not in allowed.specifier
