"""Pictures on the map, on hover, beside neighbors and in tables, in a real browser."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from explorer import EmbeddingSpace, save_space
from explorer.pictures.column import with_pictures
from explorer.pictures.decode import shrunk
from tests.browser.conftest import Server, opened_space

pytestmark = pytest.mark.browser

N = 60
COLORS = ("red", "lime", "blue")
DRAWN = ".cloud[data-state=drawn]"


def pictured_file(folder: Path) -> Path:
    """A file of points that spell a color; the last one has no picture."""
    rng = np.random.default_rng(0)
    codes = np.arange(N) % 3
    vectors = np.eye(3)[codes] * 4 + rng.normal(0, 0.5, (N, 3))
    thumbnails = [shrunk(Image.new("RGB", (60, 30), COLORS[code])) for code in codes]
    metadata = with_pictures(
        pa.table({"color": [COLORS[code] for code in codes]}), "photo", thumbnails
    )
    metadata = with_pictures(metadata, "photo", [*thumbnails[:-1], None])
    space = EmbeddingSpace([f"card {row}" for row in range(N)], vectors, metadata=metadata)
    path = folder / "cards.parquet"
    save_space(space, path)
    return path


@pytest.fixture(scope="module")
def cards(server: Server, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Open the file once, and return the Map's address."""
    file = pictured_file(tmp_path_factory.mktemp("cards"))
    return f"{server.url}/map?space={opened_space(chromium, server, file)}&method=PCA"


def open_cards(page: Page, cards: str) -> Locator:
    """Open the Map, and wait until points are pictures."""
    page.goto(cards)
    page.locator(DRAWN).wait_for()
    cloud = page.locator(".cloud")
    expect(cloud).to_have_attribute("data-pictures", re.compile(r"[1-9]"))
    return cloud


def shown(cloud: Locator) -> int:
    return int(cloud.get_attribute("data-pictures") or 0)


def color_at(page: Page, x: float, y: float) -> tuple[int, ...]:
    """The color of the screen at a place."""
    clip = {"x": x - 1, "y": y - 1, "width": 3, "height": 3}
    image = Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")  # type: ignore[arg-type]
    pixel = image.getpixel((1, 1))
    assert isinstance(pixel, tuple)
    return tuple(round(value / 255) for value in pixel)


def test_points_are_pictures_on_the_map_on_hover_and_beside_neighbors(
    cards: str, page: Page
) -> None:
    cloud = open_cards(page, cards)
    switch = cloud.get_by_role("button", name="Show pictures")
    expect(switch).to_have_attribute("aria-pressed", "true")
    switch.click()
    expect(cloud).to_have_attribute("data-pictures", "0")
    switch.click()
    expect(cloud).to_have_attribute("data-pictures", re.compile(r"[1-9]"))
    row, place = cloud.evaluate(
        """map => {
            const row = map.pointcloud.pictures.drawn.at(-1);
            return [row, map.pointcloud.placeOf(row)];
        }"""
    )
    expected = [(1, 0, 0), (0, 1, 0), (0, 0, 1)][row % 3]
    assert color_at(page, place["x"] + 6, place["y"] + 3) == expected
    page.mouse.move(place["x"] + 8, place["y"])  # on the picture, and beside its point
    expect(cloud.locator(".tip")).to_contain_text(f"card {row}")
    image = cloud.locator(".tip img")
    expect(image).to_be_visible()
    assert image.evaluate(
        "one => one.decode().then(() => [one.naturalWidth, one.naturalHeight])"
    ) == [60, 30]
    page.mouse.click(place["x"] + 8, place["y"])
    expect(page.get_by_role("heading", name=f"card {row}", exact=True)).to_be_visible()
    beside = page.get_by_test_id("stMain").locator("img[src^='data:image/webp']").first
    expect(beside).to_be_visible()


def test_nearer_more_of_those_in_sight_are_pictures(cards: str, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 480})  # room for some of them only
    cloud = open_cards(page, cards)
    share = """map => {
        const {pictures, camera, motion} = map.pointcloud;
        let seen = 0;
        for (let row = 0; row < 59; row++) {
            const [x, y] = camera.project(...motion.at(row));
            seen += x >= 0 && y >= 0 && x <= camera.width && y <= camera.height;
        }
        return [pictures.drawn.length / seen, pictures.size];
    }"""
    far = cloud.evaluate(share)
    place = cloud.evaluate("map => map.pointcloud.placeOf(0)")
    page.mouse.move(place["x"], place["y"])
    page.locator(".stage").first.focus()  # else the wheel is the page's
    page.mouse.wheel(0, -1500)
    page.wait_for_function(  # and not by a promise of the page's, which nothing bounds
        f"""([map, share, size]) => {{
            const [now, larger] = ({share})(map);
            return now > share && larger > size;
        }}""",
        arg=[cloud.element_handle(), *far],
    )


def test_pictures_come_back_with_the_graphics_card(cards: str, page: Page) -> None:
    cloud = open_cards(page, cards)
    cloud.evaluate("""map => {
        const gl = map.querySelector('canvas').getContext('webgl2');
        map.lost = gl.getExtension('WEBGL_lose_context');
        map.lost.loseContext();
    }""")
    expect(cloud).to_have_attribute("data-state", "lost")
    cloud.evaluate("map => map.lost.restoreContext()")
    expect(cloud).to_have_attribute("data-state", "drawn")
    expect(cloud).to_have_attribute("data-pictures", re.compile(r"[1-9]"))
    row, place = cloud.evaluate(
        """map => {
            const row = map.pointcloud.pictures.drawn.at(-1);
            return [row, map.pointcloud.placeOf(row)];
        }"""
    )
    expected = [(1, 0, 0), (0, 1, 0), (0, 0, 1)][row % 3]
    assert color_at(page, place["x"] + 6, place["y"] + 3) == expected


def test_pictures_stand_in_space_and_in_what_is_saved(
    cards: str, page: Page, tmp_path: Path
) -> None:
    cloud = open_cards(page, cards)
    page.get_by_text("3D", exact=True).click()
    page.locator(".cloud[data-dimensions='3'][data-state=drawn]").wait_for()
    expect(cloud).to_have_attribute("data-pictures", re.compile(r"[1-9]"))
    cloud.get_by_role("button", name="Save").click()
    with page.expect_download() as saved:
        cloud.get_by_text("Drawing with labels").click()
    drawing = Path(saved.value.path()).read_text()
    assert drawing.count('href="data:image/webp;base64,UklGR') == shown(cloud)
    cloud.get_by_role("button", name="Save").click()
    cloud.get_by_text("Page of its own").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save the page").click()
    alone = tmp_path / "page.html"
    saved.value.save_as(alone)
    page.goto(alone.as_uri())
    page.locator(DRAWN).wait_for()
    expect(page.locator(".cloud")).to_have_attribute("data-pictures", re.compile(r"[1-9]"))
