"""What an entry may hold: one file, arrays, or JSON; and files anywhere, written atomically."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from explorer.cache.store import Kind, create, discard, find, place

ARRAYS, FACTS = "arrays.npz", "facts.json"


def content_key(**parts: Any) -> str:
    """Return a key that is equal for equal parts: 32 hex digits of blake2b over their JSON."""
    text = json.dumps(parts, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def keep(kind: Kind, key: str, name: str, write: Callable[[BinaryIO], Any]) -> Path:
    """Return the one file of an entry, written now if it is not there."""
    found = find(kind, key)
    if found is not None and (found / name).exists():
        return found / name
    with create(kind, key) as folder, (folder / name).open("wb") as stream:
        write(stream)
    return place(kind, key) / name


def load_json(kind: Kind, key: str) -> Any:
    """Return what was kept as JSON, or None."""
    folder = find(kind, key)
    if folder is None:
        return None
    try:
        return json.loads((folder / FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):  # broken, or removed a moment ago
        discard(kind, key)
        return None


def save_json(kind: Kind, key: str, value: Any) -> None:
    """Keep what JSON can hold."""
    with create(kind, key) as folder:
        (folder / FACTS).write_text(json.dumps(value), encoding="utf-8")


def load_arrays(kind: Kind, key: str) -> tuple[dict[str, NDArray[Any]], Any] | None:
    """Return kept arrays and the facts about them, or None."""
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
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):  # broken, or removed a moment ago
        discard(kind, key)
        return None
    return arrays, facts


def save_arrays(kind: Kind, key: str, arrays: Mapping[str, NDArray[Any]], facts: Any) -> None:
    """Keep arrays, and what JSON can hold of how they were made."""
    with create(kind, key, sum(one.nbytes for one in arrays.values())) as folder:
        with (folder / ARRAYS).open("wb") as stream:
            np.savez(stream, **arrays)  # type: ignore[arg-type]
        (folder / FACTS).write_text(json.dumps(facts), encoding="utf-8")


@contextlib.contextmanager
def temporary(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the path's place when all is written, and else disappears."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
