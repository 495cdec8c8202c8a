"""Pictures that grow, are stopped, kept and measured, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WORK, Server, stop_button

pytestmark = pytest.mark.browser


def test_a_frame_can_be_kept_and_finished_later(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/map?space=words&method=t-SNE")
    keep = page.get_by_role("button", name="Keep this frame")
    expect(keep).to_be_enabled(timeout=WORK)
    keep.click()
    expect(page.get_by_text("kept by you")).to_be_visible()
    page.get_by_role("button", name="Finish it").click()
    expect(page.get_by_text("is on its way")).to_be_visible()
    stop_button(page).click()
    expect(page.get_by_text("t-SNE was stopped")).to_be_visible()
