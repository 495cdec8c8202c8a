"""The map in a real browser: by mouse, by keyboard, by touch, in 2D and in 3D."""

from __future__ import annotations

import base64
import io
import re
import struct
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import JSHandle, Locator, Page, WebSocket, expect

from tests.browser.conftest import WORK, Server, Visitor, expect_soon

pytestmark = pytest.mark.browser

DRAWN = ".cloud[data-state=drawn]"
JANE_EYRE, DRACULA = 0, "Dracula"
COORDINATES = 10_000 * 2 * 4  # bytes of the words' picture


def open_map(page: Page, server: Server, query: str = "space=books&method=PCA") -> Locator:
    """Open the Map and wait until its points are drawn."""
    page.goto(f"{server.url}/map?{query}")
    page.locator(DRAWN).wait_for()
    return page.locator(".cloud")


def stands_still(page: Page) -> None:
    """Wait for the last that a page of the Map is told: how far to trust its picture."""
    expect(page.get_by_text("are still near it here")).to_be_visible(timeout=WORK)


def place_of(cloud: Locator, row: int) -> tuple[float, float]:
    """Return where a row is in the window."""
    place = cloud.evaluate("(map, row) => map.pointcloud.placeOf(row)", row)
    return place["x"], place["y"]


def row_of(cloud: Locator, label: str) -> int:
    """Return the row that has this label."""
    row: int = cloud.evaluate(
        """(map, label) => {
            const {words} = map.pointcloud;
            return words.search(label.toLowerCase()).find(row => words.hovered(row) === label);
        }""",
        label,
    )
    return row


def named(cloud: Locator) -> list[str]:
    """Return the labels that are written on the map."""
    texts: list[str] = cloud.evaluate("map => map.pointcloud.labels.map(({text}) => text)")
    return texts


def camera(cloud: Locator) -> dict[str, object]:
    """Return the camera's state."""
    state: dict[str, object] = cloud.evaluate("map => map.pointcloud.camera.state")
    return state


@pytest.mark.parametrize(("dims", "moves"), [("2D", "target"), ("3D", "rotation")])
def test_a_map_is_used_by_mouse_and_by_keyboard(
    server: Server, page: Page, dims: str, moves: str
) -> None:
    cloud = open_map(page, server, f"space=books&method=PCA&dims={dims}")
    page.mouse.move(*place_of(cloud, JANE_EYRE))
    expect(cloud.locator(".tip")).to_contain_text("Jane Eyre")
    expect(cloud.locator(".tip")).to_contain_text("Gothic")
    page.mouse.click(*place_of(cloud, JANE_EYRE))
    expect(page.get_by_role("heading", name="Jane Eyre", exact=True)).to_be_visible()
    expect(cloud).to_have_attribute("data-neighbors", "15")
    page.keyboard.down("Shift")
    page.mouse.click(*place_of(cloud, 7))
    page.keyboard.up("Shift")
    expect(cloud).to_have_attribute("data-selected-count", "2")
    expect(page.get_by_text("2 points selected")).to_be_visible()
    page.keyboard.press("Escape")
    expect(cloud).to_have_attribute("data-selected-count", "0")
    expect(page.get_by_text("Click a point to see")).to_be_visible()
    expect(page).not_to_have_url(re.compile("selected="))
    cloud.locator(".stage").focus()
    before = camera(cloud)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("+")
    after = camera(cloud)
    assert after["distance"] < before["distance"]  # type: ignore[operator]
    assert after[moves] != before[moves]
    page.keyboard.press("Enter")
    expect(cloud).to_have_attribute("data-selected-count", "1")
    expect(cloud.locator("[aria-live]")).to_contain_text("Nearest: ")
    page.keyboard.press("Escape")
    expect(cloud).to_have_attribute("data-selected-count", "0")


