"""FAISS index files: NAME.faiss, and beside it NAME.faiss.rows.parquet with ids and payload.

An index file holds vectors only. Where others made it, the ids are those that it holds, or row
numbers. It is read into memory as a whole, and a changed one is written anew and then renamed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from explorer.errors import StoreError
from explorer.stores.client import Client, checked_name, drawn, fulfilled
from explorer.stores.known import Address
from explorer.stores.store import (
    ID,
    KINDS,
    ROWS,
    Batch,
    Clause,
    Collection,
    Column,
    Floats,
    Id,
    Knob,
    Part,
    Report,
    unit,
    unknown_collection,
)
from explorer.stores.transfer import kind_of

ROWS_SUFFIX = ".rows.parquet"
METRIC_KEY = b"embedding-explorer metric"
NAMES = r'[^<>:"/\\|?*\0-\x1f.][^<>:"/\\|?*\0-\x1f]{0,199}'
EF = Knob("efSearch", (10, 20, 40, 80, 160, 320, 640))
PROBES = Knob("nprobe", (1, 2, 4, 8, 16, 32, 64, 128, 256))
UNSAVED_SHARE = 8  # the files are written when an eighth of the rows is new: 8 times in all


def open_store(address: Address, write: bool) -> FaissFiles:
    """Open one index file, or a folder of several."""
    if sys.platform == "darwin" and "torch" in sys.modules:
        raise StoreError(
            "On macOS, faiss cannot run beside the models of this process. Use the command "
            "`embedding-explorer recall`."
        )
    return FaissFiles(address, write)


@dataclass(eq=False)
class Held:
    """An index in memory: its vectors by place, and the id and payload of each place."""

    index: Any
    ids: pa.Array
    payload: pa.Table
    metric: str
    unsaved: int = 0
    places: dict[Id, int] = field(default_factory=dict)
    wrapper: Any = None  # it owns `index`, which would go with it

    def __post_init__(self) -> None:
        self.places = {key: place for place, key in enumerate(self.ids.to_pylist())}

    @property
    def columns(self) -> tuple[Column, ...]:
        """The payload's columns, without those that hold bytes."""
        named = [Column(one.name, kind_of(one.type)) for one in self.payload.schema]
        return tuple(one for one in named if one.kind != "none")

    def taken(self, places: NDArray[np.int64]) -> Batch:
        """Return some rows."""
        vectors = self.index.reconstruct_batch(np.ascontiguousarray(places, np.int64))
        rows = pa.array(places)
        return Batch(self.ids.take(rows), np.asarray(vectors), self.payload.take(rows))


