"""The scripts that a first picture waits for are announced with the page's HTML."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Request

from explorer.ui.shell.announcing import KINDS, MAP
from tests.browser.conftest import Server

DRAWN = """() => [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
    .some(one => one.shadowRoot?.querySelector('.cloud[data-state=drawn]'))"""
SCRIPT = re.compile(
    r"/((?:static/js|_stcore/bidi-components/embedding-explorer\.pointcloud)/.*\.js)$"
)


@pytest.mark.browser
@pytest.mark.parametrize("name", list(KINDS))
def test_what_is_announced_comes_before_the_pages_first_message(
    page: Page, server: Server, name: str
) -> None:
    asked: set[str] = set()
    early: list[set[str]] = []

    def note(request: Request) -> None:
        if found := SCRIPT.search(request.url):
            asked.add(found[1])

    page.goto(f"{server.url}/lessons")
    page.get_by_role("heading", name="Lessons").wait_for()  # the server is prepared
    page.on("request", note)
    page.on("websocket", lambda _: early.append(set(asked)))
    answer = page.goto(f"{server.url}/{name}")
    assert answer is not None
    announced = set(re.findall(r"<([^>]+)>; rel=modulepreload", answer.header_value("link") or ""))
    page.wait_for_function(DRAWN)
    assert set(MAP) < announced <= early[0]
    late = {one.partition("/js/")[2].partition(".")[0] for one in asked - early[0]}
    assert late.isdisjoint(KINDS[name])
