"""The index over all points, compared with scikit-learn's exact neighbors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from explorer import EmbeddingSpace
from explorer.errors import QueryError
from explorer.jobs import threads
from explorer.jobs.progress import Report
from explorer.neighbors import graph, inverted
from explorer.neighbors.exact import comparable, neighbor_graph
from explorer.neighbors.inverted import inverted_graph

N, K = 4000, 16


class StoppedError(Exception):
    """What a report raises to stop the work."""


def named(vectors: Any) -> EmbeddingSpace:
    return EmbeddingSpace([str(row) for row in range(len(vectors))], vectors)


@pytest.fixture(scope="module")
def clustered() -> EmbeddingSpace:
    """Forty clusters that overlap, of different lengths."""
    rng = np.random.default_rng(0)
    centers = rng.normal(size=(40, 24))
    vectors = centers[rng.integers(40, size=N)] + 0.6 * rng.normal(size=(N, 24))
    return named((vectors * rng.uniform(0.5, 2, (N, 1))).astype(np.float32))


def truth(space: EmbeddingSpace, k: int, metric: str) -> Any:
    """Return the true distances, (n, k)."""
    search = NearestNeighbors(n_neighbors=k, metric=metric, algorithm="brute").fit(space.vectors)
    return search.kneighbors(space.vectors)[0]


def recall(distances: Any, true: Any) -> float:
    """Return the share of neighbors at most as far as the true k-th."""
    return float((distances <= true[:, -1:] + 1e-5).mean())


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_of_100_true_neighbors_98_are_found_and_their_distances_are_true(
    clustered: EmbeddingSpace, metric: str
) -> None:
    found = inverted_graph(clustered, K, metric, 42)
    true = truth(clustered, K, metric)
    assert recall(found.distances, true) >= 0.98
    assert recall(found.distances, true) < 1  # or nothing would be saved, and nothing tested
    assert found.recall == pytest.approx(recall(found.distances, true), abs=0.01)
    assert found.indices[:, 0].tolist() == list(range(N))
    one, other = clustered.vectors[:, None], clustered.vectors[found.indices]
    if metric == "euclidean":
        expected = np.linalg.norm(one - other, axis=2)
    else:
        lengths = np.linalg.norm(one, axis=2) * np.linalg.norm(other, axis=2)
        expected = 1 - (one * other).sum(axis=2) / lengths
    np.testing.assert_allclose(found.distances, expected, atol=5e-3)
    np.testing.assert_allclose(found.distances[:, 1:], expected[:, 1:], rtol=1e-3, atol=1e-5)
    assert (np.diff(found.distances, axis=1) >= 0).all()


def test_without_structure_it_looks_nearly_everywhere_and_still_finds_98() -> None:
    noise = named(np.random.default_rng(1).normal(size=(3000, 60)).astype(np.float32))
    found = inverted_graph(noise, K, "cosine", 42)
    assert recall(found.distances, truth(noise, K, "cosine")) >= 0.98


def test_equal_seeds_give_equal_graphs_on_any_number_of_threads(
    clustered: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = inverted_graph(clustered, K, "cosine", 42)
    monkeypatch.setattr(threads, "cores", lambda: 3)
    second = inverted_graph(clustered, K, "cosine", 42)
    np.testing.assert_array_equal(first.indices, second.indices)
    np.testing.assert_array_equal(first.distances, second.distances)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize(
    "kind", ["duplicates only", "zero vectors", "half zeros", "pairs", "one point", "k points"]
)
def test_odd_vectors_get_true_neighbors_each_itself_first(kind: str, metric: str) -> None:
    apart = np.random.default_rng(1).normal(size=(200, 5))
    vectors = {
        "duplicates only": np.ones((500, 3)),
        "zero vectors": np.zeros((500, 3)),
        "half zeros": np.concatenate([apart, np.zeros((200, 5))]),
        "pairs": np.repeat(apart, 2, axis=0),
        "one point": np.ones((1, 3)),
        "k points": apart[:8],
    }[kind].astype(np.float32)
    space = named(vectors)
    k = min(8, len(vectors))
    found = inverted_graph(space, k, metric, 42)
    assert found.indices[:, 0].tolist() == list(range(len(vectors)))
    assert all(len(set(row)) == k for row in found.indices.tolist())
    exact = neighbor_graph(space, k, metric)[1]
    assert (found.distances <= exact[:, -1:] + 1e-3).mean() >= 0.98


def test_cells_that_hold_fewer_than_k_points_are_not_all_that_is_searched() -> None:
    clumps = np.repeat(np.eye(100, dtype=np.float32), 3, axis=0)  # three of a kind, and k is eight
    found = inverted_graph(named(clumps), 8, "euclidean", 42)
    assert found.indices.min() >= 0
    assert np.isfinite(found.distances).all()


def test_points_are_sorted_into_cells_without_a_second_copy(clustered: EmbeddingSpace) -> None:
    """Of 200,000 x 384 it would take 0.3 GB more."""
    points, squares, _ = comparable(clustered, "cosine")
    before = points.copy()
    index = inverted.built(points, squares, np.random.default_rng(0), lambda share, step: None)
    assert np.shares_memory(index.points, points)
    np.testing.assert_array_equal(index.points, before[index.rows])


def test_products_are_computed_in_blocks(
    clustered: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cell may hold nearly all points, such as all zero vectors."""
    whole = inverted_graph(clustered, K, "cosine", 42)
    monkeypatch.setattr(inverted, "BLOCK_VALUES", 5000)
    largest = 0
    keep_nearest = inverted.keep_nearest

    def measured(block: Any, *others: Any) -> None:
        nonlocal largest
        largest = max(largest, block.size)
        keep_nearest(block, *others)

    monkeypatch.setattr(inverted, "keep_nearest", measured)
    found = inverted_graph(clustered, K, "cosine", 42)
    assert 0 < largest <= 5000
    np.testing.assert_allclose(found.distances, whole.distances, atol=1e-5)


def stopping(at: float) -> Report:
    def report(share: float, step: str) -> None:
        if share >= at:
            raise StoppedError

    return report


@pytest.mark.parametrize("at", [0.0, 0.05, 0.15, 0.22, 0.25, 0.5, 0.99])
def test_a_report_stops_each_step(clustered: EmbeddingSpace, at: float) -> None:
    with pytest.raises(StoppedError):
        inverted_graph(clustered, K, "cosine", 42, report=stopping(at))


def test_progress_only_grows(clustered: EmbeddingSpace) -> None:
    shares: list[float] = []
    inverted_graph(clustered, K, "cosine", 42, report=lambda share, step: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_another_metric_is_refused(clustered: EmbeddingSpace) -> None:
    with pytest.raises(QueryError, match="cosine or euclidean"):
        inverted_graph(clustered, K, "dot", 42)


def test_beyond_the_border_the_recall_is_told(
    clustered: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert graph.nearest_graph(clustered, K, "cosine", 42)[2] == ()
    monkeypatch.setattr(graph, "EXACT_TO", N - 1)
    indices, _, (note,) = graph.nearest_graph(clustered, K, "cosine", 42)
    found = inverted_graph(clustered, K, "cosine", 42)
    np.testing.assert_array_equal(indices, found.indices)
    assert note == graph.approximate(found.recall, 500)
    assert "measured on 500 points" in note


def test_the_recall_that_is_told_is_rounded_down() -> None:
    assert "found 98.9 % of the true ones" in graph.approximate(0.98999, 500)