class FaissFiles(Client):
    """Index files of one folder, or one of them."""

    title = "FAISS"
    has_index: ClassVar[bool] = True

    def __init__(self, address: Address, write: bool) -> None:
        super().__init__(address, write)
        self._held: dict[str, Held] = {}

    def failures(self) -> tuple[type[Exception], ...]:
        """Return the errors of the client."""
        return (RuntimeError, ValueError, OSError, AssertionError, pa.ArrowException)

    def close(self) -> None:
        """Write what is not in the files yet."""
        for name, held in self._held.items():
            if held.unsaved:
                self._flush(name, held)
        self._held = {}

    def _file(self, name: str) -> Path:
        path = self.address.path
        single = path.suffix in self.address.kind.suffixes
        if single and name != path.stem:
            raise StoreError(
                f"An index file holds one collection, here “{path.stem}”. Take that name, or "
                "give the address of a folder: faiss:FOLDER."
            )
        checked_name(name, NAMES, 'a file has none of < > : " / \\ | ? * in its name')
        return path if single else self._files().get(name, path / f"{name}.faiss")

    def _files(self) -> dict[str, Path]:
        path = self.address.path
        if path.suffix in self.address.kind.suffixes:
            return {path.stem: path} if path.is_file() else {}
        found = [one for one in path.iterdir() if one.is_file()] if path.is_dir() else []
        return {one.stem: one for one in found if one.suffix in self.address.kind.suffixes}

    def collections(self) -> tuple[str, ...]:
        """Return the names of the files, without their suffix."""
        with self.telling("listing its files"):
            return tuple(sorted({*self._files(), *self._held}))

    def _open(self, name: str) -> Held:
        if name not in self._held:
            with self.telling("reading the index"):
                files = self._files()
                if name not in files:
                    raise unknown_collection(name, tuple(sorted(files)))
                self._held[name] = opened(files[name])
        return self._held[name]

    def describe(self, name: str) -> Collection:
        """Return what an index is."""
        held = self._open(name)
        words, knob = kind_of_index(held.index)
        id_kind = "int" if pa.types.is_integer(held.ids.type) else "text"
        rows, dim, unit = len(held.ids), int(held.index.d), held.metric == "cosine"
        return Collection(name, rows, dim, held.metric, held.columns, id_kind, words, knob, unit)

    def count(self, name: str, where: tuple[Clause, ...] = ()) -> int:
        """Return the number of rows that fulfill all clauses."""
        return int(fulfilled(self._open(name).payload, where).sum())

    def batches(self, name: str, part: Part, rows: int) -> Generator[Batch, None, None]:
        """Yield rows in the order of the file; a sample by hashes of the ids."""
        held = self._open(name)
        places = np.flatnonzero(fulfilled(held.payload, part.where))
        if part.size is not None:
            ids = held.ids.take(pa.array(places)).to_pylist()
            places = places[drawn(ids, part.size, part.seed)]
        for first in range(0, len(places), rows):
            with self.telling("reading vectors"):
                batch = held.taken(places[first : first + rows])
            yield batch

    def fetch(self, name: str, ids: Sequence[Id]) -> Batch:
        """Return the rows with these ids."""
        held = self._open(name)
        places = [held.places[one] for one in ids if one in held.places]
        with self.telling("reading vectors"):
            return held.taken(np.array(places, np.int64))

    def create(
        self, name: str, dim: int, metric: str, columns: tuple[Column, ...], id_kind: str
    ) -> None:
        """Make an empty index that compares with every row."""
        import faiss

        self.require_write()
        self._file(name)
        if name in self.collections():
            raise StoreError(f"There is an index “{name}” already. Choose another name.")
        names = [one.name for one in columns]
        payload = pa.table({one.name: pa.array([], KINDS[one.kind]) for one in columns})
        index = faiss.IndexFlat(dim, faiss.METRIC_L2 if metric == "euclidean" else 0)
        held = Held(index, pa.array([], KINDS[id_kind]), payload.select(names), metric)
        self._flush(name, held)
        self._held[name] = held

    def write(self, name: str, batch: Batch) -> None:
        """Add rows; the files are written now and then, and when the store is closed."""
        self.require_write()
        held = self._open(name)
        places = len(held.ids) + np.arange(len(batch))
        vectors = unit(batch.vectors) if held.metric == "cosine" else batch.vectors
        with self.telling("adding rows"):
            held.index.add(np.ascontiguousarray(vectors, np.float32))
            held.ids = pa.concat_arrays([held.ids, batch.ids.cast(held.ids.type)])
            held.payload = pa.concat_tables(
                [held.payload, batch.payload.select(held.payload.column_names)]
            )
            held.places.update(zip(batch.ids.to_pylist(), places.tolist(), strict=True))
        held.unsaved += len(batch)
        if held.unsaved * UNSAVED_SHARE >= len(held.ids):
            self._flush(name, held)

    def _flush(self, name: str, held: Held) -> None:
        """Write both files: the rows first, because rows without a vector are passed over."""
        import faiss

        path = self._file(name)
        with self.telling("writing the index"):
            path.parent.mkdir(parents=True, exist_ok=True)
            table = held.payload.add_column(0, ID, held.ids)
            table = table.replace_schema_metadata({METRIC_KEY: held.metric.encode()})
            beside = path.with_name(path.name + ROWS_SUFFIX)
            for file, write in (
                (beside, lambda to: pq.write_table(table, to)),
                (path, lambda to: faiss.write_index(held.index, to)),
            ):
                half = file.with_name(f"{file.name}.{os.getpid()}.half")
                try:
                    write(str(half))
                    with half.open("rb") as written:
                        os.fsync(written.fileno())
                    half.replace(file)
                finally:
                    half.unlink(missing_ok=True)
        held.unsaved = 0

    def drop(self, name: str) -> None:
        """Remove an index and the file of its rows."""
        self.require_write()
        self._open(name)
        path = self._file(name)
        with self.telling("removing an index"):
            path.unlink()
            path.with_name(path.name + ROWS_SUFFIX).unlink(missing_ok=True)
        del self._held[name]

    def build_index(
        self, name: str, metric: str, m: int, ef_construction: int, report: Report
    ) -> str:
        """Build an HNSW index of the same vectors in place of the one that is there."""
        import faiss

        self.require_write()
        held = self._open(name)
        self._same_metric(name, held, metric)
        built = faiss.IndexHNSWFlat(held.index.d, m, held.index.metric_type)
        built.hnsw.efConstruction = ef_construction
        n = len(held.ids)
        for first in range(0, n, ROWS):
            with self.telling("building the index"):
                built.add(held.index.reconstruct_n(first, min(ROWS, n - first)))
            done = min(n, first + ROWS)
            report(done / n, f"{done:,} of {n:,} vectors are in the index")
        held.index = built
        self._flush(name, held)
        return f"HNSW, m {m}, ef_construction {ef_construction}"

    def _same_metric(self, name: str, held: Held, metric: str) -> None:
        if metric != held.metric:
            raise StoreError(
                f"“{name}” compares by {held.metric}; FAISS can ask an index by no other metric."
            )

    def search(
        self, name: str, queries: Floats, k: int, metric: str, setting: int | None = None
    ) -> list[list[Id]]:
        """Return the ids of the k nearest, by the index's own metric."""
        import faiss

        held = self._open(name)
        self._same_metric(name, held, metric)
        asked = np.ascontiguousarray(unit(queries) if metric == "cosine" else queries, np.float32)
        knob = kind_of_index(held.index)[1] if setting is not None else None
        params: Any = None
        if knob is EF:
            params = faiss.SearchParametersHNSW(efSearch=setting)  # type: ignore[attr-defined]
        elif knob is PROBES:
            params = faiss.SearchParametersIVF(nprobe=setting)  # type: ignore[call-arg]
        with self.telling("searching"):
            _, places = held.index.search(asked, min(k, len(held.ids)), params=params)
        keys = held.ids.to_pylist()
        return [[keys[place] for place in row if place >= 0] for row in places]


