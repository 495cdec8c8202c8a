"""The digest of a file's content; that of a large file on disk is computed once, and kept."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from pathlib import Path

from explorer import cache
from explorer.formats.file import File

BLOCK_BYTES = 16 << 20
KEPT_BYTES = 8 << 20  # smaller files are read again faster than the note on them
SETTLED = 2.0  # seconds after its last change from which a file's time stamp can be trusted


def file_digest(file: File) -> str:
    """Return blake2b of the content as 32 hex digits."""
    if file.path is None:
        return hashlib.blake2b(file.content, digest_size=16).hexdigest()
    if file.size < KEPT_BYTES:
        return hashed(file)
    stamp = stamp_of(file.path)
    name = hashlib.blake2b(str(file.path.resolve()).encode(), digest_size=16).hexdigest()
    note = cache.folder("digests") / f"{name}.json"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(note.read_text())
        if kept["stamp"] == stamp:
            return str(kept["digest"])
    digest = hashed(file)
    # a file that changes right now may change once more within its time stamp
    if time.time() - file.path.stat().st_mtime > SETTLED and stamp_of(file.path) == stamp:
        with cache.temporary(note) as stream:
            stream.write(json.dumps({"stamp": stamp, "digest": digest}).encode())
    return digest


def stamp_of(path: Path) -> list[int]:
    """Return what changes when a file's content does."""
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def hashed(file: File) -> str:
    """Return the digest of a file that is read now."""
    hasher = hashlib.blake2b(digest_size=16)
    with file.open() as stream:
        while block := stream.read(BLOCK_BYTES):
            hasher.update(block)
    return hasher.hexdigest()
