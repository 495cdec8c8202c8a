"""Qdrant: a server over HTTP, or the folder of its local mode."""

from __future__ import annotations

import io
import pickle
import sqlite3
import time
import types
import warnings
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

import pyarrow as pa

from explorer.errors import StoreError
from explorer.stores.client import Client, Shared, checked_name, drawn, no_rows, renamed
from explorer.stores.known import Address, without_secrets
from explorer.stores.qdrant_points import (
    DISTANCES,
    as_batch,
    as_json,
    as_key,
    filter_of,
    kind_of,
    own_id,
    payload_rows,
    wider,
)
from explorer.stores.store import (
    ID,
    TIMEOUT,
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

EF = Knob("hnsw_ef", (10, 20, 40, 80, 160, 320, 640))
LOOKED_AT = 256  # points whose payload tells the columns of a collection that others made
FORM = "embedding-explorer"  # in the collection's metadata: the columns of one that we made
IDS_AT_ONCE = 10_000
NAMES = r'[^<>:"/\\|?*\0-\x1f]{1,255}'
POINT = ("qdrant_client.http.models.models", "PointStruct")


class PointsOnly(pickle.Unpickler):
    """Reads the pickles of Qdrant's local mode, in which nothing but points may stand."""

    def find_class(self, module: str, name: str) -> Any:
        """Return the class of a point; raises on any other, so that no file runs code."""
        if (module, name) != POINT:
            raise pickle.UnpicklingError(f"{module}.{name} stands in this folder, and no point")
        return super().find_class(module, name)


def opened(path: Path) -> Any:
    """Open a folder of the local mode, whose files cannot run code."""
    from qdrant_client import QdrantClient
    from qdrant_client.local import persistence

    persistence.pickle = types.SimpleNamespace(  # type: ignore[assignment,attr-defined]
        dumps=pickle.dumps, loads=lambda value: PointsOnly(io.BytesIO(value)).load()
    )
    return QdrantClient(path=str(path), force_disable_check_same_thread=True)


FOLDERS = Shared(opened, lambda path, client: client.close())


def open_store(address: Address, write: bool) -> Qdrant:
    """Connect to the server, or open the folder; raises StoreError, which shows no key."""
    from qdrant_client import QdrantClient

    if not address.is_remote:
        if not write and not (address.path / "meta.json").is_file():
            raise StoreError("This folder is none of Qdrant's local mode: it has no meta.json.")
        try:
            return Qdrant(address, write, FOLDERS.take(address.path))
        except (RuntimeError, ValueError, OSError, pickle.PickleError, sqlite3.Error) as error:
            why = without_secrets(error, address.text)
            raise StoreError(f"Qdrant cannot open the folder: {why}") from None
    try:
        parts = urlsplit(address.url)
        port = parts.port or (443 if parts.scheme == "https" else 6333)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they hold the address
            client = QdrantClient(
                url=f"{parts.scheme}://{parts.hostname}:{port}{parts.path}",
                port=port,
                api_key=unquote(parts.password or "") or None,
                timeout=int(TIMEOUT),
                check_compatibility=False,
            )
    except ValueError as error:
        why = without_secrets(error, address.text)
        raise StoreError(f"This is no address of a Qdrant server: {why}") from None
    return Qdrant(address, write, client)


class Qdrant(Client):
    """A connection to Qdrant. A cosine collection holds its vectors at length 1."""

    title = "Qdrant"
    has_index: ClassVar[bool] = True

    def __init__(self, address: Address, write: bool, client: Any) -> None:
        super().__init__(address, write)
        self._client = client
        self.has_index = address.is_remote  # type: ignore[misc]

    def failures(self) -> tuple[type[Exception], ...]:
        """Return the errors of the client."""
        from httpx import HTTPError
        from qdrant_client.http.exceptions import ApiException

        return (ApiException, HTTPError, ValueError, RuntimeError, OSError, sqlite3.Error)

    def close(self) -> None:
        """End the connection."""
        if self.address.is_remote:
            self._client.close()
        elif self._client is not None:
            FOLDERS.give(self.address.path)
        self._client = None

    def fit(self, payload: pa.Table) -> pa.Table:
        """Return payload without quotation marks in its names: no condition could name them."""
        return renamed(payload, r"[^\"\\]", "'")

    def collections(self) -> tuple[str, ...]:
        """Return the collections that have one vector a point, or several under names."""
        with self.telling("listing its collections"):
            names = [one.name for one in self._client.get_collections().collections]
            return tuple(sorted(name for name in names if self._vector(self._info(name))[1]))

    def _info(self, name: str) -> Any:
        return self._client.get_collection(name)

    @staticmethod
    def _vector(info: Any) -> tuple[str, Any]:
        """Return the name and the parameters of the first dense vector; "" for the only one."""
        vectors = info.config.params.vectors
        named = vectors if isinstance(vectors, dict) else {"": vectors}
        for name, one in named.items():
            if one is not None and one.multivector_config is None:
                return name, one
        return "", None

    def _known(self, name: str) -> Any:
        names = self.collections()
        if name not in names:
            raise unknown_collection(name, names)
        with self.telling("describing a collection"):
            return self._info(name)

    def _form(self, name: str, info: Any) -> tuple[str, tuple[Column, ...]]:
        """Return the kind of the ids and the columns: as saved, or as some points have them."""
        held = (getattr(info.config, "metadata", None) or {}).get(FORM)
        if held:
            return held["id"], tuple(Column(*one) for one in held["columns"])
        with self.telling("reading some payload"):
            points, _ = self._client.scroll(name, limit=LOOKED_AT, with_payload=True)
        kinds: dict[str, str] = {}
        for point in points:
            for key, value in (point.payload or {}).items():
                kind = kind_of(value)
                if value is not None:
                    known = kinds.setdefault(key, kind)
                    kinds[key] = kind if known == kind else wider(known, kind)
        columns = tuple(Column(key, kind) for key, kind in sorted(kinds.items()) if key != ID)
        whole = all(isinstance(point.id, int) for point in points)
        return "int" if whole else "text", columns

    def describe(self, name: str) -> Collection:
        """Return what a collection is."""
        info = self._known(name)
        _, vector = self._vector(info)
        id_kind, columns = self._form(name, info)
        metric = {v: k for k, v in DISTANCES.items()}.get(vector.distance.value, "")
        index, knob = "", None
        if self.address.is_remote and info.indexed_vectors_count:
            hnsw = info.config.hnsw_config
            own = vector.hnsw_config
            m = (own and own.m) or hnsw.m
            built = (own and own.ef_construct) or hnsw.ef_construct
            index, knob = f"HNSW m={m}, ef_construct={built}", EF
        rows = self._count(name)
        unit = metric == "cosine"
        return Collection(name, rows, vector.size, metric, columns, id_kind, index, knob, unit)

    def count(self, name: str, where: tuple[Clause, ...] = ()) -> int:
        """Return the number of points that fulfill all clauses; it is exact."""
        self._known(name)
        return self._count(name, where)

    def _count(self, name: str, where: tuple[Clause, ...] = ()) -> int:
        with self.telling("counting points"):
            found = self._client.count(name, filter_of(where), exact=True)
            return int(found.count)

    def batches(self, name: str, part: Part, rows: int) -> Generator[Batch, None, None]:
        """Yield points in the order of their ids; a sample is chosen by hashes of all ids."""
        info = self._known(name)
        form = (*self._form(name, info), *self._vector(info))
        asked = filter_of(part.where)
        if part.size is None:
            after = None
            while True:
                with self.telling("reading points"):
                    points, after = self._client.scroll(
                        name, asked, limit=rows, offset=after, with_payload=True, with_vectors=True
                    )
                if points:
                    yield as_batch(points, *form)
                if after is None:
                    return
        ids, after = [], None
        while True:
            with self.telling("reading ids"):
                points, after = self._client.scroll(
                    name, asked, limit=IDS_AT_ONCE, offset=after, with_payload=False
                )
            ids += [point.id for point in points]
            if after is None:
                break
        chosen = [ids[place] for place in drawn(ids, part.size, part.seed)]
        for first in range(0, len(chosen), rows):
            yield self._retrieved(name, chosen[first : first + rows], *form)

    def _retrieved(
        self, name: str, keys: list[Id], id_kind: str, columns: tuple[Column, ...], *vector: Any
    ) -> Batch:
        with self.telling("reading points"):
            points = self._client.retrieve(name, keys, with_payload=True, with_vectors=True)
        if not points:
            return no_rows(columns, id_kind, vector[1].size)
        return as_batch(points, id_kind, columns, *vector)

    def fetch(self, name: str, ids: Sequence[Id]) -> Batch:
        """Return the points with these ids."""
        info = self._known(name)
        form = (*self._form(name, info), *self._vector(info))
        return self._retrieved(name, [as_key(one) for one in ids], *form)

    def create(
        self, name: str, dim: int, metric: str, columns: tuple[Column, ...], id_kind: str
    ) -> None:
        """Make an empty collection, whose metadata holds its columns."""
        from qdrant_client import models

        self.require_write()
        checked_name(name, NAMES, 'Qdrant takes none of < > : " / \\ | ? *')
        held = {FORM: {"id": id_kind, "columns": [[one.name, one.kind] for one in columns]}}
        vector = models.VectorParams(size=dim, distance=models.Distance(DISTANCES[metric]))
        with self.telling("making a collection"):
            self._client.create_collection(name, vectors_config=vector, metadata=held)

    def write(self, name: str, batch: Batch) -> None:
        """Add points: those of one call are stored together."""
        from qdrant_client import models

        self.require_write()
        self._known(name)
        payloads = [
            {ID: key, **{k: as_json(v) for k, v in row.items() if v is not None}}
            for key, row in zip(batch.ids.to_pylist(), payload_rows(batch.payload), strict=True)
        ]
        points = models.Batch(
            ids=[as_key(one) for one in batch.ids.to_pylist()],
            vectors=batch.vectors.tolist(),
            payloads=payloads,
        )
        with self.telling("writing points"):
            self._client.upsert(name, points, wait=True)

    def drop(self, name: str) -> None:
        """Remove a collection."""
        self.require_write()
        self._known(name)
        with self.telling("removing a collection"):
            self._client.delete_collection(name)

    def build_index(
        self, name: str, metric: str, m: int, ef_construction: int, report: Report
    ) -> str:
        """Have the server build its HNSW index with these values, and wait for it."""
        from qdrant_client import models

        self.require_write()
        self._known(name)
        if not self.address.is_remote:
            raise StoreError("Qdrant's local mode has no index: it compares with every point.")
        with self.telling("asking for the index"):
            self._client.update_collection(
                name,
                hnsw_config=models.HnswConfigDiff(m=m, ef_construct=ef_construction),
                optimizers_config=models.OptimizersConfigDiff(indexing_threshold=1),
            )
        rows = max(1, self._count(name))
        while True:
            with self.telling("asking how far the index is"):
                info = self._info(name)
            done = info.indexed_vectors_count or 0
            report(min(1.0, done / rows), f"{done:,} of {rows:,} vectors are in the index")
            if info.status.value == "green" and done:
                return f"HNSW, m {m}, ef_construct {ef_construction}"
            time.sleep(0.5)

    def search(
        self, name: str, queries: Floats, k: int, metric: str, setting: int | None = None
    ) -> list[list[Id]]:
        """Return the ids of the k nearest, by the collection's own metric."""
        from qdrant_client import models

        info = self._known(name)
        vector, params = self._vector(info)
        if params.distance.value != DISTANCES[metric]:
            raise StoreError(
                f"“{name}” compares by {params.distance.value}; Qdrant can ask by no other metric."
            )
        how = None if setting is None else models.SearchParams(hnsw_ef=setting)
        found: list[list[Id]] = []
        for first in range(0, len(queries), 100):
            asked = [
                models.QueryRequest(
                    query=one.tolist(), using=vector or None, limit=k, params=how, with_payload=[ID]
                )
                for one in queries[first : first + 100]
            ]
            with self.telling("searching"):
                answers = self._client.query_batch_points(name, asked)
            found += [[own_id(point) for point in one.points] for one in answers]
        return found
