"""A workspace in a browser: saved, the server stopped, opened on another: the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import running_server
from tests.browser.test_filter import BAR, condition_in, write

pytestmark = pytest.mark.browser

OWN = {"space", "workspace"}  # of each server


def drop_and_open(page: Page, url: str, file: Path, button: str) -> None:
    """Open a file on the page for that, and wait for the Map."""
    page.goto(f"{url}/open")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name=button).click()
    page.wait_for_url(re.compile("/map"))
    expect(page.locator(".cloud")).to_have_attribute("data-points", "60")


def state_of(page: Page) -> dict[str, Any]:
    """Return what is seen of the Map, and what its address holds."""
    query = parse_qs(urlsplit(page.url).query)
    return {
        "address": {name: values for name, values in query.items() if name not in OWN},
        "filtered": page.locator(BAR).get_by_text(" of 60").inner_text(),
        "named": page.locator(".cloud").get_attribute("data-selected"),
        "sets": sets_of(page),
    }


def sets_of(page: Page) -> list[str]:
    """Return what is listed under Sets."""
    page.get_by_role("button", name=re.compile("Sets 2")).click()
    lines = page.get_by_role("button", name=re.compile(r"(cheap|doubtful) · \d+"))
    expect(lines).to_have_count(2)
    texts = lines.all_inner_texts()
    page.keyboard.press("Escape")
    return texts


def test_a_workspace_is_the_same_on_another_server(page: Page, tmp_path: Path) -> None:
    lines = ["name,sku,price,added,vector"]
    for row in range(60):
        day = f"2024-01-{row % 28 + 1:02}"
        lines.append(f'thing {row},S{row},{row},{day},"[{row % 7}.5, {row % 9}, {row % 5}]"')
    file, saved = tmp_path / "things.csv", tmp_path / "things.workspace.zip"
    file.write_text("\n".join(lines))
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()

    with running_server(folders[0], EXPLORER_WORKERS="0") as server:
        drop_and_open(page, server.url, file, "Open this space")
        write(page, "price < 20 AND added >= '2024-01-10'")
        page.keyboard.press("Escape")
        expect(page.locator(BAR).get_by_text("11 of 60")).to_be_visible()
        for name, button in (("cheap", "Save as a set"), ("doubtful", "Tag with it")):
            page.get_by_role("button", name="Keep", exact=False).click()
            page.get_by_role("textbox", name="Name of the set or tag").fill(name)
            page.get_by_role("button", name=button).click()
            expect(page.get_by_text(f"“{name}”").first).to_be_visible()
            page.keyboard.press("Escape")
        page.get_by_role("button", name="Take home").click()
        # before the filter all 60 were offered first, in a popover that was still closed
        expect(page.get_by_role("combobox", name="Rows")).to_have_value("11 filtered points")
        expect(page.get_by_role("button", name="Download 11 rows")).to_be_visible()
        page.get_by_role("tab", name="Workspace").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Save workspace").click()
        download.value.save_as(saved)
        page.keyboard.press("Escape")
        before = state_of(page)

    with running_server(folders[1], EXPLORER_WORKERS="0") as server:
        drop_and_open(page, server.url, saved, "Open this workspace")
        expect(page.locator(BAR).get_by_text("11 of 60")).to_be_visible()
        assert state_of(page) == before
        assert condition_in(page) == "price < 20 AND added >= '2024-01-10'"
