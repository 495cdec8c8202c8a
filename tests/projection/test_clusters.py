"""Clusters: found, named by their characteristic words, and said where they were found."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from explorer import EmbeddingSpace, Projection
from explorer.errors import ProjectionError
from explorer.projection.clusters import find_clusters, name_clusters

KINDS = np.repeat([0, 1, 2], [60, 40, 30])
TOPICS = ("the cat and the dog", "the sun and the moon", "the fish in the sea")


@pytest.fixture(scope="module")
def blobs() -> EmbeddingSpace:
    """Three tight groups of 60, 40 and 30 points."""
    rng = np.random.default_rng(2)
    vectors = np.eye(8)[KINDS] + rng.normal(scale=0.05, size=(len(KINDS), 8))
    return EmbeddingSpace([TOPICS[kind] for kind in KINDS], vectors, name="blobs")


@pytest.mark.parametrize(("method", "size"), [("kmeans", 3), ("hdbscan", 10)])
def test_groups_are_found_in_the_vectors_largest_first(
    blobs: EmbeddingSpace, method: str, size: int
) -> None:
    found = find_clusters(blobs, method=method, size=size)
    assert adjusted_rand_score(KINDS, found.codes) > 0.95
    assert found.sizes.tolist() == sorted(found.sizes, reverse=True)
    assert found.on == "the vectors"


def test_groups_of_the_picture_are_those_of_the_picture(blobs: EmbeddingSpace) -> None:
    other = np.arange(len(blobs)) % 2  # the picture parts them by what the vectors do not say
    picture = Projection(np.stack([other * 9.0, np.zeros(len(blobs))], axis=1), "umap")
    found = find_clusters(blobs, picture, "kmeans", 2)
    assert adjusted_rand_score(other, found.codes) == 1
    assert found.on == "the picture"


def test_texts_are_named_by_the_words_that_the_other_groups_do_not_have(
    blobs: EmbeddingSpace,
) -> None:
    names = find_clusters(blobs, size=3).names
    assert names[0].startswith("cat, dog")
    assert names[1].startswith("moon, sun")
    assert {"fish", "sea"} <= set(names[2].split(", "))


def test_single_words_are_named_by_those_nearest_to_the_center(space: EmbeddingSpace) -> None:
    directions = space.vectors / np.linalg.norm(space.vectors, axis=1, keepdims=True)
    codes = np.array([0, 0, 1, 1, -1])
    first, second = name_clusters(codes, space.labels, directions)
    assert set(first.split(", ")) == {"king", "queen"}
    assert set(second.split(", ")) == {"man", "woman"}


def test_groups_of_one_name_are_numbered() -> None:
    names = name_clusters(np.array([0, 1]), ["same", "same"], np.eye(2, dtype=np.float32))
    assert names == ("same", "same (2)")


def test_points_in_one_place_and_few_points_are_no_error() -> None:
    equal = EmbeddingSpace(list("abcd"), [[1, 1]] * 4)
    assert find_clusters(equal, size=3).sizes.tolist() == [4]
    assert find_clusters(equal, method="hdbscan", size=5).names == ()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "magic"}, "“magic” is unknown. Known: kmeans, hdbscan"),
        ({"size": 1}, "size is 1"),
    ],
)
def test_what_cannot_be_is_told(blobs: EmbeddingSpace, options: dict, words: str) -> None:
    with pytest.raises(ProjectionError, match=words):
        find_clusters(blobs, **options)


def test_hdbscan_of_too_many_points_is_refused(
    blobs: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.projection.clusters.MOST_FOR_HDBSCAN", 100)
    with pytest.raises(ProjectionError, match="Draw fewer points, or use k-means"):
        find_clusters(blobs, method="hdbscan")


def test_frequent_words_name_a_vocabulary_that_stands_in_order_of_frequency() -> None:
    rng = np.random.default_rng(5)
    lengths = np.sort(rng.integers(3, 9, 600))  # the frequent are short
    words = ["".join(rng.choice(list("abcdefghijklmnop"), length)) for length in lengths]
    directions = np.stack([np.cos(angles := rng.normal(scale=0.1, size=600)), np.sin(angles)], 1)
    codes = np.zeros(600, np.intp)
    (ordered,) = name_clusters(codes, words, directions.astype(np.float32))
    shuffled = rng.permutation(600)
    (mixed,) = name_clusters(
        codes, [words[row] for row in shuffled], directions[shuffled].astype(np.float32)
    )
    ranks = [np.median([words.index(one) for one in name.split(", ")]) for name in (ordered, mixed)]
    assert ranks[0] < 150 < ranks[1]


def test_function_words_and_forms_of_one_word_name_no_group() -> None:
    texts = ["the king and the kings", "a king and his ship", "the cat of the cats", "of a cat"]
    names = name_clusters(np.array([0, 0, 1, 1]), texts, np.eye(4, dtype=np.float32))
    assert [name.split(", ")[0] for name in names] == ["king", "cat"]
    assert not {"and", "the", "of", "kings", "cats"} & set(", ".join(names).split(", "))
