"""Every pair compared, and the formula that says how."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import pairwise_distances
from sklearn.metrics.pairwise import cosine_similarity

from explorer import EmbeddingSpace
from explorer.encoding.classical import one_hot
from explorer.errors import QueryError
from explorer.lessons.distance_matrices import formulas, pairwise


@pytest.mark.parametrize("metric", ["euclidean", "manhattan"])
def test_distances_are_those_of_scikit_learn(space: EmbeddingSpace, metric: str) -> None:
    expected = pairwise_distances(space.vectors.astype(np.float64), metric=metric)
    np.testing.assert_allclose(pairwise(space, metric), expected, atol=1e-7)


def test_similarities_are_those_of_scikit_learn(space: EmbeddingSpace) -> None:
    wide = space.vectors.astype(np.float64)
    np.testing.assert_allclose(pairwise(space, "cosine"), cosine_similarity(wide))
    np.testing.assert_allclose(pairwise(space, "dot"), wide @ wide.T)


def test_a_zero_vector_has_cosine_zero() -> None:
    assert pairwise(EmbeddingSpace(["a", "b"], [[1, 0], [0, 0]]))[0, 1] == 0


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("euclidean", "√((1 − 0)² + (0 − 1)²)"),
        ("manhattan", "|1 − 0| + |0 − 1|"),
        ("dot", "1 × 0 + 0 × 1"),
        ("cosine", "x·y / (|x| × |y|) = 0 / (1 × 1)"),
    ],
)
def test_the_formula_of_a_one_hot_pair(metric: str, expected: str) -> None:
    assert formulas(one_hot(["king", "queen", "pea"]), metric)[0][1] == expected


def test_a_long_formula_tells_its_first_terms_and_counts_the_others() -> None:
    space = EmbeddingSpace(["a", "b"], [[0.5, -1, 2, 3], [1, 0, 0, 7]])
    assert formulas(space, "manhattan")[0][1] == "|0.5 − 1| + |−1 − 0| + 2 more"


def test_an_unknown_metric_is_told_with_the_known_ones(space: EmbeddingSpace) -> None:
    with pytest.raises(QueryError, match="cosine, euclidean, dot, manhattan"):
        pairwise(space, "taxi")
