"""Regions of a picture: where points stand thickest, at three scales, with names and examples."""

from __future__ import annotations

import pickle

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import adjusted_rand_score

from explorer import EmbeddingSpace, Projection
from explorer.projection.job import regions_file, regions_key
from explorer.projection.regions import Region, find_regions, rising
from explorer.projection.storage import load_regions, save_regions
from explorer.ui.picture.regions import naming_column

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


def test_a_filter_and_a_column_of_texts_decide_what_regions_are_called(
    islands: tuple[EmbeddingSpace, Projection],
) -> None:
    space, picture = islands
    rows = np.arange(120)  # the first two topics, which stand apart
    texts = tuple(f"row {label}" for label in space.labels)
    found = regions_file(space.vectors, texts, pickle.dumps(picture), rows)
    afar = {one.name: one for one in found if one.level == 0}
    assert {frozenset(name.split(", ")) for name in afar} == {
        frozenset({"row", "cat", "dog"}),
        frozenset({"row", "sun", "moon"}),
    }
    assert {(one.size, one.examples[0][:4]) for one in afar.values()} == {(60, "row ")}
    keys = {regions_key(space, picture), regions_key(space, picture, "text")}
    assert len(keys | {regions_key(space, picture, rows=rows)}) == 3


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ({"price": [1.0, 2.0]}, "label"),
        ({"kind": ["a", "b"], "text": ["it is a long text indeed", None]}, "text"),
    ],
)
def test_regions_are_named_by_a_column_of_texts(
    columns: dict[str, list[object]], named: str
) -> None:
    space = EmbeddingSpace(["x", "y"], np.eye(2), metadata=pa.table(columns))
    assert naming_column(space) == named


def test_regions_are_kept() -> None:
    regions = (Region((0.5, 1.0), 2, "sea, ship", ("one", "two"), 7),)
    save_regions("some-regions", regions)
    assert load_regions("some-regions") == regions
