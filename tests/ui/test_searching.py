"""Points like others, a search in texts, and the verdict beside the figures."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from explorer import EmbeddingSpace
from explorer.errors import QueryError
from explorer.neighbors.search import search_texts
from explorer.projection.quality import Quality
from explorer.ui.map.searching import cosines, like_these
from explorer.ui.picture.trust import verdict, worst


def test_what_is_like_several_points_is_nearest_to_the_mean_of_their_directions() -> None:
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(40, 6)).astype(np.float32)
    space = EmbeddingSpace([f"w{row}" for row in range(40)], vectors)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    wanted = units[[2, 5]].mean(axis=0) - units[[7]].mean(axis=0)
    expected = [row for row in np.argsort(-(units @ wanted)) if row not in (2, 5, 7)]
    assert like_these(space, [2, 5], [7]).tolist() == expected[:30]


def test_hits_tell_their_cosine_similarity_and_a_zero_vector_has_none() -> None:
    rng = np.random.default_rng(4)
    vectors = rng.normal(size=(9, 5)).astype(np.float32)
    vectors[3] = 0
    space = EmbeddingSpace([f"w{row}" for row in range(9)], vectors)
    rows = np.array([7, 3, 1])
    expected = cosine_similarity(vectors[rows], vectors[:1])[:, 0]
    assert cosines(space, 3 * vectors[0], rows) == pytest.approx(expected, abs=1e-6)


def test_points_less_themselves_are_like_nothing() -> None:
    space = EmbeddingSpace(["a", "b"], [[1.0, 0.0], [0.0, 1.0]])
    with pytest.raises(QueryError, match="Take off other points"):
        like_these(space, [0], [0])


def test_a_column_of_texts_is_searched_as_labels_are_and_nulls_hold_nothing() -> None:
    texts = pa.chunked_array([["a door", None], ["Doors", "door"]])
    assert search_texts(texts, "door").tolist() == [3, 2, 0]
    assert search_texts(texts, "^d", regex=True).tolist() == [2, 3]


@pytest.mark.parametrize(
    ("kept", "trustworthiness", "said"),
    [
        (0.5 / 15, 0.99, "Read the groups"),
        (0.8, 0.99, "mostly true"),
        (0.1, 0.6, "may be no groups"),
    ],
)
def test_a_verdict_reconciles_the_figures(kept: float, trustworthiness: float, said: str) -> None:
    shares = np.array([kept, np.nan, 0.0, 2 * kept])
    quality = Quality(trustworthiness, 0.9, shares, 0.5, 15, "cosine", 3, 3)
    assert said in verdict(quality)
    assert worst(quality, 3).tolist() == [2, 0, 3]
