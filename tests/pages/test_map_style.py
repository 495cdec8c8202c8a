"""The Map's style: what sizes and opacities follow, and what the map is told of it."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

import pytest

from explorer.ui.pointcloud.parts import Part
from tests.pages.conftest import Visit

Views = list[dict[str, Any]]


@pytest.fixture
def views(monkeypatch: pytest.MonkeyPatch) -> Views:
    """What is sent to the browser: the headers of all views."""
    sent: Views = []

    def keep(key: str, parts: list[Part], view: bytes, on_choice: Callable[[], None]) -> None:
        (length,) = struct.unpack("<I", view[4:8])
        header = json.loads(view[8 : 8 + length])
        named = {header[by]["part"] for by in ("sizes", "opacities") if header[by]}
        assert named <= {part.id for part in parts}
        sent.append(header)

    monkeypatch.setattr("explorer.ui.pointcloud.mount", keep)
    return sent


def test_sizes_and_opacities_follow_the_numbers_in_the_address(visit: Visit, views: Views) -> None:
    screen = visit("pages/map.py", space="books", size_by="year", opacity_by="year")
    assert not screen.exception
    for by in ("sizes", "opacities"):
        assert views[-1][by]["title"] == "year"
        assert views[-1][by]["high"] - views[-1][by]["low"] > 100


def test_a_choice_of_size_reaches_the_map(visit: Visit, views: Views) -> None:
    screen = visit("pages/map.py", space="words")
    assert views[-1]["sizes"] is None
    assert screen.selectbox(key="size_by").options == [
        "nothing", "neighbors kept", "rank", "length",
    ]  # fmt: skip
    screen.selectbox(key="size_by").select("length").run()
    assert views[-1]["sizes"]["title"] == "length"
    assert views[-1]["opacities"] is None


def test_what_is_no_number_is_not_followed(visit: Visit, views: Views) -> None:
    screen = visit("pages/map.py", space="books", size_by="genre")
    assert not screen.exception
    assert views[-1]["sizes"] is None
