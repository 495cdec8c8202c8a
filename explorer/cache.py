"""Results on disk, by their content's key: written atomically, bounded, oldest unused out first."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from explorer.jobs.frames import Frame
from explorer.projection.projection import Projection
from explorer.projection.quality import Quality
from explorer.settings import load_settings
from explorer.space import EmbeddingSpace

ENCODED = "encoded"  # the folder of a kind that keeps within a bound of its own


def content_key(**parts: Any) -> str:
    """Return a key that is equal for equal parts: 32 hex digits of blake2b over their JSON."""
    text = json.dumps(parts, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def vectors_file(space: EmbeddingSpace) -> Path:
    """Return a file that holds the space's vectors, so that workers can map it into memory."""
    if space.is_sparse:
        from scipy.sparse import save_npz

        return keep("vectors", f"{space.digest}.npz", lambda to: save_npz(to, space.matrix))
    return keep("vectors", f"{space.digest}.npy", lambda stream: np.save(stream, space.vectors))


def load_projection(key: str) -> Projection | None:
    """Return a kept projection, or None."""
    found = load_arrays("projections", key)
    if found is None:
        return None
    arrays, made = found
    share = arrays["variance_share"]
    return Projection(
        arrays["coordinates"],
        made["method"],
        made["params"],
        made["seed"],
        share if len(share) else None,
        tuple(made["notes"]),
    )


def save_projection(key: str, projection: Projection) -> None:
    """Keep a projection under its key."""
    share = projection.variance_share
    arrays: dict[str, NDArray[Any]] = {
        "coordinates": projection.coordinates,
        "variance_share": np.empty(0) if share is None else share,
    }
    made = {
        "method": projection.method,
        "params": dict(projection.params),
        "seed": projection.seed,
        "notes": projection.notes,
    }
    save_arrays("projections", key, arrays, made)


def load_frames(key: str) -> list[Frame]:
    """Return the pictures that a projection went through, oldest first; none if not kept."""
    found = load_arrays("frames", key)
    if found is None:
        return []
    arrays, made = found
    return [
        Frame(share, step, data.tobytes(), tuple(low), tuple(high))
        for data, (share, step, low, high) in zip(arrays["data"], made["frames"], strict=True)
    ]


def save_frames(key: str, frames: Sequence[Frame]) -> None:
    """Keep the pictures that a projection went through."""
    data = np.array([np.frombuffer(frame.data, np.uint8) for frame in frames])
    told = [(frame.share, frame.step, frame.low, frame.high) for frame in frames]
    save_arrays("frames", key, {"data": data}, {"frames": told})


def load_quality(key: str) -> Quality | None:
    """Return what was measured of a projection, or None."""
    found = load_arrays("quality", key)
    return None if found is None else Quality(kept=found[0]["kept"], **found[1])


def save_quality(key: str, quality: Quality) -> None:
    """Keep what was measured of a projection."""
    figures = {name: value for name, value in vars(quality).items() if name != "kept"}
    save_arrays("quality", key, {"kept": quality.kept}, figures)


def load_arrays(kind: str, key: str) -> tuple[dict[str, NDArray[Any]], dict[str, Any]] | None:
    """Return kept arrays and what was written of them, or None."""
    path = folder(kind) / f"{key}.npz"
    try:
        # opened here, because np.load leaves a broken file open
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files if name != "made"}
            made = json.loads(str(kept["made"]))
        os.utime(path)
    except OSError:  # not there
        return None
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile):  # broken: make place for a new one
        path.unlink(missing_ok=True)
        return None
    return arrays, made


def save_arrays(
    kind: str, key: str, arrays: Mapping[str, NDArray[Any]], made: Mapping[str, Any]
) -> None:
    """Keep arrays, and what JSON can hold of how they were made."""
    everything: dict[str, Any] = {**arrays, "made": np.array(json.dumps(made))}
    keep(kind, f"{key}.npz", lambda stream: np.savez(stream, **everything))


def folder(kind: str) -> Path:
    """Return the cache's folder for one kind of content, made where it is missing."""
    path = load_settings().cache_dir / kind
    path.mkdir(parents=True, exist_ok=True)
    return path


def keep(kind: str, name: str, write: Callable[[BinaryIO], Any]) -> Path:
    """Return the cached file of that name, written now if it is not there."""
    path = folder(kind) / name
    if path.exists():
        os.utime(path)  # used just now: last to go
        return path
    make_room()
    with temporary(path) as stream:
        write(stream)
    return path


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


def make_room(needed: int = 0) -> None:
    """Remove the files not used for longest until so many bytes more fit within the bound."""
    settings = load_settings()
    found = []
    for path in settings.cache_dir.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # another process may clean up as well
            if path.is_file():
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
    room = settings.cache_gb * 1e9 - needed - sum(size for _, size, _ in found)
    for _, size, path in sorted(found):
        if room >= 0:
            return
        if path.parent.name == ENCODED:  # a database in use
            continue
        path.unlink(missing_ok=True)
        room += size
