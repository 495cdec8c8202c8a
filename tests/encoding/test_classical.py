"""What came before dense vectors, to the last bit or as scikit-learn has it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from explorer import EmbeddingSpace, encode, nearest_neighbors
from explorer.encoding.classical import (
    averaged_words,
    bag_of_words,
    lsa,
    one_hot,
    one_hot_plane,
    tf_idf,
)
from explorer.errors import SpaceError
from explorer.lessons.distance_matrices import pairwise

WORDS = ["king", "queen", "man", "woman", "banana"]
TEXTS = ["The cat sat on the mat.", "The dog sat.", "Stocks fell, and fell again.", "A cat, a dog"]


def test_one_hot_words_are_the_root_of_two_apart_to_the_last_bit() -> None:
    apart = pairwise(one_hot(WORDS), "euclidean")
    for first, second in itertools.permutations(range(5), 2):
        assert apart[first, second] == 2**0.5
    found = nearest_neighbors(one_hot(WORDS), "king", 4, "euclidean")
    assert set(found.scores.tolist()) == {float(np.float32(2**0.5))}


def test_one_hot_cosines_and_dots_are_zero_and_manhattan_is_two() -> None:
    others = ~np.eye(5, dtype=bool)
    assert set(pairwise(one_hot(WORDS), "cosine")[others]) == {0.0}
    assert set(pairwise(one_hot(WORDS), "dot")[others]) == {0.0}
    assert set(pairwise(one_hot(WORDS), "manhattan")[others]) == {2.0}


def test_fifty_thousand_one_hot_words_take_600_kilobytes_and_answer() -> None:
    space = one_hot([f"w{row}" for row in range(50_000)])
    assert space.nbytes == 600_004
    assert (len(space), space.dim, space.matrix.nnz) == (50_000, 50_000, 50_000)
    assert nearest_neighbors(space, "w7", 3).scores.tolist() == [0, 0, 0]


def test_a_word_outside_the_vocabulary_is_all_zeros() -> None:
    space = one_hot(["queen", "blorp"], vocabulary=["king", "queen"])
    assert space.vectors.tolist() == [[0, 1], [0, 0]]
    assert space.columns == ("king", "queen")


def test_a_repeated_word_has_one_column() -> None:
    assert one_hot(["a", "b", "a"]).vectors.tolist() == [[1, 0], [0, 1], [1, 0]]


@pytest.mark.parametrize("seed", range(5))
def test_every_plane_of_one_hot_words_holds_the_same_variance(seed: int) -> None:
    picture = one_hot_plane(8, seed)
    centered = np.eye(8) - 1 / 8
    assert (picture.coordinates**2).sum() / (centered**2).sum() == pytest.approx(2 / 7)
    assert picture.variance_share is not None
    assert picture.variance_share.sum() == pytest.approx(2 / 7)
    np.testing.assert_allclose(picture.coordinates.sum(axis=0), 0, atol=1e-6)


def test_the_seed_decides_who_is_near_whom_on_such_a_plane() -> None:
    nearest = set()
    for seed in range(20):
        places = one_hot_plane(8, seed).coordinates
        away = np.linalg.norm(places - places[0], axis=1)
        nearest.add(int(away[1:].argmin()))
    assert len(nearest) > 4


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_words_have_a_plane_too(n: int) -> None:
    assert np.isfinite(one_hot_plane(n, seed=0).coordinates).all()


def test_counts_are_those_of_scikit_learn() -> None:
    reference = CountVectorizer()
    expected = reference.fit_transform(TEXTS).toarray()
    space = bag_of_words(TEXTS)
    np.testing.assert_array_equal(space.vectors, expected)
    assert list(space.columns) == list(reference.get_feature_names_out())
    assert space.is_sparse


def test_presence_is_one_for_a_word_that_occurs_twice() -> None:
    space = bag_of_words(TEXTS, presence=True)
    assert set(space.vectors.ravel()) == {0, 1}
    assert bag_of_words(TEXTS).vectors.max() == 2


def test_tf_idf_is_that_of_scikit_learn() -> None:
    expected = TfidfVectorizer().fit_transform(TEXTS).toarray()
    np.testing.assert_allclose(tf_idf(TEXTS).vectors, expected, rtol=1e-6)


def test_tf_idf_by_hand() -> None:
    space = tf_idf(["cat dog", "cat"])
    idf = np.log(3 / 2) + 1  # dog is in one of two texts; cat, in both, weighs 1
    assert space.columns == ("cat", "dog")
    np.testing.assert_allclose(space.vectors[0], np.array([1, idf]) / np.hypot(1, idf), rtol=1e-6)


def test_lsa_is_the_truncated_svd_of_tf_idf() -> None:
    weighted = TfidfVectorizer().fit_transform(TEXTS)
    expected = TruncatedSVD(2, algorithm="arpack", random_state=0).fit_transform(weighted)
    found = lsa(TEXTS, 2).vectors
    np.testing.assert_allclose(np.abs(found @ found.T), np.abs(expected @ expected.T), atol=1e-5)


def test_lsa_joins_words_that_share_company() -> None:
    texts = ["cat pet", "dog pet", "cat animal", "dog animal", "stocks fell", "shares fell"] * 6
    space = lsa([*texts, "cat", "dog"], 2)
    assert pairwise(tf_idf([*texts, "cat", "dog"]))[-1, -2] == 0
    assert pairwise(space)[-1, -2] > 0.9


@pytest.mark.parametrize("dim", [0, 4, 100])
def test_lsa_says_how_many_dimensions_there_are(dim: int) -> None:
    with pytest.raises(SpaceError, match="of 4 texts with 10 words: ask for 1 to 3"):
        lsa(TEXTS, dim)


@pytest.mark.parametrize("make", [bag_of_words, tf_idf, lsa])
def test_texts_without_words_are_told(make: object) -> None:
    with pytest.raises(SpaceError, match="None of the 2 texts holds a word"):
        make(["?!", "a"])  # type: ignore[operator]


def test_averaged_words_are_the_mean_of_those_known(space: EmbeddingSpace) -> None:
    found = averaged_words(["King and queen", "blorp"], space)
    np.testing.assert_allclose(found.vectors[0], space.vectors[:2].mean(axis=0))
    assert found.vectors[1].tolist() == [0, 0, 0]
    assert found.notes[0] == "2 words are not in five words: “and”, “blorp”"


def test_there_is_one_averaging(space: EmbeddingSpace) -> None:
    texts = ["a well-known king", "The queen-mother's pea"]
    encoded = encode(texts, space)
    found = averaged_words(texts, space)
    np.testing.assert_array_equal(found.vectors, encoded.vectors)
    np.testing.assert_array_equal(found.vectors[1], (space.vectors[1] + space.vectors[4]) / 2)
    assert (found.notes, found.source) == (encoded.notes, encoded.source)
