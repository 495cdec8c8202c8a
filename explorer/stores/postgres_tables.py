"""What PostgreSQL is asked about its tables, and a table as the rest reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from explorer.stores import sql as sql_words
from explorer.stores.store import Column

# What a payload column holds, by PostgreSQL's name of its type; all else is read as text.
HOLDS = {
    "int2": "int",
    "int4": "int",
    "int8": "int",
    "float4": "float",
    "float8": "float",
    "bool": "bool",
    "timestamp": "time",
}
TYPES = {"int": "int8", "float": "float8", "bool": "bool", "time": "timestamp", "text": "text"}
TABLES = """
SELECT c.oid, n.nspname, c.relname, a.attname, a.atttypmod
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid
WHERE t.typname IN ('vector', 'halfvec') AND c.relkind IN ('r', 'p', 'm', 'v', 'f')
AND NOT a.attisdropped AND has_table_privilege(c.oid, 'SELECT')
ORDER BY n.nspname <> 'public', n.nspname, c.relname, a.attnum
"""
COLUMNS = """
SELECT a.attname, t.typname, EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = a.attrelid
  AND i.indisprimary AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum)
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
INDEXES = """
SELECT am.amname, o.opcname, coalesce(array_to_string(c.reloptions, ', '), '')
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am am ON am.oid = c.relam
JOIN pg_opclass o ON o.oid = i.indclass[0]
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE i.indrelid = %s AND a.attname = %s AND am.amname IN ('hnsw', 'ivfflat') AND i.indisvalid
"""


@dataclass(frozen=True)
class Table:
    """A table with vectors: where it is, which columns hold the id and the vector."""

    oid: int
    sql: str  # schema and name, quoted
    vector: str
    dim: int
    key: str | None  # the primary key, if it is one column
    id_kind: str
    columns: tuple[Column, ...]

    @property
    def id_sql(self) -> str:
        """The id as SQL: the primary key, or the row's place in the table."""
        if self.key is None:
            return "ctid::text"
        return quoted(self.key) + ("::int8" if self.id_kind == "int" else "::text")


def quoted(name: str) -> str:
    """Return a name as SQL writes it in a statement with values, where % begins a value."""
    return sql_words.quoted(name).replace("%", "%%")


def statement(sql: str, values: Sequence[Any] = ()) -> tuple[str, Sequence[Any] | None]:
    """Return a statement as psycopg takes it: without values, % is only a sign."""
    return (sql, values) if values else (sql.replace("%%", "%"), None)
