"""Charts and buttons in a real browser: what is saved, what moves, what can be read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WORK, Server, Visitor, expect_soon
from tests.figures.test_colors_and_labels import contrast

pytestmark = pytest.mark.browser

CHART = ".js-plotly-plot"


def test_a_chart_is_saved_as_svg_and_as_a_page(server: Server, page: Page, tmp_path: Path) -> None:
    page.goto(f"{server.url}/one_hot")
    page.get_by_text("The numbers as a table").first.click()
    page.get_by_role("radio", name="SVG").or_(page.get_by_role("button", name="SVG")).first.click()
    chart = page.locator(CHART).first
    chart.hover()
    camera = chart.locator("[data-title='Download plot']")  # of a PNG it would say so
    with page.expect_download() as download:
        camera.click()
    download.value.save_as(tmp_path / "chart.svg")
    assert ElementTree.parse(tmp_path / "chart.svg").getroot().tag.endswith("svg")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a page of its own").first.click()
    download.value.save_as(tmp_path / "chart.html")
    assert "one-hot" in download.value.suggested_filename
    page.goto((tmp_path / "chart.html").as_uri())
    expect(page.locator(CHART)).to_be_visible()


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_a_chart_moves_only_where_the_system_allows_it(
    server: Server, visitor: Visitor, motion: str
) -> None:
    page = visitor(reduced_motion=motion)
    page.goto(f"{server.url}/word_to_bert?bert_step=3+Layers")
    chart = page.locator(CHART)
    chart.first.wait_for(timeout=WORK)  # a cold server loads the model first
    expected = 0 if motion == "reduce" else 660
    page.wait_for_function(
        """([selector, expected]) => {
            const menus = document.querySelector(selector)?.layout?.updatemenus ?? [];
            return menus[0]?.buttons[0].args[1].transition.duration === expected;
        }""",
        arg=[CHART, expected],
    )


@pytest.mark.parametrize(("system", "chosen"), [("light", "Dark"), ("dark", "Light")])
def test_a_primary_button_can_be_read_whatever_the_system_prefers(
    server: Server, visitor: Visitor, system: str, chosen: str
) -> None:
    page = visitor(color_scheme=system)
    page.add_init_script(
        "localStorage.setItem('stActiveTheme-/watch_it_learn-v2', "
        f"{json.dumps(json.dumps(chosen))})"
    )
    page.goto(f"{server.url}/watch_it_learn")  # each visitor finds the button
    button = page.locator("[data-testid^=stBaseButton-primary]").first
    button.wait_for()
    theme = {"Light": "light", "Dark": "dark"}[chosen]  # the first moment has the system's
    page.wait_for_function(
        "theme => getComputedStyle(document.querySelector('.stApp')).colorScheme === theme",
        arg=theme,
    )

    def is_readable() -> bool:
        seen = button.evaluate(
            "one => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]"
        )
        text, ground = (
            "#" + "".join(f"{int(n):02x}" for n in re.findall(r"\d+", one)[:3]) for one in seen
        )
        return contrast(text, ground) >= 4.5

    expect_soon(page, is_readable)  # its colors follow the theme within a moment
