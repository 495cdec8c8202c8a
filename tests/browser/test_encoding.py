"""Encoding in a real browser, on the real workers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from explorer.ui.encode.own_texts import EXAMPLES
from tests.browser.conftest import WORK, Server, stop_button

pytestmark = pytest.mark.browser


def test_ten_sentences_are_pasted_and_an_eleventh_lands_next_to_the_right_one(
    server: Server, page: Page
) -> None:
    page.goto(f"{server.url}/encode")
    page.get_by_label("One text a line").fill(EXAMPLES)
    page.get_by_label("One text a line").press("Control+Enter")
    page.get_by_role("button", name="Encode 10 texts").click()
    expect(page.get_by_text("10 went through the model")).to_be_visible(timeout=WORK)
    page.get_by_role("button", name="See the map").click()
    expect(page.get_by_role("heading", name="Map", exact=True)).to_be_visible()
    expect(page.get_by_text("From texts · encoded by all-MiniLM-L6-v2")).to_be_visible()
    typed = page.get_by_label("Type a sentence and see it land")
    typed.fill("the baker kneads his loaf")
    typed.press("Enter")
    expect(
        page.get_by_text("The nearest point is Bread rises slowly in a warm kitchen.")
    ).to_be_visible(timeout=WORK)
    expect(page).to_have_url(re.compile("typed=the"))


def test_encoding_is_stopped_and_goes_on(server: Server, page: Page, tmp_path: Path) -> None:
    many = tmp_path / "many.txt"
    words = "a house with secrets and a garden " * 8
    many.write_text("".join(f"{number} {words}\n" for number in range(4000)))
    page.goto(f"{server.url}/encode?texts=From+a+file")
    page.locator("input[type=file]").set_input_files(many)
    page.get_by_role("button", name="Encode 4,000 texts").click()
    told = page.get_by_text(re.compile(r"Encoding [1-9][\d,]* of 4,000 texts"))
    expect(told).to_be_visible(timeout=WORK)
    stop_button(page).click()
    expect(page.get_by_text("Finished texts are kept")).to_be_visible()
    page.get_by_role("link", name="Map").click()  # the page stays usable
    expect(page.get_by_role("heading", name="Map", exact=True)).to_be_visible()
    page.get_by_role("link", name="Encode text").click()
    page.get_by_role("button", name="Go on").click()
    expect(told).to_be_visible(timeout=WORK)
    stop_button(page).click()
    expect(page.get_by_text("Finished texts are kept")).to_be_visible()
