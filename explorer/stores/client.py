"""What the stores share whose client is a library and not SQL."""

from __future__ import annotations

import hashlib
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.errors import ExplorerError, StoreError
from explorer.stores.known import Address, without_secrets
from explorer.stores.store import KINDS, Batch, Clause, Column

SOURCE_LINE = re.compile(r",? /\S+\.rs:[\d:]+")  # a place in the client's own code


class Client(ABC):
    """An open store: its address, and whether it may be written."""

    title: ClassVar[str]

    def __init__(self, address: Address, write: bool) -> None:
        self.address = address
        self._write = write

    @abstractmethod
    def failures(self) -> tuple[type[Exception], ...]:
        """Return the errors of the client."""

    @contextmanager
    def telling(self, doing: str) -> Iterator[None]:
        """Make the client's errors ours, without a secret of the address."""
        try:
            yield
        except ExplorerError:
            raise
        except self.failures() as error:
            why = SOURCE_LINE.sub("", without_secrets(error, self.address.text))[:500]
            raise StoreError(
                f"{self.title} failed while {doing}: {why}. What was open here is as it was."
            ) from None

    def require_write(self) -> None:
        """Raise StoreError where the store was opened for reading."""
        if not self._write:
            raise StoreError(f"{self.title} was opened for reading only. Nothing was changed.")

    def fit(self, payload: pa.Table) -> pa.Table:
        """Return payload with names and types that the store holds; here: as it is."""
        return payload


class Shared:
    """Clients of folders that only one client may open: those who ask for one path share it."""

    def __init__(self, opened: Callable[[Path], Any], closed: Callable[[Path, Any], None]) -> None:
        self._opened, self._closed = opened, closed
        self._lock = threading.Lock()
        self._held: dict[Path, tuple[Any, int]] = {}

    def take(self, path: Path) -> Any:
        """Return the client of a path, which is opened for the first who asks."""
        path = path.resolve()
        with self._lock:
            client, count = self._held.get(path) or (self._opened(path), 0)
            self._held[path] = client, count + 1
            return client

    def give(self, path: Path) -> None:
        """Say that a client is no longer used; the last one's is closed."""
        path = path.resolve()
        with self._lock:
            client, count = self._held.pop(path)
            if count > 1:
                self._held[path] = client, count - 1
            else:
                self._closed(path, client)


def checked_name(name: str, allowed: str, rule: str) -> str:
    """Return a collection's name; raises StoreError where the store can have none like it."""
    if not re.fullmatch(allowed, name):
        raise StoreError(f"“{name}” can be no name there: {rule}. Choose another name.")
    return name


def drawn(ids: Sequence[Any] | NDArray[Any], size: int, seed: int) -> NDArray[np.intp]:
    """Return the places of the `size` ids with the smallest hashes: the same for a seed."""
    hashes = np.fromiter(
        (
            int.from_bytes(hashlib.blake2b(f"{seed} {one}".encode(), digest_size=8).digest())
            for one in ids
        ),
        np.uint64,
        len(ids),
    )
    return np.sort(np.argsort(hashes, kind="stable")[:size])


def fulfilled(payload: pa.Table, where: Sequence[Clause]) -> NDArray[np.bool_]:
    """Return which rows fulfill all clauses; a missing value fulfills none, as in SQL."""
    import pyarrow.compute as pc

    compare = {
        "=": pc.equal,
        "!=": pc.not_equal,
        "<": pc.less,
        "<=": pc.less_equal,
        ">": pc.greater,
        ">=": pc.greater_equal,
    }
    kept = np.ones(len(payload), bool)
    for one in where:
        try:
            found = compare[one.sign](payload[one.column], one.value)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
            held = payload.schema.field(one.column).type
            raise StoreError(
                f"“{one.column}” holds {held}; {one.value!r} cannot be compared with it."
            ) from None
        kept &= np.asarray(found.fill_null(False))
    return kept


def renamed(payload: pa.Table, allowed: str, stand_in: str = "_") -> pa.Table:
    """Return payload whose names hold only characters that match `allowed`; none comes twice."""
    names: list[str] = []
    for name in payload.column_names:
        plain = re.sub(rf"(?!{allowed}).", stand_in, name, flags=re.DOTALL) or stand_in
        new, again = plain, 2
        while new.casefold() in {one.casefold() for one in names}:
            new, again = f"{plain}_{again}", again + 1
        names.append(new)
    return payload.rename_columns(names)


def no_rows(columns: Sequence[Column], id_kind: str, dim: int) -> Batch:
    """Return a batch without rows."""
    held = pa.Table.from_arrays(
        [pa.array([], KINDS[one.kind]) for one in columns], names=[one.name for one in columns]
    )
    return Batch(pa.array([], KINDS[id_kind]), np.empty((0, dim), np.float32), held)
