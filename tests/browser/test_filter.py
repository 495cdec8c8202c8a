"""The one filter in a browser: every way to filter ends in one text, and a link holds it."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, WebSocket, expect

from tests.browser.conftest import Server, Visitor, expect_soon
from tests.browser.test_pointcloud import drag, named, open_map, row_of, stands_still

pytestmark = pytest.mark.browser

BAR = ".st-key-filter-bar"  # the charts below count the same rows
MANY = 10_000 * 2 * 4  # bytes of the words' coordinates


def condition_in(page: Page) -> str:
    """Return the filter in the address."""
    return parse_qs(urlsplit(page.url).query).get("filter", [""])[0]


def await_condition(page: Page, text: str) -> None:
    """Wait until the address holds a filter: it may come a moment after the page shows it."""
    page.wait_for_url(
        lambda url: parse_qs(urlsplit(url).query).get("filter", [""])[0] == text,
        wait_until="commit",
    )


def write(page: Page, text: str) -> Locator:
    """Write a condition into the filter's field, and return the field."""
    field = page.get_by_role("textbox", name="Keep the rows")
    if not field.is_visible():
        page.get_by_role("button", name="Filter", exact=False).first.click()
    field.fill(text)
    field.press("Enter")
    return field


def test_key_text_and_lasso_end_in_one_text_that_a_link_shows_elsewhere(
    server: Server, page: Page, visitor: Visitor
) -> None:
    cloud = open_map(page, server)
    gothic = cloud.get_by_role("button", name="Gothic", exact=True)
    cloud.evaluate("""map => {  // three clicks before the first is answered: each counts
        const keys = [...map.querySelectorAll(".key button")];
        const [gothic, drama] = ["Gothic", "Drama"].map(
            name => keys.find(one => one.textContent === name));
        gothic.click();
        drama.click();
        drama.dispatchEvent(new MouseEvent("click", {shiftKey: true}));
    }""")
    expect(cloud.get_by_role("button", name="Drama", exact=True)).to_have_attribute(
        "aria-pressed", "false"
    )
    await_condition(page, "\"genre\" IN ('Gothic')")
    top = cloud.locator(".stage").bounding_box()
    # the ground cannot be pointed at: a point of another category is picked no more
    rows = cloud.evaluate(
        "({pointcloud: {coloring}}) => [...coloring.outside.keys()].filter(coloring.isVisible)"
    )
    assert int(cloud.get_attribute("data-outside") or 0) == 338 - len(rows) > 300
    field = write(page, "\"genre\" IN ('Gothic') AND yaer > 1850")
    expect(page.get_by_text("There is no column “yaer”")).to_be_visible()
    assert cloud.get_attribute("data-outside") == str(338 - len(rows))
    field.fill("\"genre\" IN ('Gothic') AND year > 1850")
    field.press("Enter")
    expect(page.get_by_role("button", name="year > 1850")).to_be_visible()
    expect(cloud).not_to_have_attribute("data-outside", str(338 - len(rows)))
    page.keyboard.press("Escape")
    assert cloud.locator(".stage").bounding_box() == top  # nothing has moved the map

    told = page.locator(BAR).get_by_text(re.compile(r"^\d+ of 338$"))
    text = told.inner_text()
    other = visitor()
    other.goto(page.url)
    expect(other.locator(BAR).get_by_text(text, exact=True)).to_be_visible()
    other.context.close()

    cloud.get_by_role("button", name="Select with a box").click()
    box = cloud.locator(".stage").bounding_box()
    assert box is not None
    left, top_edge = box["x"] + 4, box["y"] + 4
    drag(page, [(left, top_edge), (left + box["width"] - 60, top_edge + box["height"] - 8)])
    page.get_by_role("button", name=re.compile("Filter to these")).click()
    lasso = page.get_by_role("button", name="lasso 1")
    expect(lasso).to_be_visible()
    await_condition(page, '"genre" IN (\'Gothic\') AND year > 1850 AND "lasso 1"')
    expect(told).to_have_text(text)  # the box was around all of them
    lasso.click()
    expect(lasso).to_be_hidden()
    gothic.click(modifiers=["Shift"])
    expect(page.get_by_role("button", name="genre IN")).to_be_hidden()
    await_condition(page, "year > 1850")
    page.get_by_role("radio", name="Table").click()  # the field's old text is not sent again
    expect(page.get_by_role("grid")).to_be_visible()
    assert condition_in(page) == "year > 1850"


def test_a_filter_sends_no_coordinates(server: Server, page: Page) -> None:
    received: list[int] = []

    def count(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: received.append(len(frame)))

    page.on("websocket", count)
    cloud = open_map(page, server, "space=words&method=PCA&search=king")
    assert sum(received) > MANY
    stands_still(page)
    received.clear()
    page.get_by_role("button", name="Filter to these").click()
    expect(cloud).to_have_attribute("data-outside", "9953")
    await_condition(page, "\"label\" ILIKE '%king%'")
    assert sum(received) < MANY
    picked = cloud.evaluate(
        "(map, [kept, out]) => [kept, out].map(row => map.pointcloud.coloring.isVisible(row))",
        [row_of(cloud, "king"), row_of(cloud, "queen")],
    )
    assert picked == [True, False]  # the ground is neither pointed at nor named
    expect_soon(page, lambda: all("king" in label.lower() for label in named(cloud)))
