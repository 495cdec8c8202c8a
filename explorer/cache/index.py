"""The store's index: its entries, their sizes, and when each was last used.

It is SQLite, opened for each change: no connection is shared with a fork or another thread, or
survives the removal of the whole folder. The folders are the source of truth; an index that is
lost or broken is rebuilt from them.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from explorer.errors import DiskError

FILE = "index-v1.sqlite3"  # the version of the schema
WAIT_SECONDS = 60.0  # for the lock of another process
SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    used REAL NOT NULL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID
"""


@dataclass(frozen=True)
class Entry:
    """An entry of the index."""

    kind: str
    key: str
    bytes: int


class Index:
    """The index during one transaction; other threads and processes wait."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.is_new = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        connection.execute(SCHEMA)

    def put(self, kind: str, key: str, size: int, used: float | None = None) -> None:
        """Record an entry's size, and when it was used: now, or seconds since 1970."""
        row = (kind, key, size, time.time() if used is None else used)
        self._connection.execute("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)", row)

    def touch(self, kind: str, key: str) -> bool:
        """Record that an entry was used now; returns whether the index has it."""
        changed = self._connection.execute(
            "UPDATE entries SET used = ? WHERE kind = ? AND key = ?", (time.time(), kind, key)
        )
        return changed.rowcount > 0

    def forget_the_future(self) -> None:
        """Count what was used later than now, by a clock since set back, as used now."""
        self._connection.execute("UPDATE entries SET used = ?1 WHERE used > ?1", (time.time(),))

    def drop(self, kind: str, key: str) -> None:
        """Remove an entry from the index."""
        self._connection.execute("DELETE FROM entries WHERE kind = ? AND key = ?", (kind, key))

    def total(self) -> int:
        """Return the bytes of all entries."""
        found = self._connection.execute("SELECT coalesce(sum(bytes), 0) FROM entries")
        return int(found.fetchone()[0])

    def entries(self) -> list[Entry]:
        """Return all entries, the longest unused first."""
        rows = self._connection.execute("SELECT kind, key, bytes FROM entries ORDER BY used")
        return [Entry(*row) for row in rows]


@contextlib.contextmanager
def opened(root: Path, wait_seconds: float = WAIT_SECONDS) -> Iterator[Index]:
    """Open the index in `root` for one transaction, exclusive among threads and processes.

    Raises
    ------
    DiskError
        It cannot be read or written, for example because the disk is full.
    """
    path = root / FILE
    connection = None
    try:
        connection = begin(path, wait_seconds)
        yield Index(connection)
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:  # full, locked for too long, or no permission
        raise DiskError(cannot_write(error)) from error
    except sqlite3.DatabaseError as error:
        if connection is not None:
            connection.close()
            path.unlink(missing_ok=True)
        raise DiskError(
            f"The index of the cache was broken ({error}) and is made anew: do that again."
        ) from error
    finally:
        if connection is not None:
            connection.close()  # rolls back what was not committed


def cannot_write(why: object) -> str:
    """Return the sentence for a cache that cannot be written; it names no folder to strangers."""
    return (
        f"The app's cache cannot be written: {why}. Whoever runs it can free some space on that "
        "disk, or name another folder by EXPLORER_CACHE_DIR."
    )


def begin(path: Path, wait_seconds: float) -> sqlite3.Connection:
    """Open an index and begin a transaction; a broken index is replaced by a new one."""
    try:
        return connect(path, wait_seconds)
    except sqlite3.OperationalError:
        raise  # locked, no permission or full: the content is not broken
    except sqlite3.DatabaseError:
        path.unlink(missing_ok=True)
        return connect(path, wait_seconds)


def connect(path: Path, wait_seconds: float) -> sqlite3.Connection:
    """Open an index, created if missing, and begin a transaction."""
    connection = sqlite3.connect(
        path, timeout=wait_seconds, isolation_level=None, check_same_thread=False
    )
    try:
        # no waiting for the disk: an index that a power cut breaks is rebuilt from the folders
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection
