"""The digest of a file's content; that of a large file on disk is computed once, and kept."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from explorer import cache
from explorer.formats.file import File

BLOCK_BYTES = 16 << 20
PART_BYTES = 1 << 20
THREADS = min(4, os.cpu_count() or 1)
KEPT_BYTES = 8 << 20  # smaller files are read again faster than the note on them
SETTLED = 2.0  # seconds after its last change from which a file's time stamp can be trusted


def file_digest(file: File) -> str:
    """Return blake2b over the blake2b of the content's blocks, as 32 hex digits."""
    if file.path is None:
        return hashed(file)
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
    """Return the digest of a file that is read now: its blocks side by side, on all cores."""
    starts = range(0, file.size, BLOCK_BYTES)
    if len(starts) < 2:
        digests = [block_digest(file, start) for start in starts]
    else:
        with ThreadPoolExecutor(THREADS) as pool:
            digests = list(pool.map(partial(block_digest, file), starts))
    return hashlib.blake2b(b"".join(digests), digest_size=16).hexdigest()


def block_digest(file: File, start: int) -> bytes:
    """Return blake2b of one block of a file."""
    hasher = hashlib.blake2b(digest_size=32)
    if file.path is None:
        hasher.update(memoryview(file.content)[start : start + BLOCK_BYTES])
        return hasher.digest()
    part = memoryview(bytearray(PART_BYTES))  # used again and again, so that it stays near the core
    with file.path.open("rb", buffering=0) as stream:
        stream.seek(start)
        for _ in range(BLOCK_BYTES // PART_BYTES):
            found = stream.readinto(part)
            hasher.update(part[:found])
            if not found:
                break
    return hasher.digest()
