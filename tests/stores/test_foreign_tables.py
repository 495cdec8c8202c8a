"""Tables that others made: other types, no primary key, several schemas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from explorer.errors import StoreError
from explorer.stores.known import open_store
from explorer.stores.store import Clause, Column, Part
from explorer.stores.transfer import read

SERVER = "PostgreSQL with pgvector"


def test_tables_of_postgresql_that_others_made(address_of: Callable[[str], str]) -> None:
    import psycopg

    address = address_of(SERVER)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS shop")
        connection.execute("DROP TABLE IF EXISTS shop.things")
        connection.execute(
            "CREATE TABLE shop.things (k uuid PRIMARY KEY, tags jsonb, cost numeric, v halfvec(2))"
        )
        connection.execute(
            "INSERT INTO shop.things VALUES "
            "('00000000-0000-0000-0000-000000000007', '{\"a\": 1}', 1.50, '[1,0.5]'), "
            "('00000000-0000-0000-0000-000000000008', NULL, NULL, NULL)"
        )
        connection.execute("CREATE TABLE keyless (name text, v vector)")
        connection.execute("INSERT INTO keyless VALUES ('a', '[1,2,3]'), ('b', '[4,5,6]')")
        connection.execute("CREATE VIEW seen AS SELECT * FROM keyless")
        connection.execute("CREATE TABLE mixed (v vector)")
        connection.execute("INSERT INTO mixed VALUES ('[1]'), ('[1,2]')")
    store = open_store(address)
    assert store.collections() == ("keyless", "mixed", "seen", "shop.things")
    things = read(store, "shop.things")
    assert things.metadata.to_pydict() == {
        "id": ["00000000-0000-0000-0000-000000000007"],
        "tags": ['{"a": 1}'],
        "cost": ["1.50"],
    }
    assert things.vectors.tolist() == [[1, 0.5]]
    keyless = read(store, "keyless")
    assert (keyless.labels, keyless.vectors.tolist()) == (("a", "b"), [[1, 2, 3], [4, 5, 6]])
    ids = keyless.metadata["id"].to_pylist()
    assert store.fetch("keyless", ids[1:]).vectors.tolist() == [[4, 5, 6]]
    assert store.search("keyless", np.array([[4, 5, 6]], np.float32), 1, "cosine") == [ids[1:]]
    with pytest.raises(StoreError, match="no one dimension"):
        store.describe("mixed")
    store.close()


def test_tables_of_sqlite_that_others_made(tmp_path: Path) -> None:
    import apsw
    import sqlite_vec

    file = tmp_path / "others.db"
    connection = apsw.Connection(str(file))
    connection.enable_load_extension(True)
    connection.load_extension(sqlite_vec.loadable_path())
    connection.execute(
        "CREATE VIRTUAL TABLE items USING vec0(item integer primary key, "
        "embedding float[3] distance_metric=cosine, +title text, price float)"
    )
    vectors = np.eye(3, dtype=np.float32)
    for row, vector in enumerate(vectors):
        values = (row + 5, vector.tobytes(), f"t{row}", row / 2)
        connection.execute(
            "INSERT INTO items (item, embedding, title, price) VALUES (?, ?, ?, ?)", values
        )
    connection.execute("CREATE TABLE raw (name TEXT, v BLOB); CREATE TABLE pictures (p BLOB)")
    for name, vector in zip("abc", vectors, strict=True):
        connection.execute("INSERT INTO raw VALUES (?, ?)", (name, vector.tobytes()))
    connection.execute("INSERT INTO pictures VALUES (x'0102030405'), (x'01')")
    connection.close()
    store = open_store(str(file))
    assert store.collections() == ("items", "raw")
    about = store.describe("items")
    assert (about.dim, about.columns) == (3, (Column("title", "text"), Column("price", "float")))
    space = read(store, "items", Part((Clause("price", ">", 0.2),)))
    assert (space.labels, space.metadata["id"].to_pylist()) == (("t1", "t2"), [6, 7])
    np.testing.assert_array_equal(space.vectors, vectors[1:])
    assert store.search("items", vectors[2:], 1, "cosine") == [[7]]
    assert read(store, "raw").labels == ("a", "b", "c")
    assert len(read(store, "raw", Part(size=2))) == 2
    store.close()


def test_a_duckdb_file_reads_no_other_file(tmp_path: Path) -> None:
    import duckdb

    (tmp_path / "secret.csv").write_text("a,b\n1,2\n")
    file = tmp_path / "trap.duckdb"
    connection = duckdb.connect(str(file))
    connection.execute(
        f"CREATE VIEW trap AS SELECT [1, 2]::FLOAT[2] AS v, * FROM '{tmp_path}/secret.csv'"
    )
    connection.close()
    store = open_store(str(file))
    with pytest.raises(StoreError):
        read(store, "trap")
    store.close()
