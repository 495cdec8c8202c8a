"""The sidebar's links: plain ones, which keep the session, the space and the filter."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server

pytestmark = pytest.mark.browser


def test_links_keep_session_space_and_filter_and_mark_the_page(server: Server, page: Page) -> None:
    sockets: list[str] = []
    page.on("websocket", lambda one: sockets.append(one.url))
    page.goto(f"{server.url}/map?space=books&method=PCA&filter=year+%3E+1800&among=true")
    links = page.get_by_role("navigation", name="Pages")
    here = links.locator("[aria-current=page]")
    for name, path in (("Analogies", "analogies"), ("Map", "map"), ("Start", "")):
        links.get_by_role("link", name=name, exact=True).click()
        expect(here).to_have_accessible_name(name)
        expect(page).to_have_url(re.compile(rf"/{path}\?.*filter=year"))
    page.go_back()
    expect(here).to_have_accessible_name("Map")
    assert len(sockets) == 1  # no visit anew
