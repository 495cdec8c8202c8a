"""A window of 1280 pixels at 150 % browser zoom, which is 853 wide."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

PAGES = {  # a page, and what stands there when it is drawn
    "map?space=books&method=PCA": "are still near it",
    "lessons": "The hidden word",
    "one_hot?space=words": "same sign as",
}
CUT = """() => [...document.querySelectorAll(
    "[data-testid=stMain] [role=radiogroup], [data-testid=stMain] :is(button, a) p")]
    .filter((one) => one.clientWidth && one.scrollWidth > one.clientWidth + 1)
    .map((one) => one.innerText)"""


@pytest.mark.parametrize(("address", "told"), PAGES.items())
def test_no_choice_and_no_button_is_cut_at_150_percent_zoom(
    server: Server, page: Page, address: str, told: str
) -> None:
    page.set_viewport_size({"width": 853, "height": 480})
    page.goto(f"{server.url}/{address}")
    expect(page.get_by_test_id("stMain").get_by_text(told).first).to_be_attached()
    page.wait_for_function(f"() => !({CUT})().length")
