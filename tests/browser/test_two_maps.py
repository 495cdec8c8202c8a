"""“Two spaces” in a browser: a point chosen in one map is chosen in the other."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from explorer import EmbeddingSpace, save_space
from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

COMPARING = 300_000  # milliseconds; workers start first, and the machine may be busy


@pytest.mark.timeout(600)
def test_a_point_chosen_in_the_second_map_is_told_with_both_lists(
    page: Page, server: Server, tmp_path: Path
) -> None:
    vectors = np.random.default_rng(0).normal(size=(12, 8))  # few: both maps are PCA
    labels = [f"thing {row}" for row in range(12)]
    found = []
    for name, matrix in (("new", vectors[:, ::-1]), ("old", vectors)):
        file = tmp_path / f"{name}.parquet"
        save_space(EmbeddingSpace(labels, matrix, name=name), file)
        page.goto(f"{server.url}/open")
        page.locator("input[type=file]").set_input_files(file)
        page.get_by_role("button", name="Open this space").click()
        expect(page.get_by_text(f"From {name}.parquet")).to_be_visible()
        page.wait_for_url(re.compile(rf"space={name}"))
        found.append(parse_qs(urlsplit(page.url).query)["space"][0])
    new, old = found
    page.goto(f"{server.url}/two_spaces?space={old}&other_space={new}&question=Who+moved%3F&k=3")
    expect(page.get_by_text(re.compile("kept 3 of its 3 neighbors"))).to_be_visible(
        timeout=COMPARING
    )
    second = page.get_by_role("application").nth(1)
    second.scroll_into_view_if_needed()
    second.focus()
    second.press("Enter")  # chooses the point nearest to the middle
    page.wait_for_url(re.compile(r"item=\d+"))
    chosen = int(parse_qs(urlsplit(page.url).query)["item"][0])
    expect(page.get_by_text(f"thing {chosen} kept 3 of its 3 neighbors")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
