"""Vectors of texts on disk: what was encoded once is read back, whoever asks and whenever.

One SQLite file in write-ahead mode: each batch is one transaction, so a process may be
killed at any moment and others may read and write meanwhile. The oldest vectors go when
it grows past its bound.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer import cache
from explorer.settings import load_settings

FILE = "vectors.sqlite3"
SHARE = 0.5  # of the whole cache that vectors of texts may take
ASKED_AT_ONCE = 500  # keys in a query; SQLite allows at least 999
WAIT_SECONDS = 60.0  # for another process that writes
CHECK_EVERY = 64 << 20  # bytes written between two looks at the size
SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (
    number INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    tokens INTEGER NOT NULL,
    vector BLOB NOT NULL
)
"""


class VectorCache:
    """Vectors kept under their text, model, revision, pooling and precision.

    Parameters
    ----------
    path
        The file; by default one in the folder that EXPLORER_CACHE_DIR names.
    max_bytes
        Its bound; by default half of EXPLORER_CACHE_GB.
    """

    def __init__(self, path: Path | None = None, max_bytes: int | None = None) -> None:
        self.path = path or cache.folder(cache.ENCODED) / FILE
        self.max_bytes = max_bytes or int(load_settings().cache_gb * 1e9 * SHARE)
        self._written = 0
        self._lock = threading.Lock()
        self._connection = self._open()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def find(
        self, keys: Sequence[bytes], dim: int
    ) -> tuple[NDArray[np.bool_], NDArray[np.float32], NDArray[np.int32]]:
        """Return which keys are kept, with their vectors and token counts.

        Returns
        -------
        found, vectors, tokens
            (n,) bool, (n, dim) float32 and (n,) int32; zeros where nothing is kept.
        """
        found = np.zeros(len(keys), np.bool_)
        vectors = np.zeros((len(keys), dim), np.float32)
        tokens = np.zeros(len(keys), np.int32)
        rows = {key: row for row, key in enumerate(keys)}
        for start in range(0, len(keys), ASKED_AT_ONCE):
            asked = keys[start : start + ASKED_AT_ONCE]
            marks = ",".join("?" * len(asked))
            with self._lock:
                answer = self._connection.execute(
                    f"SELECT key, tokens, vector FROM vectors WHERE key IN ({marks})", asked
                ).fetchall()
            answer = [one for one in answer if len(one[2]) == 4 * dim]
            if not answer:
                continue
            at = [rows[key] for key, _, _ in answer]
            flat = np.frombuffer(b"".join(one for _, _, one in answer), "<f4")
            vectors[at] = flat.reshape(len(at), dim)
            tokens[at] = [number for _, number, _ in answer]
            found[at] = True
        return found, vectors, tokens

    def keep(
        self, keys: Sequence[bytes], vectors: NDArray[np.float32], tokens: Sequence[int]
    ) -> None:
        """Keep a batch: all of it, or, where the process dies or the disk is full, nothing."""
        flat = np.ascontiguousarray(vectors, "<f4")
        rows = [
            (key, int(number), vector.tobytes())
            for key, number, vector in zip(keys, tokens, flat, strict=True)
        ]
        with self._lock, contextlib.suppress(sqlite3.OperationalError), self._connection:
            self._connection.executemany(
                "INSERT OR IGNORE INTO vectors (key, tokens, vector) VALUES (?, ?, ?)", rows
            )
        self._written += flat.nbytes
        if self._written > min(CHECK_EVERY, self.max_bytes // 8):
            self._written = 0
            self.make_room()

    def make_room(self) -> None:
        """Remove the oldest vectors until the file is within its bound."""
        with self._lock, contextlib.suppress(sqlite3.OperationalError):  # busy: the next one will
            while self.bytes() > self.max_bytes and len(self):
                share = max(1, len(self) // 8)
                with self._connection:
                    self._connection.execute(
                        "DELETE FROM vectors WHERE number IN "
                        "(SELECT number FROM vectors ORDER BY number LIMIT ?)",
                        (share,),
                    )
                self._shrink()

    def clear(self) -> None:
        """Remove all vectors and give their space back."""
        with self._lock:
            with self._connection:
                self._connection.execute("DELETE FROM vectors")
            self._shrink()

    def bytes(self) -> int:
        """Return how many bytes the vectors take."""
        pages, free, size = (
            self._connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * size)

    def __len__(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM vectors").fetchone()[0])

    def _shrink(self) -> None:
        with contextlib.suppress(sqlite3.OperationalError):  # busy: the space is used again later
            # a script, because `execute` would take a single step of the first
            self._connection.executescript(
                "PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE);"
            )

    def _open(self) -> sqlite3.Connection:
        """Open the file; one that is broken makes place for a new one."""
        try:
            return connect(self.path)
        except sqlite3.OperationalError:
            raise  # locked, or no permission: nothing is wrong with the content
        except sqlite3.DatabaseError:
            for suffix in ("", "-wal", "-shm"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
            return connect(self.path)


def connect(path: Path) -> sqlite3.Connection:
    """Open a file of vectors, made where it is missing."""
    connection = sqlite3.connect(path, timeout=WAIT_SECONDS, check_same_thread=False)
    try:
        connection.execute("PRAGMA page_size = 16384")  # ten vectors of 384 dimensions
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(SCHEMA)
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def opened(path: Path | None = None) -> Iterator[VectorCache]:
    """Open the cache for the time of a `with`; in memory, where no file can be opened."""
    try:
        vectors = VectorCache(path)
    except (OSError, sqlite3.OperationalError):  # a full or read-only disk, or long locked
        vectors = VectorCache(Path(":memory:"))
    try:
        yield vectors
    finally:
        vectors.close()


def vector_keys(identity: str, texts: Sequence[str]) -> list[bytes]:
    """Return the key of each text's vector, for a model of that identity."""
    start = hashlib.blake2b(identity.encode() + b"\0", digest_size=16)
    keys = []
    for text in texts:
        hasher = start.copy()
        hasher.update(text.encode())
        keys.append(hasher.digest())
    return keys
