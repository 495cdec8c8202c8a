"""Pictures and text, and Encode pictures, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import WORK, Server

pytestmark = pytest.mark.browser


def test_find_pictures_train_and_open_both_kinds_on_the_map(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/pictures_and_text")
    expect(page.get_by_text("the ten nearest pictures")).to_be_visible(timeout=WORK)

    page.get_by_text("Watch the clouds meet", exact=True).click()
    page.get_by_role("button", name="Train Small CLIP").click()
    expect(page.get_by_text("after epoch 30")).to_be_visible(timeout=WORK)

    page.get_by_text("Ask both ways", exact=True).click()
    page.get_by_role("button", name="Open both kinds on the Map").click()
    page.wait_for_url("**/map?*Emoji*")
    expect(page.get_by_text("3,812", exact=True)).to_be_visible(timeout=WORK)


def test_dropped_pictures_become_a_space_and_a_broken_one_is_told(
    server: Server, page: Page, tmp_path: Path
) -> None:
    for name in ("red", "green", "blue"):
        Image.new("RGB", (40, 30), name).save(tmp_path / f"{name}.png")
    (tmp_path / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n torn")
    page.goto(f"{server.url}/encode_pictures")
    page.locator("input[type=file]").set_input_files(sorted(map(str, tmp_path.glob("*.png"))))
    page.get_by_role("button", name="Encode 4 pictures").click()
    expect(page.get_by_text("could not be opened")).to_be_visible(timeout=WORK)
    expect(page.get_by_text("torn.png is not a picture that can be opened")).to_be_visible()
    page.get_by_role("button", name="See the map").click()
    page.wait_for_url("**/map?*")