def opened(path: Path) -> Held:
    """Read an index file, and its rows where there is a file of them."""
    import faiss

    index: Any = faiss.read_index(str(path))
    n = int(index.ntotal)
    ids, wrapper = pa.array(np.arange(n)), index
    if hasattr(index, "id_map"):  # places inside, and the ids that belong to them
        ids = pa.array(faiss.vector_to_array(index.id_map))
        index = faiss.downcast_index(index.index)
    if isinstance(index, faiss.IndexIVF):
        index.make_direct_map()  # without it, no vector is found by its place
    metric = "euclidean" if index.metric_type == faiss.METRIC_L2 else "dot"
    payload = pa.table({"": pa.nulls(n)}).select([])
    beside = path.with_name(path.name + ROWS_SUFFIX)
    if beside.is_file():
        table = pq.read_table(beside)
        if len(table) < n:
            raise StoreError(
                f"{path.name} has {n:,} vectors and {beside.name} {len(table):,} rows, so they do "
                "not belong together. Move the second away to open the first alone."
            )
        table = table.slice(0, n)  # a run that was killed leaves rows without vectors
        metric = (table.schema.metadata or {}).get(METRIC_KEY, metric.encode()).decode()
        ids = pa.concat_arrays(table[ID].chunks or [pa.array([], table.schema.field(ID).type)])
        payload = table.drop_columns([ID]).replace_schema_metadata(None)
    return Held(index, ids, payload, metric, wrapper=wrapper)


def kind_of_index(index: Any) -> tuple[str, Knob | None]:
    """Return an index in words, '' where it compares with every row, and its setting."""
    import faiss

    if isinstance(index, faiss.IndexHNSW):
        graph: Any = index.hnsw
        return f"HNSW m={graph.nb_neighbors(1)} ef_construction={graph.efConstruction}", EF
    if isinstance(index, faiss.IndexIVF):
        return f"{type(index).__name__.removeprefix('Index')} nlist={index.nlist}", PROBES
    if isinstance(index, faiss.IndexFlat):
        return "", None
    return type(index).__name__.removeprefix("Index"), None
