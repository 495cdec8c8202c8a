"""Qdrant's points, their ids and its filters, from and to what all stores share."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from explorer.errors import StoreError
from explorer.stores.store import ID, KINDS, Batch, Clause, Column, Id, unit

DISTANCES = {"cosine": "Cosine", "euclidean": "Euclid", "dot": "Dot"}


def as_key(key: Id) -> Id:
    """Return an id as Qdrant takes it: a whole number, or a UUID made of the text."""
    if isinstance(key, int) and key >= 0:
        return key
    try:
        return str(uuid.UUID(str(key)))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, str(key)))


def own_id(point: Any) -> Any:
    """Return a point's id as it was saved: of a text, the UUID is only made from it."""
    held = (point.payload or {}).get(ID)
    return held if held is not None and as_key(held) == point.id else point.id


def kind_of(value: Any) -> str:
    """Return what a value of a payload is: a key of KINDS."""
    kinds = {bool: "bool", int: "int", float: "float"}
    return kinds.get(type(value), "text")


def wider(one: str, other: str) -> str:
    """Return a kind that holds both."""
    return "float" if {one, other} == {"int", "float"} else "text"


def as_json(value: Any) -> Any:
    """Return a cell as a payload holds it."""
    return value.isoformat() if isinstance(value, datetime.datetime) else value


def payload_rows(payload: pa.Table) -> list[dict[str, Any]]:
    """Return payload row by row."""
    return payload.to_pylist() if payload.num_columns else [{} for _ in range(len(payload))]


def as_batch(
    points: Sequence[Any], id_kind: str, columns: Sequence[Column], vector: str, params: Any
) -> Batch:
    """Return points as a batch; those without a vector are left out.

    A server scales the vectors of a cosine collection when they come; the local mode only until
    its folder is opened again, so they are scaled here.
    """
    held = [(one, one.vector[vector] if vector else one.vector) for one in points if one.vector]
    vectors = np.array([row for _, row in held], np.float32).reshape(len(held), params.size)
    ids = [own_id(one) for one, _ in held]
    table = pa.table({"": pa.nulls(len(held))}).select([])
    for column in columns:
        cells = [(one.payload or {}).get(column.name) for one, _ in held]
        table = table.append_column(column.name, as_cells(cells, column.kind))
    keys = pa.array(map(str, ids) if id_kind == "text" else ids, KINDS[id_kind])
    scaled = unit(vectors) if params.distance.value == DISTANCES["cosine"] else vectors
    return Batch(keys, scaled, table)


def as_cells(cells: list[Any], kind: str) -> pa.Array:
    """Return the values of a column; one that is of another kind is missing."""
    if kind == "time":
        return pa.array(
            [one and datetime.datetime.fromisoformat(one) for one in cells], KINDS[kind]
        )
    if kind == "text":
        return pa.array(map(plain, cells), pa.string())
    kinds: dict[str, tuple[type, ...]] = {"int": (int,), "float": (int, float), "bool": (bool,)}
    right = kinds[kind]
    return pa.array([one if isinstance(one, right) else None for one in cells], KINDS[kind])


def plain(value: Any) -> str | None:
    """Return a value of any kind as text; lists and the like as JSON."""
    import json

    return value if value is None or isinstance(value, str) else json.dumps(value, default=str)


def filter_of(where: Sequence[Clause]) -> Any:
    """Return clauses as Qdrant's filter, in which names and values are no text to parse."""
    from qdrant_client import models

    must: list[Any] = []
    must_not: list[Any] = []
    for one in where:
        key = f'"{one.column}"'
        if one.sign in ("=", "!="):
            if isinstance(one.value, float):
                condition = models.FieldCondition(
                    key=key, range=models.Range(gte=one.value, lte=one.value)
                )
            else:
                value = as_json(one.value)
                condition = models.FieldCondition(key=key, match=models.MatchValue(value=value))
            (must if one.sign == "=" else must_not).append(condition)
            if one.sign == "!=":  # as in SQL, a missing value is neither equal nor unequal
                field = models.PayloadField(key=key)
                must_not.append(models.IsEmptyCondition(is_empty=field))
            continue
        side = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}[one.sign]
        numeric = isinstance(one.value, int | float)
        kind = models.Range if numeric else models.DatetimeRange
        try:
            must.append(models.FieldCondition(key=key, range=kind(**{side: one.value})))
        except ValueError:
            raise StoreError(
                f"Qdrant orders numbers and times only; {one.value!r} is neither. Use = or !=."
            ) from None
    return models.Filter(must=must or None, must_not=must_not or None) if where else None
