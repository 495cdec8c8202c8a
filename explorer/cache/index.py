"""The store's index: which entries there are, their size, and when each was last used.

SQLite, opened anew for each change: nothing stays open over a fork, in another thread, or
where somebody removes the whole folder under a running program. What is in the folders is
the truth; an index that is lost or broken is made again from them.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FILE = "index-v1.sqlite3"  # another schema gets another name
WAIT_SECONDS = 60.0  # for another process that changes it
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
    """An entry as the index has it."""

    kind: str
    key: str
    bytes: int


class Index:
    """The index while it is open for a change; others wait until the change is made."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.is_new = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        connection.execute(SCHEMA)

    def put(self, kind: str, key: str, size: int, used: float | None = None) -> None:
        """Note an entry's size, and when it was used, in seconds since 1970: now."""
        row = (kind, key, size, time.time() if used is None else used)
        self._connection.execute("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)", row)

    def touch(self, kind: str, key: str) -> bool:
        """Note that an entry was used now; returns whether the index has it."""
        changed = self._connection.execute(
            "UPDATE entries SET used = ? WHERE kind = ? AND key = ?", (time.time(), kind, key)
        )
        return changed.rowcount > 0

    def drop(self, kind: str, key: str) -> None:
        """Forget an entry."""
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
    """Open the index in `root` for one change, alone among all threads and processes.

    Raises
    ------
    OSError
        It cannot be read or written: the disk is full, say.
    """
    path = root / FILE
    connection = None
    try:
        connection = begin(path, wait_seconds)
        yield Index(connection)
        connection.execute("COMMIT")
    except sqlite3.DatabaseError as error:  # full, locked for too long, no permission, or broken
        if connection is not None and not isinstance(error, sqlite3.OperationalError):
            connection.close()
            path.unlink(missing_ok=True)
        raise OSError(f"The index of the cache, {path}, cannot be changed: {error}.") from error
    finally:
        if connection is not None:
            connection.close()  # what was not committed has not happened


def begin(path: Path, wait_seconds: float) -> sqlite3.Connection:
    """Open an index and keep others out; one that is broken makes place for a new one."""
    try:
        return connect(path, wait_seconds)
    except sqlite3.OperationalError:
        raise  # nothing is wrong with the content
    except sqlite3.DatabaseError:
        path.unlink(missing_ok=True)
        return connect(path, wait_seconds)


def connect(path: Path, wait_seconds: float) -> sqlite3.Connection:
    """Open an index, made where it is missing, and begin a change."""
    connection = sqlite3.connect(
        path, timeout=wait_seconds, isolation_level=None, check_same_thread=False
    )
    try:
        # it can be made again from the folders: a power cut may break it, waiting is not worth it
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection
