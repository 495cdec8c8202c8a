"""The store: a folder for each entry, written and evicted as a whole, within a bound.

An entry is written in a temporary folder and renamed into place, so it is there whole or not at
all. Renaming, removing and the index's change happen under SQLite's lock, which excludes other
threads and processes. An entry may be removed while its files are read or mapped: the system
keeps open files until they are closed (on Windows, such an entry cannot be removed and stays).
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.cache import former, index
from explorer.cache.index import Index, cannot_write
from explorer.errors import DiskError
from explorer.settings import load_settings

STORE = "store"  # a subfolder of the cache folder, in which others may have files
UNFINISHED, REMOVED = "unfinished", "removed"  # folders being written, and being deleted
ENCODED = "encoded"  # beside the store: a database with its own bound, counted in ours
ABANDONED_SECONDS = 24 * 3600  # a write without changes for so long was killed
TOUCH_SECONDS = 1.0  # the longest that a reader waits to record a use
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
FORBIDDEN = (*FULL, errno.EACCES, errno.EPERM)
CUT_SHORT = "requested and"  # how NumPy says that a disk is full, without an errno
SAFE_KEY = re.compile(r"[0-9A-Za-z_-]{1,80}")
_seen: set[tuple[int, Path]] = set()  # stores whose index this process has checked


@dataclass(frozen=True)
class Kind:
    """A kind of entries, which one package saves and loads.

    Attributes
    ----------
    name
        In lower case; `embedding-explorer cache` lists the kinds by name.
    version
        Raise it when the format or the computation changes: older entries are not served any
        more, and are evicted in time.
    """

    name: str
    version: int

    @property
    def folder(self) -> str:
        """The name of the folder of its entries."""
        return f"{self.name}-v{self.version}"


@dataclass(frozen=True)
class Use:
    """How much of a kind is kept: entries of all versions, and their bytes."""

    kind: str
    entries: int
    bytes: int


@contextlib.contextmanager
def writing(refusals: Sequence[int] = FULL) -> Iterator[None]:
    """Raise what a full or read-only disk raises as a DiskError, which says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno not in refusals and CUT_SHORT not in str(error):
            raise
        raise DiskError(cannot_write(error.strerror or error)) from error


def folder(name: str) -> Path:
    """Return a folder beside the store, for data with a bound of its own; raises DiskError."""
    path = load_settings().cache_dir / name
    with writing(FORBIDDEN):
        path.mkdir(parents=True, exist_ok=True)
    return path


def root() -> Path:
    """Return the store's folder, created if missing; raises DiskError."""
    path = load_settings().cache_dir / STORE
    with writing(FORBIDDEN):
        for name in (UNFINISHED, REMOVED):
            (path / name).mkdir(parents=True, exist_ok=True)
    return path


def place(kind: Kind, key: str) -> Path:
    """Return an entry's path, existing or not; raises ValueError for an unsafe key."""
    if not SAFE_KEY.fullmatch(key):
        raise ValueError(f"“{key[:99]}” is no key: letters, digits, - and _ are.")
    return load_settings().cache_dir / STORE / kind.folder / key


def holds(path: Path) -> bool:
    """Return whether a path is in the store, whose files only this program changes."""
    store = load_settings().cache_dir / STORE
    return path.resolve().is_relative_to(store.resolve())


def find(kind: Kind, key: str) -> Path | None:
    """Return an entry's folder and record its use, or None; an unsafe key finds nothing."""
    if not SAFE_KEY.fullmatch(key) or not (path := place(kind, key)).is_dir():
        return None
    with contextlib.suppress(OSError), changing(TOUCH_SECONDS) as entries:  # if busy, not recorded
        if not entries.touch(kind.folder, key) and path.is_dir():
            entries.put(kind.folder, key, bytes_in(path))
    return path


@contextlib.contextmanager
def create(kind: Kind, key: str, expected_bytes: int = 0) -> Iterator[Path]:
    """Yield an empty folder that becomes the entry at the end, or disappears on an error.

    If two write the same entry, the first one's stays. Room for `expected_bytes` is made first;
    the entry may take more. An entry larger than the bound is kept alone.

    Raises
    ------
    DiskError
        The disk is full, or cannot be written.
    """
    place(kind, key)
    if expected_bytes:
        make_room(expected_bytes)
    with scratch() as unfinished:
        yield unfinished
        put(kind, key, unfinished)


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """Yield a temporary folder, whose files count in the store's bound; raises DiskError."""
    with writing(FORBIDDEN):
        path = Path(tempfile.mkdtemp(dir=root() / UNFINISHED))
    with writing():
        try:
            yield path
        except FileNotFoundError as error:
            if path.is_dir():
                raise
            raise DiskError(cannot_write("its folder was removed a moment ago")) from error
        finally:
            shutil.rmtree(path, ignore_errors=True)


