"""What a new visitor does first, in a real browser against the real server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from explorer.ui.shell.navigation import PAGES
from tests.browser.conftest import WORK, Server, Visitor, expect_heading, expect_page, stop_button

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)> $x^2$ :smile:"
MAP = ".cloud"
DRAWN = f"{MAP}[data-state=drawn]"


def wait_for_map(page: Page) -> None:
    """Wait until a map is drawn: its points are there, not only its frame."""
    page.locator(DRAWN).wait_for()


def click_point(page: Page, row: int) -> None:
    """Click the point of a row on the map."""
    place = page.locator(DRAWN).evaluate("(map, row) => map.pointcloud.placeOf(row)", row)
    page.mouse.click(place["x"], place["y"])


def test_the_first_map_appears_and_asks_no_other_host(server: Server, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.url)
    wait_for_map(page)
    expect(page.get_by_role("heading", name="See what vectors mean")).to_be_visible()
    elsewhere = [
        url for url in asked if not url.startswith((server.url, "data:", "blob:", "ws://localhost"))
    ]
    assert elsewhere == []


def test_a_question_finds_a_book_and_a_card_is_a_door_as_a_whole(
    server: Server, page: Page
) -> None:
    page.goto(server.url)
    wait_for_map(page)
    page.get_by_role("button", name="Find it").click()
    expect(page.get_by_role("heading", name="Frankenstein")).to_be_visible()
    page.get_by_role("button", name="Where do the numbers come from?").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Shuffled", exact=True)).to_be_visible()
    step = dialog.get_by_text(re.compile("^step "))
    at_first = step.text_content() or ""
    dialog.locator(".updatemenu-button").first.click()
    expect(step).not_to_have_text(at_first)  # it plays
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    card = page.locator("[class*=st-key-door-map]")
    box = card.bounding_box()
    assert box is not None
    card.click(position={"x": box["width"] - 8, "y": box["height"] - 8})  # beside the words
    expect(page.get_by_role("heading", name="Map", exact=True)).to_be_visible()
    expect(page.locator(f"{DRAWN}[data-picture*=' umap 2']")).to_be_visible()


@pytest.mark.parametrize("name", ["start", "facts"])  # of the Map: a link shows the same view
def test_a_page_opens_by_its_link_on_a_server_nobody_has_visited(
    idle_server: Server, page: Page, name: str
) -> None:
    page.goto(f"{idle_server.url}/{'' if name == 'start' else Path(PAGES[name].file).stem}")
    expect_page(page, PAGES[name].title)


def test_search_marks_the_hits_and_choosing_one_lists_its_neighbors_in_3d(
    server: Server, page: Page
) -> None:
    page.goto(f"{server.url}/map?space=words&dims=3D")
    wait_for_map(page)
    page.get_by_label("Search").fill("kingdom")
    page.get_by_label("Search").press("Enter")
    expect(page.get_by_text("2 found")).to_be_visible()
    expect(page.locator(MAP)).to_have_attribute("data-hits", "2")
    table = page.get_by_test_id("stDataFrame").last
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 60, box["y"] + 52)
    expect(page.get_by_role("heading", name="kingdom", exact=True)).to_be_visible()
    expect(page.get_by_text("true nearest neighbors are among")).to_be_visible()
    expect(page).to_have_url(re.compile("selected=kingdom"))


def test_a_picture_grows_is_measured_and_nothing_that_is_told_of_it_moves_the_map(
    server: Server, page: Page
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{server.url}/map?space=books&method=t-SNE")
    wait_for_map(page)
    before = page.locator(MAP).bounding_box()
    measured = page.get_by_text(re.compile("of each point.s 15 true neighbors", re.IGNORECASE))
    expect(measured).to_be_visible(timeout=WORK)
    expect(page.get_by_text("; PCA keeps")).to_be_visible(timeout=WORK)
    expect(page.get_by_text("How it grew")).to_be_visible()
    after = page.locator(MAP).bounding_box()
    assert before is not None
    assert after is not None
    assert before["y"] == after["y"]
    assert before["y"] < 190


def test_an_expression_that_is_none_is_told_and_the_map_stays(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/map?space=words&regex=true&search=%28")
    expect(page.get_by_text("is not a regular expression")).to_be_visible()
    wait_for_map(page)


def test_clicking_a_point_lists_its_neighbors_and_the_view_survives_other_pages(
    server: Server, page: Page
) -> None:
    page.goto(f"{server.url}/map?space=books")
    wait_for_map(page)
    click_point(page, 0)  # Jane Eyre
    expect(page.get_by_role("heading", name="Jane Eyre", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("selected=Jane"))
    page.get_by_text("3D", exact=True).click()
    expect(page).to_have_url(re.compile("dims=3D"))
    expect(page.locator(DRAWN)).to_have_attribute("data-dimensions", "3")
    page.get_by_role("link", name="Open a file").click()
    expect(page.get_by_role("heading", name="Open a vector file")).to_be_visible()
    page.get_by_role("link", name="Map").click()
    expect(page.get_by_role("heading", name="Jane Eyre", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("dims=3D"))


def test_a_link_shows_the_same_view_on_a_server_nobody_has_visited(
    fresh_server: Server, page: Page
) -> None:
    page.goto(f"{fresh_server.url}/map?space=books&method=UMAP&dims=3D&color=year&selected=Dracula")
    expect(page.get_by_role("heading", name="Dracula", exact=True)).to_be_visible()
    expect(page.get_by_text("is on its way")).to_be_visible()
    wait_for_map(page)  # PCA meanwhile
    expect(page.get_by_text("true neighbors")).to_be_visible(timeout=WORK)
    expect(page.locator(DRAWN)).to_have_attribute("data-dimensions", "3")
    expect(page.locator(".ramp")).to_be_visible()


def test_a_computation_can_be_stopped_and_started_again(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/map?space=words&method=UMAP&umap.n_epochs=2000")
    stop_button(page).click()
    expect(page.get_by_text("UMAP was stopped")).to_be_visible()
    wait_for_map(page)
    page.get_by_role("button", name="Start again").click()
    expect(page.get_by_text("is on its way")).to_be_visible()


@pytest.fixture
def glove_file(tmp_path: Path) -> Path:
    """A GloVe text file with labels that try to be more than text."""
    labels = ["king", "queen", "new york", HOSTILE, "[x](javascript:alert(2))", "**bold**", "pea"]
    lines = [
        f"{label} {index / 7:.3f} {(index * index % 5) / 5:.3f} {1 - index / 9:.3f}"
        for index, label in enumerate(labels)
    ]
    path = tmp_path / "tiny.txt"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_an_uploaded_glove_file_opens_projects_and_shows_its_labels_as_text(
    server: Server, page: Page, glove_file: Path
) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(f"{server.url}/open")
    page.locator("input[type=file]").set_input_files(glove_file)
    expect(page.get_by_text("GloVe text").first).to_be_visible()
    expect(page.get_by_text("Stored as")).to_be_visible()
    page.get_by_role("button", name="Open this space").click()
    wait_for_map(page)
    expect(page.get_by_text("From tiny.txt")).to_be_visible()
    click_point(page, 3)
    expect_heading(page, HOSTILE)
    expect(page.locator("img[src=x]")).to_have_count(0)
    assert dialogs == []
    page.reload()  # a new session: the address alone leads back to the uploaded space
    expect_heading(page, HOSTILE)


def test_a_broken_file_is_told_and_the_app_goes_on(
    server: Server, page: Page, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.txt"
    broken.write_text("king 0.1 0.2\nqueen 0.3 0.4\nprince 0.5 x\nduke 0.1 0.1\n")
    page.goto(f"{server.url}/open")
    page.locator("input[type=file]").set_input_files(broken)
    expect(page.get_by_text("line 3")).to_be_visible()
    expect(page.get_by_role("button", name="Open this space")).to_have_count(0)
    page.get_by_role("link", name="Map").click()
    wait_for_map(page)


def test_a_link_to_a_space_that_is_not_here_says_so(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/map?space=mine.txt~0123456789ab")
    expect(page.get_by_text("This server does not have the space of this link")).to_be_visible()
    wait_for_map(page)


def test_a_phone_scrolls_by_one_finger_over_the_map_below_what_was_found(
    server: Server, visitor: Visitor
) -> None:
    page = visitor(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    page.goto(server.url)
    page.get_by_role("button", name="Find it").click()
    found = page.get_by_role("heading", name="Frankenstein")
    expect(found).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")
    heading, answer, drawn = (
        one.bounding_box()
        for one in (page.locator("header h1"), found, page.locator(".st-key-first-map"))
    )
    assert heading
    assert answer
    assert drawn
    assert heading["x"] == 16
    assert answer["y"] < drawn["y"]
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    place = {"x": 195, "y": drawn["y"] + 60}
    finger = page.context.new_cdp_session(page)
    finger.send("Input.synthesizeScrollGesture", {**place, "yDistance": -300})
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop > 200")
