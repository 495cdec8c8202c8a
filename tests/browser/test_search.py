"""“Search at scale” in a browser: the walk step by step, and the neighbors that it misses."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from explorer.ui.search.view import STEPS
from tests.browser.conftest import WORK, Server

pytestmark = pytest.mark.browser

INSIDE = quote(list(STEPS)[1])
PLOT = "document.querySelector('.js-plotly-plot')"
TRACES = f"{PLOT}.data.map(trace => trace.name)"


def found(page: Page) -> int:
    """How many of the ten true neighbors the page says were found."""
    told = page.get_by_test_id("stMain").get_by_test_id("stMetricValue").first.inner_text()
    return int(told.split()[0])


def test_the_walk_goes_step_by_step_and_the_missed_neighbors_are_marked(
    page: Page, server: Server
) -> None:
    page.goto(f"{server.url}/search?search_step={INSIDE}&search_word=king")
    told = page.get_by_text(re.compile(r"Step \d+ of \d+, on the ground"))
    expect(told).to_be_visible(timeout=WORK)
    last = int(told.inner_text().split()[3].rstrip(","))
    page.wait_for_function(f"{PLOT}?.data.some(trace => trace.name === 'found')")
    assert ("missed" in page.evaluate(TRACES)) == (found(page) < 10)

    page.get_by_role("slider").nth(1).press("ArrowLeft")
    expect(page.get_by_text(f"Step {last - 1} of {last}")).to_be_visible()
    page.wait_for_function(f"{PLOT}.data.some(trace => trace.name === 'true neighbor')")
    assert not {"found", "missed"} & set(page.evaluate(TRACES))  # nobody knows yet


def test_a_wider_search_misses_less(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/search?search_step={INSIDE}&search_index=IVF&search_word=king")
    expect(page.get_by_text("mean place of a cell")).to_be_visible(timeout=WORK)
    page.wait_for_function(f"{PLOT}?.data.some(trace => trace.name === 'missed')")
    assert found(page) < 10
    page.get_by_role("slider").first.press("End")
    expect(page.get_by_text("10 of 10")).to_be_visible()
    page.wait_for_function(f"!{PLOT}.data.some(trace => trace.name === 'missed')")
