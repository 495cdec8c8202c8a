"""A map as a page of its own, opened from a disk without network, with labels that mean harm."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from playwright.sync_api import Page, expect

from explorer import EmbeddingSpace, save_page
from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

HARM = "</script><img src=x onerror=\"window.hacked='yes'\"><script>window.hacked='yes'</script>"


@pytest.fixture
def alone(visitor: Visitor) -> Page:
    """A page of a browser without network, on a dark ground."""
    return visitor(offline=True, color_scheme="dark")


def test_a_page_from_a_disk_is_a_whole_map_and_labels_are_text(alone: Page, tmp_path: Path) -> None:
    space = EmbeddingSpace(
        [HARM, "b", "c", "d", "e", "f"],
        [[0, 0, 1], [2, 0, 1], [4, 1, 1], [1, 3, 1], [3, 3, 1], [0, 4, 1]],
        name=HARM,
        metadata=pa.table({HARM: [HARM, "y"] * 3, "size": [1, 2, 3, 4, 5, 6]}),
    )
    path = save_page(space, "pca", tmp_path / "map.html")
    asked, failed = [], []
    alone.on("request", lambda request: asked.append(request.url))
    alone.on("pageerror", lambda error: failed.append(str(error)))
    alone.goto(path.as_uri())
    alone.locator("main[data-state=complete]").wait_for()
    cloud = alone.locator(".cloud")
    expect(cloud).to_have_attribute("data-points", "6")
    expect(cloud).to_have_class("cloud dark")
    expect(alone.get_by_role("heading", level=1)).to_have_text(HARM)
    place = cloud.evaluate("map => map.pointcloud.placeOf(0)")
    alone.mouse.move(place["x"], place["y"])
    expect(cloud.locator(".tip b")).to_have_text(HARM)
    expect(cloud.locator(".tip dd").first).to_have_text(HARM)
    cloud.locator(".key button").filter(has_text="y").last.click()
    expect(cloud).to_have_attribute("data-hidden", "1")
    alone.get_by_label("Search").fill("onerror")
    expect(cloud).to_have_attribute("data-hits", "1")
    alone.get_by_label("Color by").select_option("size")
    expect(cloud.locator(".key")).to_contain_text("≥ 5.9")
    alone.get_by_text("About this picture").click()
    expect(alone.get_by_text("Not in this page: the vectors")).to_be_visible()
    assert asked == [path.as_uri()]
    assert failed == []
    assert alone.evaluate("window.hacked") is None
    # even where a script or an address came in, the page's policy would refuse both
    refused = alone.evaluate("""async () => {
        const script = document.createElement('script');
        script.textContent = 'window.hacked = 1';
        document.body.append(script);
        const reached = await fetch('data:,x').then(() => true, () => false);
        return [window.hacked ?? null, reached];
    }""")
    assert refused == [None, False]