@pytest.mark.parametrize("dims", ["2D", "3D"])
def test_lasso_and_box_select_what_they_hold(server: Server, page: Page, dims: str) -> None:
    cloud = open_map(page, server, f"space=books&method=PCA&dims={dims}")
    cloud.get_by_role("button", name="Select with a box").click()
    x, y = place_of(cloud, JANE_EYRE)
    drag(page, [(x - 12, y - 12), (x + 12, y + 12)])
    expect(cloud).to_have_attribute("data-selected", re.compile("Jane Eyre"))
    cloud.get_by_role("button", name="Select with a lasso").click()
    box = cloud.locator(".stage").bounding_box()
    assert box is not None
    left, top = box["x"] + 4, box["y"] + 4
    right, bottom = left + box["width"] - 60, top + box["height"] - 8
    drag(page, [(left, top), (right, top), (right, bottom), (left, bottom)])
    expect(page.get_by_text(re.compile(r"\d+ points selected"))).to_be_visible()
    assert int(cloud.get_attribute("data-selected-count") or 0) > 100


def drag(page: Page, places: list[tuple[float, float]]) -> None:
    """Drag the mouse from place to place."""
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()


def test_recoloring_sends_no_coordinates_and_moves_no_camera(server: Server, page: Page) -> None:
    received: list[int] = []

    def count(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: received.append(len(frame)))

    page.on("websocket", count)
    cloud = open_map(page, server, "space=words&color=cluster")
    assert sum(received) > COORDINATES
    stands_still(page)
    # two visits each: Streamlit learns after a run what the browser has kept
    for column in ("rank", "cluster", "fine cluster"):
        x, y = place_of(cloud, 0)
        drag(page, [(x, y), (x + 30, y + 20)])
        cloud.get_by_role("button", name="Zoom in").click()
        before = camera(cloud)
        colored = cloud.get_attribute("data-colored")
        received.clear()
        page.get_by_label("Color by").click()
        page.get_by_role("option", name=column, exact=True).click()
        expect(cloud).not_to_have_attribute("data-colored", colored or "")
        assert max(received) < COORDINATES
        assert sum(received) < COORDINATES
        assert camera(cloud) == before


def test_camera_and_selection_survive_another_page_and_the_program_is_sent_once(
    server: Server, page: Page
) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url.rpartition("/")[2]))
    cloud = open_map(page, server)
    page.mouse.click(*place_of(cloud, JANE_EYRE))
    expect(page.get_by_role("heading", name="Jane Eyre", exact=True)).to_be_visible()
    cloud.get_by_role("button", name="Zoom in").click()
    before = camera(cloud)
    page.get_by_role("link", name="Open a file").click()
    expect(page.get_by_role("heading", name="Open a vector file")).to_be_visible()
    page.get_by_role("link", name="Map").click()
    expect(page.get_by_role("heading", name="Jane Eyre", exact=True)).to_be_visible()
    expect(cloud).to_have_attribute("data-selected", "Jane Eyre")
    assert camera(cloud) == before
    assert sent.count("program.js") == sent.count("pointcloud.js") == 1
    # what Python selects here counts, whatever was chosen on the map before
    page.get_by_test_id("stMain").get_by_role("button", name="Select nothing").click()
    expect(cloud).to_have_attribute("data-selected", "")


def test_what_python_selects_is_heard_and_a_reload_keeps_it_and_the_camera(
    server: Server, page: Page
) -> None:
    cloud = open_map(page, server, f"space=books&selected={DRACULA}")
    expect(cloud).to_have_attribute("data-selected", DRACULA)
    expect(cloud.locator("[aria-live]")).to_contain_text(f"Selected: {DRACULA}. Nearest: ")
    expect(cloud.get_by_role("application")).to_have_accessible_name(re.compile("338 points"))
    expect(cloud.get_by_role("button", name="Show pictures")).to_be_hidden()  # there are none

    # the menu closes by a click elsewhere and by Escape
    opener = cloud.get_by_role("button", name="Save")
    entry = cloud.get_by_role("button", name="Drawing with labels")
    opener.click()
    expect(entry).to_be_visible()
    page.get_by_role("heading", name="Map", exact=True).click()
    expect(entry).to_be_hidden()
    expect(opener).to_have_attribute("aria-expanded", "false")
    opener.click()
    cloud.locator(".stage").focus()
    page.keyboard.press("Escape")
    expect(entry).to_be_hidden()
    expect(cloud).to_have_attribute("data-selected", DRACULA)  # the menu alone heard of it

    cloud.get_by_role("button", name="Zoom in").click()
    x, y = place_of(cloud, JANE_EYRE)
    drag(page, [(x, y), (x + 50, y + 30)])
    before = camera(cloud)
    page.reload()
    cloud.and_(page.locator(DRAWN)).wait_for()
    assert camera(cloud) == before
    expect(cloud).to_have_attribute("data-selected", DRACULA)


