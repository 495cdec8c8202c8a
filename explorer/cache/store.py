"""The store: a folder for each entry, put in place whole and removed whole, within a bound.

An entry is written in a folder of its own and renamed into place, so it is there as a whole or
not at all. Renaming, removing and the index change together, while SQLite's lock keeps all
other threads and processes out. An entry that is removed while somebody reads or maps its
files goes on working for them: the system keeps an open file until it is closed (Windows
does not let such an entry be removed, so it stays).
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from explorer.cache import former, index
from explorer.cache.index import Index
from explorer.settings import load_settings

STORE = "store"  # all of it, below the folder that the settings name: others' files are not ours
UNFINISHED, REMOVED = "unfinished", "removed"  # what is being written, and being deleted
ENCODED = "encoded"  # beside the store: a database with a bound of its own, counted in ours
ABANDONED_SECONDS = 24 * 3600  # a write that has not moved for so long was killed
TOUCH_SECONDS = 1.0  # a reader waits no longer to note that an entry was used
SAFE_KEY = re.compile(r"[0-9A-Za-z_-]{1,80}")
_seen: set[tuple[int, Path]] = set()  # stores that this process has compared with their index


@dataclass(frozen=True)
class Kind:
    """What one room keeps.

    Attributes
    ----------
    name
        In lower case; `embedding-explorer cache` lists the kinds by it.
    version
        Of what is kept: raise it when either the form or the computation changes, and
        nothing of the former version is served again. It is evicted as it is not used.
    """

    name: str
    version: int

    @property
    def folder(self) -> str:
        """The name of the folder with its entries."""
        return f"{self.name}-v{self.version}"


@dataclass(frozen=True)
class Use:
    """How much of a kind is kept: entries of all versions, and their bytes."""

    kind: str
    entries: int
    bytes: int


def folder(name: str) -> Path:
    """Return a folder beside the store, for what keeps within a bound of its own."""
    path = load_settings().cache_dir / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def root() -> Path:
    """Return the store's folder, made where it is missing."""
    path = load_settings().cache_dir / STORE
    for name in (UNFINISHED, REMOVED):
        (path / name).mkdir(parents=True, exist_ok=True)
    return path


def place(kind: Kind, key: str) -> Path:
    """Return where an entry stands, or would; raises ValueError where the key is no file's name."""
    if not SAFE_KEY.fullmatch(key):
        raise ValueError(f"“{key[:99]}” is no key: letters, digits, - and _ are.")
    return load_settings().cache_dir / STORE / kind.folder / key


def holds(path: Path) -> bool:
    """Tell whether a path leads into the store: nobody else changes files there."""
    store = load_settings().cache_dir / STORE
    return path.resolve().is_relative_to(store.resolve())


def find(kind: Kind, key: str) -> Path | None:
    """Return an entry's folder, noting that it was used, or None; the key may be a stranger's."""
    if not SAFE_KEY.fullmatch(key) or not (path := place(kind, key)).is_dir():
        return None
    with contextlib.suppress(OSError), changing(TOUCH_SECONDS) as entries:  # busy: no harm done
        if not entries.touch(kind.folder, key) and path.is_dir():
            entries.put(kind.folder, key, bytes_in(path))
    return path


@contextlib.contextmanager
def create(kind: Kind, key: str, expected_bytes: int = 0) -> Iterator[Path]:
    """Give an empty folder that becomes the entry at the end of the `with`, or disappears.

    Where two write the same entry, the first one's stays. Room for `expected_bytes` is made
    before; an entry may take more, and one larger than the bound is kept alone.

    Raises
    ------
    OSError
        The disk is full.
    """
    place(kind, key)
    if expected_bytes:
        make_room(expected_bytes)
    with scratch() as unfinished:
        yield unfinished
        put(kind, key, unfinished)


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder for a while; its files count in the store's bound."""
    path = Path(tempfile.mkdtemp(dir=root() / UNFINISHED))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def put(kind: Kind, key: str, written: Path) -> None:
    """Rename a folder into its place, and make room for it."""
    for path in written.rglob("*"):
        if path.is_file():
            with path.open("rb+") as stream:  # after a power cut it must not be there half
                os.fsync(stream.fileno())
    size = bytes_in(written)
    target = place(kind, key)
    target.parent.mkdir(parents=True, exist_ok=True)
    with changing() as entries:
        if target.is_dir():
            entries.touch(kind.folder, key)
            return
        # what is being written counts already, this entry with it
        removed = evict(entries, 0, spared=target)
        written.rename(target)
        entries.put(kind.folder, key, size)
    delete(removed)


