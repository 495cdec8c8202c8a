"""Encoding pictures as a job: outside the web process, with its progress, the model loaded once.

It runs in the worker that encodes texts (`explorer.encoding.job.encoding_jobs`), which shares
this machine's disk.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from explorer import cache
from explorer.encoding.device import AUTO
from explorer.encoding.pictures.encoding import EncodedPictures, encode_pictures
from explorer.encoding.pictures.given import contents, of_file
from explorer.encoding.pictures.models import OFFLINE, load_picture_encoder
from explorer.encoding.pictures.space import picture_space
from explorer.encoding.vector_cache import opened
from explorer.formats.file import File
from explorer.formats.picture_files import PictureFile, PictureList
from explorer.jobs.files import JobFile, loaded
from explorer.jobs.pool import Job, Jobs
from explorer.jobs.progress import Report, no_report
from explorer.space import EmbeddingSpace

PICTURES = cache.Kind("encoding-pictures", 1)
ENCODED = cache.Kind("encoded-pictures", 1)
FACTS = b"embedding-explorer"


@dataclass(frozen=True)
class PictureOptions:
    """How to encode pictures: the options of `explorer.encode_images`, as plain values."""

    model: str = OFFLINE
    device: str = AUTO
    precision: str = AUTO


@dataclass(frozen=True)
class PicturesMade:
    """The result of a job, as its worker sends it back.

    Attributes
    ----------
    path
        Of an Arrow file in the cache: rows, thumbnails and vectors.
    computed, read_back, left_out
        Distinct pictures that went through the model, that came from the vector cache, and that
        could not be opened.
    seconds
        Time to decode and encode, without loading the model.
    device, precision
        Where it was computed, and how.
    """

    path: str
    computed: int
    read_back: int
    left_out: int
    seconds: float
    device: str
    precision: str


class PicturesFile(JobFile):
    """Pictures that are to be encoded, in the cache."""

    def load(self) -> tuple[PictureFile, ...]:
        """Return the pictures."""
        with pa.memory_map(self.path) as source:
            table = pa.ipc.open_stream(source).read_all()
        return tuple(
            of_file(File(row["name"], content=row["content"]), row["folder"])
            for row in table.to_pylist()
        )


def digest_of(pictures: Sequence[PictureFile]) -> str:
    """Return a hash of names and contents, read one at a time."""
    hasher = hashlib.blake2b(digest_size=16)
    for one, content in zip(pictures, contents(pictures), strict=True):
        hasher.update(f"{one.folder}\0{one.name}\0{len(content)}\0".encode())
        hasher.update(content)
    return hasher.hexdigest()


def job_key(digest: str, options: PictureOptions) -> str:
    """Return the key under which equal requests are one job."""
    return cache.content_key(kind="encode pictures", pictures=digest, **asdict(options))


def start(jobs: Jobs, listed: PictureList, options: PictureOptions) -> Job:
    """Start to encode pictures, or join who does it already; `finished_space` makes the space."""
    pictures = listed.pictures
    digest = digest_of(pictures)
    path = cache.keep(
        PICTURES, digest, "pictures.arrow", lambda stream: write_pictures(pictures, stream)
    )
    key = job_key(digest, options)
    return jobs.submit(key, encode_file, PicturesFile(str(path)), key, asdict(options))


def encode_file(
    given: Any, key: str, values: dict[str, Any], report: Report = no_report
) -> PicturesMade:
    """Encode pictures; runs on a worker. `values` are the fields of PictureOptions."""
    options = PictureOptions(**values)
    encoder = load_picture_encoder(
        options.model, device=options.device, precision=options.precision, report=report
    )
    with opened() as kept:
        made = encode_pictures(loaded(given), encoder, cache=kept, report=report)
    path = cache.keep(ENCODED, key, "encoded.arrow", lambda stream: write_made(made, stream))
    return PicturesMade(
        str(path),
        made.computed,
        made.read_back,
        len(made.errors),
        made.seconds,
        encoder.device.title,
        encoder.precision,
    )


def finished_space(
    listed: PictureList, made: PicturesMade, options: PictureOptions, name: str
) -> EmbeddingSpace:
    """Return the space that a job made."""
    return picture_space(listed, read_made(made), options.model, made.precision, name)


def write_pictures(pictures: Sequence[PictureFile], stream: Any) -> None:
    """Write pictures as an Arrow stream, one at a time in memory."""
    columns = [("name", pa.string()), ("folder", pa.string()), ("content", pa.large_binary())]
    schema = pa.schema(columns)
    with pa.ipc.new_stream(stream, schema) as writer:
        for one, content in zip(pictures, contents(pictures), strict=True):
            row = [[one.name], [one.folder], [content]]
            writer.write_batch(pa.record_batch(row, schema=schema))


def write_made(made: EncodedPictures, stream: Any) -> None:
    """Write what came out as an Arrow stream."""
    flat = pa.array(made.vectors.reshape(-1), pa.float32())
    table = pa.table(
        {
            "row": pa.array(made.rows, pa.int64()),
            "thumbnail": pa.array(made.thumbnails, pa.large_binary()),
            "vector": pa.FixedSizeListArray.from_arrays(flat, made.vectors.shape[1]),
        }
    )
    facts = json.dumps([made.errors, made.notes]).encode()
    with pa.ipc.new_stream(stream, table.schema.with_metadata({FACTS: facts})) as writer:
        writer.write_table(table.replace_schema_metadata({FACTS: facts}))


def read_made(made: PicturesMade) -> EncodedPictures:
    """Return what came out, from the file that the worker wrote."""
    with pa.memory_map(str(Path(made.path))) as source:
        table = pa.ipc.open_stream(source).read_all()
    errors, notes = json.loads(table.schema.metadata[FACTS])
    vectors = table["vector"].combine_chunks()
    flat = vectors.flatten().to_numpy(zero_copy_only=False).astype(np.float32)
    return EncodedPictures(
        table["row"].to_numpy(),
        flat.reshape(len(table), -1),
        tuple(table["thumbnail"].to_pylist()),
        tuple(errors),
        tuple(notes),
        made.computed,
        made.read_back,
        made.seconds,
    )
