"""PostgreSQL with pgvector: rows go in and out by binary COPY (`postgres_copy` decodes it)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import pyarrow as pa

from explorer.errors import StoreError
from explorer.stores import postgres_groups as groups
from explorer.stores import sql as sql_words
from explorer.stores.alarm import Alarm
from explorer.stores.client import no_rows
from explorer.stores.known import Address, without_secrets
from explorer.stores.postgres_copy import as_batch, blocks
from explorer.stores.postgres_index import PROGRESS, build_in_memory, graph_bytes
from explorer.stores.postgres_tables import (
    COLUMNS,
    HOLDS,
    INDEXES,
    TABLES,
    TYPES,
    Table,
    quoted,
    statement,
)
from explorer.stores.store import (
    ID,
    TIMEOUT,
    VECTOR,
    Batch,
    Clause,
    Collection,
    Column,
    Floats,
    Id,
    Knob,
    Part,
    Report,
    unknown_collection,
)

CONNECT_SECONDS = 10
IN_PIPELINE = 100  # queries that are sent before the first answer is read
IN_PAGE = 1900  # dimensions of a vector that still fits into a page of 8 kB with its row
OPERATORS = {"cosine": "<=>", "euclidean": "<->", "dot": "<#>"}
OPCLASSES = {
    "cosine": "vector_cosine_ops",
    "euclidean": "vector_l2_ops",
    "dot": "vector_ip_ops",
}
KNOBS = {
    "hnsw": Knob("hnsw.ef_search", (10, 20, 40, 80, 120, 160, 240, 320, 480, 640, 1000)),
    "ivfflat": Knob("ivfflat.probes", (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)),
}


def open_store(address: Address, write: bool) -> Postgres:
    """Connect to the server; raises StoreError, which shows neither address nor password."""
    import psycopg

    try:
        connection = psycopg.connect(
            address.text,
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            application_name="embedding-explorer",
        )
        connection.execute("SET lock_timeout = '10s'")
        if not write:
            connection.execute("SET default_transaction_read_only = on")
    except psycopg.Error as error:
        raise StoreError(
            f"PostgreSQL does not answer: {without_secrets(error, address.text)}. Check the "
            "address, the user and that the server runs."
        ) from None
    return Postgres(address, connection)


class Postgres:
    """A connection to a server."""

    has_index = True

    def __init__(self, address: Address, connection: Any) -> None:
        self._address = address
        self._connection = connection

    def close(self) -> None:
        """End the connection."""
        with suppress(Exception):  # it may be broken already
            self._connection.close()

    @contextmanager
    def _telling(self, doing: str, seconds: float = TIMEOUT) -> Iterator[Alarm]:
        """Make the client's errors ours, and end a call that waits too long for the server."""
        import psycopg

        alarm = Alarm(self._connection.fileno() if not self._connection.closed else -1, seconds)
        try:
            yield alarm
        except psycopg.Error as error:
            why = without_secrets(error, self._address.text)
            if alarm.rang:
                why = f"no answer for {seconds:.0f} seconds"
            raise StoreError(
                f"PostgreSQL failed while {doing}: {why}. What was open here is as it was."
            ) from None
        finally:
            alarm.off()

    def _rows(self, doing: str, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._telling(doing):
            found: list[Any] = self._connection.execute(*statement(sql, values)).fetchall()
            return found

    def _tables(self) -> dict[str, tuple[Any, ...]]:
        found: dict[str, tuple[Any, ...]] = {}
        for row in self._rows("listing its tables", TABLES):
            name = row[2] if row[1] == "public" else f"{row[1]}.{row[2]}"
            found.setdefault(name, row)  # of several vectors in a table, the first
        return found

    def collections(self) -> tuple[str, ...]:
        """Return the tables and views that have a column of vectors."""
        return tuple(sorted(self._tables()))

    def _table(self, name: str) -> Table:
        tables = self._tables()
        if name not in tables:
            raise unknown_collection(name, tuple(sorted(tables)))
        oid, schema, relation, vector, dim = tables[name]
        sql = f"{quoted(schema)}.{quoted(relation)}"
        key, id_kind, columns = None, "text", []
        for column, typename, is_key in self._rows("reading its columns", COLUMNS, (oid,)):
            if is_key:
                key, id_kind = column, "int" if HOLDS.get(typename) == "int" else "text"
            elif column != vector and typename not in ("vector", "halfvec", "sparsevec"):
                columns.append(Column(column, HOLDS.get(typename, "text")))
        if dim < 1:  # declared without one: each row may have its own
            ask = f"SELECT min(vector_dims({quoted(vector)}::vector)), "
            ask += f"max(vector_dims({quoted(vector)}::vector)) FROM {sql}"
            least, dim = self._rows("measuring its vectors", ask)[0]
            if least != dim or dim is None:
                raise StoreError(f"The vectors of “{name}” have no one dimension ({least}, {dim}).")
        return Table(oid, sql, vector, dim, key, id_kind, tuple(columns))

    def describe(self, name: str) -> Collection:
        """Return what a table is."""
        table = self._table(name)
        metric, index, knob = "", "", None
        for method, opclass, options in self._rows(
            "reading its indexes", INDEXES, (table.oid, table.vector)
        ):
            metric = {v: k for k, v in OPCLASSES.items()}.get(opclass.replace("half", ""), "")
            index, knob = f"{method} {options}".strip(), KNOBS[method]
        return Collection(
            name,
            self.count(name),
            table.dim,
            metric,
            table.columns,
            table.id_kind,
            index,
            knob,
        )

    def count(self, name: str, where: tuple[Clause, ...] = ()) -> int:
        """Return the number of rows that have a vector and fulfill all clauses."""
        table = self._table(name)
        chosen, values = self._where(table, where)
        sql = f"SELECT count(*) FROM {table.sql}{chosen}"
        with self._telling("counting rows", 10 * TIMEOUT):
            return int(self._connection.execute(*statement(sql, values)).fetchone()[0])

    def _where(self, table: Table, where: tuple[Clause, ...]) -> tuple[str, list[Any]]:
        names = [Clause(one.column.replace("%", "%%"), one.sign, one.value) for one in where]
        chosen, values = sql_words.where_sql(names, "%s")
        glue = " AND " if chosen else " WHERE "
        return f"{chosen}{glue}{quoted(table.vector)} IS NOT NULL", values

    def batches(self, name: str, part: Part, rows: int) -> Generator[Batch, None, None]:
        """Yield rows of one binary COPY, so that all are of one snapshot."""
        table = self._table(name)
        if part == Part(seed=part.seed) and self._by_groups(table):
            yield from self._copied(
                groups.statement_of(table), (), lambda copy: groups.batches(copy, table, rows)
            )
            return
        chosen, values = self._where(table, part.where)
        order = ""
        if part.size is not None:
            # a sample of exactly that size, the same for a seed: the smallest hashes
            order = f" ORDER BY hashtextextended({table.id_sql}::text, %s), 1 LIMIT %s"
            values = [*values, part.seed, part.size]
        yield from self._rows_copied(table, chosen + order, values, rows)

    def _by_groups(self, table: Table) -> bool:
        """Return whether the server can join the rows of some pages into one message."""
        if self._connection.info.server_version < groups.SINCE:
            return False
        return bool(self._rows("looking at a table", groups.BOUNDED, (table.oid,))[0][0])

    def fetch(self, name: str, ids: Sequence[Id]) -> Batch:
        """Return the rows with these ids."""
        table = self._table(name)
        kind = "int8" if table.id_kind == "int" else "text"
        # an index on an integer key serves only the key itself; other types are compared as text
        key = quoted(table.key) if table.key and kind == "int8" else table.id_sql
        found = self._rows_copied(
            table, f" WHERE {key} = ANY(%s::{kind}[])", [list(ids)], max(1, len(ids))
        )
        return next(found, no_rows(table.columns, table.id_kind, table.dim))

    def _rows_copied(
        self, table: Table, rest: str, values: list[Any], rows: int
    ) -> Generator[Batch, None, None]:
        columns = [quoted(one.name) + (f"::{TYPES[one.kind]}") for one in table.columns]
        wanted = ", ".join([table.id_sql, f"{quoted(table.vector)}::vector", *columns])
        return self._copied(
            f"SELECT {wanted} FROM {table.sql}{rest}",
            values,
            lambda copy: (
                as_batch(block, table.id_kind, table.dim, table.columns)
                for block in blocks(copy, rows)
            ),
        )

    def _copied(
        self, select: str, values: Sequence[Any], decode: Callable[[Any], Iterator[Batch]]
    ) -> Generator[Batch, None, None]:
        sql = f"COPY ({select}) TO STDOUT (FORMAT BINARY)"
        with (
            self._telling("reading rows", 10 * TIMEOUT) as alarm,
            self._client_cursor().copy(*statement(sql, values)) as copy,
        ):
            for batch in decode(copy):
                alarm.off()
                yield batch
                alarm.on()

    def _client_cursor(self) -> Any:
        import psycopg

        return psycopg.ClientCursor(self._connection)  # COPY takes no bound values: it quotes them

    def create(
        self, name: str, dim: int, metric: str, columns: tuple[Column, ...], id_kind: str
    ) -> None:
        """Make an empty table with a primary key."""
        payload = sql_words.column_list(columns, TYPES).replace("%", "%%")
        sql = (
            f"CREATE TABLE {quoted(name)} ({ID} {TYPES[id_kind]} PRIMARY KEY, "
            f"{VECTOR} vector({dim}) NOT NULL{payload})"
        )
        with self._telling("making a table"):
            self._connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
            self._connection.execute(*statement(sql))
            # kept uncompressed and in the row where it fits: quicker to read
            storage = "PLAIN" if dim <= IN_PAGE else "EXTERNAL"
            alter = f"ALTER TABLE {quoted(name)} ALTER COLUMN {VECTOR} SET STORAGE {storage}"
            self._connection.execute(*statement(alter))

    def fit(self, payload: pa.Table) -> pa.Table:
        """Return the payload as it is: any name and each of KINDS has its place."""
        return payload

    def write(self, name: str, batch: Batch) -> None:
        """Add rows by one binary COPY, in one transaction."""
        table = self._table(name)
        key = table.key or ID
        names = ", ".join(map(quoted, (key, table.vector, *batch.payload.column_names)))
        held = {one.name: TYPES[one.kind] for one in table.columns}
        raw = np.zeros((len(batch), 4 + 4 * table.dim), np.uint8)
        raw[:, :2] = np.frombuffer(np.array([table.dim], ">i2").tobytes(), np.uint8)
        raw[:, 4:] = batch.vectors.astype(">f4").view(np.uint8)
        stored = raw.view(f"V{raw.shape[1]}").ravel()
        columns = [column.to_pylist() for column in batch.payload.columns]
        rows = zip(batch.ids.to_pylist(), map(bytes, stored), *columns, strict=True)
        with self._telling("writing rows", 10 * TIMEOUT), self._connection.transaction():
            sql = f"COPY {table.sql} ({names}) FROM STDIN (FORMAT BINARY)"
            with self._client_cursor().copy(*statement(sql)) as copy:
                kinds = [held[one] for one in batch.payload.column_names]
                copy.set_types([TYPES[table.id_kind], "bytea", *kinds])
                for row in rows:
                    copy.write_row(row)

    def drop(self, name: str) -> None:
        """Remove a table."""
        table = self._table(name)
        with self._telling("removing a table"):
            self._connection.execute(*statement(f"DROP TABLE {table.sql}"))

    def build_index(
        self, name: str, metric: str, m: int, ef_construction: int, report: Report
    ) -> str:
        """Build an HNSW index; its progress is asked of a second connection."""
        about = self.describe(name)
        table = self._table(name)
        sql = (
            f"CREATE INDEX ON {table.sql} USING hnsw ({quoted(table.vector)} {OPCLASSES[metric]}) "
            f"WITH (m = {int(m)}, ef_construction = {int(ef_construction)})"
        )
        done = threading.Event()
        failed: list[StoreError] = []
        memory: list[str] = []
        watcher = open_store(self._address, False)
        pid = self._connection.info.backend_pid

        def build() -> None:
            try:
                with self._telling("building the index", 24 * 3600):
                    needed = graph_bytes(about.rows, about.dim, m)
                    memory.append(build_in_memory(self._connection, statement(sql)[0], needed))
            except StoreError as error:
                failed.append(error)
            finally:
                done.set()

        thread = threading.Thread(target=build, daemon=True)
        thread.start()
        rows = max(1, about.rows)
        try:
            while not done.wait(0.5):
                for phase, read in watcher._rows("asking how far the index is", PROGRESS, (pid,)):
                    report(min(1.0, read / rows), phase)
        except BaseException:  # a Stop: the server would go on building otherwise
            self._connection.cancel_safe(timeout=CONNECT_SECONDS)
            raise
        finally:
            thread.join(CONNECT_SECONDS)
            watcher.close()
        if failed:
            raise failed[0]
        report(1.0, "the index is built")
        return f"HNSW, m {m}, ef_construction {ef_construction}; {memory[0]}"

    def search(
        self, name: str, queries: Floats, k: int, metric: str, setting: int | None = None
    ) -> list[list[Id]]:
        """Return the ids of the k nearest, one statement a query, sent without waiting between."""
        table = self._table(name)
        knob = self.describe(name).knob if setting is not None else None
        sql = (
            f"SELECT {table.id_sql} FROM {table.sql} "
            f"ORDER BY {quoted(table.vector)} {OPERATORS[metric]} %s::vector LIMIT {int(k)}"
        )
        found: list[list[Id]] = []
        with self._telling("searching", 10 * TIMEOUT), self._connection.transaction():
            if knob is not None:
                if knob is KNOBS["hnsw"]:  # below k it would give fewer than k
                    setting = max(setting or k, k)
                self._connection.execute(
                    "SELECT set_config(%s, %s, true)", (knob.name, str(setting))
                )
            for first in range(0, len(queries), IN_PIPELINE):
                asked = [
                    "[" + ",".join(map(repr, query.tolist())) + "]"
                    for query in queries[first : first + IN_PIPELINE]
                ]
                with self._connection.pipeline():
                    answers = [self._connection.execute(sql, (one,), prepare=True) for one in asked]
                    found += [[row[0] for row in one.fetchall()] for one in answers]
        return found
