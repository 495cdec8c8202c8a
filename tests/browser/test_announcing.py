"""The scripts that a first picture waits for are announced with the page's HTML."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Request

from explorer.ui.shell.announcing import KINDS, NAMED, SCRIPTS
from tests.browser.conftest import Server

DRAWN = """() => [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
    .some(one => one.shadowRoot?.querySelector('.cloud[data-state=drawn]'))"""
SCRIPT = re.compile(
    r"/((?:static/js|_stcore/bidi-components/embedding-explorer\.pointcloud)/.*\.js)$"
)


@pytest.mark.browser
@pytest.mark.parametrize("name", list(KINDS))
def test_no_script_is_found_late(page: Page, server: Server, name: str) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if found := SCRIPT.search(request.url):
            asked.append(found[1])

    page.goto(server.url)  # from here on the server knows the map
    page.wait_for_function(DRAWN)
    page.on("request", note)
    answer = page.goto(f"{server.url}/{name}")
    assert answer is not None
    announced = set(re.findall(r"<([^>]+)>; rel=modulepreload", answer.header_value("link") or ""))
    page.wait_for_function(DRAWN)
    index = (SCRIPTS.parents[1] / "index.html").read_text(encoding="utf-8")
    assert announced <= set(asked)
    assert set(asked) == announced | {f"static/js/{one}" for one in NAMED.findall(index)}
