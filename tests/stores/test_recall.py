"""Recall of a store's own index, beside exact search on the same data."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from explorer.space import EmbeddingSpace
from explorer.stores.known import open_store
from explorer.stores.recall import exact, measure_recall
from explorer.stores.space import StoreSpace
from explorer.stores.transfer import no_report, save


def grown(n: int, dim: int) -> EmbeddingSpace:
    vectors = np.random.default_rng(0).standard_normal((n, dim)).astype(np.float32)
    vectors[1] = vectors[0]  # equally near: which of the two is found makes no difference
    return EmbeddingSpace([f"w{i}" for i in range(n)], vectors)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_a_store_that_compares_with_all_rows_finds_all(address: str, metric: str) -> None:
    store = open_store(address, write=True)
    save(store, "t", grown(300, 8), metric=metric)
    found = measure_recall(store, "t", queries=40, k=5, metric=metric)
    store.close()
    assert (found.default.recall, found.index, found.settings) == (1.0, "", ())


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_exact_search_over_batches_is_scikit_learns(
    address: str, metric: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.stores.recall.batch_rows", lambda dim: 40)
    space = grown(130, 8)
    store = open_store(address, write=True)
    save(store, "t", space, metric=metric)
    own = list(range(20))
    ids, _ = exact(store, "t", space.vectors[:20], own, 5, metric, 130, no_report)
    store.close()
    reference = NearestNeighbors(metric=metric).fit(space.vectors)
    true = reference.kneighbors(space.vectors[:20], 6, return_distance=False)
    for row, (found, near) in enumerate(zip(ids, true, strict=True)):
        assert set(found) == set(near.tolist()) - {row}


def test_recall_of_a_real_hnsw_index_rises_with_ef(address_of) -> None:
    store = open_store(address_of("PostgreSQL with pgvector"), write=True)
    save(store, "t", grown(3000, 48))
    steps: list[str] = []
    built = store.build_index("t", "cosine", 4, 8, lambda share, step: steps.append(step))
    assert built == "HNSW, m 4, ef_construction 8"
    assert store.describe("t").index.startswith("hnsw m=4")
    found = measure_recall(store, "t", queries=60, k=10)
    store.close()
    recalls = [one.recall for one in found.settings]
    assert found.knob == "hnsw.ef_search"
    assert recalls[0] < 0.9
    assert recalls == sorted(recalls)
    assert found.default.low <= found.default.recall <= found.default.high
    assert found.default.recall == next(o.recall for o in found.settings if o.setting == 40)
    if recalls[-1] >= 0.95:
        assert found.reaches(0.95).recall >= 0.95


def test_a_store_space_holds_a_sample_and_asks_among_all_rows(address: str) -> None:
    space = grown(200, 8)
    store = open_store(address, write=True)
    save(store, "t", space)
    drawn = StoreSpace.drawn(store, "t", 20, seed=5)
    assert (len(drawn.sample), drawn.rows) == (20, 200)
    assert "20 of 200 rows, drawn at random by the store with seed 5" in drawn.sample.notes
    reference = NearestNeighbors(metric="cosine").fit(space.vectors)
    for row in range(20):
        own = drawn.sample.metadata["id"][row].as_py()
        near = reference.kneighbors(space.vectors[own : own + 1], 6, return_distance=False)[0]
        for found in (drawn.neighbors(row, 5), drawn.exact_neighbors(row, 5)):
            assert set(found.ids) == set(near.tolist()) - {own}
            assert found.labels == tuple(f"w{key}" for key in found.ids)
    own = drawn.named("w150")  # a row that need not be in the sample
    assert own.ids.to_pylist() == [150]
    assert drawn.nearest(own.vectors[0], 1).labels == ("w150",)
    assert drawn.named("no such") is None
    store.close()
