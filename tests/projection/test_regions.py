"""Regions of a picture: where points stand thickest, at three scales, with names and examples."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from explorer import EmbeddingSpace, Projection
from explorer.projection.regions import Region, find_regions, rising
from explorer.projection.storage import load_regions, save_regions

CENTERS = np.array([(0, 0), (10, 0), (0, 8), (10.9, 0), (0, 8.8)])  # two pairs stand close
TOPICS = ("cat and dog", "sun and moon", "sea and ship", "star and comet", "wave and storm")


@pytest.fixture(scope="module")
def islands() -> tuple[EmbeddingSpace, Projection]:
    """Five groups of 60 points, which from afar are three."""
    rng = np.random.default_rng(1)
    kinds = np.repeat(np.arange(5), 60)
    places = CENTERS[kinds] + rng.normal(scale=0.1, size=(300, 2))
    space = EmbeddingSpace([TOPICS[kind] for kind in kinds], np.eye(5)[kinds] + 0.01)
    return space, Projection(places, "umap")


def test_the_closer_the_look_the_more_regions(
    islands: tuple[EmbeddingSpace, Projection],
) -> None:
    found = find_regions(*islands)
    assert [sum(one.level == level for one in found) for level in range(3)] == [3, 5, 5]
    afar = [one for one in found if one.level == 0]
    assert [one.size for one in afar] == [120, 120, 60]
    near = [one for one in found if one.level == 2]
    for one in near:
        (kind,) = np.flatnonzero(np.square(CENTERS - one.at).sum(axis=1) < 0.1)
        assert set(one.name.split(", ")) == set(TOPICS[kind].split(" and "))
        assert one.examples == (TOPICS[kind],)


def test_each_point_belongs_to_the_peak_above_it(
    islands: tuple[EmbeddingSpace, Projection],
) -> None:
    coordinates = islands[1].coordinates
    codes, peaks = rising(coordinates, 0.02)
    nearest = np.square(coordinates[:, None] - CENTERS).sum(axis=2).argmin(axis=1)
    assert adjusted_rand_score(nearest, codes) == 1
    assert np.abs(np.sort(peaks, axis=0) - np.sort(CENTERS, axis=0)).max() < 0.2


def test_a_picture_in_3d_and_equal_points_have_no_regions_or_one() -> None:
    space = EmbeddingSpace([f"word {row}" for row in range(12)], np.ones((12, 2)))
    assert find_regions(space, Projection(np.zeros((12, 3)), "pca")) == ()
    assert [one.size for one in find_regions(space, Projection(np.zeros((12, 2)), "pca"))] == [
        12
    ] * 3


def test_regions_are_kept() -> None:
    regions = (Region((0.5, 1.0), 2, "sea, ship", ("one", "two"), 7),)
    save_regions("some-regions", regions)
    assert load_regions("some-regions") == regions
