"""The curse of dimensionality: known dimensions come out, and hubs grow."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from explorer.lessons.dimensionality import (
    curse_file,
    distances_from,
    intrinsic_dimension,
    noise,
    popularity,
)


@pytest.mark.parametrize("dim", [2, 5, 10])
def test_the_dimension_of_a_plane_in_a_larger_space_comes_out(dim: int) -> None:
    flat = np.random.default_rng(0).normal(size=(3000, dim))
    turned = np.linalg.qr(np.random.default_rng(1).normal(size=(40, 40)))[0]
    points = (np.pad(flat, ((0, 0), (0, 40 - dim))) @ turned).astype(np.float32)
    assert intrinsic_dimension(points) == pytest.approx(dim, rel=0.1)


def test_duplicates_have_no_ratio() -> None:
    flat = np.random.default_rng(0).normal(size=(1000, 3)).astype(np.float32)
    twice = np.vstack([flat, flat])
    assert intrinsic_dimension(twice) == pytest.approx(intrinsic_dimension(flat))


def test_popularity_is_scikit_learns_count() -> None:
    points = np.random.default_rng(0).normal(size=(300, 20)).astype(np.float32)
    near = NearestNeighbors(n_neighbors=10).fit(points).kneighbors(return_distance=False)
    np.testing.assert_array_equal(popularity(points), np.bincount(near.ravel(), minlength=300))


def test_distances_are_to_all_others() -> None:
    away = distances_from(np.array([[0, 0], [3, 4], [0, 1]], np.float32), asked=1)
    np.testing.assert_allclose(away, [[5, 1]])


def test_noise_is_harder_to_search_than_a_space_of_few_intrinsic_dimensions() -> None:
    flat = noise(400, 4) @ np.random.default_rng(0).normal(size=(4, 200)).astype(np.float32)
    curse = curse_file(flat)
    assert curse.nearest[0] < 0.1
    assert curse.nearest[-1] > 0.9
    assert curse.hubs[-1] > 3 * curse.hubs[0]
    assert curse.intrinsic_space < 5 < curse.intrinsic_noise
    assert curse.contrast_space < curse.contrast_noise
    assert curse.recall_noise <= curse.recall_space
