"""Whole tables of PostgreSQL are read by groups of pages: the same rows as a plain cursor's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import numpy as np
import psycopg
import pyarrow as pa
import pytest

from explorer.stores import postgres_groups
from explorer.stores.known import open_store
from explorer.stores.postgres import Postgres
from explorer.stores.store import Part
from explorer.stores.transfer import read

SERVER = "PostgreSQL with pgvector"
DIM = 200  # nine rows a page
FILL = f"""
CREATE TABLE things (id {{key}} PRIMARY KEY, v vector({DIM}), label text, "how many" int,
  price float8, good bool, made timestamp);
ALTER TABLE things ALTER v SET STORAGE PLAIN;
INSERT INTO things SELECT i, CASE WHEN i % 50 <> 3 THEN (
    SELECT array_agg(sin(i + j))::vector FROM generate_series(1, {DIM}) j) END,
  CASE WHEN i % 7 = 2 THEN NULL WHEN i % 7 = 3 THEN '' ELSE 'ü ' || i END, nullif(i % 5, 1),
  CASE WHEN i % 9 > 2 THEN i / 4.0 END, CASE WHEN i % 3 > 0 THEN i % 2 = 0 END,
  CASE WHEN i % 4 > 0 THEN timestamp '1999-12-31' + i * interval '1 hour' END
FROM generate_series(1, 1300) i;
DELETE FROM things WHERE id::int BETWEEN 100 AND 900;
"""


@pytest.fixture(params=["int8", "text"])
def filled(request: pytest.FixtureRequest, address_of: Callable[[str], str]) -> Iterator[Postgres]:
    """A table of three groups, with NULLs in each column, one group emptied but for a few rows."""
    address = address_of(SERVER)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(FILL.format(key=request.param))
    store = open_store(address, write=True)
    assert isinstance(store, Postgres)
    yield store
    store.close()


def test_groups_hold_the_rows_that_a_plain_cursor_reads(filled: Postgres) -> None:
    table = filled._table("things")
    assert filled._by_groups(table)
    wanted = filled._connection.execute(
        'SELECT id, v::real[], label, "how many", price, good, made FROM things WHERE v IS NOT NULL'
    ).fetchall()
    found = list(filled.batches("things", Part(), 150))
    assert max(map(len, found)) <= 150
    vectors = np.concatenate([one.vectors for one in found])
    np.testing.assert_array_equal(vectors, np.array([row[1] for row in wanted], np.float32))
    payload = pa.concat_tables([one.payload for one in found])
    columns = [pa.chunked_array([one.ids for one in found]), *payload.columns]
    rows = list(zip(*(one.to_pylist() for one in columns), strict=True))
    assert rows == [(row[0], *row[2:]) for row in wanted]


def test_the_server_reads_only_the_pages_of_a_group(filled: Postgres) -> None:
    select = postgres_groups.statement_of(filled._table("things")).replace("%%", "%")
    plan = " ".join(row[0] for row in filled._connection.execute("EXPLAIN " + select))
    assert "Tid Range Scan" in plan
    assert "Seq Scan" not in plan


def test_a_table_with_values_outside_its_pages_is_read_row_by_row(filled: Postgres) -> None:
    """A group of them could be larger than a message may be."""
    filled._connection.execute("ALTER TABLE things ALTER label SET STORAGE EXTERNAL")
    filled._connection.execute("UPDATE things SET label = repeat('x', 9000) WHERE id::int = 1000")
    assert not filled._by_groups(filled._table("things"))
    assert "x" * 9000 in read(filled, "things").labels


def test_the_first_rows_are_as_many_as_asked_for(filled: Postgres) -> None:
    with closing(filled.batches("things", Part(), 5)) as batches:
        assert len(next(batches)) == 5
    assert filled.count("things") > 5  # the connection goes on
