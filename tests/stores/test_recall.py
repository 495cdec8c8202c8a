"""Recall of a store's own index, beside exact search on the same data."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from explorer.errors import StoreError
from explorer.space import EmbeddingSpace
from explorer.stores.known import open_store
from explorer.stores.recall import exact, measure_recall
from explorer.stores.space import StoreSpace
from explorer.stores.transfer import no_report, read, save


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


INDEXED = {
    "PostgreSQL with pgvector": "hnsw.ef_search",
    "LanceDB": "ef",
    "Milvus": "ef",
    "FAISS index files": "efSearch",
}


@pytest.mark.parametrize("name", INDEXED)
def test_recall_of_a_real_hnsw_index_rises_with_its_setting(address_of, name: str) -> None:
    address = address_of(name)
    store = open_store(address, write=True)
    space = grown(2000, 48)
    save(store, "t", space)
    steps: list[str] = []
    built = store.build_index("t", "cosine", 4, 8, lambda share, step: steps.append(step))
    assert built.startswith("HNSW, m 4, ef".replace("m 4", "M 4" if name == "Milvus" else "m 4"))
    assert steps
    store.close()
    store = open_store(address)  # the index is in the store
    about = store.describe("t")
    assert "HNSW" in about.index.upper()
    assert (about.rows, about.metric, about.knob.name) == (2000, "cosine", INDEXED[name])
    found = measure_recall(store, "t", queries=60, k=10)
    assert len(read(store, "t")) == 2000
    store.close()
    recalls = [one.recall for one in found.settings]
    assert recalls[0] < 0.99
    assert recalls == sorted(recalls)
    assert found.default.low <= found.default.recall <= found.default.high
    if recalls[-1] >= 0.95:
        assert found.reaches(0.95).recall >= 0.95


def test_faiss_files_that_others_made_are_opened(tmp_path: Path) -> None:
    points = np.random.default_rng(0).standard_normal((200, 8)).astype(np.float32)
    named = faiss.IndexIDMap2(faiss.IndexFlatL2(8))
    named.add_with_ids(points, 3 * np.arange(200))
    cells = faiss.index_factory(8, "IVF4,Flat", faiss.METRIC_INNER_PRODUCT)
    cells.train(points)
    cells.add(points)
    for name, index in (("named", named), ("cells", cells)):
        faiss.write_index(index, str(tmp_path / f"{name}.index"))
    store = open_store(f"faiss:{tmp_path}")
    assert store.collections() == ("cells", "named")
    back = read(store, "named")
    np.testing.assert_array_equal(back.vectors, points)
    assert store.search("named", points[7:8], 1, "euclidean") == [[21]]
    about = store.describe("cells")
    assert (about.index, about.metric, about.knob.name) == ("IVFFlat nlist=4", "dot", "nprobe")
    np.testing.assert_array_equal(read(store, "cells").vectors, points)
    with pytest.raises(StoreError, match="compares by dot"):
        store.search("cells", points[:1], 1, "cosine")
    store.close()
    alone = open_store(str(tmp_path / "named.index"), write=True)
    assert alone.collections() == ("named",)
    with pytest.raises(StoreError, match="holds one collection"):
        save(alone, "other", back)
    alone.close()


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
