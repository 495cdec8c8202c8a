"""Stability: what pictures of the same points have in common."""

from __future__ import annotations

import numpy as np
import pytest

from explorer import Projection
from explorer.errors import ProjectionError
from explorer.projection.stability import projection_stability


def picture(coordinates: np.ndarray) -> Projection:
    return Projection(coordinates.astype(np.float32), "umap")


def test_turned_and_mirrored_pictures_are_the_same() -> None:
    points = np.random.default_rng(0).normal(size=(200, 2))
    turned = points @ np.array([[0.6, 0.8], [0.8, -0.6]]) * 3 + 5
    assert projection_stability([picture(points), picture(turned)]).mean == pytest.approx(1)


def test_pictures_without_anything_in_common_share_what_chance_gives() -> None:
    rng = np.random.default_rng(0)
    found = projection_stability([picture(rng.normal(size=(400, 2))) for _ in range(5)])
    assert found.mean == pytest.approx(15 / 399, abs=0.01)
    assert found.pairs.shape == (5, 5)
    assert found.shared.shape == (400,)


def test_points_in_one_place_have_neighbors_too() -> None:
    assert projection_stability([picture(np.zeros((40, 2)))] * 2).mean == pytest.approx(1)


@pytest.mark.parametrize("sizes", [[5], [5, 6], [1, 1]])
def test_what_cannot_be_compared_is_told(sizes: list[int]) -> None:
    with pytest.raises(ProjectionError, match=r"Give two or more|One point"):
        projection_stability([picture(np.zeros((size, 2))) for size in sizes])
