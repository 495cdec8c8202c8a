"""A new vector among known ones: where it lands, and how near that is."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from explorer import EmbeddingSpace, Projection, project
from explorer.errors import QueryError
from explorer.projection.landing import land, usual_nearness


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
