"""Quality: scikit-learn's trustworthiness, continuity as its mirror image, in blocks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

from explorer import EmbeddingSpace, Projection, project, projection_quality
from explorer.errors import ProjectionError
from explorer.projection import quality as module


@pytest.fixture(scope="module")
def few_words(words: EmbeddingSpace) -> EmbeddingSpace:
    return words.take(range(700), name="few words", step="first 700")


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize("k", [1, 5, 15])
def test_trustworthiness_is_scikit_learns(few_words: EmbeddingSpace, metric: str, k: int) -> None:
    picture = project(few_words, "pca")
    found = projection_quality(few_words, picture, k, metric)
    expected = trustworthiness(few_words.vectors, picture.coordinates, n_neighbors=k, metric=metric)
    assert found.trustworthiness == pytest.approx(expected, abs=1e-6)


def test_continuity_is_trustworthiness_with_space_and_picture_exchanged(
    few_words: EmbeddingSpace,
) -> None:
    picture = project(few_words, "pca")
    found = projection_quality(few_words, picture, 15, "euclidean")
    expected = trustworthiness(picture.coordinates, few_words.vectors, n_neighbors=15)
    assert found.continuity == pytest.approx(expected, abs=1e-6)


def test_kept_is_the_share_of_neighbors_common_to_both(few_words: EmbeddingSpace) -> None:
    picture = project(few_words, "pca")
    found = projection_quality(few_words, picture, 15)
    true, here = (
        NearestNeighbors(n_neighbors=15, metric=metric).fit(points).kneighbors()[1]
        for points, metric in ((few_words.vectors, "cosine"), (picture.coordinates, "euclidean"))
    )
    expected = [len(set(a) & set(b)) / 15 for a, b in zip(true, here, strict=True)]
    np.testing.assert_allclose(found.kept, expected, atol=1e-6)
    assert found.neighbors_kept == pytest.approx(15 * np.mean(expected), abs=1e-4)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_distances_are_correlated_as_scipy_does(few_words: EmbeddingSpace, metric: str) -> None:
    picture = project(few_words, "pca")
    found = projection_quality(few_words, picture, metric=metric)
    expected = spearmanr(pdist(few_words.vectors, metric), pdist(picture.coordinates)).statistic
    assert found.distance_spearman == pytest.approx(expected, abs=1e-4)
    assert found.correlated == 700


def test_blocks_change_nothing(few_words: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = project(few_words, "pca")
    whole = projection_quality(few_words, picture)
    monkeypatch.setattr(module, "BLOCK_BYTES", 4 * 700 * 3)
    parts = projection_quality(few_words, picture)
    np.testing.assert_array_equal(parts.kept, whole.kept)
    assert parts.trustworthiness == pytest.approx(whole.trustworthiness, abs=1e-9)


def test_a_large_space_is_measured_on_a_sample_that_is_told(
    words: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = words.take(range(3000), name="some", step="first 3,000")
    picture = project(some, "pca")
    whole = projection_quality(some, picture)
    monkeypatch.setattr(module, "MOST_PAIRS", 1000 * 3000)
    part = projection_quality(some, picture)
    assert (whole.measured, part.measured) == (3000, 1000)
    assert np.isnan(part.kept).sum() == 2000
    measured = ~np.isnan(part.kept)
    np.testing.assert_array_equal(part.kept[measured], whole.kept[measured])
    assert part.trustworthiness == pytest.approx(whole.trustworthiness, abs=0.02)


def test_points_in_one_place_are_all_nearest() -> None:
    space = EmbeddingSpace(list("abcdef"), [[1, 1]] * 6)
    found = projection_quality(space, project(space, "pca"))
    assert (found.trustworthiness, found.continuity) == (1, 1)
    assert np.isnan(found.distance_spearman)


def test_zero_vectors_are_measured() -> None:
    space = EmbeddingSpace(list("abcdef"), [[0, 0], [0, 0], [1, 0], [0, 1], [1, 1], [2, 1]])
    assert 0 <= projection_quality(space, project(space, "pca")).trustworthiness <= 1


def test_k_is_bounded_by_a_small_space(space: EmbeddingSpace) -> None:
    assert projection_quality(space, project(space, "pca")).k == 2


def test_what_cannot_be_measured_is_told(space: EmbeddingSpace) -> None:
    picture = project(space, "pca")
    with pytest.raises(ProjectionError, match="shows 4 points and five words has 5"):
        projection_quality(space, Projection(picture.coordinates[:4], "pca"))
    with pytest.raises(ProjectionError, match="k is 0"):
        projection_quality(space, picture, 0)
    two = EmbeddingSpace(["a", "b"], [[1, 2], [3, 4]], name="two")
    with pytest.raises(ProjectionError, match="two has 2 points"):
        projection_quality(two, project(two, "pca"))
