"""Facts learned, asked and opened on the Map, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WORK, Server

pytestmark = pytest.mark.browser

PLOT = "document.querySelector('.js-plotly-plot')"
ARROWS = f"{PLOT}?.layout.annotations?.filter(one => one.showarrow && !one.text).length"


def test_train_ask_for_the_capital_and_who_borders_then_open_the_map(
    server: Server, page: Page
) -> None:
    page.goto(f"{server.url}/facts")
    page.get_by_role("button", name="Train TransE").click()
    expect(page.get_by_text("held out to choose by")).to_be_visible(timeout=WORK)
    page.wait_for_function(f"{ARROWS} === 12")

    page.get_by_text("Ask it", exact=True).click()
    expect(page.get_by_text("(France, capital, ?)")).to_be_visible()
    page.wait_for_function(f"{ARROWS} === 1")
    drawn = f"{PLOT}.data.flatMap(trace => trace.hovertext)"
    assert {"France", "Paris"} <= {
        one.removesuffix("</b>").removeprefix("<b>") for one in page.evaluate(drawn)
    }

    page.get_by_text("? · borders · France").click()
    expect(page.get_by_text("(?, borders, France)")).to_be_visible()
    page.wait_for_function(f"{PLOT}.data.some(trace => trace.name === 'held out')")

    page.get_by_text("How good is it?", exact=True).click()
    expect(page.get_by_text("Memorized, never predicted")).to_be_visible()

    page.get_by_text("Watch it train", exact=True).click()
    page.get_by_role("button", name="Open the entities on the Map").click()
    page.wait_for_url("**/map?*Countries*")
    main = page.get_by_test_id("stMainBlockContainer")
    expect(main.get_by_text("846", exact=True)).to_be_visible()
