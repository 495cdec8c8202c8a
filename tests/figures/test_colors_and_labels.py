from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from sklearn.preprocessing import LabelEncoder

from explorer import Projection
from explorer.figures.colors import (
    OKABE_ITO_ON_DARK,
    OKABE_ITO_ON_LIGHT,
    Categories,
    Numbers,
    colorable,
    coloring,
    palette,
)
from explorer.figures.label_placement import Sheet
from explorer.figures.style import shown_text
from explorer.projection.quality import ranks_in_picture


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


def test_categories_are_those_of_scikit_learn() -> None:
    texts = np.random.default_rng(0).choice(["b", "a", "c d", "é"], 500, p=[0.1, 0.5, 0.1, 0.3])
    colors = coloring(
        pa.table({"kind": pa.chunked_array([texts[:200], texts[200:]])}), "kind", dark=False
    )
    assert isinstance(colors, Categories)
    encoder = LabelEncoder().fit(texts)
    named = np.array(colors.names)[colors.codes]
    np.testing.assert_array_equal(encoder.transform(named), encoder.transform(texts))
    counts = np.bincount(colors.codes)
    assert (np.diff(counts) <= 0).all()


def test_a_text_that_repeats_only_at_first_is_not_worth_coloring_by() -> None:
    texts = ["same"] * 2_000 + [f"text {row}" for row in range(2_000)]
    assert colorable(pa.table({"note": texts})) == ()


@pytest.mark.parametrize(("dark", "ground"), [(False, "#fcfdfd"), (True, "#0f1418")])
def test_categories_stand_out_from_their_ground(dark: bool, ground: str) -> None:
    for color in palette(8, dark=dark):
        assert contrast(color, ground) > 2


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors as WCAG 2.2 defines it, 1 to 21."""

    def luminance(color: str) -> float:
        channels = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255
        linear = np.where(
            channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
        )
        return float(linear @ [0.2126, 0.7152, 0.0722])

    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def test_a_number_scale_is_not_flattened_by_an_outlier() -> None:
    table = pa.table({"year": [*range(100), 10_000_000]})
    colors = coloring(table, "year", dark=False)
    assert isinstance(colors, Numbers)
    assert colors.high < 200


def test_up_to_eight_categories_get_okabe_ito_and_more_stay_distinct() -> None:
    assert palette(8, dark=False) == OKABE_ITO_ON_LIGHT
    assert palette(8, dark=True) == OKABE_ITO_ON_DARK
    assert len(set(palette(60, dark=False))) == 60


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


def test_places_in_the_picture_are_counted_from_the_nearest(flat: Projection) -> None:
    places = ranks_in_picture(flat.coordinates, 0, np.array([4, 1, 2]))
    assert places.tolist() == [4, 1, 2]


def test_a_coincident_point_is_drawn_nearest() -> None:
    coordinates = np.zeros((3, 2), np.float32)
    coordinates[2] = 5
    assert ranks_in_picture(coordinates, 0, np.array([1, 2])).tolist() == [1, 2]
