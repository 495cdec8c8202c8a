"""Milvus: a server over gRPC, or the folder of Milvus Lite, which runs in this process."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

import numpy as np
import pyarrow as pa

from explorer.errors import StoreError
from explorer.stores.client import Client, Shared, checked_name, drawn, no_rows, renamed
from explorer.stores.known import Address, without_secrets
from explorer.stores.milvus_rows import HOLDS, TYPES, Table, as_batch, filter_of, longest
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
METRICS = {"cosine": "COSINE", "euclidean": "L2", "dot": "IP"}
ROWS_AT_ONCE = 5000  # Milvus answers with at most 16,384
KNOBS = {
    "HNSW": Knob("ef", (10, 20, 40, 80, 160, 320, 640)),
    "IVF": Knob("nprobe", (1, 2, 4, 8, 16, 32, 64, 128, 256)),
}
BUILDING = 24 * 3600.0  # seconds that an index may take
COMPARE_ALL = ("FLAT", "")
RESERVED = re.compile("(and|or|not|in|is|null|like|exists|true|false)", re.IGNORECASE)


def opened(path: Path) -> str | None:
    """Start Milvus Lite for a folder; return its address on this machine, None if it fails."""
    from milvus_lite.server_manager import server_manager_instance

    address: str | None = server_manager_instance.start_and_get_uri(str(path))
    return address


def closed(path: Path, uri: str | None) -> None:
    """Stop Milvus Lite for a folder."""
    from milvus_lite.server_manager import server_manager_instance

    server_manager_instance.release_server(str(path))


FOLDERS = Shared(opened, closed)


def open_store(address: Address, write: bool) -> Milvus:
    """Connect to the server, or start Milvus Lite; raises StoreError, which shows no password."""
    import pymilvus

    for name in ("pymilvus", "milvus_lite"):  # they log whole errors, with what was asked
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    if not address.is_remote:
        return opened_folder(address, write)
    try:
        parts = urlsplit(address.url)
        client = pymilvus.MilvusClient(
            uri=f"{parts.scheme}://{parts.hostname}:{parts.port or 19530}",
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            db_name=parts.path.strip("/"),
            timeout=CONNECT_SECONDS,
        )
    except (pymilvus.MilvusException, ValueError, OSError, RuntimeError) as error:
        raise StoreError(
            f"Milvus does not answer: {without_secrets(error, address.text)}. Check the address, "
            "the user and that the server runs."
        ) from None
    return Milvus(address, write, client)


def opened_folder(address: Address, write: bool) -> Milvus:
    """Open a folder of Milvus Lite."""
    import pymilvus

    if not write and not (address.path / "collections").is_dir():
        raise StoreError("This is no folder of Milvus Lite 3: it has no folder “collections”.")
    if sys.platform == "darwin" and "torch" in sys.modules:
        raise StoreError(
            "On macOS, Milvus Lite cannot run beside the models of this process. Use the command "
            "`embedding-explorer recall`, or a Milvus server."
        )
    uri = FOLDERS.take(address.path)
    try:
        if uri is None:
            raise StoreError(
                "Milvus Lite cannot open the folder. Another program may have it open, or it is "
                "of an older version."
            )
        return Milvus(address, write, pymilvus.MilvusClient(uri=uri, timeout=TIMEOUT))
    except BaseException:
        FOLDERS.give(address.path)
        raise


class Milvus(Client):
    """A connection to Milvus."""

    title = "Milvus"
    has_index: ClassVar[bool] = True

    def __init__(self, address: Address, write: bool, client: Any) -> None:
        super().__init__(address, write)
        self._client = client

    def failures(self) -> tuple[type[Exception], ...]:
        """Return the errors of the client."""
        import grpc
        from pymilvus import MilvusException

        return (MilvusException, grpc.RpcError, ValueError, RuntimeError, OSError)

    def close(self) -> None:
        """End the connection; the last one to a folder stops its Milvus Lite."""
        if self._client is None:
            return
        self._client.close()
        self._client = None
        if not self.address.is_remote:
            FOLDERS.give(self.address.path)

    def fit(self, payload: pa.Table) -> pa.Table:
        """Return payload as Milvus can hold it: names of ASCII letters, and times as text."""
        plain = renamed(payload, "[A-Za-z0-9_]")
        names = [
            f"_{one}" if one[:1].isdigit() or RESERVED.fullmatch(one) else one
            for one in plain.column_names
        ]
        for place, field in enumerate(plain.schema):
            if pa.types.is_timestamp(field.type):
                held = plain[field.name].cast(pa.string())
                plain = plain.set_column(place, field.name, held)
        return plain.rename_columns(names)

    def collections(self) -> tuple[str, ...]:
        """Return the collections that have a field of float vectors."""
        with self.telling("listing its collections"):
            names = self._client.list_collections(timeout=TIMEOUT)
            return tuple(sorted(one for one in names if self._form(one) is not None))

    def _form(self, name: str) -> Table | None:
        fields = self._client.describe_collection(name, timeout=TIMEOUT)["fields"]
        vectors = [
            (one["name"], int(one["params"]["dim"]))
            for one in fields
            if one["type"].name == "FLOAT_VECTOR"
        ]
        if not vectors:
            return None
        key = next(one for one in fields if one.get("is_primary"))
        payload = tuple(
            Column(one["name"], HOLDS.get(one["type"].name, "text"))
            for one in fields
            if one is not key and "VECTOR" not in one["type"].name
        )
        kind = HOLDS.get(key["type"].name, "text")
        return Table(name, *vectors[0], key["name"], kind, payload)

    def _table(self, name: str) -> Table:
        with self.telling("describing a collection"):
            names = self._client.list_collections(timeout=TIMEOUT)
            found = self._form(name) if name in names else None
        if found is None:
            raise unknown_collection(name, self.collections())
        return found

    def _loaded(self, name: str) -> Table:
        """Return a collection that answers; one that is not loaded is loaded only for writing."""
        table = self._table(name)
        with self.telling("asking whether it is loaded"):
            state = self._client.get_load_state(name, timeout=TIMEOUT)["state"]
            if state.name != "Loaded" and (self._write or not self.address.is_remote):
                self._client.load_collection(name, timeout=10 * TIMEOUT)
            elif state.name != "Loaded":
                raise StoreError(
                    f"“{name}” is not loaded into the server's memory, and this connection only "
                    "reads. Load it there first."
                )
        return table

    def _index(self, table: Table) -> dict[str, Any]:
        with self.telling("reading its indexes"):
            found = self._client.describe_index(table.name, table.vector, timeout=TIMEOUT)
            return dict(found or {})

    def describe(self, name: str) -> Collection:
        """Return what a collection is."""
        table = self._table(name)
        held = self._index(table)
        kind = str(held.get("index_type", ""))
        metric = {v: k for k, v in METRICS.items()}.get(str(held.get("metric_type")), "")
        knob = next((one for start, one in KNOBS.items() if kind.startswith(start)), None)
        sizes = [f"{key}={held[key]}" for key in ("M", "efConstruction", "nlist") if key in held]
        index = "" if kind in COMPARE_ALL else " ".join([kind, *sizes])
        rows = self.count(name)
        return Collection(name, rows, table.dim, metric, table.columns, table.id_kind, index, knob)

    def count(self, name: str, where: tuple[Clause, ...] = ()) -> int:
        """Return the number of rows that fulfill all clauses."""
        self._loaded(name)
        with self.telling("counting rows"):
            found = self._client.query(
                name, filter=filter_of(where), output_fields=["count(*)"], timeout=10 * TIMEOUT
            )
            return int(found[0]["count(*)"])

    def batches(self, name: str, part: Part, rows: int) -> Generator[Batch, None, None]:
        """Yield rows; a sample is chosen by hashes of all ids."""
        table = self._loaded(name)
        step = min(rows, ROWS_AT_ONCE)
        if part.size is None:
            for found in self._pages(table, part, table.fields, step):
                yield as_batch(table, found)
            return
        pages = self._pages(table, part, [table.key], ROWS_AT_ONCE)
        ids = [row[table.key] for found in pages for row in found]
        chosen = [ids[place] for place in drawn(ids, part.size, part.seed)]
        for first in range(0, len(chosen), step):
            yield self._got(table, chosen[first : first + step])

    def _pages(
        self, table: Table, part: Part, fields: list[str], rows: int
    ) -> Generator[list[dict[str, Any]], None, None]:
        with self.telling("reading rows"):
            pages = self._client.query_iterator(
                table.name,
                batch_size=rows,
                filter=filter_of(part.where),
                output_fields=fields,
                timeout=10 * TIMEOUT,
            )
            try:
                while found := pages.next():
                    yield list(found)
            finally:
                pages.close()

    def _got(self, table: Table, ids: Sequence[Id]) -> Batch:
        with self.telling("reading rows"):
            # not `get`: it puts texts between quotes without escaping those in them
            wanted = f"{table.key} in {json.dumps(list(ids), ensure_ascii=False)}"
            found = self._client.query(
                table.name, filter=wanted, output_fields=table.fields, timeout=10 * TIMEOUT
            )
        return as_batch(table, list(found))

    def fetch(self, name: str, ids: Sequence[Id]) -> Batch:
        """Return the rows with these ids."""
        table = self._loaded(name)
        found = no_rows(table.columns, table.id_kind, table.dim)
        for first in range(0, len(ids), ROWS_AT_ONCE):
            more = self._got(table, ids[first : first + ROWS_AT_ONCE])
            found = Batch(
                pa.concat_arrays([found.ids, more.ids]),
                np.concatenate([found.vectors, more.vectors]),
                pa.concat_tables([found.payload, more.payload]),
            )
        return found

    def create(
        self, name: str, dim: int, metric: str, columns: tuple[Column, ...], id_kind: str
    ) -> None:
        """Make an empty collection that compares with every row."""
        from pymilvus import DataType

        self.require_write()
        rule = "Milvus takes ASCII letters, digits and _, not first a digit"
        checked_name(name, "[A-Za-z_][A-Za-z0-9_]{0,254}", rule)
        made = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        key = DataType[TYPES[id_kind]]
        made.add_field(ID, key, is_primary=True, **longest(id_kind))
        made.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=dim)
        for one in columns:
            kind = DataType[TYPES[one.kind]]
            made.add_field(one.name, kind, nullable=True, **longest(one.kind))
        with self.telling("making a collection"):
            self._client.create_collection(
                name,
                schema=made,
                index_params=self._params(VECTOR, "FLAT", metric),
                consistency_level="Strong",
                timeout=TIMEOUT,
            )

    def _params(self, vector: str, kind: str, metric: str, **sizes: int) -> Any:
        params = self._client.prepare_index_params()
        params.add_index(vector, index_type=kind, metric_type=METRICS[metric], params=sizes)
        return params

    def write(self, name: str, batch: Batch) -> None:
        """Add rows; one whose id is there already replaces it, so none comes twice."""
        self.require_write()
        table = self._loaded(name)
        columns = {one: batch.payload[one].to_pylist() for one in batch.payload.column_names}
        columns[table.key] = batch.ids.to_pylist()
        columns[table.vector] = list(batch.vectors)
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        with self.telling("writing rows"):
            for first in range(0, len(rows), ROWS_AT_ONCE):
                some = rows[first : first + ROWS_AT_ONCE]
                self._client.upsert(name, some, timeout=10 * TIMEOUT)

    def drop(self, name: str) -> None:
        """Remove a collection."""
        self.require_write()
        self._table(name)
        with self.telling("removing a collection"):
            self._client.drop_collection(name, timeout=TIMEOUT)

    def build_index(
        self, name: str, metric: str, m: int, ef_construction: int, report: Report
    ) -> str:
        """Build an HNSW index in place of the one that is there."""
        self.require_write()
        table = self._table(name)
        held = self._index(table)
        report(0.0, "building the index; Milvus tells its progress at the end of each part")
        with self.telling("building the index"):
            self._client.flush(name, timeout=10 * TIMEOUT)
            self._client.release_collection(name, timeout=TIMEOUT)
            if held:
                self._client.drop_index(name, held["index_name"], timeout=TIMEOUT)
            sizes = {"M": m, "efConstruction": ef_construction}
            index = self._params(table.vector, "HNSW", metric, **sizes)
            self._client.create_index(name, index, timeout=BUILDING)
            self._client.load_collection(name, timeout=10 * TIMEOUT)
        report(1.0, "the index is built")
        return f"HNSW, M {m}, efConstruction {ef_construction}"

    def search(
        self, name: str, queries: Floats, k: int, metric: str, setting: int | None = None
    ) -> list[list[Id]]:
        """Return the ids of the k nearest, by the index's own metric."""
        table = self._loaded(name)
        knob = self.describe(name).knob if setting is not None else None
        params = {knob.name: setting} if knob is not None else {}
        if "ef" in params:  # it may not be less than k
            params["ef"] = max(setting or k, k)
        found: list[list[Id]] = []
        for first in range(0, len(queries), 100):
            with self.telling("searching"):
                answers = self._client.search(
                    name,
                    data=[one.tolist() for one in queries[first : first + 100]],
                    anns_field=table.vector,
                    limit=k,
                    search_params={"metric_type": METRICS[metric], "params": params},
                    output_fields=[table.key],
                    timeout=10 * TIMEOUT,
                )
            found += [[row[table.key] for row in one] for one in answers]
        return found
