"""The sets and tags that a server keeps: in one SQLite file beside the cache, never evicted.

A workspace has an id that nobody can guess, and holds the annotations of each space, by digest.
Each change is one transaction that starts from what is there: two tabs that write at once lose
nothing. The last steps are kept too, so that undo works after a restart. Rows are kept once under
their hash, however many steps share them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import secrets
import sqlite3
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from explorer import cache
from explorer.errors import WorkspaceError
from explorer.settings import load_settings
from explorer.space import EmbeddingSpace
from explorer.workspace.annotations import NAMES, SETS, TAGS, Annotations, Operation, RowSet

FOLDER, FILE = "workspaces", "workspaces-v1.sqlite3"
ID = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 random bits
WAIT_SECONDS = 20.0  # for another tab's change
MOST_STEPS = 50  # that can be undone
MOST_SPACES = 50  # of one workspace
MOST_WORKSPACES = 10_000
KEPT_DAYS = 90  # an unused workspace may go after so long, if there is no room for a new one
WORKSPACE_BYTES = 32 << 20  # of its rows, packed, and steps; the oldest steps go first
STORE_BYTES = 4 << 30
DAY = 24 * 3600.0
SCHEMA = """
CREATE TABLE IF NOT EXISTS workspaces (id TEXT PRIMARY KEY, used REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spaces (
    workspace TEXT NOT NULL, digest TEXT NOT NULL, n INTEGER NOT NULL, name TEXT NOT NULL,
    step INTEGER NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (workspace, digest)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS spaces_by_digest ON spaces (digest);
CREATE TABLE IF NOT EXISTS steps (
    workspace TEXT NOT NULL, digest TEXT NOT NULL, step INTEGER NOT NULL, what TEXT NOT NULL,
    content TEXT NOT NULL, PRIMARY KEY (workspace, digest, step)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rows (
    workspace TEXT NOT NULL, hash TEXT NOT NULL, bits BLOB NOT NULL, PRIMARY KEY (workspace, hash)
);
"""


@dataclass(frozen=True)
class Kept:
    """The annotations of a space, which change made them, and what undo and redo would do.

    `version` grows with each change, also with undo: equal versions are equal annotations.
    """

    annotations: Annotations
    version: int = 0
    undo: str = ""
    redo: str = ""


def new_id() -> str:
    """Return the id of a workspace that nobody has."""
    return secrets.token_urlsafe(16)


def path() -> Path:
    """Return the file of all workspaces, which may not be there yet."""
    return load_settings().cache_dir / FOLDER / FILE


def exists(workspace: str) -> bool:
    """Return whether this server keeps a workspace of that id."""
    if not ID.fullmatch(workspace) or not path().is_file():
        return False
    with opened() as base:
        found = base.execute("SELECT 1 FROM workspaces WHERE id = ?", (workspace,))
        return found.fetchone() is not None


def version(workspace: str, space: EmbeddingSpace) -> int:
    """Return how often the annotations of a space were changed; 0 where there are none."""
    if not ID.fullmatch(workspace) or not path().is_file():
        return 0
    with opened() as base:
        return position(base, workspace, space.digest)[1]


def load(workspace: str, space: EmbeddingSpace) -> Kept:
    """Return what a workspace holds of a space: nothing, if it never was changed there.

    Raises
    ------
    WorkspaceError
        The file cannot be read.
    """
    if not ID.fullmatch(workspace) or not path().is_file():
        return Kept(Annotations(len(space)))
    with opened() as base:
        return read(base, workspace, space)


def change(workspace: str, space: EmbeddingSpace, what: str, operation: Operation) -> Kept:
    """Change the annotations of a space; a workspace that is not there yet is made.

    Parameters
    ----------
    workspace
        Its id, of `new_id`.
    space
        The whole space, whose rows are annotated.
    what
        What the step does, for undo: "save the set “lasso 1”".
    operation
        Makes the new annotations of those that are there now.

    Raises
    ------
    WorkspaceError
        The operation raised it, there is no room, or the disk is full. Nothing has changed.
    """
    if not ID.fullmatch(workspace):
        raise WorkspaceError("The address names no workspace that a server could have made.")
    with opened(writes=True) as base:
        before = read(base, workspace, space)
        after = operation(before.annotations)
        if after == before.annotations:
            return before
        use(base, workspace)
        step, at = position(base, workspace, space.digest)
        of_space = (workspace, space.digest)
        if at == 0:
            refuse_more_spaces(base, workspace)
        base.execute(
            "DELETE FROM steps WHERE workspace = ? AND digest = ? AND step > ?", (*of_space, step)
        )
        write_step(base, of_space, step + 1, what, after)
        base.execute(
            "INSERT OR REPLACE INTO spaces VALUES (?, ?, ?, ?, ?, ?)",
            (*of_space, len(space), space.name[:200], step + 1, at + 1),
        )
        drop_oldest(base, of_space, step + 1)
        return read(base, workspace, space)


def undo(workspace: str, space: EmbeddingSpace, seen: int) -> Kept:
    """Go back one step; `seen` is the version that the visitor saw.

    Raises
    ------
    WorkspaceError
        Another tab has made a change since: nothing is undone.
    """
    return move(workspace, space, seen, -1)


def redo(workspace: str, space: EmbeddingSpace, seen: int) -> Kept:
    """Go forward to the step that was undone last; as `undo`."""
    return move(workspace, space, seen, 1)


def move(workspace: str, space: EmbeddingSpace, seen: int, by: int) -> Kept:
    """Make another step the present one, if nobody made a change since `seen`."""
    with opened(writes=True) as base:
        step, at = position(base, workspace, space.digest)
        if at != seen:
            raise WorkspaceError(
                "The sets or tags were changed in another tab a moment ago, so nothing was undone. "
                "Look at them as they are now, and decide again."
            )
        there = base.execute(
            "SELECT 1 FROM steps WHERE workspace = ? AND digest = ? AND step = ?",
            (workspace, space.digest, step + by),
        ).fetchone()
        if there:
            base.execute(
                "UPDATE spaces SET step = ?, version = ? WHERE workspace = ? AND digest = ?",
                (step + by, at + 1, workspace, space.digest),
            )
        return read(base, workspace, space)


def workspaces_of(space: EmbeddingSpace) -> list[str]:
    """Return the ids of the workspaces that hold sets or tags of a space, the last used first."""
    if not path().is_file():
        return []
    with opened() as base:
        found = base.execute(
            "SELECT id FROM workspaces JOIN spaces ON workspace = id WHERE digest = ? "
            "ORDER BY used DESC",
            (space.digest,),
        )
        return [str(workspace) for (workspace,) in found]


def read(base: sqlite3.Connection, workspace: str, space: EmbeddingSpace) -> Kept:
    """Return the annotations of a space, within a transaction."""
    step, at = position(base, workspace, space.digest)
    told = {
        place: (what, content)
        for place, what, content in base.execute(
            "SELECT step, what, content FROM steps WHERE workspace = ? AND digest = ? "
            "AND step BETWEEN ? AND ?",
            (workspace, space.digest, step - 1, step + 1),
        )
    }
    now = told.get(step, ("", "{}"))
    named: dict[str, dict[str, str]] = json.loads(now[1])
    hashes = {one for kind in (SETS, TAGS) for one in named.get(kind, {}).values()}
    bits = {one: row_set(base, workspace, one, len(space)) for one in hashes}
    parts = {
        kind: {name: bits[one] for name, one in named.get(kind, {}).items()}
        for kind in (SETS, TAGS)
    }
    return Kept(
        Annotations(len(space), parts[SETS], parts[TAGS], named.get(NAMES, {})),
        at,
        undo=now[0] if step - 1 in told else "",
        redo=told[step + 1][0] if step + 1 in told else "",
    )


def row_set(base: sqlite3.Connection, workspace: str, key: str, n: int) -> RowSet:
    """Return the rows that are kept under a hash."""
    (packed,) = base.execute(
        "SELECT bits FROM rows WHERE workspace = ? AND hash = ?", (workspace, key)
    ).fetchone()
    return RowSet(n, zlib.decompress(packed))


def position(base: sqlite3.Connection, workspace: str, digest: str) -> tuple[int, int]:
    """Return the present step of a space, and its version; step 0 is that without annotations."""
    found = base.execute(
        "SELECT step, version FROM spaces WHERE workspace = ? AND digest = ?", (workspace, digest)
    ).fetchone()
    return (int(found[0]), int(found[1])) if found else (0, 0)


def write_step(
    base: sqlite3.Connection, of_space: tuple[str, str], step: int, what: str, after: Annotations
) -> None:
    """Write annotations as a step; the first one stands on a step without any, to go back to."""
    content: dict[str, dict[str, str]] = {SETS: {}, TAGS: {}, NAMES: dict(after.names)}
    for kind in (SETS, TAGS):
        for name, rows in after.of(kind).items():
            key = hashlib.blake2b(rows.bits, digest_size=16).hexdigest()
            content[kind][name] = key
            base.execute(
                "INSERT OR IGNORE INTO rows VALUES (?, ?, ?)",
                (of_space[0], key, zlib.compress(rows.bits)),
            )
    insert = "INSERT OR REPLACE INTO steps VALUES (?, ?, ?, ?, ?)"
    if step == 1:
        base.execute(insert, (*of_space, 0, "", "{}"))
    base.execute(insert, (*of_space, step, what[:200], json.dumps(content)))


def drop_oldest(base: sqlite3.Connection, of_space: tuple[str, str], step: int) -> None:
    """Forget the steps beyond MOST_STEPS, and more where the rows take too many bytes."""
    remove = "DELETE FROM steps WHERE workspace = ? AND digest = ? AND step < ?"
    base.execute(remove, (*of_space, step - MOST_STEPS))
    if packed_bytes(base, of_space[0]) > WORKSPACE_BYTES:
        drop_unused_rows(base, of_space[0])
    if packed_bytes(base, of_space[0]) > WORKSPACE_BYTES:
        base.execute(remove, (*of_space, step))
        drop_unused_rows(base, of_space[0])
    if packed_bytes(base, of_space[0]) > WORKSPACE_BYTES:
        raise WorkspaceError(
            f"This workspace is full: its sets and tags take {WORKSPACE_BYTES / 1e6:.0f} MB. "
            "Save it as a file, and remove what you need no more."
        )


def packed_bytes(base: sqlite3.Connection, workspace: str) -> int:
    """Return the bytes of all rows and steps of a workspace."""
    return sum(
        int(
            base.execute(
                f"SELECT coalesce(sum(length({column})), 0) FROM {table} WHERE workspace = ?",
                (workspace,),
            ).fetchone()[0]
        )
        for table, column in (("rows", "bits"), ("steps", "content"))
    )


def drop_unused_rows(base: sqlite3.Connection, workspace: str) -> None:
    """Remove the rows that no step names any more."""
    steps = base.execute("SELECT content FROM steps WHERE workspace = ?", (workspace,))
    named = [json.loads(text) for (text,) in steps]
    used = {key for one in named for kind in (SETS, TAGS) for key in one.get(kind, {}).values()}
    there = base.execute("SELECT hash FROM rows WHERE workspace = ?", (workspace,)).fetchall()
    base.executemany(
        "DELETE FROM rows WHERE workspace = ? AND hash = ?",
        [(workspace, key) for (key,) in there if key not in used],
    )


def refuse_more_spaces(base: sqlite3.Connection, workspace: str) -> None:
    """Raise WorkspaceError where a workspace holds as many spaces as it may."""
    query = "SELECT count(*) FROM spaces WHERE workspace = ?"
    if base.execute(query, (workspace,)).fetchone()[0] >= MOST_SPACES:
        raise WorkspaceError(
            f"This workspace holds sets of {MOST_SPACES} spaces, the most that one keeps. Take "
            "“workspace=…” out of the address to begin a new one."
        )


def use(base: sqlite3.Connection, workspace: str) -> None:
    """Record that a workspace is used; make it, and room for it, where it is new."""
    now = time.time()
    pages, free, size = (
        int(base.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    is_new = not base.execute("SELECT 1 FROM workspaces WHERE id = ?", (workspace,)).fetchone()
    many = base.execute("SELECT count(*) FROM workspaces").fetchone()[0] >= MOST_WORKSPACES
    if (many and is_new) or (pages - free) * size >= STORE_BYTES:
        oldest = base.execute(
            "SELECT id FROM workspaces WHERE used < ? AND id <> ? ORDER BY used LIMIT 1",
            (now - KEPT_DAYS * DAY, workspace),
        ).fetchone()
        if oldest is None:
            raise WorkspaceError(
                "This server has no room for more sets and tags. Save your workspace as a file; "
                "its owner can remove old ones from the folder “workspaces” in the cache folder."
            )
        for table, column in (
            ("workspaces", "id"),
            ("spaces", "workspace"),
            ("steps", "workspace"),
            ("rows", "workspace"),
        ):
            base.execute(f"DELETE FROM {table} WHERE {column} = ?", oldest)
    base.execute("INSERT OR REPLACE INTO workspaces VALUES (?, ?)", (workspace, now))


def touch(workspace: str) -> None:
    """Record that a workspace is looked at, at most once a day."""
    with contextlib.suppress(WorkspaceError), opened(writes=True) as base:
        base.execute(
            "UPDATE workspaces SET used = ? WHERE id = ? AND used < ?",
            (time.time(), workspace, time.time() - DAY),
        )


@contextlib.contextmanager
def opened(*, writes: bool = False) -> Iterator[sqlite3.Connection]:
    """Open the file for one transaction, which excludes others if it writes.

    On an error, nothing of it stays.

    Raises
    ------
    WorkspaceError
        It cannot be read or written. It is never removed for that: it is people's work.
    """
    connection = None
    try:
        if writes:
            cache.folder(FOLDER)
        file = path()
        connection = sqlite3.connect(file, timeout=WAIT_SECONDS, isolation_level=None)
        if writes:
            file.chmod(0o600)  # an id opens its workspace
            connection.execute("BEGIN IMMEDIATE")
            for statement in SCHEMA.split(";"):
                connection.execute(statement)
        else:
            connection.execute("BEGIN")
        yield connection
        connection.execute("COMMIT")
    except (sqlite3.Error, OSError, zlib.error) as error:
        raise WorkspaceError(
            f"The sets and tags that are kept here cannot be read or changed: {error}. "
            f"They lie in {FOLDER}/{FILE} in the cache folder: is the disk full, or read-only?"
        ) from error
    finally:
        if connection is not None:
            connection.close()  # takes back what was not committed
