"""What every store can do, and the small values that go in and out."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.errors import StoreError

Floats: TypeAlias = NDArray[np.float32]
Report: TypeAlias = Callable[[float, str], None]
Id: TypeAlias = int | str

ID, LABEL, VECTOR = "id", "label", "embedding"  # the columns of a collection that we make
ROWS = 20_000  # of a batch, unless its vectors would take more than BATCH_BYTES
BATCH_BYTES = 16 << 20
TIMEOUT = 30.0  # seconds that a single answer may take

# What a payload column may hold, and how Arrow keeps it.
KINDS: dict[str, pa.DataType] = {
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "time": pa.timestamp("us"),
    "text": pa.string(),
}
SIGNS = ("=", "!=", "<", "<=", ">", ">=")
METRICS = ("cosine", "euclidean", "dot")


@dataclass(frozen=True)
class Column:
    """A payload column, and what it holds: a key of KINDS."""

    name: str
    kind: str


@dataclass(frozen=True)
class Knob:
    """The setting with which an index is asked: its name, and values from quick to thorough."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class Collection:
    """A collection or table of vectors.

    Attributes
    ----------
    rows, dim
        Number of vectors and of dimensions; `rows` is exact.
    metric
        That of its index: 'cosine', 'euclidean', 'dot'; '' where none is stored.
    columns
        Its payload, without id and vector.
    id_kind
        'int' or 'text'.
    index
        Its index in words; '' where the store compares with every vector.
    knob
        The setting with which that index is asked, or None.
    unit
        Whether the store scales each vector to length 1 and keeps no other length.
    """

    name: str
    rows: int
    dim: int
    metric: str
    columns: tuple[Column, ...]
    id_kind: str
    index: str = ""
    knob: Knob | None = None
    unit: bool = False


@dataclass(frozen=True, eq=False)
class Batch:
    """Some rows: b ids (int64 or string), (b, d) float32 vectors, b rows of payload."""

    ids: pa.Array
    vectors: Floats
    payload: pa.Table

    def __len__(self) -> int:
        return len(self.vectors)

    def take(self, rows: NDArray[np.intp]) -> Batch:
        """Return some of the rows."""
        places = pa.array(rows)
        return Batch(self.ids.take(places), self.vectors[rows], self.payload.take(places))


@dataclass(frozen=True)
class Clause:
    """A condition on one column: its name, one of SIGNS, and a value, which is never SQL."""

    column: str
    sign: str
    value: Any


@dataclass(frozen=True)
class Part:
    """Which rows are read: those that fulfill all clauses; of them all, or a random sample."""

    where: tuple[Clause, ...] = ()
    size: int | None = None
    seed: int = 42


class Store(Protocol):
    """An open store. Every method raises StoreError, whose message holds no secret."""

    @property
    def has_index(self) -> bool:
        """Whether `build_index` builds one."""

    def collections(self) -> tuple[str, ...]:
        """Return the names of the collections that hold vectors, sorted."""

    def describe(self, name: str) -> Collection:
        """Return what a collection is; raises StoreError with the known names."""

    def count(self, name: str, where: tuple[Clause, ...] = ()) -> int:
        """Return the number of rows that fulfill all clauses."""

    def batches(self, name: str, part: Part, rows: int) -> Generator[Batch, None, None]:
        """Yield the rows of a part, `rows` at a time; closing the iterator ends the reading."""

    def fetch(self, name: str, ids: Sequence[Id]) -> Batch:
        """Return the rows with these ids, in any order; ids that are not there are left out."""

    def create(
        self, name: str, dim: int, metric: str, columns: tuple[Column, ...], id_kind: str
    ) -> None:
        """Make an empty collection; raises StoreError if there is one of that name."""

    def fit(self, payload: pa.Table) -> pa.Table:
        """Return payload with the names and types that this store can hold."""

    def write(self, name: str, batch: Batch) -> None:
        """Add rows, all or none of them; their ids are not there yet."""

    def drop(self, name: str) -> None:
        """Remove a collection and all it holds."""

    def build_index(
        self, name: str, metric: str, m: int, ef_construction: int, report: Report
    ) -> str:
        """Build an HNSW index where the store has one; return in words what was built."""

    def search(
        self, name: str, queries: Floats, k: int, metric: str, setting: int | None = None
    ) -> list[list[Id]]:
        """Return for each of (q, d) queries the ids of the k nearest, by the store's own index."""

    def close(self) -> None:
        """End the connection."""


def batch_rows(dim: int) -> int:
    """Return how many rows of that dimension make a batch."""
    return max(1, min(ROWS, BATCH_BYTES // (4 * dim)))


def unit(vectors: Floats) -> Floats:
    """Return the vectors with length 1; zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)


def unknown_collection(name: str, known: Sequence[str]) -> StoreError:
    """Return the error that a collection is not there."""
    listed = ", ".join(f"“{one}”" for one in known) or "none that holds vectors"
    return StoreError(f"There is no collection “{name}”. The store has: {listed}.")


def check_clauses(collection: Collection, where: Sequence[Clause]) -> None:
    """Raise StoreError unless each clause names a column and a known sign."""
    names = [column.name for column in collection.columns]
    for one in where:
        if one.column not in names:
            raise StoreError(
                f"“{collection.name}” has no column “{one.column}”. It has: {', '.join(names)}."
            )
        if one.sign not in SIGNS:
            raise StoreError(f"“{one.sign}” compares nothing. Use one of {' '.join(SIGNS)}")


def table_of(columns: Sequence[Column], values: Sequence[Sequence[Any]], n: int) -> pa.Table:
    """Return payload values, column by column, as an Arrow table of n rows."""
    if not columns:
        return pa.table({"": pa.nulls(n)}).select([])
    arrays = [pa.array(one, KINDS[c.kind]) for c, one in zip(columns, values, strict=True)]
    return pa.Table.from_arrays(arrays, names=[column.name for column in columns])
