"""Drift of two sets that are not the same items: against references and on made data."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from sklearn.metrics import roc_auc_score
from sklearn.metrics.pairwise import rbf_kernel

from explorer import EmbeddingSpace
from explorer.comparison.drift import Drift, auc_and_interval, drift, mmd_test, shift_test
from explorer.errors import QueryError

KINDS = ("fish", "tree", "star", "coin")
CENTERS = 2 * np.random.default_rng(99).normal(size=(5, 8))


def things(seed: int, n: int, kinds: int = 4) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the kind and the vector of n things around the centers of their kinds."""
    random = np.random.default_rng(seed)
    kind = np.arange(n) % kinds
    return kind, CENTERS[kind] + 0.5 * random.normal(size=(n, 8))


def space_of(kind: NDArray[np.intp], vectors: object, name: str) -> EmbeddingSpace:
    """Return a space whose texts say of which kind each is."""
    names = (*KINDS, "cloud")
    labels = [f"{names[one]} of the {name} set {row}" for row, one in enumerate(kind)]
    return EmbeddingSpace(labels, vectors, name=name)


def found_in(kind: NDArray[np.intp], vectors: object) -> Drift:
    """Return the drift of a current set of things."""
    return drift(
        space_of(*things(0, 400), "first"), space_of(kind, vectors, "later"), permutations=999
    )


def test_without_drift_p_is_uniform() -> None:
    found = []
    for seed in range(100):
        random = np.random.default_rng(seed)
        one, other = random.normal(size=(2, 40, 4)).astype(np.float32)
        found.append((mmd_test(one, other, 99, seed)[1], shift_test(one, other, 99, seed)[1]))
    for values in np.transpose(found):
        assert stats.kstest(values, "uniform").pvalue > 0.01
        assert values.min() >= 1 / 100


def test_two_samples_of_one_source_have_not_drifted() -> None:
    found = found_in(*things(1, 300))
    assert not found.has_drifted
    assert found.auc_low < 0.5 < found.auc_high


def test_a_shift_in_one_cluster_is_found_and_named() -> None:
    kind, vectors = things(2, 400)
    vectors[kind == 2] += 0.4 * np.random.default_rng(5).normal(size=8)
    found = found_in(kind, vectors)
    assert found.drifted  # which the sets as a whole need not show
    assert all("star" in region.name for region in found.drifted)
    assert not any(region.is_new for region in found.drifted)


def test_a_new_cluster_is_found_with_examples_of_it() -> None:
    kind, vectors = things(3, 400, kinds=5)
    found = found_in(kind, vectors)
    first = found.drifted[0]
    assert first.is_new
    assert "cloud" in first.name
    assert found.regions[0] is first
    assert set(kind[list(first.examples)]) == {4}
    assert found.auc > 0.55


def test_the_mmd_is_that_of_scikit_learns_kernel() -> None:
    random = np.random.default_rng(0)
    one, other = random.normal(size=(30, 3)), random.normal(1.5, 1, size=(20, 3))
    points = np.concatenate([one, other])
    apart = ((points[:, None] - points) ** 2).sum(axis=2)[np.triu_indices(50, 1)]
    kernel = rbf_kernel(points, gamma=1 / np.median(apart))
    left, right, across = kernel[:30, :30], kernel[30:, 30:], kernel[:30, 30:]
    expected = (left.sum() - 30) / (30 * 29) + (right.sum() - 20) / (20 * 19) - 2 * across.mean()
    found, p = mmd_test(one.astype(np.float32), other.astype(np.float32), 99, 0)
    assert found == pytest.approx(expected, rel=1e-5)
    assert p == 0.01


def test_the_area_under_the_curve_is_scikit_learns_and_its_interval_hanley_and_mcneils() -> None:
    random = np.random.default_rng(0)
    is_current = np.arange(500) % 5 < 2
    scores = random.normal(size=500) + 0.5 * is_current
    auc, (low, high) = auc_and_interval(scores, is_current, 0)
    assert auc == pytest.approx(roc_auc_score(is_current, scores))
    m, n = 200, 300
    one, two = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (m - 1) * (one - auc**2) + (n - 1) * (two - auc**2)
    assert (high - low) / (2 * 1.96) == pytest.approx((variance / (m * n)) ** 0.5, rel=0.15)


def test_other_dimensions_and_few_items_are_told() -> None:
    one = space_of(*things(0, 40), "first")
    with pytest.raises(QueryError, match="8 dimensions and narrow 3"):
        drift(one, EmbeddingSpace(list("abc"), np.eye(3), name="narrow"))
    with pytest.raises(QueryError, match="few has 5 vectors other than zero"):
        drift(one, space_of(*things(0, 5), "few"))
