"""Looks that nobody chose, and choices that do not fit."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from explorer import EmbeddingSpace, Projection
from explorer.errors import ProjectionError, QueryError
from explorer.figures.colors import Categories, palette
from explorer.mapdata.looks import color_of, labelled, on_ground, picture_of

SPACE = EmbeddingSpace(
    ["a", "b", "c", "d"],
    np.eye(4),
    metadata=pa.table({"size": [1, 2, 3, 4], "kind": ["x", "y", "x", None]}),
)


@pytest.mark.parametrize("n", [1, 2, 7, 8, 9, 30])
@pytest.mark.parametrize("dark", [False, True])
def test_colors_of_one_ground_become_those_of_the_other(n: int, dark: bool) -> None:
    names, codes = tuple(map(str, range(n))), np.arange(n)
    colors = Categories("c", names, palette(n, dark=dark), codes)
    for wanted in (False, True):
        found = on_ground(colors, dark=wanted)
        assert isinstance(found, Categories)
        assert found.colors == palette(n, dark=wanted)


def test_the_first_color_is_a_category_and_labels_may_be_any_column() -> None:
    colors = color_of(SPACE, None)
    assert colors is not None
    assert colors.column == "kind"
    assert labelled(SPACE, "kind").to_pylist() == ["x", "y", "x", "—"]
    assert labelled(SPACE, None).to_pylist() == ["a", "b", "c", "d"]


def test_what_does_not_fit_is_refused_with_what_would() -> None:
    with pytest.raises(QueryError, match="Columns of numbers or of few categories: size, kind"):
        color_of(SPACE, "weight")
    with pytest.raises(QueryError, match="Columns: label, size, kind"):
        labelled(SPACE, "weight")
    with pytest.raises(ProjectionError, match="3 points for 4 vectors"):
        picture_of(SPACE, Projection(np.zeros((3, 2), np.float32), "pca"))
