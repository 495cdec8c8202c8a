"""The Map's style: what sizes and opacities follow, and what the map is told of it."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from explorer.figures import colors
from explorer.mapdata.parts import Part
from explorer.projection.sampling import draw
from explorer.ui.shell.spaces import opened_spaces, sample_space
from tests.pages.conftest import Visit

Views = list[dict[str, Any]]


@pytest.fixture
def views(monkeypatch: pytest.MonkeyPatch) -> Views:
    """What is sent to the browser: the headers of all views, and the rows that they mark."""
    sent: Views = []

    def keep(
        key: str,
        parts: list[Part],
        view: bytes,
        *,
        on_choice: Callable[[], None],
        on_key: Callable[[], None],
        on_page: Callable[[], None],
        later: object = None,
    ) -> None:
        (length,) = struct.unpack("<I", view[4:8])
        header = json.loads(view[8 : 8 + length])
        named = {header[by]["part"] for by in ("sizes", "opacities") if header[by]}
        assert named <= {part.id for part in parts}
        start = -(-(8 + length) // 8) * 8
        marked = {
            name: np.frombuffer(view, dtype, count, start + offset).tolist()
            for name, dtype, count, offset in header["arrays"]
        }
        sent.append({**header, **marked})

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


def test_a_point_size_is_that_of_one_space(visit: Visit, views: Views) -> None:
    screen = visit("pages/map.py", space="words")
    usual = views[-1]["size"]
    slider = next(one for one in screen.slider if one.label == "Point size")
    slider.set_value(usual + 7).run()
    assert views[-1]["size"] == usual + 7
    screen.sidebar.selectbox(key="space choice").select("books").run()
    assert not screen.exception
    assert views[-1]["size"] not in (usual, usual + 7)
    screen.sidebar.selectbox(key="space choice").select("words").run()
    assert views[-1]["size"] == usual + 7


def test_compare_marks_the_neighbors_among_all_rows_and_not_only_the_drawn(
    visit: Visit, views: Views
) -> None:
    whole = sample_space("books")
    drawn = draw(whole, 150)
    space_id = opened_spaces().add(drawn)
    screen = visit(
        "pages/compare.py", space=space_id, left="PCA", right="PCA", selected=drawn.labels[0]
    )
    assert not screen.exception
    reference = NearestNeighbors(n_neighbors=16, metric="cosine").fit(whole.vectors)
    near = reference.kneighbors(whole.vectors[:1], return_distance=False)[0, 1:]
    assert sorted(views[-1]["neighbors"]) == sorted(row for row in near.tolist() if row < 150)
    assert 0 < len(views[-1]["neighbors"]) < 15
    assert views[-1]["neighbors"] == views[-2]["neighbors"]


def test_start_and_the_map_are_two_maps(visit: Visit, views: Views) -> None:
    visit("app.py")
    visit("pages/map.py")
    assert views[0]["key"] != views[-1]["key"]


def test_a_spaces_columns_are_looked_at_once(
    visit: Visit, views: Views, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def look(*given: object, **more: object) -> object:
        looked.append("column")
        return coloring(*given, **more)  # type: ignore[arg-type]

    coloring = colors.coloring
    screen = visit("pages/map.py", space="books", color="genre")
    monkeypatch.setattr(colors, "coloring", look)
    screen.run()
    assert views[-1]["color"]["title"] == "genre"
    assert not looked