def test_the_systems_theme_is_followed_while_the_page_is_open(server: Server, page: Page) -> None:
    cloud = open_map(page, server)
    gothic = cloud.get_by_role("button", name="Gothic", exact=True).locator("i")
    color = gothic.evaluate("dot => dot.style.background")
    page.emulate_media(color_scheme="dark")
    expect(cloud).to_have_class(re.compile("dark"))
    expect(cloud).to_have_css("color", "rgb(228, 233, 237)")
    # Python has heard of it, and chosen colors that suit a dark ground
    expect(gothic).not_to_have_attribute("style", f"background: {color};")


# Keeps, frame by frame, where the first point was, and whence and whither it went.
WATCH = """map => {
    const {motion} = map.pointcloud;
    map.watched = [];
    const look = () => {
        if (motion.isJourney) map.watched.push({
            share: motion.share, depth: motion.depth, at: [...motion.at(0)],
            from: [...motion.before.subarray(0, 3)],
            to: [...motion.points.positions.subarray(0, 3)],
        });
        requestAnimationFrame(look);
    };
    look();
}"""


def assert_watched_on_its_way(cloud: Locator) -> list[dict[str, Any]]:
    """Check that the first point was seen between its places, on the straight way."""
    watched: list[dict[str, Any]] = cloud.evaluate("map => map.watched")
    between = [one for one in watched if 0 < one["share"] < 1]
    assert between
    for one in between:
        way = zip(one["from"], one["to"], strict=True)
        expected = [start + (end - start) * one["share"] for start, end in way]
        assert one["at"] == pytest.approx(expected, abs=1e-5)
        assert one["from"] != one["to"]
    return between


def test_the_same_points_move_from_the_plane_into_space(server: Server, page: Page) -> None:
    cloud = open_map(page, server)
    cloud.evaluate(WATCH)
    page.get_by_text("3D", exact=True).click()
    expect(page.locator(f"{DRAWN}[data-dimensions='3']")).to_be_visible()
    assert all(0 < one["depth"] < 1 for one in assert_watched_on_its_way(cloud))
    cloud.get_by_role("button", name="Turn by itself").click()
    page.wait_for_function(  # and not by a promise of the page's, which nothing bounds
        """([map, before]) =>
            JSON.stringify(map.pointcloud.camera.state) !== JSON.stringify(before)""",
        arg=[cloud.element_handle(), camera(cloud)],
    )


def test_the_same_points_move_from_pca_to_umap(server: Server, page: Page) -> None:
    cloud = open_map(page, server)
    cloud.evaluate(WATCH)
    page.get_by_role("radio", name="UMAP").or_(page.get_by_role("button", name="UMAP")).click()
    arrived = page.locator(f"{DRAWN}[data-picture*=' umap 2']")
    expect(arrived).to_be_visible(timeout=WORK)  # a cold server has to start its workers
    assert_watched_on_its_way(cloud)


def test_sizes_and_opacities_follow_a_number(server: Server, page: Page) -> None:
    cloud = open_map(page, server)
    page.get_by_role("button", name="Style").click()
    for by, weights in (("Size", "sizes"), ("Opacity", "opacities")):
        page.get_by_label(f"{by} by").click()
        page.get_by_role("option", name="year", exact=True).click()
        expect(cloud.get_by_text(f"{by}: year")).to_be_visible()
        oldest, newest = (
            cloud.evaluate(
                f"(map, row) => map.pointcloud.coloring.{weights}[row]", row_of(cloud, title)
            )
            for title in ("The Epic of Gilgamesh", "We")
        )
        assert oldest == 0
        assert newest > 200
    expect(page).to_have_url(re.compile("(?=.*size_by=year)(?=.*opacity_by=year)"))


def test_of_many_hits_the_best_are_named(server: Server, page: Page) -> None:
    cloud = open_map(page, server, "space=words&search=king")
    expect(cloud).to_have_attribute("data-hits", "47")
    expect_soon(page, lambda: "king" in named(cloud))
    assert len(named(cloud)) <= 12


