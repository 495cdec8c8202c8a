"""Between a store and a space: reading into one matrix, saving in batches that can go on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

import numpy as np
import pyarrow as pa

from explorer.errors import StoreError
from explorer.space import EmbeddingSpace, Source
from explorer.stores.store import (
    ID,
    KINDS,
    LABEL,
    VECTOR,
    Batch,
    Collection,
    Column,
    Part,
    Report,
    Store,
    batch_rows,
    check_clauses,
    unit,
)

LABELS = (LABEL, "text", "title", "name", "word", "content", "document")  # columns that name rows
UNIT = "the store keeps each vector at length 1, so lengths are not those that were saved"
IF_EXISTS = ("refuse", "continue", "replace")


def no_report(share: float, step: str) -> None:
    """Report nothing."""


def read(
    store: Store,
    name: str,
    part: Part | None = None,
    *,
    label: str | None = None,
    report: Report = no_report,
) -> EmbeddingSpace:
    """Read rows of a collection into a space: one matrix, filled batch by batch.

    Parameters
    ----------
    part
        Which rows; by default all. A sample is drawn by the store, the same for a seed.
    label
        The column with the labels; by default one called label, text, title, …, else the ids.
    report
        Gets the share done, 0 to 1, and the step. What it raises ends the reading.

    Returns
    -------
    EmbeddingSpace
        Its metadata begins with the column `id`; the matrix is held once, beside one batch.

    Raises
    ------
    StoreError
        There is no such collection or column, no row fulfills the clauses, or the store failed.
    """
    part = part or Part()
    about = store.describe(name)
    check_clauses(about, part.where)
    named = label_column(about, label)
    total = store.count(name, part.where) if part.where else about.rows
    n = min(total, part.size) if part.size is not None else total
    if n < 1:
        raise StoreError(f"No row of “{name}” is to be read. Check the filter or the size.")
    vectors = np.empty((n, about.dim), np.float32)
    ids, payload, done = [], [], 0
    with closing(store.batches(name, part, batch_rows(about.dim))) as batches:
        for batch in batches:
            taken = batch if done + len(batch) <= n else batch.take(np.arange(n - done))
            vectors[done : done + len(taken)] = taken.vectors
            ids.append(taken.ids)
            payload.append(taken.payload)
            done += len(taken)
            report(done / n, f"{done:,} of {n:,} rows")
            if done == n:
                break
    if not done:
        raise StoreError(f"“{name}” gave no rows: they were removed in the meantime.")
    vectors = vectors[:done]
    vectors.flags.writeable = False
    table = pa.concat_tables(payload)
    keys = pa.chunked_array(ids)
    labels = keys.cast(pa.string()) if named is None else table[named].fill_null("")
    rest = table if named is None else table.drop_columns([named])
    for column in [one for one in rest.column_names if one.casefold() == ID]:
        rest = rest.drop_columns([column])
    step = told(part, total, done)
    return EmbeddingSpace(
        labels.combine_chunks().cast(pa.string()),
        vectors,
        name=name,
        metadata=pa.table({ID: keys, **{one: rest[one] for one in rest.column_names}}),
        source=Source(origin=f"the collection “{name}”", steps=(step,)),
        notes=[
            *([step] if part.size is not None or part.where else []),
            *([UNIT] if about.unit else []),
        ],
    )


def told(part: Part, total: int, done: int) -> str:
    """Return in words which rows were read."""
    where = " and ".join(f"{one.column} {one.sign} {one.value}" for one in part.where)
    rows = f"all {total:,} rows" if done == total else f"{done:,} of {total:,} rows"
    if part.size is not None and done < total:
        rows += f", drawn at random by the store with seed {part.seed}"
    return f"{rows} where {where}" if where else rows


def label_column(about: Collection, label: str | None) -> str | None:
    """Return the column with the labels, or None for the ids; raises StoreError."""
    texts = [one.name for one in about.columns if one.kind == "text"]
    if label is not None and label != ID:
        if label not in texts:
            raise StoreError(
                f"“{label}” is no column of texts. “{about.name}” has: "
                f"{', '.join(texts) or 'none'}."
            )
        return label
    lower = {one.casefold(): one for one in reversed(texts)}
    return None if label == ID else next((lower[one] for one in LABELS if one in lower), None)


def save(
    store: Store,
    name: str,
    space: EmbeddingSpace,
    *,
    metric: str = "cosine",
    if_exists: str = "refuse",
    report: Report = no_report,
) -> int:
    """Save a space in a collection: its vectors, labels and metadata. Returns the rows added.

    Parameters
    ----------
    if_exists
        What happens if the collection is there: 'refuse'; 'continue' adds the rows whose ids are
        missing, so that a save which was killed goes on without doubles; 'replace' removes
        what is there.
    report
        Gets the share done, 0 to 1, and the step. What it raises ends the saving after a batch.

    Raises
    ------
    StoreError
        The collection is there, or other vectors are under the same ids, or the store failed.
    """
    if if_exists not in IF_EXISTS:
        raise StoreError(f"“{if_exists}” is none of {', '.join(IF_EXISTS)}.")
    ids, payload = as_rows(space)
    payload = store.fit(payload)
    kinds = tuple(Column(f.name, kind_of(f.type)) for f in payload.schema)
    id_kind = "int" if pa.types.is_integer(ids.type) else "text"
    there = name in store.collections()
    if there and if_exists == "refuse":
        raise StoreError(
            f"There is a collection “{name}” already, and it is left as it is. Choose another "
            "name, or to continue it or to replace it."
        )
    if there and if_exists == "replace":
        store.drop(name)
        there = False
    if not there:
        store.create(name, space.dim, metric, kinds, id_kind)
    about = store.describe(name)
    check_same_form(about, space, kinds, id_kind)
    added, step = 0, batch_rows(space.dim)
    for first in range(0, len(space), step):
        rows = slice(first, first + step)
        batch = Batch(ids[rows], space.vectors[rows], payload.slice(first, step))
        fresh = missing(store, about, batch) if there else batch
        if len(fresh):
            store.write(name, fresh)
        added += len(fresh)
        done = first + len(batch)
        report(done / len(space), f"{done:,} of {len(space):,} rows")
    return added


def check_same_form(
    about: Collection, space: EmbeddingSpace, columns: Sequence[Column], id_kind: str
) -> None:
    """Raise StoreError unless a space's rows fit into a collection."""
    if about.dim != space.dim:
        raise StoreError(
            f"“{about.name}” holds vectors of {about.dim} dimensions; these have {space.dim}."
        )
    if about.id_kind != id_kind:
        raise StoreError(f"The ids of “{about.name}” are {about.id_kind}; these are {id_kind}.")
    known = {(one.name, one.kind) for one in about.columns}
    if other := [one.name for one in columns if (one.name, one.kind) not in known]:
        raise StoreError(
            f"“{about.name}” has no column {', '.join(f'“{one}”' for one in other)} of that type."
        )


