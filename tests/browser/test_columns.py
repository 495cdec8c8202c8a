"""Below the map: charts that filter and mark, and a table that sorts and selects."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Server, opened_space
from tests.browser.test_pointcloud import stands_still

pytestmark = pytest.mark.browser

ROWS = 600


@pytest.fixture(scope="module")
def products(server: Server, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Open a file: prices 0 to 599, three kinds, labels with HTML; return the Map's address."""
    lines = [
        json.dumps(
            {
                "name": f"<b>item {row}</b>",
                "price": row,
                "kind": "abc"[row % 3],
                "v": [row % 25, row // 25, row % 7],
            }
        )
        for row in range(ROWS)
    ]
    path = tmp_path_factory.mktemp("products") / "products.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return f"{server.url}/map?space={opened_space(chromium, server, path)}&method=PCA"


def visit(page: Page, products: str) -> None:
    """Open the Map, and wait until it stands still."""
    page.goto(products)
    expect(chart(page, "price")).to_be_visible()
    stands_still(page)


def chart(page: Page, column: str) -> Locator:
    return page.locator(f'article[data-column="{column}"]')


def expect_filter(page: Page, condition: str | None) -> None:
    """Expect the condition that the address holds."""

    def held(url: str) -> bool:
        return parse_qs(urlsplit(url).query).get("filter", [None])[0] == condition

    page.wait_for_url(held)


def test_charts_filter_and_mark_on_the_map(products: str, page: Page) -> None:
    visit(page, products)
    bar = chart(page, "kind").get_by_role("button", name="a: 200")
    bar.hover()
    cloud = page.locator(".cloud")
    expect(cloud).to_have_attribute("data-hits", "200")
    # a click, and a second with Shift before the first is answered
    chart(page, "kind").evaluate("""chart => {
        const [a, b] = chart.querySelectorAll("[data-bar]");
        a.click();
        b.dispatchEvent(new MouseEvent("click", {shiftKey: true}));
    }""")
    expect_filter(page, "\"kind\" IN ('a', 'b')")
    price = chart(page, "price")
    expect(price.get_by_text("400 of 600")).to_be_visible()  # the page has settled

    plot = price.locator(".plot")
    plot.scroll_into_view_if_needed()
    for low, high, condition, kept in (
        (0.25, 0.5, "BETWEEN 150 AND 300", 101),
        (0, 0.5, "BETWEEN 0 AND 300", 201),
    ):
        plot.hover(position={"x": 1, "y": 20})  # waits until it stays where it is
        box = plot.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + low * box["width"], box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + high * box["width"], box["y"] + 30, steps=4)
        page.mouse.up()
        # a second brush replaces the first
        expect_filter(page, f"\"kind\" IN ('a', 'b') AND \"price\" {condition}")
        expect(page.get_by_text(f"{kept} of 600")).not_to_have_count(0)
    page.mouse.move(5, 5)
    expect(cloud).to_have_attribute("data-hits", "0")
    for column in ("kind", "price"):  # both at once: the second does not take the first back
        chart(page, column).get_by_role("button", name="×").click()
    expect_filter(page, None)


def test_the_table_has_all_rows_sorts_and_selects(products: str, page: Page) -> None:
    visit(page, products)
    page.get_by_role("radio", name="Table").click()
    table = page.get_by_role("grid", name="Table of 600 rows")
    head = table.get_by_role("button", name=re.compile("price"))
    # two clicks before the server has answered the first: upwards, then downwards
    head.evaluate("button => { button.click(); button.click() }")
    expect(table.locator(".line").first).to_contain_text("<b>item 599</b>")

    # a point selected on the map is scrolled to, though its line was never sent
    cloud = page.locator(".cloud")
    cloud.scroll_into_view_if_needed()
    place = cloud.evaluate("element => element.pointcloud.placeOf(40)")
    page.mouse.click(place["x"], place["y"])
    line = table.locator('.line[data-row="40"]')
    expect(line).to_have_attribute("aria-selected", "true")
    table.scroll_into_view_if_needed()
    expect(line).to_be_in_viewport()

    table.evaluate("element => element.scrollTo(0, 0)")
    table.locator('.line[data-row="590"]').click()
    page.wait_for_url(lambda url: "item+590" in url or "item%20590" in url)
    expect(cloud).to_have_attribute("data-selected", "<b>item 590</b>")
    expect(table.locator('.line[data-row="590"]')).to_have_attribute("aria-selected", "true")


def test_points_are_called_by_a_column_and_tell_those_that_were_chosen(
    products: str, page: Page
) -> None:
    visit(page, products)
    cloud = page.locator(".cloud")
    tip = cloud.locator(".tip")
    place = cloud.evaluate("element => element.pointcloud.placeOf(40)")
    page.mouse.move(place["x"], place["y"])
    expect(tip.locator("b")).to_have_text("<b>item 40</b>")
    expect(tip.locator("dt")).to_have_text(["kind", "price"])
    page.get_by_role("button", name="Columns").click()
    told = page.get_by_role("combobox", name="Told when pointing at a point")
    told.press("Backspace")
    told.press("Backspace")
    page.get_by_role("combobox", name="Label by").click()
    page.get_by_role("option", name="kind", exact=True).click()
    page.wait_for_url("**label_by=kind**")
    page.get_by_role("button", name="Columns").click()
    expect(page.get_by_role("dialog", name="Columns")).to_be_hidden()
    cloud.scroll_into_view_if_needed()
    page.mouse.move(0, 0)
    place = cloud.evaluate("element => element.pointcloud.placeOf(40)")
    page.mouse.move(place["x"], place["y"])
    expect(tip.locator("b")).to_have_text("b")  # the kind of item 40
    expect(tip.locator("dt")).to_have_text(["kind", "label"])  # the color, and what it was called
