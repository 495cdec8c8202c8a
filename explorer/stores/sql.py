"""What the SQL stores share: quoted names, conditions with bound values, the columns of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer.stores.store import Clause, Column


def quoted(name: str) -> str:
    """Return a name as SQL writes it; a quotation mark in it is doubled."""
    return '"' + name.replace('"', '""') + '"'


def where_sql(where: Sequence[Clause], mark: str) -> tuple[str, list[Any]]:
    """Return a WHERE with `mark` for each value (empty for no clauses), and the values."""
    if not where:
        return "", []
    parts = [f"{quoted(one.column)} {one.sign} {mark}" for one in where]
    return " WHERE " + " AND ".join(parts), [one.value for one in where]


def kind_of(sql_type: str, kinds: dict[str, str]) -> str:
    """Return what a column of a type holds, by the type's first word; text if unknown."""
    first = sql_type.strip().lower().split("(")[0].strip()
    return kinds.get(first, "text")


def column_list(columns: Sequence[Column], types: dict[str, str]) -> str:
    """Return the payload columns of a CREATE TABLE, each after a comma."""
    return "".join(f", {quoted(one.name)} {types[one.kind]}" for one in columns)
