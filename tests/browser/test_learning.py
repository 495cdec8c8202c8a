"""From a word to BERT, and watching vectors learn, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from explorer import open_space
from explorer.training import grammar
from tests.browser.conftest import WORK, Server

pytestmark = pytest.mark.browser

PLOT = "document.querySelector('.js-plotly-plot')"
PLOTS = "[...document.querySelectorAll('.js-plotly-plot')]"
MARKS = f"{PLOTS}.flatMap(one => (one.layout.shapes ?? []).map(line => line.x0))"
LOSS = f"{PLOTS}.find(one => one.layout.yaxis.title?.text === 'loss')"


def step_of(slider: Locator) -> int:
    """The step of the frame at which the slider stands."""
    return int(
        (slider.get_attribute("aria-valuetext") or "").removeprefix("step ").replace(",", "")
    )


def test_two_banks_part_from_layer_to_layer_and_their_cosine_falls(
    server: Server, page: Page
) -> None:
    page.goto(f"{server.url}/word_to_bert")
    first, second = page.get_by_label("Sentence", exact=True), page.get_by_label("A second one")
    first.fill("We had lunch on the bank of the stream.")
    first.press("Enter")
    second.fill("The bank lent him money.")
    second.press("Enter")
    expect(page.locator("b").filter(has_text=re.compile("^stream$"))).to_be_visible(timeout=WORK)
    expect(page.locator("b").filter(has_text=re.compile("^lent$"))).to_be_visible(timeout=WORK)

    page.get_by_role("radio", name="3 Layers").or_(page.get_by_text("3 Layers")).first.click()
    page.wait_for_function(f"{PLOT}?._transitionData?._frames.length === 7")
    places = f"JSON.stringify({PLOT}._fullData.map(trace => Array.from(trace.x)))"
    before = page.evaluate(places)
    rail = page.locator(".slider-rail-touch-rect").bounding_box()
    assert rail is not None
    page.mouse.click(rail["x"] + rail["width"] * 0.99, rail["y"] + rail["height"] / 2)
    page.wait_for_function(f"{PLOT}.layout.sliders[0].active === 6")
    page.wait_for_function(f"{places} !== {before!r}")

    page.get_by_text("4 Context").click()
    expect(page.get_by_text("before the first layer").first).to_be_visible(timeout=WORK)
    page.wait_for_function(f"{PLOT}?.data.length === 3 && {PLOT}.data[0].x[0] === 'lookup'")
    cosines = page.evaluate(f"Array.from({PLOT}._fullData[0].y)")
    assert cosines[0] > 0.9
    assert cosines[-1] < cosines[0] - 0.1
    expect(page).to_have_url(re.compile("bert_step=4"))


def test_a_training_plays_pauses_steps_goes_on_and_its_space_has_the_right_neighbors(
    server: Server, page: Page
) -> None:
    page.goto(f"{server.url}/watch_it_learn")
    page.get_by_role("button", name="Start", exact=True).click()
    place = page.get_by_text(re.compile(r"^step [\d,]+ of [\d,]+$"))
    expect(place).to_be_visible(timeout=WORK)
    expect(place).not_to_have_text(re.compile("^step 0 of"), timeout=WORK)  # frames change

    page.get_by_role("button", name="Pause").click()
    slider = page.get_by_role("slider").first
    expect(slider).to_be_visible()
    at = step_of(slider)
    for _ in range(2):
        page.get_by_role("button", name="Step", exact=True).click()
        expect(slider).not_to_have_attribute("aria-valuetext", f"step {at:,}", timeout=WORK)
        at, before = step_of(slider), at
        assert at > before
    # the picture, the mark on its curves and the end of the curves are where the slider is
    page.wait_for_function(f"{MARKS}.length === 2 && {MARKS}.every(x => x === {at})")
    page.wait_for_function(f"{LOSS}.data[0].x.slice(-1)[0] === {at}")

    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    # most words stand beside their like
    expect(page.get_by_text(re.compile(r"^(9\d|100)%$"))).to_be_visible(timeout=WORK)
    page.get_by_role("button", name="Pause").click()
    expect(slider).to_be_visible()
    assert step_of(slider) > at
    slider.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "step 0")
    page.wait_for_function(f"{MARKS}.every(x => x === 0)")

    page.reload()  # a new session: the address alone leads back to the run
    expect(page.get_by_role("slider").first).to_be_visible()
    page.get_by_role("button", name="Keep").click()
    page.get_by_role("button", name="Explore as a space").click()
    expect(page.get_by_role("heading", name="Map")).to_be_visible()
    expect(page.get_by_text(re.compile("from grammar · skip-gram"))).to_be_visible()
    page.goto(f"{page.url}&selected=paris")
    expect(page.get_by_role("heading", name="paris", exact=True)).to_be_visible()
    table = page.get_by_test_id("stDataFrame").last
    nearest = table.locator("td").filter(has_text=re.compile(f"^({'|'.join(grammar.CITIES)})$"))
    expect(nearest.first).to_be_attached()
    assert nearest.count() >= 5


def test_a_text_is_trained_for_real_and_its_space_opens(
    server: Server, page: Page, tmp_path: Path
) -> None:
    text = tmp_path / "tale.txt"
    text.write_text("\n".join(" ".join(one) for one in grammar.make_corpus(3_000)))
    page.goto(f"{server.url}/watch_it_learn?lesson=Train+for+real")
    page.locator("input[type=file]").set_input_files(text)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("It is kept")).to_be_visible(timeout=WORK)
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save as word2vec text").click()
    saving.value.save_as(tmp_path / "saved.txt")
    saved = open_space(tmp_path / "saved.txt")
    assert saved.dim == 100
    assert "king" in saved
    page.get_by_role("button", name="Explore as a space").click()
    expect(page.get_by_role("heading", name="Map")).to_be_visible()
    expect(page.get_by_text("From tale · Word2Vec, skip-gram")).to_be_visible()


def test_what_is_no_text_is_told_and_the_page_lives(
    server: Server, page: Page, tmp_path: Path
) -> None:
    picture = tmp_path / "picture.txt"
    picture.write_bytes(bytes(range(256)) * 40)
    page.goto(f"{server.url}/watch_it_learn?lesson=Train+for+real")
    page.locator("input[type=file]").set_input_files(picture)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("is not text")).to_be_visible()
    page.get_by_text("Standard", exact=True).click()
    expect(page.get_by_text("Look for this")).to_be_visible()
