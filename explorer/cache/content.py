"""The content of entries: one file, arrays, or JSON; and atomic writing of files anywhere."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import numpy as np
from numpy.typing import NDArray

from explorer.cache.store import Kind, create, discard, find, place

Loaded = TypeVar("Loaded")

ARRAYS, FACTS = "arrays.npz", "facts.json"
# an entry that cannot be read: a file of it is missing, or is not what it should be
BROKEN = (FileNotFoundError, ValueError, EOFError, zipfile.BadZipFile)


def content_key(**parts: Any) -> str:
    """Return a key that is equal for equal parts: 32 hex digits of blake2b over their JSON."""
    text = json.dumps(parts, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def keep(kind: Kind, key: str, name: str, write: Callable[[BinaryIO], Any]) -> Path:
    """Return the path of an entry's one file, written now if missing."""
    found = find(kind, key)
    if found is not None and (found / name).exists():
        return found / name
    with create(kind, key) as folder, (folder / name).open("wb") as stream:
        write(stream)
    return place(kind, key) / name


def load_json(kind: Kind, key: str) -> Any:
    """Return an entry's JSON value, or None."""
    folder = find(kind, key)
    if folder is None:
        return None
    try:
        return json.loads((folder / FACTS).read_text(encoding="utf-8"))
    except BROKEN:
        discard(kind, key)
    except OSError:  # such as too many open files: the entry may be whole
        pass
    return None


def save_json(kind: Kind, key: str, value: Any) -> None:
    """Keep a value as JSON."""
    with create(kind, key) as folder:
        (folder / FACTS).write_text(json.dumps(value), encoding="utf-8")


def load_arrays(kind: Kind, key: str) -> tuple[dict[str, NDArray[Any]], Any] | None:
    """Return an entry's arrays and the JSON facts about them, or None."""
    folder = find(kind, key)
    if folder is None:
        return None
    try:
        # opened here, because np.load leaves a broken file open
        with (
            (folder / ARRAYS).open("rb") as stream,
            np.load(stream, allow_pickle=False) as kept,
        ):
            arrays = {name: kept[name] for name in kept.files}
            facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
            return arrays, facts
    except BROKEN:
        discard(kind, key)
    except OSError:  # such as too many open files: the entry may be whole
        pass
    return None


def load_as(
    kind: Kind, key: str, make: Callable[[dict[str, NDArray[Any]], Any], Loaded]
) -> Loaded | None:
    """Return what `make` makes of an entry's arrays and facts, or None where there is none."""
    found = load_arrays(kind, key)
    return None if found is None else make(*found)


def save_arrays(kind: Kind, key: str, arrays: Mapping[str, NDArray[Any]], facts: Any) -> None:
    """Keep arrays, and facts about them as JSON."""
    with create(kind, key, sum(one.nbytes for one in arrays.values())) as folder:
        with (folder / ARRAYS).open("wb") as stream:
            np.savez(stream, **arrays)  # type: ignore[arg-type]
        (folder / FACTS).write_text(json.dumps(facts), encoding="utf-8")


@contextlib.contextmanager
def temporary(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file that replaces the path at the end, or disappears on an error."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
