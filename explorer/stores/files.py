"""What the stores that are one SQL file share; DuckDB and SQLite differ in a few words."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa

from explorer.errors import StoreError
from explorer.stores.client import Client
from explorer.stores.sql import column_list, quoted, where_sql
from explorer.stores.store import (
    ID,
    KINDS,
    VECTOR,
    Batch,
    Clause,
    Collection,
    Column,
    Floats,
    Id,
    Part,
    Report,
    unknown_collection,
)


@dataclass(frozen=True)
class Table:
    """A table with vectors: which columns hold the id and the vector."""

    name: str
    vector: str
    dim: int
    key: str  # "rowid" where there is no primary key of one column
    id_kind: str
    columns: tuple[Column, ...]

    @property
    def sql(self) -> str:
        """The table's name, quoted."""
        return quoted(self.name)

    @property
    def id_sql(self) -> str:
        """The id as SQL."""
        return "rowid" if self.key == "rowid" else quoted(self.key)


class SqlFile(Client):
    """A store in one file. It has no index of its own: every search compares with all rows."""

    has_index = False
    types: ClassVar[dict[str, str]]  # for each of KINDS, the type of a column
    distances: ClassVar[dict[str, str]]  # for each metric, SQL of {column} and {query}
    hashed: ClassVar[str]  # SQL of an id's hash with a seed

    @abstractmethod
    def tables(self) -> dict[str, Table]:
        """Return the tables that hold vectors."""

    @abstractmethod
    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""

    @abstractmethod
    def read(
        self, table: Table, rest: str, values: list[Any], rows: int
    ) -> Generator[Batch, None, None]:
        """Yield the rows of a table, after `rest`: WHERE, ORDER BY, LIMIT."""

    @abstractmethod
    def vector_type(self, dim: int) -> str:
        """Return the type of a column of vectors."""

    @abstractmethod
    def insert(self, table: Table, batch: Batch) -> None:
        """Add rows in one transaction."""

    @abstractmethod
    def query_value(self, query: Floats) -> Any:
        """Return a query as the file's functions take it."""

    @abstractmethod
    def close(self) -> None:
        """Close the file."""

    def table(self, name: str) -> Table:
        """Return a table; raises StoreError with the known names."""
        with self.telling("listing its tables"):
            found = self.tables()
        if name not in found:
            raise unknown_collection(name, tuple(sorted(found)))
        return found[name]

    def collections(self) -> tuple[str, ...]:
        """Return the tables that have a column of vectors."""
        with self.telling("listing its tables"):
            return tuple(sorted(self.tables()))

    def describe(self, name: str) -> Collection:
        """Return what a table is."""
        table = self.table(name)
        return Collection(name, self.count(name), table.dim, "", table.columns, table.id_kind)

    def count(self, name: str, where: tuple[Clause, ...] = ()) -> int:
        """Return the number of rows that have a vector and fulfill all clauses."""
        table = self.table(name)
        chosen, values = self._where(table, where)
        with self.telling("counting rows"):
            rows = self.execute(f"SELECT count(*) FROM {table.sql}{chosen}", values)
            return int(rows[0][0])

    @staticmethod
    def _where(table: Table, where: tuple[Clause, ...]) -> tuple[str, list[Any]]:
        chosen, values = where_sql(where, "?")
        glue = " AND " if chosen else " WHERE "
        return f"{chosen}{glue}{quoted(table.vector)} IS NOT NULL", values

    def batches(self, name: str, part: Part, rows: int) -> Generator[Batch, None, None]:
        """Yield rows; a sample is the rows of the smallest hashes, the same for a seed."""
        table = self.table(name)
        rest, values = self._where(table, part.where)
        if part.size is not None:
            rest += f" ORDER BY {self.hashed.format(id=table.id_sql)}, {table.id_sql} LIMIT ?"
            values = [*values, part.seed, part.size]
        with self.telling("reading rows"):
            yield from self.read(table, rest, values, rows)

    def fetch(self, name: str, ids: Sequence[Id]) -> Batch:
        """Return the rows with these ids."""
        table = self.table(name)
        found: list[Batch] = []
        with self.telling("reading rows"):
            for first in range(0, max(1, len(ids)), 5000):  # SQLite binds at most 32,766 values
                some = list(ids[first : first + 5000])
                marks = ", ".join("?" * len(some))
                rest = f" WHERE {table.id_sql} IN ({marks})"
                found += self.read(table, rest, some, max(1, len(some)))
        if not found:
            return empty(table)
        return joined(found)

    def create(
        self, name: str, dim: int, metric: str, columns: tuple[Column, ...], id_kind: str
    ) -> None:
        """Make an empty table with a primary key."""
        with self.telling("making a table"):
            self.execute(
                f"CREATE TABLE {quoted(name)} ({ID} {self.types[id_kind]} PRIMARY KEY, "
                f"{VECTOR} {self.vector_type(dim)} NOT NULL{column_list(columns, self.types)})"
            )

    def write(self, name: str, batch: Batch) -> None:
        """Add rows in one transaction."""
        table = self.table(name)
        with self.telling("writing rows"):
            self.insert(table, batch)

    def drop(self, name: str) -> None:
        """Remove a table."""
        table = self.table(name)
        with self.telling("removing a table"):
            self.execute(f"DROP TABLE {table.sql}")

    def build_index(
        self, name: str, metric: str, m: int, ef_construction: int, report: Report
    ) -> str:
        """Raise StoreError: these files are searched without an index."""
        raise StoreError(
            f"{self.title} searches without an index: it compares a query with every row. "
            "For an index choose PostgreSQL."
        )

    def search(
        self, name: str, queries: Floats, k: int, metric: str, setting: int | None = None
    ) -> list[list[Id]]:
        """Return the ids of the k nearest, by comparing with every row."""
        table = self.table(name)
        near = self.distances[metric].format(column=quoted(table.vector), query="?", dim=table.dim)
        sql = f"SELECT {table.id_sql} FROM {table.sql} ORDER BY {near} LIMIT {int(k)}"
        with self.telling("searching"):
            return [
                [row[0] for row in self.execute(sql, [self.query_value(query)])]
                for query in queries
            ]


def joined(batches: Sequence[Batch]) -> Batch:
    """Return several batches as one."""
    import numpy as np

    return Batch(
        pa.concat_arrays([one.ids for one in batches]),
        np.concatenate([one.vectors for one in batches]),
        pa.concat_tables([one.payload for one in batches]),
    )


def empty(table: Table) -> Batch:
    """Return no rows of a table."""
    import numpy as np

    from explorer.stores.store import table_of

    none = table_of(table.columns, [()] * len(table.columns), 0)
    return Batch(pa.array([], KINDS[table.id_kind]), np.empty((0, table.dim), np.float32), none)