def test_the_key_switches_categories_off_and_on(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/compare?space=books&left=PCA&right=PCA")  # on the Map it filters
    page.locator(DRAWN).first.wait_for()
    cloud = page.locator(".cloud").first
    gothic = cloud.get_by_role("button", name="Gothic", exact=True)
    gothic.click()
    expect(gothic).to_have_attribute("aria-pressed", "false")
    expect(cloud).to_have_attribute("data-hidden", "1")
    assert not cloud.evaluate("(map, row) => map.pointcloud.coloring.isVisible(row)", JANE_EYRE)
    gothic.click()
    expect(cloud).to_have_attribute("data-hidden", "0")
    gothic.dblclick()
    expect(cloud).to_have_attribute("data-hidden", re.compile("^1[0-9]$"))


def test_it_saves_a_picture_a_drawing_and_a_page_that_works_by_itself(
    server: Server, page: Page, visitor: Visitor, tmp_path: Path
) -> None:
    cloud = open_map(page, server, "space=books&color=genre&density=heat")
    size = cloud.locator(".stage").bounding_box()
    assert size is not None
    for times, name in ((2, "twice the screen"), (4, "four times")):
        data = saved(page, cloud, name, tmp_path / f"{times}.png").read_bytes()
        width, height = struct.unpack(">II", data[16:24])
        assert width == pytest.approx(times * size["width"], abs=times)
        assert height >= times * size["height"]
    drawing = ElementTree.parse(saved(page, cloud, "Drawing", tmp_path / "map.svg"))
    svg = "{http://www.w3.org/2000/svg}"
    assert len(drawing.findall(f".//{svg}g/{svg}circle")) == 338
    assert len(drawing.findall(f".//{svg}text")) > 10
    (density,) = (one.get("href", "") for one in drawing.findall(f".//{svg}image"))
    image = Image.open(io.BytesIO(base64.b64decode(density.partition("base64,")[2])))
    pixels = np.asarray(image.convert("RGB"))
    heat = (pixels != pixels[0, 0]).any(axis=-1)  # other than the ground in the corner
    assert 0.02 < heat.mean() < 0.9
    cloud.get_by_role("button", name="Save").click()
    cloud.get_by_role("button", name="Page of its own").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the page").click()
    assert download.value.suggested_filename == "books.html"
    download.value.save_as(file := tmp_path / "map.html")
    alone = visitor(offline=True)
    asked: list[str] = []
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(file.as_uri())
    alone.locator(DRAWN).wait_for()
    expect(alone.get_by_label("Color by")).to_have_value("0")
    alone.get_by_label("Search").fill("drac")
    expect(alone.locator(".cloud")).to_have_attribute("data-hits", "1")
    before = camera(alone.locator(".cloud"))
    alone.mouse.move(400, 300)
    alone.mouse.wheel(0, -300)
    expect_soon(alone, lambda: camera(alone.locator(".cloud")) != before)
    assert asked == [file.as_uri()]


def saved(page: Page, cloud: Locator, name: str, path: Path) -> Path:
    """Choose an entry of the menu and keep what is downloaded."""
    cloud.get_by_role("button", name="Save").click()
    with page.expect_download() as download:
        cloud.get_by_role("button", name=name).click()
    download.value.save_as(path)
    return path


def test_without_webgl_the_map_says_so_and_is_drawn(server: Server, page: Page) -> None:
    page.add_init_script("""
        const get = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
            return kind === 'webgl2' ? null : get.call(this, kind, ...more);
        };
    """)
    cloud = open_map(page, server)
    expect(cloud.get_by_text("This browser has no WebGL2")).to_be_visible()
    page.mouse.click(*place_of(cloud, JANE_EYRE))
    expect(page.get_by_role("heading", name="Jane Eyre", exact=True)).to_be_visible()


def test_a_lost_context_is_restored(server: Server, page: Page) -> None:
    cloud = open_map(page, server)
    cloud.evaluate("""map => {
        const gl = map.querySelector('canvas').getContext('webgl2');
        map.lost = gl.getExtension('WEBGL_lose_context');
        map.lost.loseContext();
    }""")
    expect(cloud).to_have_attribute("data-state", "lost")
    cloud.evaluate("map => map.lost.restoreContext()")
    expect(cloud).to_have_attribute("data-state", "drawn")
    assert colors_seen(cloud) > 10


def colors_seen(cloud: Locator) -> int:
    """Return how many different colors the points' canvas shows."""
    found: int = cloud.evaluate("""map => {
        map.pointcloud.painter.draw(map.pointcloud.camera, map.pointcloud.style, 1, 1);
        const canvas = map.querySelector('canvas');
        const gl = canvas.getContext('webgl2');
        const pixels = new Uint8Array(4 * canvas.width * canvas.height);
        gl.readPixels(0, 0, canvas.width, canvas.height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
        return new Set(new Uint32Array(pixels.buffer)).size;
    }""")
    return found


def test_fingers_pan_zoom_and_select(server: Server, visitor: Visitor) -> None:
    page = visitor(viewport={"width": 1000, "height": 800}, has_touch=True, device_scale_factor=2)
    cloud = open_map(page, server)
    for canvas in cloud.locator("canvas").all():  # as fine as the screen
        assert canvas.evaluate("one => one.width / one.clientWidth") == pytest.approx(2, abs=0.01)
    x, y = place_of(cloud, JANE_EYRE)
    page.touchscreen.tap(x, y)
    expect(cloud).to_have_attribute("data-selected", "Jane Eyre")
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": px, "y": py, "id": index} for index, (px, py) in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    before = camera(cloud)
    fingers("touchStart", (x, y))
    fingers("touchMove", (x + 40, y + 40))
    fingers("touchEnd")
    panned = camera(cloud)
    assert panned["target"] != before["target"]
    assert panned["distance"] == before["distance"]
    fingers("touchStart", (x, y), (x + 40, y))
    fingers("touchMove", (x - 30, y), (x + 90, y))
    fingers("touchEnd")
    assert camera(cloud)["distance"] < before["distance"]  # type: ignore[operator]


def frames_drawn(page: Page, cloud: JSHandle) -> int:
    """Return how often a map is drawn while the browser draws ten times."""
    drawn: int = page.evaluate(
        """async cloud => {
            const before = cloud.frames;
            for (let left = 10; left; left--) await new Promise(requestAnimationFrame);
            return cloud.frames - before;
        }""",
        cloud,
    )
    return drawn


def test_a_turning_map_rests_while_its_page_is_gone_and_turns_on_after(
    server: Server, page: Page
) -> None:
    cloud = open_map(page, server, "space=books&method=PCA&dims=3D")
    cloud.get_by_role("button", name="Turn by itself").click()
    kept = cloud.evaluate_handle("map => map.pointcloud")
    assert frames_drawn(page, kept) > 0
    page.get_by_role("link", name="Open a file").click()
    expect(page.get_by_role("heading", name="Open a vector file")).to_be_visible()
    expect(page.locator(".cloud")).to_have_count(0)  # it goes with the last of the former page
    assert frames_drawn(page, kept) == 0
    page.get_by_role("link", name="Map").click()
    page.locator(DRAWN).wait_for()
    assert frames_drawn(page, kept) > 0


def test_what_a_lasso_chose_survives_the_way_over_start(server: Server, page: Page) -> None:
    cloud = open_map(page, server)
    cloud.get_by_role("button", name="Select with a box").click()
    box = cloud.locator(".stage").bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    drag(page, [(middle[0] - 90, middle[1] - 90), (middle[0] + 90, middle[1] + 90)])
    told = page.get_by_text(re.compile(r"\d+ points selected"))
    expect(told).to_be_visible()
    chosen = cloud.get_attribute("data-selected-count")
    assert int(chosen or 0) > 1
    page.get_by_role("link", name="Start", exact=True).click()
    expect(page.get_by_role("heading", name="See what vectors mean")).to_be_visible()
    page.locator(DRAWN).wait_for()
    page.get_by_role("link", name="Map", exact=True).click()
    expect(told).to_be_visible()
    expect(cloud).to_have_attribute("data-selected-count", chosen or "")


def test_a_map_moved_to_a_finer_screen_is_drawn_as_finely(server: Server, page: Page) -> None:
    # a browser without a screen changes its pixels, and tells nobody: the test tells
    page.add_init_script("""
        const match = window.matchMedia.bind(window);
        window.resolutions = [];
        window.matchMedia = text => {
            const query = match(text);
            if (text.includes('resolution')) window.resolutions.push(query);
            return query;
        };
    """)
    cloud = open_map(page, server)
    browser = page.context.new_cdp_session(page)
    for ratio in (2, 1.5):  # twice, since a query knows one resolution only
        browser.send(
            "Emulation.setDeviceMetricsOverride",
            {"width": 1280, "height": 720, "deviceScaleFactor": ratio, "mobile": False},
        )
        page.evaluate(
            "resolutions.splice(0).forEach(one => one.dispatchEvent(new Event('change')))"
        )
        for canvas in cloud.locator("canvas").all():
            page.wait_for_function(
                "([one, ratio]) => Math.abs(one.width / one.clientWidth - ratio) < 0.01",
                arg=[canvas.element_handle(), ratio],
            )


def test_a_second_finger_takes_a_lasso_back(server: Server, visitor: Visitor) -> None:
    page = visitor(viewport={"width": 1000, "height": 800}, has_touch=True)
    cloud = open_map(page, server)
    cloud.get_by_role("button", name="Select with a lasso").click()
    box = cloud.locator(".stage").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 3, box["y"] + box["height"] / 3
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": px, "y": py, "id": index} for index, (px, py) in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    outlined = "map => map.pointcloud.pointing.outline.length"
    before = camera(cloud)
    fingers("touchStart", (x, y))
    fingers("touchMove", (x + 200, y))
    fingers("touchMove", (x + 200, y + 200))
    assert cloud.evaluate(outlined) > 0
    fingers("touchStart", (x + 200, y + 200), (x, y + 200))
    assert cloud.evaluate(outlined) == 0
    fingers("touchMove", (x + 240, y + 200), (x - 40, y + 200))
    fingers("touchEnd")
    assert camera(cloud)["distance"] < before["distance"]  # type: ignore[operator]
    fingers("touchStart", (x, y))
    fingers("touchMove", (x + 200, y))
    fingers("touchCancel")
    assert cloud.evaluate(outlined) == 0
    expect(cloud).to_have_attribute("data-selected-count", "0")


def test_a_program_that_does_not_arrive_is_told_and_asked_for_again(
    server: Server, page: Page
) -> None:
    page.route("**/program.js*", lambda route: route.abort())
    page.goto(f"{server.url}/map?space=books")
    told = page.get_by_role("alert").filter(has_text="program did not arrive")
    expect(told).to_be_visible()
    # until it failed again: the alert that is seen at once is still the first one
    with page.expect_event("requestfailed", lambda request: "program.js" in request.url):
        told.get_by_role("button", name="Try again").click()
    expect(told).to_be_visible()
    page.unroute("**/program.js*")
    told.get_by_role("button", name="Try again").click()
    page.locator(DRAWN).wait_for()
    expect(told).to_have_count(0)


def test_density_and_names_of_regions_are_drawn_and_a_wheel_in_passing_scrolls_the_page(
    server: Server, page: Page
) -> None:
    cloud = open_map(page, server, "space=words&density=lines&regions=true&color=nothing")
    expect(cloud).to_have_attribute("data-density", "lines")
    expect(page.get_by_text("The regions as a table")).to_be_visible(timeout=WORK)
    page.wait_for_function(
        "map => map.pointcloud.regions.named.length > 2", arg=cloud.element_handle()
    )
    page.set_viewport_size({"width": 1000, "height": 420})  # too low for the page: it can scroll
    before = camera(cloud)
    x, y = place_of(cloud, 0)
    page.mouse.move(x, y)
    page.mouse.wheel(0, 80)
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop > 0")
    assert camera(cloud)["distance"] == pytest.approx(before["distance"], rel=0.5)
    cloud.locator(".stage").focus()
    before = camera(cloud)
    page.mouse.wheel(0, -300)
    page.wait_for_function(
        "([map, far]) => map.pointcloud.camera.distance < far",
        arg=[cloud.element_handle(), before["distance"]],
    )
