"""Molecules learned, asked and opened on the Map, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WORK, Server

pytestmark = pytest.mark.browser

LOADED = "[...document.querySelectorAll('img[alt^=\"Structure of\"]')].filter(i => i.naturalWidth)"


def test_train_ask_for_phenol_and_a_new_molecule_then_open_the_map(
    server: Server, page: Page
) -> None:
    page.goto(f"{server.url}/molecules")
    page.get_by_role("button", name="Train the network").click()
    expect(page.get_by_text("held out to choose by")).to_be_visible(timeout=WORK)

    page.get_by_text("Ask it", exact=True).click()
    expect(page.get_by_text("Measured: 0.00")).to_be_visible()
    page.wait_for_function(f"{LOADED}.length === 11")  # itself, and five near it in two spaces

    page.get_by_text("vitamin C (new)").click()
    expect(page.get_by_text("nothing measured is known here")).to_be_visible()

    page.get_by_text("How good is it?", exact=True).click()
    expect(page.get_by_text("The band is the interval")).to_be_visible()

    page.get_by_text("The lesson", exact=True).click()
    expect(page.get_by_text("What is an embedding of a molecule for?")).to_be_visible()
    page.wait_for_function(f"{LOADED}.length >= 2")

    page.get_by_text("Watch it train", exact=True).click()
    page.get_by_role("button", name="Learned", exact=True).click()
    page.wait_for_url("**/map?*")
    expect(page.get_by_text("1,274", exact=True)).to_be_visible()
