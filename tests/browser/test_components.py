"""Small components against a Python that answers late: what somebody did last is not undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from explorer.mapdata.message import write_message
from explorer.ui.lessons.by_hand import arrows
from explorer.ui.pointcloud.component import FOLDER
from explorer.ui.rooms import picture
from explorer.ui.shell.svg import source

pytestmark = pytest.mark.browser


def show(page: Page, module: Any, data: dict[str, Any]) -> None:
    """Hand data to a module's component, as Streamlit does: to the same place each time."""
    page.evaluate(
        """async ([source, data]) => {
            if (!window.mount) {
                const url = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
                window.mount = (await import(url)).default;
                window.place = document.body.appendChild(document.createElement("div"));
                place.style.width = "400px";
                window.told = [];
            }
            mount({data, parentElement: place, setStateValue: (_, value) => told.push(value)});
        }""",
        [source(Path(str(module.__file__)).with_suffix(".js")), data],
    )


def told(page: Page) -> list[Any]:
    """Return what the component has told."""
    found: list[Any] = page.evaluate("told")
    return found


def test_an_arrow_that_moves_on_is_not_taken_back_by_the_answer_before(page: Page) -> None:
    def answer(x: float, at: float) -> dict[str, Any]:
        one = {"name": "A", "color": "#000", "x": x, "y": 1}
        return {"reach": 6, "unit": False, "answered": at, "arrows": [one]}

    show(page, arrows, answer(1, 0))
    arrow = page.get_by_role("slider", name="A: ")
    arrow.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    first, second = told(page)
    show(page, arrows, answer(first["places"][0]["x"], first["at"]))
    page.keyboard.press("ArrowRight")  # it has kept the focus, and its place
    assert told(page)[-1]["places"] == [{"name": "A", "x": 1.75, "y": 1}]
    assert second["places"] == [{"name": "A", "x": 1.5, "y": 1}]

    box = arrow.locator("circle").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 4, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 4, steps=3)
    show(page, arrows, answer(1.75, told(page)[-1]["at"]))  # while it is in a hand
    page.mouse.up()
    assert told(page)[-1]["places"][0]["x"] > 2
    show(page, arrows, answer(-2, told(page)[-1]["at"]))
    expect(arrow).to_have_attribute("aria-valuenow", "-2")  # what Python says last, counts


def test_a_tap_on_the_picture_is_not_taken_back_by_the_answer_before(page: Page) -> None:
    def answer(mine: list[float] | None, *, is_open: bool = True) -> dict[str, Any]:
        nothing: dict[str, Any] = {"points": [], "landmarks": [], "guesses": [], "answer": None}
        return {**nothing, "down": [0, 1], "mine": mine, "open": is_open, "say": "Tap"}

    show(page, picture, answer(None))
    drawn, pin = page.get_by_role("application", name="Tap"), page.locator(".mine")
    expect(pin).to_be_hidden()
    drawn.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    show(page, picture, answer([0.52, 0.5]))
    expect(pin).to_have_attribute("cx", "540")
    page.keyboard.press("ArrowUp")
    assert told(page)[-1] == pytest.approx({"x": 0.54, "y": 0.52})
    show(page, picture, answer([0.54, 0.52]))
    show(page, picture, answer([0.3, 0.3]))  # on another phone, say
    expect(pin).to_have_attribute("cx", "300")
    show(page, picture, answer([0.3, 0.3], is_open=False))
    page.get_by_role("img", name="Tap").click()
    assert len(told(page)) == 3


def test_a_bar_under_the_pointer_is_marked_when_its_rows_come_after_the_chart(page: Page) -> None:
    chart = {
        "column": "kind",
        "bins": "1",
        "bars": ["a", "b"],
        "clickable": [True, True],
        "counts": [2, 1],
        "filtered": None,
        "axis": None,
        "note": "",
        "rest": None,
        "chosen": [],
        "span": None,
        "isFiltered": False,
    }
    header = {"kind": "charts", "answered": 0, "of": "x", "total": 3, "filtered": None}
    charts = write_message({**header, "charts": [chart]}, {"kept": np.empty(0, np.uint8)})
    codes = np.array([0, 1, 0], np.uint8)
    bins = write_message({"kind": "bins", "id": "1", "several": False}, {"codes": codes})
    page.evaluate(
        """async source => {
            const url = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
            const mount = (await import(url)).default;
            window.marked = null;
            addEventListener("explorer-mark", ({detail}) => window.marked = detail.rows);
            window.show = bytes => mount({
                data: Uint8Array.from(bytes),
                parentElement: document.body.appendChild(document.createElement("div")),
                setStateValue: () => undefined,
            });
        }""",
        (FOLDER / "built" / "columns.js").read_text(encoding="utf-8"),
    )
    page.evaluate("bytes => { show(bytes); }", list(charts))
    page.get_by_role("button", name="a: 2").hover()
    assert page.evaluate("marked") is None
    page.evaluate("bytes => { show(bytes); }", list(bins))
    assert page.evaluate("[...marked]") == [0, 2]
