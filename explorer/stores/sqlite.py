"""SQLite with sqlite-vec: a file whose vectors are BLOBs of float32, searched by its functions."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Generator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from explorer.errors import StoreError
from explorer.stores.files import SqlFile, Table
from explorer.stores.known import Address, without_secrets
from explorer.stores.sql import kind_of, quoted
from explorer.stores.store import KINDS, TIMEOUT, Batch, Column, Floats, table_of

# What a column holds, by the type it was declared with; all else is read as text.
HOLDS = {
    **dict.fromkeys(("integer", "int", "bigint", "smallint", "tinyint"), "int"),
    **dict.fromkeys(("real", "double", "float", "numeric"), "float"),
    **dict.fromkeys(("boolean", "bool"), "bool"),
    **dict.fromkeys(("timestamp", "datetime"), "time"),
}
DECLARED = re.compile(
    r"^F32_BLOB\((\d+)\)$", re.IGNORECASE
)  # as libSQL writes it; a BLOB to SQLite
VIRTUAL = re.compile(r"^\s*CREATE\s+VIRTUAL\s+TABLE\s.*\bUSING\s+vec0\b", re.IGNORECASE | re.DOTALL)
VIRTUAL_TYPES = re.compile(r'(?:^|,)\s*\+?["\[`]?(\w+)["\]`]?\s+(\w+)')
VIRTUAL_VECTOR = re.compile(r'["\[`]?(\w+)["\]`]?\s+float\s*\[\s*(\d+)\s*\]', re.IGNORECASE)


def open_store(address: Address, write: bool) -> SQLite:
    """Open the file, or make it when writing."""
    import apsw
    import sqlite_vec

    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    try:
        connection = apsw.Connection(
            str(address.path), flags=flags if write else apsw.SQLITE_OPEN_READONLY
        )
        connection.set_busy_timeout(int(TIMEOUT * 1000))
        connection.enable_load_extension(True)
        connection.load_extension(sqlite_vec.loadable_path())
        connection.enable_load_extension(False)
        connection.create_scalar_function("sample_hash", sample_hash, 2, deterministic=True)
        connection.execute("PRAGMA trusted_schema = OFF")
    except apsw.Error as error:
        why = without_secrets(error, address.text)
        raise StoreError(f"SQLite cannot open the file: {why}") from None
    return SQLite(address, write, connection)


def sample_hash(*given: Any) -> bytes:
    """Return a hash of an id and a seed, by which a sample is ordered."""
    return hashlib.blake2b(" ".join(map(str, given)).encode(), digest_size=8).digest()


class SQLite(SqlFile):
    """An open file of SQLite."""

    title = "SQLite"
    types: ClassVar = {
        "int": "INTEGER",
        "float": "REAL",
        "bool": "BOOLEAN",
        "time": "TIMESTAMP",
        "text": "TEXT",
    }
    distances: ClassVar = {
        "cosine": "vec_distance_cosine({column}, {query})",
        "euclidean": "vec_distance_l2({column}, {query})",
    }
    hashed = "sample_hash({id}, ?)"

    def __init__(self, address: Address, write: bool, connection: Any) -> None:
        super().__init__(address, write)
        self._connection = connection

    def failures(self) -> tuple[type[Exception], ...]:
        """Return the errors of the client."""
        import apsw

        return (apsw.Error,)

    def close(self) -> None:
        """Close the file."""
        with suppress(Exception):
            self._connection.close(True)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        return list(self._connection.execute(sql, list(values)))

    def tables(self) -> dict[str, Table]:
        """Return the tables with a column of vectors, and sqlite-vec's own virtual tables."""
        made = self.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        shadows = tuple(f"{name}_" for name, sql in made if VIRTUAL.match(sql or ""))
        found = {}
        for name, sql in made:
            if name.startswith(shadows or ("\0",)):
                continue
            one = self._virtual(name, sql) if VIRTUAL.match(sql or "") else self._plain(name)
            if one is not None:
                found[name] = one
        return found

    def _virtual(self, name: str, sql: str) -> Table | None:
        declared = sql.split("(", 1)[1]  # a virtual table's columns tell SQLite no types
        vector, types = VIRTUAL_VECTOR.search(declared), dict(VIRTUAL_TYPES.findall(declared))
        info = self.execute(f"PRAGMA table_xinfo({quoted(name)})")
        if vector is None:
            return None
        key = next((row[1] for row in info if row[5]), "rowid")
        columns = tuple(
            Column(row[1], kind_of(types.get(row[1], ""), HOLDS))
            for row in info
            if not row[6] and row[1] not in (key, vector[1]) and row[1] != "rowid"
        )
        id_kind = "int" if kind_of(types.get(key, "integer"), HOLDS) == "int" else "text"
        return Table(name, vector[1], int(vector[2]), key, id_kind, columns)

    def _plain(self, name: str) -> Table | None:
        info = self.execute(f"PRAGMA table_info({quoted(name)})")
        vector, dim = next(
            ((row[1], int(m[1])) for row in info if (m := DECLARED.match(row[2]))), ("", 0)
        )
        for row in info if not vector else ():
            if row[2].upper() == "BLOB" and (dim := self._measured(name, row[1])):
                vector = row[1]
                break
        if not vector:
            return None
        keys = [row for row in info if row[5]]
        key = keys[0][1] if len(keys) == 1 else "rowid"
        id_kind = kind_of(keys[0][2], HOLDS) if len(keys) == 1 else "int"
        columns = tuple(
            Column(row[1], kind_of(row[2], HOLDS))
            for row in info
            if row[1] not in (key, vector) and "BLOB" not in row[2].upper()
        )
        return Table(name, vector, dim, key, "int" if id_kind == "int" else "text", columns)

    def _measured(self, name: str, column: str) -> int:
        """Return the dimension of a column of BLOBs that all have one length, or 0."""
        sql = f"SELECT min(length({quoted(column)})), max(length({quoted(column)})) "
        least, most = self.execute(f"{sql}FROM {quoted(name)}")[0]
        return most // 4 if most and least == most and most % 4 == 0 else 0

    def vector_type(self, dim: int) -> str:
        """Return the type of a column of vectors."""
        return f"F32_BLOB({dim})"

    def query_value(self, query: Floats) -> Any:
        """Return a query as sqlite-vec's functions take it."""
        return query.astype("<f4").tobytes()

    def search(
        self, name: str, queries: Floats, k: int, metric: str, setting: int | None = None
    ) -> list[list[int | str]]:
        """Return the ids of the k nearest; sqlite-vec has no dot product."""
        if metric not in self.distances:
            raise StoreError("sqlite-vec compares by cosine and euclidean distance only.")
        return super().search(name, queries, k, metric, setting)

    def read(
        self, table: Table, rest: str, values: list[Any], rows: int
    ) -> Generator[Batch, None, None]:
        """Yield rows."""
        names = "".join(f", {quoted(one.name)}" for one in table.columns)
        sql = f"SELECT {table.id_sql}, {quoted(table.vector)}{names} FROM {table.sql}{rest}"
        cursor = self._connection.execute(sql, values)
        while read := list(islice(cursor, rows)):
            ids, blobs, *payload = zip(*read, strict=True)
            raw = b"".join(blobs)
            if len(raw) != len(read) * 4 * table.dim:
                raise StoreError(f"Some vectors of “{table.name}” have not {table.dim} dimensions.")
            vectors = np.frombuffer(raw, "<f4").astype(np.float32).reshape(len(read), table.dim)
            cells = [
                [as_kind(cell, one.kind) for cell in column]
                for one, column in zip(table.columns, payload, strict=True)
            ]
            keys = [int(key) if table.id_kind == "int" else str(key) for key in ids]
            held = table_of(table.columns, cells, len(read))
            yield Batch(pa.array(keys, KINDS[table.id_kind]), vectors, held)

    def insert(self, table: Table, batch: Batch) -> None:
        """Add rows in one transaction."""
        names = (table.key, table.vector, *batch.payload.column_names)
        sql = (
            f"INSERT INTO {table.sql} ({', '.join(map(quoted, names))}) "
            f"VALUES ({', '.join('?' * len(names))})"
        )
        columns = [
            [cell.isoformat(" ") if isinstance(cell, datetime.datetime) else cell for cell in one]
            for one in (column.to_pylist() for column in batch.payload.columns)
        ]
        blobs = map(bytes, batch.vectors.astype("<f4").view(f"V{4 * table.dim}").ravel())
        with self._connection:
            self._connection.executemany(
                sql, zip(batch.ids.to_pylist(), blobs, *columns, strict=True)
            )


def as_kind(cell: Any, kind: str) -> Any:
    """Return a cell as its column declares it; None where SQLite let something else in."""
    if cell is None or isinstance(cell, bytes):
        return None
    try:
        if kind == "time":
            return datetime.datetime.fromisoformat(str(cell)).replace(tzinfo=None)
        return {"int": int, "float": float, "bool": bool, "text": str}[kind](cell)
    except ValueError:
        return None