def grew(kind: Kind, key: str) -> None:
    """Measure an entry again that has files added to it; raises FileNotFoundError if it is gone."""
    path = place(kind, key)
    with changing() as entries:
        if not path.is_dir():
            raise FileNotFoundError(f"{path} has gone: the cache made room.")
        entries.put(kind.folder, key, bytes_in(path))
        removed = evict(entries, 0, spared=path)
    delete(removed)


def discard(kind: Kind, key: str) -> None:
    """Remove an entry: one that is broken makes place for a new one."""
    with changing() as entries:
        removed = [take_out(entries, kind.folder, key)]
    delete(removed)


def make_room(needed: int = 0) -> None:
    """Remove the entries not used for longest until so many bytes more fit within the bound."""
    with changing() as entries:
        removed = evict(entries, needed)
    delete(removed)


def usage() -> list[Use]:
    """Return what is kept of each kind, by name."""
    with changing() as entries:
        found = entries.entries()
    number, size = Counter[str](), Counter[str]()
    for entry in found:
        name = entry.kind.rpartition("-v")[0]
        number[name] += 1
        size[name] += entry.bytes
    return [Use(name, number[name], size[name]) for name in sorted(number)]


def empty(name: str) -> None:
    """Remove all that is kept of a kind, of whatever version."""
    with changing() as entries:
        removed = [
            take_out(entries, entry.kind, entry.key)
            for entry in entries.entries()
            if entry.kind.rpartition("-v")[0] == name
        ]
    delete(removed)


@contextlib.contextmanager
def changing(wait_seconds: float = index.WAIT_SECONDS) -> Iterator[Index]:
    """Open the index, which is compared with the folders first where that is due."""
    store = root()
    known = (os.getpid(), store)
    with index.opened(store, wait_seconds) as entries:
        if entries.is_new or known not in _seen:
            compare(entries, store)
            _seen.add(known)
        yield entries


def compare(entries: Index, store: Path) -> None:
    """Bring the index in line with the folders, and remove what killed processes left."""
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
    """Take out the longest unused entries until `needed` bytes fit; return what to delete."""
    settings = load_settings()
    store = root()
    beside = bytes_in(settings.cache_dir / ENCODED) + bytes_in(store / UNFINISHED)
    room = settings.cache_gb * 1e9 - needed - beside - entries.total()
    removed: list[Path] = []
    if room >= 0:
        return removed
    for entry in entries.entries():
        if room >= 0:
            break
        if store / entry.kind / entry.key == spared:
            continue
        with contextlib.suppress(PermissionError):  # Windows: somebody has its files open
            removed.append(take_out(entries, entry.kind, entry.key))
            room += entry.bytes
    return removed


def take_out(entries: Index, kind: str, key: str) -> Path:
    """Take an entry out of its place in one step; return where it is to be deleted."""
    store = root()
    removed = store / REMOVED / uuid.uuid4().hex
    with contextlib.suppress(FileNotFoundError):
        (store / kind / key).rename(removed)
    entries.drop(kind, key)
    return removed


def delete(removed: list[Path]) -> None:
    """Delete what was taken out; what cannot be deleted now is when the next process starts."""
    for path in removed:
        shutil.rmtree(path, ignore_errors=True)


def bytes_in(path: Path) -> int:
    """Return the bytes of the files below a folder, while others may add and remove some."""
    total = 0
    for where, _, names in os.walk(path):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(where) / name).stat().st_size
    return total


def last_change(path: Path) -> float:
    """Return when anything in a folder changed last, in seconds since 1970."""
    changed = path.stat().st_mtime
    for where, folders, names in os.walk(path):
        for name in (*folders, *names):
            with contextlib.suppress(OSError):
                changed = max(changed, (Path(where) / name).stat().st_mtime)
    return changed
