"""The digest of a file's content; that of a large file on disk is computed once, and kept."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from explorer import cache
from explorer.errors import ParseError
from explorer.formats.file import File

DIGESTS = cache.Kind("digests", 1)
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
    key = cache.content_key(path=str(file.path.resolve()), stamp=stamp)
    kept = cache.load_json(DIGESTS, key)
    if kept is not None:
        return str(kept)
    digest = hashed(file)
    # a file that changes right now may change once more within its time stamp
    if time.time() - file.path.stat().st_mtime > SETTLED and stamp_of(file.path) == stamp:
        with contextlib.suppress(OSError):  # the disk is full: it is computed again next time
            cache.save_json(DIGESTS, key, digest)
    return digest


def stamp_of(path: Path) -> list[int]:
    """Return what changes when a file's content does."""
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def stamps_of(file: File) -> list[list[int]]:
    """Return the stamps of a file and of those beside it, where others can change them."""
    paths = [one.path for one in (file, *file.beside) if one.path and not cache.holds(one.path)]
    return [stamp_of(path) for path in paths]


def refuse_changed(file: File, before: list[list[int]]) -> None:
    """Raise ParseError where a file has other stamps than before it was read.

    Else what was read of one content would be kept under the digest of another.
    """
    with contextlib.suppress(OSError):  # it has gone meanwhile
        if stamps_of(file) == before:
            return
    raise changed(file)


def changed(file: File) -> ParseError:
    """Return the error for a file that somebody wrote to while it was read."""
    return ParseError(
        f"{file.name}, or a file beside it, was changed while it was read. Open it again when it "
        "is written to no more."
    )


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