def missing(store: Store, about: Collection, batch: Batch) -> Batch:
    """Return the rows whose ids are not there; raises StoreError if others have their ids."""
    found = store.fetch(about.name, batch.ids.to_pylist())
    places = {key: place for place, key in enumerate(batch.ids.to_pylist())}
    here = np.array([places[key] for key in found.ids.to_pylist()], np.intp)
    given = batch.vectors[here]
    if about.unit:
        given = unit(given)
    if not np.allclose(given, found.vectors, rtol=1e-4, atol=1e-6):
        raise StoreError(
            f"“{about.name}” holds other vectors under the same ids, so it is no part of this "
            "space. Nothing was changed there. Choose another name."
        )
    rest = np.setdiff1d(np.arange(len(batch)), here)
    return batch.take(rest.astype(np.intp))


def as_rows(space: EmbeddingSpace) -> tuple[pa.Array, pa.Table]:
    """Return a space's ids (its column `id` if each is another, else row numbers) and payload."""
    ids = pa.array(np.arange(len(space)))
    columns: dict[str, pa.Array] = {LABEL: pa.array(space.label_array).cast(pa.string())}
    table = space.metadata if space.metadata is not None else pa.table({})
    for field in table.schema:
        cells = table[field.name].combine_chunks()
        is_id = field.name.casefold() == ID
        if is_id and usable_ids(cells):
            ids = cells.cast(pa.int64() if pa.types.is_integer(field.type) else pa.string())
            continue
        if (kind := kind_of(field.type)) == "none":
            continue
        taken = {one.casefold() for one in (*columns, ID, VECTOR)}
        name, again = field.name, 2
        while name.casefold() in taken:  # SQL knows no difference of case
            name, again = f"{field.name} {again}", again + 1
        columns[name] = as_text(cells) if kind == "text" else cells.cast(KINDS[kind], safe=False)
    return ids, pa.table(columns)


def left_out(space: EmbeddingSpace) -> tuple[str, ...]:
    """Return the metadata columns that no store takes: pictures and other bytes."""
    fields = space.metadata.schema if space.metadata is not None else ()
    return tuple(one.name for one in fields if kind_of(one.type) == "none")


def usable_ids(cells: pa.Array) -> bool:
    """Return whether cells are whole numbers or texts, each another."""
    kind = cells.type
    right = pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind)
    return right and not cells.null_count and len(cells.unique()) == len(cells)


def kind_of(kind: pa.DataType) -> str:
    """Return what a column holds: a key of KINDS, or 'none' for bytes and what holds them."""
    if pa.types.is_boolean(kind):
        return "bool"
    if pa.types.is_integer(kind) and not pa.types.is_uint64(kind):
        return "int"
    if pa.types.is_floating(kind):
        return "float"
    if pa.types.is_date(kind) or (pa.types.is_timestamp(kind) and kind.tz is None):
        return "time"
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_struct(kind):
        return "none"
    return "text"


def as_text(cells: pa.Array) -> pa.Array:
    """Return cells as texts; lists and the like as JSON."""
    import json

    try:
        return cells.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        values = [
            None if one is None else json.dumps(one, default=str) for one in cells.to_pylist()
        ]
        return pa.array(values, pa.string())
