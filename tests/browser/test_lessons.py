"""The lessons in a real browser: own words, another metric, a seed, five hundred words at once."""

from __future__ import annotations

import contextlib
import itertools
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.browser.conftest import WORK, Server

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
LAST = "document.querySelectorAll('.js-plotly-plot')[1]?._fullData"
NAMES = """() => [...document.querySelectorAll('.js-plotly-plot')].map(plot =>
    [...plot.querySelectorAll('.yaxislayer-above .ytick text')].map(name => {
        const box = name.getBoundingClientRect();
        return [box.top, box.bottom];
    }).sort((one, other) => one[0] - other[0]))"""


def plots_drawn(page: Page, n: int) -> None:
    """Wait until n figures have their data."""
    page.wait_for_function(
        "n => [...document.querySelectorAll('.js-plotly-plot')].filter(one => one._fullData)"
        ".length === n",
        arg=n,
    )


def hover_over_cell(page: Page, row: int, column: int, of: int) -> Locator:
    """Hover over a cell of the first matrix, once more if it was just being drawn anew."""
    hover = page.locator(".hoverlayer .hovertext").first
    for _ in range(5):
        box = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
        assert box is not None
        x, y = ((place + 0.5) / of for place in (column, row))
        page.mouse.move(box["x"], box["y"])
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y, steps=4)
        with contextlib.suppress(TimeoutError):
            hover.wait_for(timeout=3000)
            break
    return hover


def test_words_metric_and_hover_tell_why_one_hot_is_blind(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/one_hot")
    expect(page.get_by_text("80,000 are 0")).to_be_visible()
    plots_drawn(page, 3)
    page.get_by_text("2 Distances", exact=True).click()
    expect(page.get_by_role("heading", name="king–queen and king–banana")).to_contain_text(
        "equal in one-hot (1.41 and 1.41); in this space 1.14 and 1.65"
    )
    page.wait_for_function(f"{LAST}?.[0].customdata")
    hover = hover_over_cell(page, row=0, column=1, of=8)
    expect(hover).to_contain_text("king – queen")
    expect(hover).to_contain_text("√((1 − 0)² + (0 − 1)²) = 1.414")
    page.get_by_text("Cosine", exact=True).click()
    expect(page.get_by_text("equal in one-hot (0.00 and 0.00)")).to_be_visible()
    words = page.get_by_label("Your words")
    words.fill("paris france qeen")
    words.press("Enter")
    expect(page.get_by_text("no vector for “qeen”")).to_be_visible()
    expect(page.get_by_role("heading", name="paris–france")).to_be_visible()
    expect(page).to_have_url(re.compile("metric=Cosine"))
    expect(page).to_have_url(re.compile("words=paris"))


def test_the_seed_moves_the_made_up_map_alone(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/one_hot?one_hot_step=3+Maps&plane_seed=1")
    plots_drawn(page, 2)
    places = """key => {
        const plot = document.querySelector(`.st-key-word-map-${key} .js-plotly-plot`);
        return plot?._fullData && Array.from(plot._fullData[1].x).map(x => x.toFixed(4)).join();
    }"""
    lone, dense = (page.evaluate(places, key) for key in ("one-hot", "dense"))
    page.get_by_role("slider", name="Seed of the picture").press("ArrowRight")
    page.wait_for_function(
        f"before => {{ const now = ({places})('one-hot'); return now && now !== before }}", arg=lone
    )
    page.wait_for_function(f"before => ({places})('dense') === before", arg=dense)


def test_five_hundred_words_stay_readable(server: Server, page: Page) -> None:
    lines = (ROOT / "sample_data" / "words.tsv").read_text(encoding="utf-8").splitlines()
    words = [line.split("\t")[0] for line in lines[1001:1501]]
    page.goto(f"{server.url}/one_hot")
    plots_drawn(page, 3)
    field = page.get_by_label("Your words")
    field.fill(" ".join(words))
    field.press("Enter")
    expect(page.get_by_text("4,999,500 are 0")).to_be_visible()
    for step, n in (("1 Numbers", 16), ("2 Distances", 500)):
        page.get_by_text(step, exact=True).click()
        page.wait_for_function(f"{LAST}?.[0].z?.length === {n}")
        page.wait_for_function(f"() => ({NAMES})().some(column => column.length > 5)")
        for names in page.evaluate(NAMES):
            for above, below in itertools.pairwise(names):
                assert below[0] >= above[1] - 2, f"names overlap: {above}, {below}"
    page.get_by_text("3 Maps", exact=True).click()
    expect(page.get_by_text("All 499 other words are equally far")).to_be_visible()
    plots_drawn(page, 2)


def test_one_word_and_its_unseen_kin(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/one_hot?words=king")
    expect(page.get_by_text("9,999 are 0")).to_be_visible()
    page.get_by_text("2 Distances", exact=True).click()
    expect(page.get_by_text("A distance needs two words")).to_be_visible()
    page.get_by_text("5 Unseen words", exact=True).click()
    expect(page.get_by_text("queen + ##liness")).to_be_visible()
    word = page.get_by_label("A word it has never met")
    word.fill("bananaphone")
    word.press("Enter")
    expect(page.get_by_text("banana + ##phone")).to_be_visible()


def test_one_hot_vectors_open_on_the_map(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/one_hot")
    page.get_by_role("button", name="Open these one-hot vectors on the Map").click()
    expect(page.get_by_role("heading", name="Map", exact=True)).to_be_visible()
    expect(page.get_by_text("From the words given · one-hot encoding")).to_be_visible()


def test_the_ladder_finds_the_paraphrase_at_its_top(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/ladder")
    expect(page.get_by_text("He purchased an automobile.")).to_have_count(2, timeout=WORK)
    page.get_by_text("3 Measured", exact=True).click()
    expect(page.get_by_text("Best at paraphrases: Transformer")).to_be_visible(timeout=WORK)
    plots_drawn(page, 2)
    page.get_by_text("2 All pairs", exact=True).click()
    page.wait_for_function("document.querySelectorAll('.heatmaplayer .hm').length === 6")


def test_the_layer_looks_up_words_and_shows_its_code(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/layer")
    expect(page.get_by_text("(3, 256)")).to_be_visible()
    expect(page.get_by_text("look_up([42, 7, 1337])")).to_be_visible()
    tokens = page.get_by_label("Token ids, or words")
    tokens.fill("king queen king blorp")
    tokens.press("Enter")
    expect(page.get_by_text("no row for “blorp”")).to_be_visible()
    expect(page.get_by_text("2 One training step", exact=True)).to_be_visible()
    page.get_by_text("2 One training step", exact=True).click()
    expect(page.get_by_text("2 of 10,000")).to_be_visible()
    plots_drawn(page, 1)
