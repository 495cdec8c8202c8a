"""Out-of-sample points: by the method's formula, or among their neighbors; neighbor recall."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import random_array
from sklearn.neighbors import NearestNeighbors

from explorer import EmbeddingSpace, Projection, project
from explorer.errors import ProjectionError, QueryError
from explorer.projection import out_of_sample
from explorer.projection.out_of_sample import land, place, usual_nearness
from explorer.sparse import SparseSpace


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
    assert placed.neighbor_recall.mean() > 2 * random.neighbor_recall.mean()


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


def test_a_known_vector_lands_on_its_own_point(words: EmbeddingSpace) -> None:
    drawn = project(words, "pca")
    landing = land(words, drawn, "king", words["king"].values)
    assert landing.neighbors.labels[0] == "king"
    assert landing.nearness == pytest.approx(1)
    away = np.linalg.norm(landing.coordinates - drawn.coordinates[words.row("king")])
    assert away < 0.02 * np.ptp(drawn.coordinates, axis=0).max()


def test_a_mixture_lands_between_its_parts(space: EmbeddingSpace) -> None:
    drawn = project(space, "pca", n_components=3)
    landing = land(space, drawn, "a couple", (space["king"].values + space["queen"].values) / 2)
    assert set(landing.neighbors.labels[:2]) == {"king", "queen"}
    middle = drawn.coordinates[:2].mean(axis=0)
    np.testing.assert_allclose(landing.coordinates, middle, atol=1e-5)
    assert landing.placement.is_exact


def test_where_there_is_no_formula_it_lands_among_its_neighbors(words: EmbeddingSpace) -> None:
    some = words.take(range(500), name="some", step="first 500")
    drawn = Projection(project(some, "pca").coordinates, "umap")  # as if UMAP had drawn it
    new = words.vectors[700]
    landing = land(some, drawn, "new", new)
    assert not landing.placement.is_exact
    assert "not moved" in landing.placement.sentence
    near = drawn.coordinates[landing.placement.neighbors[0]]
    assert (near.min(axis=0) <= landing.coordinates).all()
    assert (landing.coordinates <= near.max(axis=0)).all()


def test_the_usual_nearness_is_that_of_an_exact_search(words: EmbeddingSpace) -> None:
    part = words.take(range(300), name="some", step="the first 300")
    found = NearestNeighbors(n_neighbors=2, metric="cosine").fit(part.vectors)
    expected = np.sort(1 - found.kneighbors(part.vectors)[0][:, 1])
    np.testing.assert_allclose(usual_nearness(part), expected, atol=1e-5)


def test_its_rank_is_the_share_of_points_with_a_farther_neighbor(words: EmbeddingSpace) -> None:
    drawn = project(words, "pca")
    assert land(words, drawn, "king", words["king"].values).rank > 0.95
    random = np.random.default_rng(0).normal(size=words.dim).astype(np.float32)
    assert land(words, drawn, "noise", random).rank < 0.05


def test_a_vector_of_another_space_is_told(space: EmbeddingSpace) -> None:
    with pytest.raises(QueryError, match="dimension"):
        land(space, project(space, "pca"), "?", np.ones(7, np.float32))


def test_a_lonely_point_has_nothing_to_compare_with() -> None:
    one = EmbeddingSpace(["a"], [[1.0, 0.0]])
    assert len(usual_nearness(one)) == 0


@pytest.mark.parametrize("seed", [1, 2])
def test_a_point_of_a_sparse_picture_lands_on_itself(seed: int) -> None:
    matrix = random_array((60, 40), density=0.1, rng=np.random.default_rng(0))
    space = SparseSpace([str(row) for row in range(60)], matrix)
    picture = project(space, "pca", 3, seed)
    placed = place(space, picture, space.vectors[:9])
    assert placed.is_exact
    np.testing.assert_allclose(placed.coordinates, picture.coordinates[:9], atol=1e-5)


def test_a_picture_that_kept_no_formula_does_not_claim_one(space: EmbeddingSpace) -> None:
    drawn = project(space, "pca")
    bare = Projection(drawn.coordinates, "pca", variance_share=drawn.variance_share)
    assert not place(space, bare, space.vectors[:1]).is_exact


def test_what_is_usual_is_measured_once_for_a_space(
    space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = usual_nearness(space)
    monkeypatch.setattr(out_of_sample, "cosine_to_nearest", pytest.fail)
    assert usual_nearness(space) is usual


def test_what_is_usual_in_a_sparse_space_is_that_of_its_vectors() -> None:
    matrix = random_array((50, 30), density=0.2, rng=np.random.default_rng(0))
    sparse = SparseSpace([str(row) for row in range(50)], matrix)
    dense = EmbeddingSpace(sparse.labels, sparse.vectors)
    np.testing.assert_allclose(usual_nearness(sparse), usual_nearness(dense), atol=1e-6)
