"""The same holds for every store: what is saved comes back, once, and nothing else is touched."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pyarrow as pa
import pytest

from explorer.errors import StoreError
from explorer.space import EmbeddingSpace
from explorer.stores import transfer
from explorer.stores.known import open_store
from explorer.stores.store import Clause, Part, Store, unit
from explorer.stores.transfer import as_rows, read, save

DAY = datetime.datetime(2026, 3, 1, 12, 30, 15, 250000)


@contextmanager
def opened(address: str, write: bool = True) -> Iterator[Store]:
    store = open_store(address, write=write)
    try:
        yield store
    finally:
        store.close()


def made(n: int = 60, dim: int = 5) -> EmbeddingSpace:
    random = np.random.default_rng(3)
    table = pa.table(
        {
            "id": [1000 + 7 * i for i in range(n)],
            "price": pa.array([None if i == 3 else i / 2 for i in range(n)], pa.float64()),
            "many": pa.array(list(range(n)), pa.int64()),
            "good": [i % 2 == 0 for i in range(n)],
            'a "quoted" 100% ?': [
                ("" if i == 2 else None if i == 1 else f"ü\n'{i}") for i in range(n)
            ],
            "made": pa.array(
                [DAY + datetime.timedelta(days=i) for i in range(n)], pa.timestamp("us")
            ),
        }
    )
    vectors = random.standard_normal((n, dim)).astype(np.float32)
    return EmbeddingSpace([f"word {i}" for i in range(n)], vectors, metadata=table)


def check_saved(store: Store, name: str, space: EmbeddingSpace) -> None:
    """A store may have other names or types for payload, and then says which, by `fit`."""
    back = read(store, name)
    order = np.argsort(np.array(back.metadata["id"].to_pylist()))
    found = back.metadata.take(pa.array(order))
    ids, payload = as_rows(space)
    saved = store.fit(payload)
    assert found["id"].to_pylist() == ids.to_pylist()  # `made` counts upwards
    assert [back.label(int(row)) for row in order] == saved["label"].to_pylist()
    columns = [one for one in saved.column_names if one != "label"]
    assert sorted(found.column_names) == sorted(["id", *columns])
    assert found.select(columns).to_pydict() == saved.select(columns).to_pydict()
    assert found.select(columns).schema.types == saved.select(columns).schema.types
    if store.describe(name).unit:
        np.testing.assert_allclose(back.vectors[order], unit(space.vectors), rtol=1e-5)
        assert transfer.UNIT in back.notes
    else:
        np.testing.assert_array_equal(back.vectors[order], space.vectors)


def test_what_is_saved_comes_back_with_ids_types_and_labels(address: str) -> None:
    space = made()
    with opened(address) as store:
        assert save(store, "words", space) == 60
    with opened(address, write=False) as store:
        about = store.describe("words")
        assert (about.rows, about.dim, about.id_kind) == (60, 5, "int")
        check_saved(store, "words", space)


def test_text_ids_stay_texts(address: str) -> None:
    space = EmbeddingSpace(["a", "b"], [[1, 0], [0, 1]], metadata=pa.table({"id": ["x-1", "o'2"]}))
    with opened(address) as store:
        save(store, "t", space)
        assert sorted(read(store, "t").metadata["id"].to_pylist()) == ["o'2", "x-1"]
        assert store.fetch("t", ["o'2"]).vectors.tolist() == [[0, 1]]


def refuses(address: str, name: str) -> bool:
    """Whether a store can have no collection of that name: some take few characters."""
    few = address.endswith((".lancedb", ".milvus"))
    files = address.endswith(".qdrant") or address.startswith("faiss:")
    return few or (files and ('"' in name or "/" in name))


@pytest.mark.parametrize("name", ['x"; drop table y', "a%sb", "Ünï cöde", "../x"])
def test_a_name_is_only_a_name(address: str, name: str) -> None:
    with opened(address) as store:
        save(store, "y", made(3))
        if refuses(address, name):
            with pytest.raises(StoreError, match="can be no name there"):
                save(store, name, made(4))
            assert store.collections() == ("y",)
            return
        save(store, name, made(4))
        assert len(read(store, name)) == 4
        assert store.collections() == tuple(sorted(("y", name)))
        assert store.search(name, made(4).vectors[:1], 1, "cosine") == [[1000]]
        store.drop(name)
        assert store.collections() == ("y",)


def test_values_of_a_filter_are_only_values(address: str) -> None:
    with opened(address) as store:
        save(store, "t", made())
        where = (Clause("many", ">=", 50), Clause("good", "=", True))
        assert len(read(store, "t", Part(where))) == 5
        column = store.describe("t").columns[4]
        assert column.kind == "text"
        kept = Clause(column.name, "=", "ü\n'7")
        assert read(store, "t", Part((kept,))).labels == ("word 7",)
        evil = Clause(column.name, "=", "' OR 1=1 --\\")
        with pytest.raises(StoreError, match="No row"):
            read(store, "t", Part((evil,)))
        with pytest.raises(StoreError, match="no column"):
            read(store, "t", Part((Clause("1=1; --", "=", 1),)))
        with pytest.raises(StoreError, match="compares nothing"):
            read(store, "t", Part((Clause("many", "= 1 OR 1 =", 1),)))


def test_a_sample_has_its_size_and_its_seed(address: str) -> None:
    with opened(address) as store:
        save(store, "t", made())
        one, same, other = (
            sorted(read(store, "t", Part(size=20, seed=seed)).metadata["id"].to_pylist())
            for seed in (1, 1, 2)
        )
    assert one == same != other
    assert len(set(one)) == 20


def test_nothing_is_overwritten_unasked(address: str) -> None:
    with opened(address) as store:
        save(store, "t", made(5))
        with pytest.raises(StoreError, match="already"):
            save(store, "t", made(6))
        assert store.count("t") == 5
        assert save(store, "t", made(6), if_exists="replace") == 6
        assert store.count("t") == 6


class Killed(BaseException):
    """Stands for whatever ends a run."""


def test_a_save_that_was_stopped_goes_on_without_doubles(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "batch_rows", lambda dim: 7)
    space = made()

    def stop(share: float, step: str) -> None:
        if share > 0.4:
            raise Killed

    with opened(address) as store, pytest.raises(Killed):
        save(store, "t", space, report=stop)
    with opened(address) as store:
        there = store.count("t")
        assert 0 < there < 60
        assert save(store, "t", space, if_exists="continue") == 60 - there
        assert save(store, "t", space, if_exists="continue") == 0
        check_saved(store, "t", space)


def test_other_vectors_under_the_same_ids_are_not_continued(address: str) -> None:
    space = made(6)
    with opened(address) as store:
        save(store, "t", space)
        other = EmbeddingSpace(space.labels, -space.vectors, metadata=space.metadata)
        with pytest.raises(StoreError, match="other vectors"):
            save(store, "t", other, if_exists="continue")


def test_a_store_opened_for_reading_cannot_be_written(address: str) -> None:
    with opened(address) as store:
        save(store, "t", made(3))
    with opened(address, write=False) as store:
        with pytest.raises(StoreError):
            save(store, "other", made(3))
        with pytest.raises(StoreError):
            store.drop("t")
        assert store.count("t") == 3


def test_reading_can_be_stopped_and_the_store_still_answers(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "batch_rows", lambda dim: 7)

    def stop(share: float, step: str) -> None:
        raise Killed

    with opened(address) as store:
        save(store, "t", made())
        with pytest.raises(Killed):
            read(store, "t", report=stop)
        assert len(read(store, "t")) == 60


@pytest.mark.parametrize("metric", ["cosine", "euclidean", "dot"])
def test_search_finds_what_numpy_finds(address: str, metric: str) -> None:
    space = made()
    points, queries = space.vectors, space.vectors[:4] + 0.1
    if metric == "cosine":
        scores = queries @ points.T / np.linalg.norm(points, axis=1)
    elif metric == "dot":
        scores = queries @ points.T
    else:
        scores = -np.linalg.norm(queries[:, None] - points[None], axis=2)
    ids = np.array(space.metadata["id"].to_pylist())
    true = ids[np.argsort(-scores, axis=1)[:, :5]].tolist()
    with opened(address) as store:
        save(store, "t", space, metric=metric)
        if metric == "dot" and "sqlite" in address:
            with pytest.raises(StoreError, match="cosine and euclidean"):
                store.search("t", queries, 5, metric)
        else:
            assert store.search("t", queries, 5, metric) == true


def test_an_unknown_collection_is_told_with_the_known_ones(address: str) -> None:
    with opened(address) as store:
        save(store, "t", made(3))
        with pytest.raises(StoreError, match=r"“s”.*“t”"):
            read(store, "s")
