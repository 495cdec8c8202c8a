"""Tastes learned, your point seen to land, and opened on the Map, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WORK, Server

pytestmark = pytest.mark.browser

PLOT = "document.querySelector('.js-plotly-plot')"
STAR = f"{PLOT}?.data.find(trace => trace.marker?.symbol === 'star')"


def test_train_choose_what_you_like_and_see_your_point_land_then_open_the_map(
    server: Server, page: Page
) -> None:
    page.goto(f"{server.url}/tastes")
    expect(page.get_by_text("held out to choose by")).to_be_visible(timeout=WORK)

    page.get_by_text("Ask it", exact=True).click()
    expect(page.get_by_text("You stand among your nearest")).to_be_visible(timeout=WORK)
    page.wait_for_function(STAR)
    first = page.evaluate(f"{STAR}.x[0]")
    page.get_by_text("Curry house", exact=True).click()
    page.wait_for_function(f"{STAR} && {STAR}.x[0] !== {first}")

    box = page.get_by_role("combobox").last
    box.fill("coconut mi")
    page.get_by_role("option", name="coconut milk").click()
    page.wait_for_url("**likes=*coconut*")

    page.get_by_text("How good is it?", exact=True).click()
    names = f"{PLOT}?.data[0].y"
    page.wait_for_function(f"Array.isArray({names}) && {names}.includes('EASE')", timeout=WORK)

    page.get_by_text("Watch it train", exact=True).click()
    page.get_by_role("button", name="Open the dishes on the Map").click()
    page.wait_for_url("**/map?*")
    expect(page.get_by_text("1,131", exact=True).first).to_be_visible()
