"""An HNSW index is built in enough of the server's memory, and the server is left as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from explorer.space import EmbeddingSpace
from explorer.stores import postgres_index
from explorer.stores.known import open_store
from explorer.stores.postgres import Postgres
from explorer.stores.transfer import save

SERVER = "PostgreSQL with pgvector"
SMALL = "-c maintenance_work_mem=1MB -c min_parallel_table_scan_size=0"  # less than is needed


@contextmanager
def saved(address: str, options: str) -> Iterator[Postgres]:
    """A table of 4,000 rows, whose graph takes 1.5 MB, on a server with these settings."""
    glue = "&" if "?" in address else "?"
    escaped = options.replace(" ", "%20").replace("=", "%3D")
    store = open_store(f"{address}{glue}options={escaped}", write=True)
    assert isinstance(store, Postgres)
    vectors = np.random.default_rng(0).standard_normal((4000, 8)).astype(np.float32)
    save(store, "t", EmbeddingSpace([f"w{i}" for i in range(4000)], vectors))
    try:
        yield store
    finally:
        store.close()


def built(store: Postgres) -> str:
    return store.build_index("t", "cosine", 4, 8, lambda share, step: None)


def test_an_index_gets_the_memory_it_needs_for_its_own_transaction(
    address_of: Callable[[str], str],
) -> None:
    with saved(address_of(SERVER), SMALL) as store:
        assert "built in 10." in built(store)  # MB, the least
        query = np.ones((1, 8), np.float32)
        assert len(store.search("t", query, 20, "cosine", 10)[0]) == 20  # ef_search is raised to k
        assert store._rows("", "SHOW maintenance_work_mem") == [("1MB",)]


def test_an_index_that_outgrows_what_the_server_may_give_is_told(
    address_of: Callable[[str], str],
) -> None:
    with saved(address_of(SERVER), f"{SMALL} -c effective_cache_size=2MB") as store:
        assert "outgrew 1.0 MB" in built(store)
        assert store.describe("t").index.startswith("hnsw")


def test_an_index_is_built_by_one_process_where_no_memory_can_be_shared(
    address_of: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_index, "granted", lambda needed, own, cache: 2 << 40)
    with saved(address_of(SERVER), SMALL) as store:
        assert built(store).startswith("HNSW")
        assert store.describe("t").index.startswith("hnsw")


@pytest.mark.parametrize(
    ("needed", "own", "cache", "given"),
    [(50, 64, 4000, 64), (500, 64, 4000, 500), (5000, 64, 4000, 1000), (5000, 2000, 4000, 2000)],
)
def test_a_build_takes_a_quarter_of_the_cache_at_most(
    needed: int, own: int, cache: int, given: int
) -> None:
    assert postgres_index.granted(needed, own, cache) == given
