"""HDBSCAN from nearest neighbors finds the groups that scikit-learn's finds from all distances."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse.csgraph import minimum_spanning_tree
from sklearn.cluster import HDBSCAN
from sklearn.metrics import adjusted_rand_score, pairwise_distances

from explorer.errors import JobCancelled
from explorer.projection import hdbscan


@pytest.fixture
def scattered() -> NDArray[np.float32]:
    """Six groups of 80 points and 60 between them, in 10 dimensions."""
    rng = np.random.default_rng(4)
    groups = rng.normal(size=(6, 10)).repeat(80, axis=0) * 2
    points = np.concatenate([groups + rng.normal(scale=0.3, size=groups.shape), groups[:60] * 0])
    points[-60:] = rng.normal(scale=1.5, size=(60, 10))
    return points.astype(np.float32)


@pytest.mark.parametrize("size", [8, 20])
def test_the_groups_are_those_of_all_distances(
    scattered: NDArray[np.float32], size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hdbscan, "EXACT_TO", 0)
    exact = HDBSCAN(min_cluster_size=size, copy=True).fit_predict(scattered)
    found = hdbscan.dense_groups(scattered, size)
    assert found.max() == exact.max() == 5
    assert adjusted_rand_score(exact, found) > 0.95


def test_the_tree_is_as_short_as_the_shortest(scattered: NDArray[np.float32]) -> None:
    apart = pairwise_distances(scattered.astype(np.float64))
    core = np.partition(apart, 9, axis=1)[:, 9]
    shortest = minimum_spanning_tree(np.maximum(np.maximum(apart, core), core[:, None]))
    tree = hdbscan.spanning_tree(scattered, 10)
    assert tree.nnz == len(scattered) - 1
    assert tree.sum() == pytest.approx(shortest.sum(), rel=2e-3)


def test_many_equal_points_are_one_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hdbscan, "EXACT_TO", 0)
    places = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    found = hdbscan.dense_groups(places.repeat(60, axis=0), 20)
    assert adjusted_rand_score(np.arange(5).repeat(60), found) == 1


def test_it_can_be_stopped_on_its_way(scattered: NDArray[np.float32]) -> None:
    def stop(share: float, step: str) -> None:
        raise JobCancelled("stopped")

    with pytest.raises(JobCancelled):
        hdbscan.spanning_tree(scattered, 10, report=stop)
