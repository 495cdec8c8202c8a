"""Screens without a browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from explorer.ui.encode.jobs import encodings
from explorer.ui.plans import ahead
from explorer.ui.shell import progress
from explorer.ui.shell.plain import WORD_JOINER

ROOT = Path(__file__).parents[2]
SECONDS = 180  # a limit, not a measure: many tests may share the machine

Visit = Callable[..., AppTest]


@pytest.fixture(scope="session", autouse=True)
def components_are_looked_for_once() -> Iterator[None]:
    """Read the metadata of all installed packages once, and not at each run: most of a run's time.

    A server does so when it starts; Streamlit's tester, whenever a script runs.
    """
    with pytest.MonkeyPatch.context() as patch:
        scan = manifest_scanner.scan_component_manifests
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(scan))
        yield


@pytest.fixture(autouse=True)
def compute_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let long work run in this process: no test of a screen waits for workers to start."""
    monkeypatch.setenv("EXPLORER_WORKERS", "0")


@pytest.fixture(autouse=True)
def nothing_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no lesson start jobs that outlive its test."""
    monkeypatch.setattr(ahead, "begin", lambda plan_id, plan: None)


@pytest.fixture
def visit() -> Visit:
    """Run a screen, given its file and the parameters of its address; return what it shows."""

    def run(file: str, **address: str) -> AppTest:
        screen = AppTest.from_file(str(ROOT / "app.py"), default_timeout=SECONDS)
        for name, value in address.items():
            screen.query_params[name] = value
        if file != "app.py":
            screen.switch_page(file)
        return screen.run()

    return run


def finished(screen: AppTest) -> AppTest:
    """Return a screen as it is when the jobs that it waits for are over."""
    for pool in (progress.jobs(), encodings().jobs):
        for job in list(pool._jobs.values()):
            assert job._over.wait(SECONDS), f"{job.key} did not end: {job.state}"
    return screen.run()


def said(screen: AppTest) -> str:
    """Return all text of a screen, as it reads: without the marks that keep terms unexplained."""
    kinds = (screen.markdown, screen.caption, screen.info, screen.warning, screen.error)
    return "\n".join(element.value for kind in kinds for element in kind).replace(WORD_JOINER, "")


def vectors_told(screen: AppTest) -> int:
    """Return how many vectors the sidebar says that the current space has."""
    told = (re.match(r"\*\*([\d,]+)\*\* vectors", one.value) for one in screen.sidebar.caption)
    (found,) = (match[1] for match in told if match)
    return int(found.replace(",", ""))
