"""New points: exact where the method has a formula, among their neighbors where not."""

from __future__ import annotations

import numpy as np
import pytest

from explorer import EmbeddingSpace, Projection, project
from explorer.errors import ProjectionError
from explorer.projection.out_of_sample import place


@pytest.fixture(scope="module")
def few_words(words: EmbeddingSpace) -> EmbeddingSpace:
    return words.take(range(600), name="few words", step="first 600")


@pytest.mark.parametrize(
    "options",
    [
        {"method": "pca"},
        {"method": "pca", "components": [3, 2], "prepared": ["all-but-the-top", "unit"]},
        {"method": "axes", "axes": ["he - she", "the"], "prepared": ["center"]},
    ],
    ids=str,
)
def test_with_a_formula_a_point_of_the_picture_lands_on_itself(
    few_words: EmbeddingSpace, options: dict
) -> None:
    picture = project(few_words, **options)
    placed = place(few_words, picture, few_words.vectors[:5])
    np.testing.assert_allclose(placed.coordinates, picture.coordinates[:5], atol=1e-4)
    assert placed.is_exact


def test_umap_places_new_points_near_their_neighbors_and_moves_nobody(
    words: EmbeddingSpace, few_words: EmbeddingSpace
) -> None:
    picture = project(few_words, "umap", n_epochs=200)
    before = picture.coordinates.copy()
    new = words.vectors[600:700]
    placed = place(few_words, picture, new)
    np.testing.assert_array_equal(picture.coordinates, before)
    assert not placed.is_exact
    assert "not moved" in placed.sentence
    directions = few_words.vectors / np.linalg.norm(few_words.vectors, axis=1, keepdims=True)
    nearest = (new @ directions.T).argmax(axis=1)
    np.testing.assert_array_equal(placed.neighbors[:, 0], nearest)
    random = place(few_words, picture, np.random.default_rng(0).normal(size=(100, 384)))
    assert placed.confidence.mean() > 2 * random.confidence.mean()


def test_a_point_between_two_far_groups_is_put_into_one() -> None:
    rng = np.random.default_rng(1)
    groups = np.repeat([0, 1], 30)
    vectors = np.eye(2)[groups] + rng.normal(scale=0.01, size=(60, 2))
    space = EmbeddingSpace([str(row) for row in range(60)], vectors)
    middles = np.array([[0, 0], [12, 0]])
    drawn = (middles[groups] + rng.normal(size=(60, 2))).astype(np.float32)
    placed = place(space, Projection(drawn, "umap"), [[1, 1.001]], k=20).coordinates[0]
    # a mean of both would be 6 away
    assert min(np.linalg.norm(placed - middle) for middle in middles) < 2


@pytest.mark.parametrize(
    ("vectors", "words"), [([[1, 2]], r"shape \(1, 2\)"), ([[1, 2, np.nan]], "NaN or infinite")]
)
def test_what_is_no_vector_of_the_space_is_told(
    space: EmbeddingSpace, vectors: list, words: str
) -> None:
    with pytest.raises(ProjectionError, match=words):
        place(space, project(space, "pca"), vectors)
