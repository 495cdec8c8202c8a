"""DuckDB: a file with tables whose vectors are FLOAT[d]."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from contextlib import suppress
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from explorer.errors import StoreError
from explorer.stores.files import SqlFile, Table
from explorer.stores.known import Address, without_secrets
from explorer.stores.sql import kind_of, quoted
from explorer.stores.store import KINDS, Batch, Column, Floats

# What a column holds, by DuckDB's name of its type; all else is read as text.
HOLDS = {
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint", "utinyint"), "int"),
    **dict.fromkeys(("usmallint", "uinteger"), "int"),
    **dict.fromkeys(("float", "double"), "float"),
    "boolean": "bool",
    "timestamp": "time",
}
VECTOR_TYPE = re.compile(r"^FLOAT\[(\d+)\]$", re.IGNORECASE)


def open_store(address: Address, write: bool) -> DuckDB:
    """Open the file, or make it when writing; a file of DuckDB may read no other file."""
    import duckdb

    try:
        connection = duckdb.connect(
            str(address.path),
            read_only=not write,
            config={"enable_external_access": "false", "autoload_known_extensions": "false"},
        )
    except duckdb.Error as error:
        why = without_secrets(error, address.text)
        raise StoreError(f"DuckDB cannot open the file: {why}") from None
    return DuckDB(address, write, connection)


class DuckDB(SqlFile):
    """An open file of DuckDB."""

    title = "DuckDB"
    types: ClassVar = {
        "int": "BIGINT",
        "float": "DOUBLE",
        "bool": "BOOLEAN",
        "time": "TIMESTAMP",
        "text": "VARCHAR",
    }
    distances: ClassVar = {
        "cosine": "array_cosine_distance({column}, {query}::FLOAT[{dim}])",
        "euclidean": "array_distance({column}, {query}::FLOAT[{dim}])",
        "dot": "array_negative_inner_product({column}, {query}::FLOAT[{dim}])",
    }
    hashed = "hash({id}::VARCHAR || ' ' || ?::VARCHAR)"

    def __init__(self, address: Address, write: bool, connection: Any) -> None:
        super().__init__(address, write)
        self._connection = connection

    def failures(self) -> tuple[type[Exception], ...]:
        """Return the errors of the client."""
        import duckdb

        return (duckdb.Error,)

    def close(self) -> None:
        """Close the file."""
        with suppress(Exception):
            self._connection.close()

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        found: list[tuple[Any, ...]] = self._connection.execute(sql, list(values)).fetchall()
        return found

    def tables(self) -> dict[str, Table]:
        """Return the tables of the schema `main` with a column of fixed-size vectors."""
        keys = {
            row[0]: row[1][0]
            for row in self.execute(
                "SELECT table_name, constraint_column_names FROM duckdb_constraints() "
                "WHERE constraint_type = 'PRIMARY KEY' AND schema_name = 'main'"
            )
            if len(row[1]) == 1
        }
        columns: dict[str, list[tuple[str, str]]] = {}
        for table, column, kind in self.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() "
            "WHERE schema_name = 'main' AND NOT internal ORDER BY table_name, column_index"
        ):
            columns.setdefault(table, []).append((column, kind))
        found = {}
        for name, typed in columns.items():
            vectors = [(c, int(m[1])) for c, kind in typed if (m := VECTOR_TYPE.match(kind))]
            if not vectors:
                continue
            vector, dim = vectors[0]
            key = keys.get(name, "rowid")
            payload = tuple(
                Column(c, kind_of(kind, HOLDS))
                for c, kind in typed
                if c != key and not VECTOR_TYPE.match(kind)
            )
            id_kind = "int" if key == "rowid" else kind_of(dict(typed)[key], HOLDS)
            found[name] = Table(
                name, vector, dim, key, "int" if id_kind == "int" else "text", payload
            )
        return found

    def vector_type(self, dim: int) -> str:
        """Return the type of a column of vectors."""
        return f"FLOAT[{dim}]"

    def query_value(self, query: Floats) -> Any:
        """Return a query as a list."""
        return query.tolist()

    def read(
        self, table: Table, rest: str, values: list[Any], rows: int
    ) -> Generator[Batch, None, None]:
        """Yield rows as Arrow batches, which DuckDB makes itself."""
        payload = "".join(f", {quoted(one.name)}::{self.types[one.kind]}" for one in table.columns)
        sql = (
            f"SELECT {table.id_sql}::{self.types[table.id_kind]}, {quoted(table.vector)}{payload} "
            f"FROM {table.sql}{rest}"
        )
        for batch in self._connection.sql(sql, params=values).to_arrow_reader(rows):
            if not len(batch):
                continue
            column = batch.column(1)
            flat = np.asarray(column.flatten(), np.float32)
            arrays = [
                one.cast(KINDS[c.kind])
                for one, c in zip(batch.columns[2:], table.columns, strict=True)
            ]
            names = [one.name for one in table.columns]
            held = pa.Table.from_arrays(arrays, names=names) if names else nothing(len(batch))
            ids = batch.column(0).cast(KINDS[table.id_kind])
            yield Batch(ids, flat.reshape(len(batch), table.dim), held)

    def insert(self, table: Table, batch: Batch) -> None:
        """Add rows from an Arrow table, in one transaction."""
        vectors = pa.FixedSizeListArray.from_arrays(
            pa.array(np.ascontiguousarray(batch.vectors).ravel()), table.dim
        )
        names = ["id", "vector", *(f"c{i}" for i in range(batch.payload.num_columns))]
        arrays = [batch.ids, vectors, *batch.payload.columns]
        into = ", ".join(map(quoted, (table.key, table.vector, *batch.payload.column_names)))
        self._connection.register("rows to write", pa.table(dict(zip(names, arrays, strict=True))))
        try:
            self.execute(f'INSERT INTO {table.sql} ({into}) SELECT * FROM "rows to write"')
        finally:
            self._connection.unregister("rows to write")


def nothing(n: int) -> pa.Table:
    """Return n rows without columns."""
    return pa.table({"": pa.nulls(n)}).select([])