def put(kind: Kind, key: str, written: Path) -> None:
    """Rename a folder into its place as an entry, and evict others if needed."""
    for path in written.rglob("*"):
        if path.is_file():
            with path.open("rb+") as stream:  # no partial files after a power cut
                os.fsync(stream.fileno())
    size = bytes_in(written)
    target = place(kind, key)
    target.parent.mkdir(parents=True, exist_ok=True)
    with changing() as entries:
        if target.is_dir():
            entries.touch(kind.folder, key)
            return
        # 0: unfinished folders count already, this one among them
        removed = evict(entries, 0, spared=target)
        written.rename(target)
        entries.put(kind.folder, key, size)
    delete(removed)


def grew(kind: Kind, key: str) -> None:
    """Record the new size of an entry that has grown; raises FileNotFoundError if it is gone."""
    path = place(kind, key)
    with changing() as entries:
        if not path.is_dir():
            raise FileNotFoundError(f"{path} has gone: the cache made room.")
        entries.put(kind.folder, key, bytes_in(path))
        removed = evict(entries, 0, spared=path)
    delete(removed)


def discard(kind: Kind, key: str) -> None:
    """Remove an entry, for example a broken one; where nothing can be written, it stays."""
    with contextlib.suppress(OSError):
        with changing() as entries:
            removed = [take_out(entries, kind.folder, key)]
        delete(removed)


def make_room(needed: int = 0) -> None:
    """Evict the longest unused entries until `needed` bytes more fit within the bound."""
    with changing() as entries:
        removed = evict(entries, needed)
    delete(removed)


def usage() -> list[Use]:
    """Return the use of each kind, sorted by name."""
    with changing() as entries:
        found = entries.entries()
    number, size = Counter[str](), Counter[str]()
    for entry in found:
        name = entry.kind.rpartition("-v")[0]
        number[name] += 1
        size[name] += entry.bytes
    return [Use(name, number[name], size[name]) for name in sorted(number)]


def empty(name: str) -> None:
    """Remove all entries of a kind, of every version."""
    with changing() as entries:
        removed = [
            take_out(entries, entry.kind, entry.key)
            for entry in entries.entries()
            if entry.kind.rpartition("-v")[0] == name
        ]
    delete(removed)


@contextlib.contextmanager
def changing(wait_seconds: float = index.WAIT_SECONDS) -> Iterator[Index]:
    """Open the index; if it is new or this process has not yet, check it with the folders."""
    store = root()
    known = (os.getpid(), store)
    with index.opened(store, wait_seconds) as entries:
        if entries.is_new or known not in _seen:
            compare(entries, store)
            _seen.add(known)
        yield entries


def compare(entries: Index, store: Path) -> None:
    """Make the index agree with the folders, and remove what killed processes left."""
    former.clear(store.parent, store)
    noted = {(entry.kind, entry.key) for entry in entries.entries()}
    there = {
        (kind.name, path.name)
        for kind in store.iterdir()
        if kind.is_dir() and kind.name not in (UNFINISHED, REMOVED)
        for path in kind.iterdir()
    }
    for kind, key in noted - there:
        entries.drop(kind, key)
    for kind, key in there - noted:
        path = store / kind / key
        entries.put(kind, key, bytes_in(path), path.stat().st_mtime)
    delete([*(store / REMOVED).iterdir()])
    for path in (store / UNFINISHED).iterdir():
        with contextlib.suppress(OSError):
            if time.time() - last_change(path) > ABANDONED_SECONDS:
                shutil.rmtree(path, ignore_errors=True)


def evict(entries: Index, needed: int, spared: Path | None = None) -> list[Path]:
    """Take out the longest unused entries until `needed` bytes fit; return folders to delete."""
    settings = load_settings()
    store = root()
    beside = bytes_in(settings.cache_dir / ENCODED) + bytes_in(store / UNFINISHED)
    room = settings.cache_gb * 1e9 - needed - beside - entries.total()
    removed: list[Path] = []
    if room >= 0:
        return removed
    entries.forget_the_future()
    for entry in entries.entries():
        if room >= 0:
            break
        if store / entry.kind / entry.key == spared:
            continue
        with contextlib.suppress(PermissionError):  # Windows: its files are open
            removed.append(take_out(entries, entry.kind, entry.key))
            room += entry.bytes
    return removed


def take_out(entries: Index, kind: str, key: str) -> Path:
    """Rename an entry out of its place; return the folder to delete."""
    store = root()
    removed = store / REMOVED / uuid.uuid4().hex
    with contextlib.suppress(FileNotFoundError):
        (store / kind / key).rename(removed)
    entries.drop(kind, key)
    return removed


def delete(removed: list[Path]) -> None:
    """Delete folders taken out; the next process deletes what cannot be deleted now."""
    for path in removed:
        shutil.rmtree(path, ignore_errors=True)


def bytes_in(path: Path) -> int:
    """Return the bytes of all files below a folder; others may add and remove files meanwhile."""
    total = 0
    for where, _, names in os.walk(path):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(where) / name).stat().st_size
    return total


def last_change(path: Path) -> float:
    """Return the time of the last change in a folder, in seconds since 1970."""
    changed = path.stat().st_mtime
    for where, folders, names in os.walk(path):
        for name in (*folders, *names):
            with contextlib.suppress(OSError):
                changed = max(changed, (Path(where) / name).stat().st_mtime)
    return changed
