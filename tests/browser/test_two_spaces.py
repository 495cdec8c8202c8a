"""Two spaces in a browser: what is selected, pointed at or filtered in one map is in the other."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from explorer import EmbeddingSpace, save_space
from tests.browser.conftest import WORK, Server
from tests.browser.test_pointcloud import drag, place_of

pytestmark = pytest.mark.browser

N = 14  # so few are drawn by PCA, which stands still


def opened(page: Page, server: Server, tmp_path: Path) -> list[str]:
    """Open two spaces of the same items, the second in other order, turned; return their ids."""
    random = np.random.default_rng(0)
    vectors = random.normal(size=(N, 5)).astype(np.float32)
    labels = [f"item {row}" for row in range(N)]
    found = []
    for name, order in (("old", np.arange(N)), ("new", random.permutation(N))):
        path = tmp_path / f"{name}.parquet"
        columns = slice(None, None, -1) if name == "new" else slice(None)
        save_space(EmbeddingSpace([labels[row] for row in order], vectors[order][:, columns]), path)
        page.goto(f"{server.url}/open")
        page.locator("input[type=file]").set_input_files(path)
        page.get_by_role("button", name="Open this space").click()
        page.wait_for_url(re.compile(f"space={name}"))
        found.append(parse_qs(urlsplit(page.url).query)["space"][0])
    return found


def test_click_pointer_box_and_filter_of_one_map_are_in_the_other(
    server: Server, page: Page, tmp_path: Path
) -> None:
    old, new = opened(page, server, tmp_path)
    step = quote("Who moved?")
    page.set_viewport_size({"width": 1280, "height": 1300})
    page.goto(f"{server.url}/two_spaces?space={old}&other_space={new}&two_spaces_step={step}")
    maps = page.locator(".cloud")
    expect(maps).to_have_count(2, timeout=WORK)  # workers start, and compare
    left, right = maps.nth(0), maps.nth(1)
    for one in (left, right):
        expect(one).to_have_attribute("data-state", "drawn")
    expect(page.get_by_text("the second is turned to lie on the first")).to_be_visible()
    page.mouse.click(*place_of(right, 7))
    for one in (left, right):
        expect(one).to_have_attribute("data-selected", "item 7")
    expect(page).to_have_url(re.compile("item=7"))
    page.mouse.move(*place_of(left, 3))
    expect(right).to_have_attribute("data-echo", "3")
    expect(right.locator(".tip")).to_have_text("item 3")
    page.mouse.move(5, 5)
    expect(right).to_have_attribute("data-echo", "")

    right.get_by_role("button", name="Select with a box").click()
    box = right.locator(".stage").bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2
    drag(page, [(box["x"] + 4, box["y"] + 4), (middle, box["y"] + box["height"] - 8)])
    expect(left).not_to_have_attribute("data-hits", "0")
    taken = int(left.get_attribute("data-hits") or 0)
    assert 1 < taken < N
    expect(right).to_have_attribute("data-hits", str(taken))
    page.get_by_role("button", name=f"Filter to these {taken} items").click()
    for one in (left, right):
        expect(one).to_have_attribute("data-outside", str(N - taken))
    page.get_by_text("One over the other", exact=True).click()
    expect(maps).to_have_count(1)
    expect(maps).to_have_attribute("data-points", str(2 * N))
    expect(maps).to_have_attribute("data-outside", str(2 * (N - taken)))
