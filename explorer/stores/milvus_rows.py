"""Milvus's rows and conditions, from and to what all stores share."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from explorer.errors import StoreError
from explorer.stores.store import KINDS, Batch, Clause, Column

TYPES = {"int": "INT64", "float": "DOUBLE", "bool": "BOOL", "text": "VARCHAR", "time": "VARCHAR"}
HOLDS = {
    **dict.fromkeys(("INT8", "INT16", "INT32", "INT64"), "int"),
    **dict.fromkeys(("FLOAT", "DOUBLE"), "float"),
    "BOOL": "bool",
}
LONGEST = 65_535  # bytes of a text


@dataclass(frozen=True)
class Table:
    """A collection: which fields hold the id and the vector."""

    name: str
    vector: str
    dim: int
    key: str
    id_kind: str
    columns: tuple[Column, ...]

    @property
    def fields(self) -> list[str]:
        """The fields that are read."""
        return [self.key, self.vector, *(one.name for one in self.columns)]


def longest(kind: str) -> dict[str, int]:
    """Return how long a value may be, of a kind that Milvus asks it of."""
    return {"max_length": LONGEST} if TYPES[kind] == "VARCHAR" else {}


def as_batch(table: Table, rows: Sequence[dict[str, Any]]) -> Batch:
    """Return rows as a batch."""
    vectors = np.array([row[table.vector] for row in rows], np.float32)
    payload = pa.table({"": pa.nulls(len(rows))}).select([])
    for one in table.columns:
        cells = [row.get(one.name) for row in rows]
        if one.kind == "text":
            cells = [
                cell if cell is None or isinstance(cell, str) else json.dumps(cell, default=str)
                for cell in cells
            ]
        payload = payload.append_column(one.name, pa.array(cells, KINDS[one.kind]))
    ids = pa.array([row[table.key] for row in rows], KINDS[table.id_kind])
    return Batch(ids, vectors.reshape(len(rows), table.dim), payload)


def filter_of(where: Sequence[Clause]) -> str:
    """Return clauses as Milvus's condition; texts are quoted as JSON quotes them."""
    parts = []
    for one in where:
        if not re.fullmatch("[A-Za-z_$][A-Za-z0-9_]*", one.column):
            raise StoreError(f"Milvus cannot name the column “{one.column}” in a condition.")
        value = one.value
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        shown = repr(value) if is_number else json.dumps(as_text(value), ensure_ascii=False)
        parts.append(f"{one.column} {'==' if one.sign == '=' else one.sign} {shown}")
    return " and ".join(parts)


def as_text(value: Any) -> Any:
    """Return a value as it stands in a field: a time is text there."""
    return value if isinstance(value, bool | str) else str(value)
