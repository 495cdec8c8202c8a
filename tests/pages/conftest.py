"""Screens without a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
SECONDS = 60

Visit = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def compute_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let long work run in this process: no test of a screen waits for workers to start."""
    monkeypatch.setenv("EXPLORER_WORKERS", "0")


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


def said(screen: AppTest) -> str:
    """Return all text of a screen."""
    kinds = (screen.markdown, screen.caption, screen.info, screen.warning, screen.error)
    return "\n".join(element.value for kind in kinds for element in kind)
