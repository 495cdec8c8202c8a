"""“Search at scale” in a browser: the walk step by step, and the neighbors that it misses."""

from __future__ import annotations

from urllib.parse import quote

from playwright.sync_api import Page, expect

from explorer.ui.search.view import STEPS
from tests.browser.conftest import Server

INSIDE = list(STEPS)[1]


def test_the_walk_goes_step_by_step_and_the_missed_neighbors_are_marked(
    page: Page, server: Server
) -> None:
    page.goto(f"{server.url}/search?search_step={quote(INSIDE)}&search_word=king")
    step = page.get_by_role("slider", name="Step of the walk")
    expect(step).to_be_visible()
    last = int(step.get_attribute("aria-valuemax") or 0) + 1
    expect(page.get_by_text(f"Step {last} of {last}, on the ground")).to_be_visible()
    found = page.get_by_test_id("stMetricValue").first
    missed = 10 - int(found.inner_text().split()[0])
    marks = page.locator(".js-plotly-plot path.point")
    expect(page.locator(".js-plotly-plot .legendtext").filter(has_text="found")).to_have_count(1)
    expect(page.locator(".js-plotly-plot .legendtext").filter(has_text="missed")).to_have_count(
        bool(missed)
    )
    drawn = marks.count()
    step.press("ArrowLeft")
    expect(page.get_by_text(f"Step {last - 1} of {last}")).to_be_visible()
    expect(marks).not_to_have_count(drawn)  # nobody knows yet what is missed
    expect(page.locator(".js-plotly-plot .legendtext").filter(has_text="missed")).to_have_count(0)


def test_a_wider_search_misses_less(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/search?search_step={quote(INSIDE)}&search_index=IVF&search_word=king")
    knob = page.get_by_role("slider", name="nprobe, cells visited")
    expect(knob).to_be_visible()
    knob.press("End")
    expect(page.get_by_text("10 of 10")).to_be_visible()
    expect(page.locator(".js-plotly-plot .legendtext").filter(has_text="missed")).to_have_count(0)
