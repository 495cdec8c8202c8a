"""LanceDB: a folder of tables whose vectors are lists of one length."""

from __future__ import annotations

import datetime
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from explorer.errors import StoreError
from explorer.stores.client import Client, checked_name, drawn, no_rows, renamed
from explorer.stores.known import Address, without_secrets
from explorer.stores.store import (
    ID,
    KINDS,
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
from explorer.stores.transfer import as_text, kind_of

ROW = "_rowid"  # the place of a row, which serves as its id where there is no column `id`
DISTANCES = {"cosine": "cosine", "euclidean": "l2", "dot": "dot"}
METRIC_KEY = b"embedding-explorer metric"  # in the schema's metadata, of tables that we made
WAIT = datetime.timedelta(seconds=10 * TIMEOUT)
EF = Knob("ef", (10, 20, 40, 80, 160, 320, 640))
PROBES = Knob("nprobes", (1, 2, 4, 8, 16, 32, 64, 128, 256))


def open_store(address: Address, write: bool) -> Lance:
    """Open the folder; it is made with its first table."""
    import lancedb

    try:
        return Lance(address, write, lancedb.connect(str(address.path)))
    except (RuntimeError, ValueError, OSError) as error:
        why = without_secrets(error, address.text)
        raise StoreError(f"LanceDB cannot open the folder: {why}") from None


@dataclass(frozen=True)
class Table:
    """An open table: which columns hold the id and the vector."""

    opened: Any
    vector: str
    dim: int
    key: str
    id_kind: str
    columns: tuple[Column, ...]
    metric: str


class Lance(Client):
    """An open folder of LanceDB."""

    title = "LanceDB"
    has_index: ClassVar[bool] = True

    def __init__(self, address: Address, write: bool, database: Any) -> None:
        super().__init__(address, write)
        self._database = database

    def failures(self) -> tuple[type[Exception], ...]:
        """Return the errors of the client."""
        return (RuntimeError, ValueError, OSError, KeyError, pa.ArrowException)

    def close(self) -> None:
        """Nothing is held open."""

    def fit(self, payload: pa.Table) -> pa.Table:
        """Return payload whose names have no dot and no backtick: LanceDB has none such."""
        return renamed(payload, r"[^.`]")

    def collections(self) -> tuple[str, ...]:
        """Return the tables that have a column of vectors."""
        with self.telling("listing its tables"):
            return tuple(name for name in self._names() if self._form(name) is not None)

    def _names(self) -> list[str]:
        names, token = [], None
        while True:
            page = self._database.list_tables(page_token=token)
            names += page.tables
            token = page.page_token
            if not token or not page.tables:
                return sorted(names)

    def _form(self, name: str) -> Table | None:
        opened = self._database.open_table(name)
        schema = opened.schema
        vectors = [
            (field.name, field.type.list_size)
            for field in schema
            if pa.types.is_fixed_size_list(field.type)
            and pa.types.is_floating(field.type.value_type)
        ]
        if not vectors:
            return None
        key, id_kind = ROW, "int"
        if ID in schema.names and (kind := kind_of(schema.field(ID).type)) in ("int", "text"):
            key, id_kind = ID, kind
        payload = tuple(
            Column(field.name, kind)
            for field in schema
            if field.name not in (key, *(one for one, _ in vectors))
            and (kind := kind_of(field.type)) != "none"
        )
        metric = (schema.metadata or {}).get(METRIC_KEY, b"").decode()
        return Table(opened, *vectors[0], key, id_kind, payload, metric)

    def _table(self, name: str) -> Table:
        with self.telling("opening a table"):
            names = self._names()
            found = self._form(name) if name in names else None
        if found is None:
            raise unknown_collection(name, self.collections())
        return found

    def describe(self, name: str) -> Collection:
        """Return what a table is."""
        table = self._table(name)
        metric, index, knob = table.metric, "", None
        with self.telling("reading its indexes"):
            for one in table.opened.list_indices():
                if one.columns == [table.vector]:
                    stats = table.opened.index_stats(one.name)
                    index = stats.index_type
                    metric = {v: k for k, v in DISTANCES.items()}.get(stats.distance_type, metric)
                    knob = EF if "HNSW" in index else PROBES
        rows = self.count(name)
        return Collection(name, rows, table.dim, metric, table.columns, table.id_kind, index, knob)

    def count(self, name: str, where: tuple[Clause, ...] = ()) -> int:
        """Return the number of rows that have a vector and fulfill all clauses."""
        table = self._table(name)
        with self.telling("counting rows"):
            return int(table.opened.count_rows(filter_of(table, where)))

    def batches(self, name: str, part: Part, rows: int) -> Generator[Batch, None, None]:
        """Yield the rows of one version of the table; a sample is chosen by hashes of its ids."""
        table = self._table(name)
        chosen = filter_of(table, part.where)
        with self.telling("reading rows"):
            scan = table.opened.search().where(chosen).with_row_id(True).limit(None)
            if part.size is None:
                found = scan.select(read_columns(table))
                yield from self._read(table, found.to_batches(rows, timeout=WAIT), rows)
                return
            held = scan.select([] if table.key == ROW else [table.key]).to_arrow(timeout=WAIT)
            places = drawn(held[table.key].to_pylist(), part.size, part.seed)
            asked = held[ROW].to_numpy()[places]
            for first in range(0, len(asked), rows):
                yield from self._taken(table, asked[first : first + rows].tolist())

    def _taken(self, table: Table, row_ids: list[int]) -> Generator[Batch, None, None]:
        scan = table.opened.take_row_ids(row_ids).select(read_columns(table)).with_row_id()
        yield from self._read(table, scan.to_arrow().to_batches(), len(row_ids))

    def _read(
        self, table: Table, found: Iterable[pa.RecordBatch], rows: int
    ) -> Generator[Batch, None, None]:
        for one in found:
            for first in range(0, len(one), rows):  # a batch of the file may be longer
                yield as_batch(table, one.slice(first, rows))

    def fetch(self, name: str, ids: Sequence[Id]) -> Batch:
        """Return the rows with these ids."""
        table = self._table(name)
        if not ids:
            return no_rows(table.columns, table.id_kind, table.dim)
        wanted = f"{sql_name(table.key)} IN ({', '.join(map(literal, ids))})"
        with self.telling("reading rows"):
            scan = table.opened.search().where(wanted).with_row_id(True).limit(None)
            found = scan.select(read_columns(table)).to_arrow(timeout=WAIT)
            return as_batch(table, found.combine_chunks())

    def create(
        self, name: str, dim: int, metric: str, columns: tuple[Column, ...], id_kind: str
    ) -> None:
        """Make an empty table."""
        self.require_write()
        checked_name(name, "[A-Za-z0-9_.-]+", "LanceDB takes ASCII letters, digits and _ - . only")
        fields = [
            pa.field(ID, KINDS[id_kind]),
            pa.field(VECTOR, pa.list_(pa.float32(), dim)),
            *(pa.field(one.name, KINDS[one.kind]) for one in columns),
        ]
        with self.telling("making a table"):
            schema = pa.schema(fields, metadata={METRIC_KEY: metric.encode()})
            self._database.create_table(name, schema=schema, mode="create")

    def write(self, name: str, batch: Batch) -> None:
        """Add rows: one new version of the table."""
        self.require_write()
        table = self._table(name)
        flat = pa.array(np.ascontiguousarray(batch.vectors).ravel())
        vectors = pa.FixedSizeListArray.from_arrays(flat, table.dim)
        rows = batch.payload.add_column(0, table.vector, vectors).add_column(0, ID, batch.ids)
        with self.telling("writing rows"):
            table.opened.add(rows)

    def drop(self, name: str) -> None:
        """Remove a table."""
        self.require_write()
        self._table(name)
        with self.telling("removing a table"):
            self._database.drop_table(name)

    def build_index(
        self, name: str, metric: str, m: int, ef_construction: int, report: Report
    ) -> str:
        """Build an HNSW index over whole vectors; LanceDB tells no progress meanwhile."""
        from lancedb.index import HnswFlat

        self.require_write()
        table = self._table(name)
        report(0.0, "building the index; LanceDB does not tell how far it is")
        parts = max(1, self.count(name) // 1_000_000)
        distance: Any = DISTANCES[metric]
        config = HnswFlat(
            distance_type=distance,
            num_partitions=parts,
            m=m,
            ef_construction=ef_construction,
        )
        with self.telling("building the index"):
            table.opened.create_index(table.vector, config=config)
        report(1.0, "the index is built")
        return f"HNSW, m {m}, ef_construction {ef_construction}"

    def search(
        self, name: str, queries: Floats, k: int, metric: str, setting: int | None = None
    ) -> list[list[Id]]:
        """Return the ids of the k nearest, all queries in one call."""
        table = self._table(name)
        knob = self.describe(name).knob if setting is not None else None
        asked = table.opened.search(
            np.asarray(queries, np.float32), vector_column_name=table.vector
        )
        asked = asked.distance_type(DISTANCES[metric]).limit(k).with_row_id(True)
        asked = asked.select([*([] if table.key == ROW else [table.key]), "_distance"])
        if knob is not None:
            asked = asked.ef(max(setting or k, k)) if knob is EF else asked.nprobes(setting)
        with self.telling("searching"):
            found = asked.to_arrow(timeout=WAIT)
        places = (
            found["query_index"].to_numpy()
            if "query_index" in found.column_names
            else np.zeros(len(found), np.intp)
        )
        order = np.lexsort((found["_distance"].to_numpy(), places))
        keys = found[table.key].to_pylist()
        answers: list[list[Id]] = [[] for _ in queries]
        for place in order:
            answers[places[place]].append(keys[place])
        return answers


def read_columns(table: Table) -> list[str]:
    """Return the columns that are read; the place of each row comes beside them."""
    key = [] if table.key == ROW else [table.key]
    return [*key, table.vector, *(one.name for one in table.columns)]


def as_batch(table: Table, rows: pa.RecordBatch | pa.Table) -> Batch:
    """Return rows as a batch."""
    found = pa.table(rows)
    vectors = found[table.vector].combine_chunks()
    if isinstance(vectors, pa.ChunkedArray):
        vectors = pa.concat_arrays(vectors.chunks)
    flat = np.asarray(vectors.flatten(), np.float32)
    payload = pa.table({"": pa.nulls(len(found))}).select([])
    for one in table.columns:
        cells = found[one.name].combine_chunks()
        held = as_text(cells) if one.kind == "text" else cells.cast(KINDS[one.kind])
        payload = payload.append_column(one.name, held)
    ids = pa.concat_arrays(found[table.key].cast(KINDS[table.id_kind]).chunks or [pa.array([])])
    return Batch(ids, flat.reshape(len(found), table.dim), payload)


def sql_name(name: str) -> str:
    """Return a name as LanceDB's conditions write it."""
    if "`" in name:
        raise StoreError(f"LanceDB has no way to name the column “{name}” in a condition.")
    return f"`{name}`"


def literal(value: Any) -> str:
    """Return a value as LanceDB's conditions write it: it has no bound values."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime.datetime):
        return f"timestamp '{value.isoformat(' ')}'"
    return "'" + str(value).replace("'", "''") + "'"


def filter_of(table: Table, where: Sequence[Clause]) -> str:
    """Return the condition that a row has a vector and fulfills all clauses."""
    kinds = {one.name: one.kind for one in table.columns}
    parts = [f"{sql_name(table.vector)} IS NOT NULL"]
    for one in where:
        value = literal(one.value)
        if kinds.get(one.column) == "time" and isinstance(one.value, str):
            value = f"timestamp {value}"
        parts.append(f"{sql_name(one.column)} {one.sign} {value}")
    return " AND ".join(parts)
