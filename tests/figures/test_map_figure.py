from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from explorer import EmbeddingSpace, Projection
from explorer.figures.colors import (
    OKABE_ITO,
    Categories,
    Numbers,
    colorable,
    coloring,
    palette,
)
from explorer.figures.labels import Sheet, landmarks
from explorer.figures.map import Marks, map_figure, shown_text
from explorer.projection.faithfulness import ranks_in_picture

LABELS = ("king", "queen", "<img src=x onerror=alert(1)>", "pea", "oak")


@pytest.fixture
def flat() -> Projection:
    return Projection(np.array([[0, 0], [1, 0], [0, 2], [3, 3], [9, 1]]), "pca")


@pytest.fixture
def metadata() -> pa.Table:
    return pa.table(
        {
            "kind": ["royal", "royal", "odd", "plant", "plant"],
            "year": [1, 2, 3, 4, 1000],
            "note": ["all", "of", "them", "differ", "here"],
        }
    )


def test_columns_worth_coloring_by_are_numbers_and_texts_that_repeat(metadata: pa.Table) -> None:
    repeated = pa.table({"kind": ["a", "a", "b", "b"], "note": ["p", "q", "r", "s"]})
    assert colorable(repeated) == ("kind",)
    assert "year" in colorable(metadata)
    assert "note" not in colorable(metadata)
    assert colorable(None) == ()


def test_categories_are_named_most_frequent_first_and_missing_ones_shown() -> None:
    colors = coloring(pa.table({"kind": ["b", "a", "b", None]}), "kind", dark=False)
    assert isinstance(colors, Categories)
    assert colors.names == ("b", "a", "—")
    assert [colors.names[code] for code in colors.codes] == ["b", "a", "b", "—"]


def test_a_number_scale_is_not_flattened_by_an_outlier() -> None:
    table = pa.table({"year": [*range(100), 10_000_000]})
    colors = coloring(table, "year", dark=False)
    assert isinstance(colors, Numbers)
    assert colors.high < 200


def test_up_to_eight_categories_get_okabe_ito_and_more_stay_distinct() -> None:
    assert palette(8, dark=False) == OKABE_ITO
    assert sorted(palette(8, dark=True)) == sorted(OKABE_ITO)
    assert len(set(palette(60, dark=False))) == 60


def test_each_point_is_drawn_once_and_carries_its_row(flat: Projection, metadata: pa.Table) -> None:
    figure = map_figure(flat, LABELS, colors=coloring(metadata, "kind", dark=False))
    rows = [
        row for trace in figure.data if trace.customdata is not None for row in trace.customdata
    ]
    assert sorted(rows) == [0, 1, 2, 3, 4]
    named = [trace.name for trace in figure.data if trace.showlegend]
    assert named == ["plant", "royal", "odd"]


def test_labels_are_text_in_hover_and_on_the_map(flat: Projection) -> None:
    figure = map_figure(flat, LABELS, marks=Marks(selected=2, landmarks=np.array([0, 2])))
    assert "<img" not in figure.to_json().replace("\\u003c", "<")
    assert "&lt;img" in figure.to_json()


def test_both_axes_have_one_scale(flat: Projection) -> None:
    assert map_figure(flat, LABELS).layout.yaxis.scaleanchor == "x"


def test_what_is_selected_stands_out_and_the_rest_fades(flat: Projection) -> None:
    plain, marked = (
        map_figure(flat, LABELS, marks=Marks(selected=row), opacity=0.8) for row in (None, 1)
    )
    assert plain.data[0].marker.opacity == 0.8
    assert marked.data[0].marker.opacity < 0.8
    assert marked.data[-1].customdata.tolist() == [1]


def test_shown_text_is_cut_escaped_and_on_one_line() -> None:
    assert shown_text("a & b", 10) == "a &amp; b"
    assert shown_text("x" * 20, 5) == "xxxx…"
    assert shown_text("two\nlines", 20) == "two lines"
    assert shown_text(" ", 20) == "' '"


def test_labels_beside_points_do_not_overlap() -> None:
    points = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [9.0, 9.0]])
    sheet = Sheet(points.astype(np.float32))
    sides = [sheet.beside(point, "word") for point in points[:5].astype(np.float32)]
    assert len({side for side in sides if side}) == 4
    assert sides[4] is None


def test_landmarks_are_the_first_rows_of_their_parts_of_the_map() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(2000, 2)).astype(np.float32)
    labels = [f"w{row}" for row in range(2000)]
    rows = landmarks(points, labels)
    assert rows[0] == 0
    assert 10 < len(rows) <= 48
    assert len(landmarks(points, ["x" * 99] * 2000)) == 0


def test_one_point_is_a_landmark() -> None:
    assert landmarks(np.zeros((1, 2), np.float32), ["alone"]).tolist() == [0]


def test_places_in_the_picture_are_counted_from_the_nearest(flat: Projection) -> None:
    places = ranks_in_picture(flat.coordinates, 0, np.array([4, 1, 2]))
    assert places.tolist() == [4, 1, 2]


def test_a_coincident_point_is_drawn_nearest() -> None:
    coordinates = np.zeros((3, 2), np.float32)
    coordinates[2] = 5
    assert ranks_in_picture(coordinates, 0, np.array([1, 2])).tolist() == [1, 2]


def test_pca_axes_say_what_they_hold() -> None:
    space = EmbeddingSpace(["a", "b", "c"], [[0, 0], [3, 0], [0, 1]])
    import explorer

    title = map_figure(explorer.project(space, "pca"), space.labels).layout.xaxis.title.text
    assert "of the variance" in title
