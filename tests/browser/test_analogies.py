"""Analogies, axes and evaluation as a class uses them."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.browser.conftest import WORK, Server, expect_soon, stop_button
from tests.browser.test_pointcloud import named, place_of, row_of

pytestmark = pytest.mark.browser

PLOT = ".js-plotly-plot"
MEGABYTE = 1_000_000


def answer(page: Page, word: str) -> None:
    """Wait until a word is the answer."""
    expect(page.get_by_role("heading", name=word, exact=True)).to_be_visible()


def type_into(page: Page, label: str, text: str) -> None:
    """Type letter by letter, as a hand does; a pause in typing is enough, no Enter."""
    field = page.get_by_role("textbox", name=label, exact=True)
    field.fill("")
    field.press_sequentially(text, delay=30)


def arrows(page: Page, count: int) -> None:
    """Wait until so many arrows are drawn; a name with a line to its point is none."""
    page.wait_for_function(
        "([plot, n]) => document.querySelector(plot)?.layout?.annotations"
        "?.filter(one => !one.text).length === n",
        arg=[PLOT, count],
    )


def test_the_classic_typed_by_hand_is_drawn_with_arrows_from_word_to_word(
    server: Server, page: Page
) -> None:
    sizes: list[int] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda data: sizes.append(len(data)))

    page.on("websocket", listen)
    page.goto(f"{server.url}/analogies?space=words&a=big&b=bigger&c=small")
    answer(page, "smaller")
    for label, word in (("A", "man"), ("is to B", "king"), ("as C", "woman")):
        type_into(page, label, word)
    answer(page, "queen")
    expect(page.get_by_text("With the input words allowed, the answer is king")).to_be_visible()
    expect(page).to_have_url(re.compile("c=woman"))
    arrows(page, 3)  # given, copied, found
    page.get_by_role("radio", name="On the map (PCA)").click()
    expect(page.get_by_text("Here lengths and angles mean little")).to_be_visible()
    cloud = page.locator(".cloud[data-state=drawn]")
    expect(cloud).to_have_attribute("data-hits", "4")
    expect_soon(page, lambda: set(named(cloud)) == {"man", "king", "woman", "queen"})
    stage = cloud.locator(".stage").bounding_box()
    assert stage is not None
    heads = cloud.evaluate("map => map.pointcloud.shapes.filter(({isClosed}) => isClosed)")
    tips = [(one["points"][0][0] + stage["x"], one["points"][0][1] + stage["y"]) for one in heads]
    assert len(tips) == 2
    for tip, end in zip(tips, ("king", "queen"), strict=True):
        # it stops before the word's mark
        assert 3 < math.dist(tip, place_of(cloud, row_of(cloud, end))) < 15
    assert heads[0]["color"] != heads[1]["color"]
    assert max(sizes) < MEGABYTE


def test_a_misspelled_word_is_mended_with_a_click(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/analogies?space=words&a=man&b=king&c=womaan")
    expect(page.get_by_text("is not here. Similar spellings")).to_be_visible()
    page.get_by_role("radio", name="woman", exact=True).click()
    answer(page, "queen")
    type_into(page, "is to B", "actr")  # completed while it is typed
    page.get_by_role("radio", name="actress", exact=True).click()
    expect(page).to_have_url(re.compile("b=actress"))


def test_a_failing_example_says_why(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/analogies?space=words")
    answer(page, "queen")
    page.get_by_role("button", name="Try this").click()
    page.get_by_role("radio", name=re.compile("walk .*walked .*run")).click()
    answer(page, "running")
    expect(page.get_by_text("ran, which you expected, is in place 3")).to_be_visible()
    expect(page.get_by_text("because it is so close to")).to_be_visible()


def test_a_family_of_pairs_is_drawn_together(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/analogies?space=words")
    answer(page, "queen")
    page.get_by_role("radio", name="Families of pairs").click()
    arrows(page, 12)
    expect(page.get_by_text("How parallel")).to_be_visible()
    expect(page.get_by_text("share a direction")).to_be_visible()
    page.get_by_role("radio", name="no family at all").click()
    expect(page.get_by_text("no direction in common")).to_be_visible()
    arrows(page, 10)


def test_words_fall_on_an_axis_and_the_link_keeps_it(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/axes?space=words")
    expect(page.get_by_text("15 of 16")).to_be_visible()
    page.get_by_role("radio", name="bad ↔ good").click()
    expect(page.get_by_text("10 of 10")).to_be_visible()
    expect(page).to_have_url(re.compile("low=bad"))
    page.reload()
    expect(page.get_by_text("10 of 10")).to_be_visible()
    page.get_by_role("radio", name="Remove a direction").click()
    expect(page.get_by_text("What did not.")).to_be_visible()


def test_an_evaluation_shows_progress_can_be_stopped_and_finishes(
    server: Server, page: Page, tmp_path: Path
) -> None:
    questions = tmp_path / "many.txt"
    questions.write_text(": many\n" + "man king woman queen\nking man queen woman\n" * 150_000)
    page.goto(f"{server.url}/evaluation?space=words&questions=Own+analogies")
    page.locator("input[type=file]").set_input_files(questions)
    page.get_by_role("button", name="Ask 300,000 of 300,000 questions").click()
    expect(page.get_by_role("progressbar").first).to_be_visible()
    # the workers may have to start first, on a machine that tests other things as well
    asked = page.get_by_text(re.compile("Asked [0-9,]+ of 300,000 questions"))
    expect(asked).to_be_visible(timeout=WORK)
    stop_button(page).click()
    expect(page.get_by_text("The evaluation was stopped")).to_be_visible()
    page.get_by_role("radio", name="Google analogies").click()
    page.get_by_role("button", name="Ask 6,345 of 19,544 questions").click()
    expect(page.get_by_text("80.7%")).to_be_visible()
    expect(page.get_by_text("Wrong answers")).to_be_visible()
