"""Reading a whole table by groups: the server joins the rows of some pages before it sends them.

libpq hands over one message a row, and that took most of the time of a reading. Here a message
holds all rows of 64 pages of the table, and each field a column of them, ready for NumPy and
Arrow. A range of `ctid` finds the pages (PostgreSQL 14, "TID Range Scan"). It is one statement, so
all rows are of one snapshot, in the order of the table.
"""

from __future__ import annotations

import struct
from collections.abc import Generator, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from explorer.errors import StoreError
from explorer.stores.postgres_copy import as_arrow, messages
from explorer.stores.postgres_tables import TYPES, Table, quoted
from explorer.stores.store import Batch, Column

PAGES = 64  # of one message: half a megabyte of table
SINCE = 140_000  # the version of the server that reads a range of pages alone
SENT = {"int": "int8send", "float": "float8send", "bool": "boolsend", "time": "timestamp_send"}
# Ordinary tables whose values all lie in their own pages, so that a group's size has a bound: a
# page has 8 kB, which compressed may hold a few hundred times as much.
BOUNDED = """
SELECT c.relkind IN ('r', 'm') AND m.amname = 'heap'
AND (c.reltoastrelid = 0 OR pg_relation_size(c.reltoastrelid) = 0)
FROM pg_class c LEFT JOIN pg_am m ON m.oid = c.relam WHERE c.oid = %s
"""

Group: TypeAlias = tuple[int, list[Any]]  # number of rows, and the fields as bytes


def statement_of(table: Table) -> str:
    """Return the SELECT of all groups: their number of rows, then two fields a column.

    The first field holds the size of each value, -1 for NULL, the second the values. The vectors
    have the second only.
    """
    wanted = [sent(table.id_sql, table.id_kind)]
    wanted += [sent(quoted(one.name), one.kind) for one in table.columns]
    inner = ", ".join(f"{one} AS c{place}" for place, one in enumerate(wanted))
    fields = [
        f"string_agg(int4send(coalesce(octet_length(c{place}), -1)), ''), string_agg(c{place}, '')"
        for place in range(len(wanted))
    ]
    outer = ", ".join(["count(*)::int4 AS n", "string_agg(v, '')", *fields])
    vector = quoted(table.vector)
    return (
        f"SELECT one.* FROM generate_series(0, pg_relation_size({table.oid}) / "
        f"current_setting('block_size')::int8, {PAGES}) AS page, LATERAL (SELECT {outer} FROM "
        f"(SELECT vector_send({vector}::vector) AS v, {inner} FROM {table.sql} "
        f"WHERE ctid >= format('(%%s,0)', page)::tid AND ctid < "
        f"format('(%%s,0)', page + {PAGES})::tid AND {vector} IS NOT NULL OFFSET 0) AS rows"
        ") AS one WHERE one.n > 0"
    )


def sent(sql: str, kind: str) -> str:
    """Return SQL for the bytes that a binary COPY would send for an expression."""
    return f"{SENT.get(kind, 'textsend')}(({sql})::{TYPES[kind]})"


def batches(copy: Any, table: Table, rows: int) -> Generator[Batch, None, None]:
    """Yield the rows of an open COPY of `statement_of`, at most `rows` at a time."""
    held: list[Group] = []
    for message in messages(copy):
        group = fields_of(message)
        if held and sum(n for n, _ in held) + group[0] > rows:
            yield from cut(as_batch(held, table.dim, table.id_kind, table.columns), rows)
            held = []
        held.append(group)
    if held:
        yield from cut(as_batch(held, table.dim, table.id_kind, table.columns), rows)


def fields_of(message: Any) -> Group:
    """Return the fields of one group."""
    (count,) = struct.unpack_from(">h", message)
    at, fields = 2, []
    for _ in range(count):
        (size,) = struct.unpack_from(">i", message, at)
        at += 4
        fields.append(message[at : at + max(size, 0)])  # NULL: of no value at all
        at += max(size, 0)
    return int.from_bytes(fields[0], "big"), fields[1:]


def as_batch(groups: list[Group], dim: int, id_kind: str, columns: Sequence[Column]) -> Batch:
    """Return the rows of some groups."""
    n = sum(count for count, _ in groups)
    vectors = np.empty((n, dim), np.float32)
    done = 0
    for count, fields in groups:
        if len(fields[0]) != count * (4 + 4 * dim):
            raise other_dimensions(dim)
        raw = np.frombuffer(fields[0], np.uint8).reshape(count, 4 + 4 * dim)
        if (raw[:, :2].copy().view(">i2") != dim).any():
            raise other_dimensions(dim)
        vectors[done : done + count] = raw[:, 4:].view(">f4")
        done += count
    arrays = []
    for place, kind in enumerate([id_kind, *(one.kind for one in columns)]):
        sizes, data = (
            b"".join(fields[1 + 2 * place + which] for _, fields in groups) for which in (0, 1)
        )
        arrays.append(as_arrow(kind, np.frombuffer(sizes, ">i4").astype(np.int64), data))
    payload = pa.table({"": pa.nulls(n)}).select([])
    for one, array in zip(columns, arrays[1:], strict=True):
        payload = payload.append_column(one.name, array)
    return Batch(arrays[0], vectors, payload)


def other_dimensions(dim: int) -> StoreError:
    """Return the error that a table without a declared dimension changed in the meantime."""
    return StoreError(f"Some vectors have another number of dimensions than {dim}.")


def cut(batch: Batch, rows: int) -> Generator[Batch, None, None]:
    """Yield a batch in pieces of at most `rows`, without copying."""
    for first in range(0, len(batch), rows):
        piece = slice(first, first + rows)
        yield Batch(batch.ids[piece], batch.vectors[piece], batch.payload.slice(first, rows))
