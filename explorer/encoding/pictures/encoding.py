"""Pictures to vectors: cached ones are read back, the others decoded, computed and cached.

Files of strangers are decoded in a process of its own (`explorer.pictures.isolated`), while the
model works on those before.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.encoding import batches
from explorer.encoding.encoding import RATE_AFTER, duration
from explorer.encoding.pictures.given import contents
from explorer.encoding.pictures.models import LARGEST_BATCH, PictureEncoder, Pixels
from explorer.encoding.vector_cache import VectorCache
from explorer.errors import EncodeError, PictureError
from explorer.formats.picture_files import PictureFile
from explorer.jobs.progress import Report, no_report
from explorer.pictures.isolated import Decoded, decoded_pictures

ASKED_AT_ONCE = 256  # pictures whose vectors are looked up together


@dataclass(frozen=True, eq=False)
class EncodedPictures:
    """Vectors of pictures, and what became of each.

    Attributes
    ----------
    rows
        (n,) which of the pictures given could be opened.
    vectors
        (n, d) float32, one for each of them.
    thumbnails
        n small WebPs.
    errors
        A sentence for each picture that could not be opened.
    notes
        What a viewer should know of some, such as that they are animated.
    computed, read_back
        Distinct pictures that went through the model, and that came from the vector cache.
    seconds
        Time taken.
    """

    rows: NDArray[np.intp]
    vectors: NDArray[np.float32]
    thumbnails: tuple[bytes, ...]
    errors: tuple[str, ...]
    notes: tuple[str, ...]
    computed: int
    read_back: int
    seconds: float


class Work:
    """What is done so far."""

    def __init__(
        self, n: int, encoder: PictureEncoder, cache: VectorCache | None, report: Report
    ) -> None:
        self.n, self.encoder, self.cache, self.report = n, encoder, cache, report
        self.started = time.monotonic()
        self.vectors: dict[bytes, NDArray[np.float32]] = {}
        self.keys: dict[int, bytes] = {}
        self.thumbnails: dict[int, bytes] = {}
        self.errors: list[str] = []
        self.notes: dict[str, None] = {}
        self.computed = self.done = 0

    def take(self, row: int, key: bytes, one: Decoded) -> bool:
        """Keep what came of decoding a picture; return whether it could be opened."""
        if one.error:
            self.errors.append(one.error)
            return False
        self.keys[row] = key
        self.thumbnails[row] = one.thumbnail
        self.notes |= dict.fromkeys(f"{one.name}: {note}" for note in one.notes)
        return True

    def compute(self, batch: list[tuple[bytes, Pixels]]) -> None:
        """Put a batch through the model and into the cache."""
        rows = list(range(len(batch)))
        for part, vectors in batches.run(
            [rows],
            lambda part: self.encoder.forward([batch[row][1] for row in part]),
            what="picture",
        ):
            if not np.isfinite(vectors).all():
                raise EncodeError(
                    "The model gave values that are not finite, most likely because half "
                    "precision cannot hold its numbers. Choose exact instead of fast."
                )
            keys = [batch[row][0] for row in part]
            if self.cache is not None:
                self.cache.keep(keys, vectors, [0] * len(keys))
            self.vectors |= dict(zip(keys, vectors, strict=True))
            self.computed += len(keys)

    def tell(self) -> None:
        """Report how far it is; what the report raises stops the work."""
        step = f"encoding {self.done:,} of {self.n:,} pictures"
        seconds = time.monotonic() - self.started
        if self.done and seconds > RATE_AFTER:
            rate = self.done / seconds
            left = duration(math.ceil((self.n - self.done) / rate))
            step += f" · {rate:,.0f} pictures a second · {left} left"
        self.report(min(1.0, self.done / self.n), step)


def encode_pictures(
    pictures: Sequence[PictureFile],
    encoder: PictureEncoder,
    *,
    cache: VectorCache | None = None,
    report: Report = no_report,
) -> EncodedPictures:
    """Return a vector per picture that can be opened; equal files are computed once.

    Parameters
    ----------
    pictures
        The files, in order.
    encoder
        The loaded model.
    cache
        Looked up first, by each file's content; each batch's vectors are added to it.
    report
        Told after each batch; what it raises stops the work, and what was done is kept.

    Raises
    ------
    PictureError
        None of them can be opened.
    """
    work = Work(len(pictures), encoder, cache, report)
    for start in range(0, len(pictures), ASKED_AT_ONCE):
        encode_some(work, pictures, range(start, min(start + ASKED_AT_ONCE, len(pictures))))
    rows = sorted(work.keys)
    if not rows:
        more = f" So it is with all {len(pictures):,}." if len(pictures) > 1 else ""
        raise PictureError(f"{work.errors[0]}{more}")
    return EncodedPictures(
        np.array(rows, np.intp),
        np.stack([work.vectors[work.keys[row]] for row in rows]),
        tuple(work.thumbnails[row] for row in rows),
        tuple(work.errors),
        tuple(work.notes),
        work.computed,
        len(set(work.keys.values())) - work.computed,
        time.monotonic() - work.started,
    )


def encode_some(work: Work, pictures: Sequence[PictureFile], rows: range) -> None:
    """Encode a window of the pictures: their thumbnails all, their vectors where none is kept."""
    some = [pictures[row] for row in rows]
    keys = [picture_key(work.encoder.identity, data) for data in contents(some)]
    if work.cache is not None:
        found, vectors, _ = work.cache.find(list(dict.fromkeys(keys)), work.encoder.dim)
        kept = zip(dict.fromkeys(keys), found, vectors, strict=True)
        work.vectors |= {key: vector for key, is_kept, vector in kept if is_kept}
    batch: list[tuple[bytes, Pixels]] = []
    asked: set[bytes] = set()
    files = zip((one.name for one in some), contents(some), strict=True)
    decoded = decoded_pictures(files, fit=work.encoder.fit)
    for row, key, one in zip(rows, keys, decoded, strict=True):
        work.done += 1
        if work.take(row, key, one) and key not in work.vectors and key not in asked:
            assert one.pixels is not None
            asked.add(key)
            batch.append((key, one.pixels))
        if len(batch) >= LARGEST_BATCH[work.encoder.device.name]:
            work.compute(batch)
            batch = []
        if work.done % 16 == 0:
            work.tell()
    if batch:
        work.compute(batch)
    work.tell()


def picture_key(identity: str, data: bytes) -> bytes:
    """Return the key of a picture's vector, for a model of that identity."""
    hasher = hashlib.blake2b(f"picture|{identity}".encode() + b"\0", digest_size=16)
    hasher.update(data)
    return hasher.digest()
