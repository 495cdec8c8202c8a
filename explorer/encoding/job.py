"""Encoding as a job: outside the web process, with its progress, and the model loaded once.

One worker process does all encoding, several jobs at a time in its threads, so that they share
the loaded models. Results stay in the cache as files.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer import cache
from explorer.encoding.device import AUTO, Device, devices, use_all_cores
from explorer.encoding.encoding import closeness, encode_texts
from explorer.encoding.loaded import load_encoder
from explorer.encoding.models import DEFAULT_MODEL, TOKENS_OF, local_folder, model_folder
from explorer.encoding.space import averaged_tokens, encoded_space, with_texts
from explorer.encoding.texts import Texts
from explorer.encoding.token_embeddings import average_of_tokens
from explorer.encoding.vector_cache import opened
from explorer.jobs.files import JobFile, loaded
from explorer.jobs.pool import Job, Jobs
from explorer.jobs.progress import Report, no_report
from explorer.settings import load_settings
from explorer.space import EmbeddingSpace, Source

TEXTS = cache.Kind("encoding-texts", 1)
ENCODINGS = cache.Kind("encodings", 1)
TEXTS_A_SECOND = 150  # sentences, on two cores
THREADS = 4  # jobs at once; torch gives each all cores
FACTS = b"embedding-explorer"
LABEL, TEXT, METADATA = "label", "text", "metadata "


@dataclass(frozen=True)
class EncodeOptions:
    """How to encode texts: the options of `explorer.encode`, as plain values."""

    model: str = DEFAULT_MODEL
    pooling: str | None = None
    device: str = AUTO
    precision: str = AUTO
    long_texts: str = "cut"


@dataclass(frozen=True, eq=False)
class EncodeResult:
    """The result of an encoding job, as its worker sends it back.

    Attributes
    ----------
    vectors
        (n, d) float32: the path of a `.npy` file in the cache, or the array itself from a
        worker with another disk.
    source, notes
        Those of the space.
    computed, read_back
        Distinct texts that went through the model, and that came from the vector cache.
    long
        Texts longer than the model reads.
    seconds
        Time to encode, without loading the model.
    device, precision
        Where it was computed, and how.
    closeness
        The lowest cosine to the float32 vectors on a few of the texts; None in float32.
    """

    vectors: str | NDArray[np.float32]
    source: Source
    notes: tuple[str, ...]
    computed: int
    read_back: int
    long: int
    seconds: float
    device: str
    precision: str
    closeness: float | None


class TextsFile(JobFile):
    """Texts that are to be encoded, in the cache."""

    def load(self) -> Texts:
        """Return the texts."""
        return read(Path(self.path))


def encoding_jobs() -> Jobs:
    """Return a place for jobs on this machine where a model is loaded once for all of them."""
    return Jobs(workers=min(1, load_settings().workers), scheduler="", threads=THREADS)


def download_jobs() -> Jobs:
    """Return a place for downloads, one at a time, in a thread that only looks on."""
    return Jobs(workers=0, scheduler="")


def start_download(jobs: Jobs, model: str) -> Job:
    """Start to download a model, or join who does it already."""
    return jobs.submit(download_key(model), download_model, model)


def download_key(model: str) -> str:
    """Return the key under which one model is downloaded once, whoever asks."""
    return cache.content_key(kind="download", model=model.removeprefix(TOKENS_OF))


def download_model(model: str, report: Report = no_report) -> None:
    """Have a model's files on this machine: from the hub, where they are not here yet."""
    model_folder(model.removeprefix(TOKENS_OF), report)


def is_here(model: str) -> bool:
    """Return whether a model is on this machine; raises ModelError for one that cannot be had."""
    return local_folder(model.removeprefix(TOKENS_OF)) is not None


def encoding_key(texts: Texts, options: EncodeOptions, name: str) -> str:
    """Return the key under which equal requests are one job."""
    return cache.content_key(kind="encode", texts=digest(texts), name=name, **asdict(options))


def start(
    jobs: Jobs,
    texts: Texts,
    options: EncodeOptions,
    name: str,
    when_done: Callable[[EmbeddingSpace], None] = lambda space: None,
) -> Job:
    """Start to encode texts, or join who does it already; `when_done` gets the space."""
    key = encoding_key(texts, options, name)
    given: TextsFile | Texts = texts  # with the job, where the disk is full
    with contextlib.suppress(OSError):
        path = cache.keep(TEXTS, digest(texts), "texts.arrow", lambda stream: write(texts, stream))
        given = TextsFile(str(path))
    return jobs.submit(
        key,
        encode_file,
        given,
        key,
        asdict(options),
        when_done=lambda made: when_done(finished_space(texts, made, name)),
        seconds=len(texts) / TEXTS_A_SECOND,
    )


def encode_file(
    given: Texts | TextsFile, key: str, values: dict[str, Any], report: Report = no_report
) -> EncodeResult:
    """Encode texts, given as a file or, on a worker that cannot reach it, as they are.

    `values` are the fields of EncodeOptions. Runs on a worker.
    """
    texts: Texts = loaded(given)
    shares_disk = isinstance(given, TextsFile)
    options = EncodeOptions(**values)
    if options.model.startswith(TOKENS_OF):
        space = averaged_tokens(texts, options.model, "", report)
        kept_vectors = keep_vectors(key, space.vectors) if shares_disk else space.vectors
        return EncodeResult(
            kept_vectors, space.source, space.notes, len(texts), 0, 0, 0.0, "cpu", "float32", None
        )
    use_all_cores()
    load = partial(
        load_encoder,
        options.model,
        pooling=options.pooling,
        device=options.device,
        report=report,
    )
    encoder = load(precision=options.precision)
    with opened() as kept:
        made = encode_texts(
            texts.texts, encoder, long_texts=options.long_texts, cache=kept, report=report
        )
    space = encoded_space(texts, made, encoder, "", options.long_texts)
    near = None
    if encoder.precision != "float32":
        report(1.0, "measuring how near half precision comes")
        near = closeness(texts.texts, load(precision="float32"), encoder)
    return EncodeResult(
        keep_vectors(key, space.vectors) if shares_disk else space.vectors,
        space.source,
        space.notes,
        made.computed,
        made.read_back,
        int((made.tokens > encoder.room).sum()),
        made.seconds,
        encoder.device.title,
        encoder.precision,
        near,
    )


def finished_space(texts: Texts, made: EncodeResult, name: str) -> EmbeddingSpace:
    """Return the space that a job made."""
    vectors = made.vectors
    if isinstance(vectors, str):
        vectors = np.load(Path(vectors), allow_pickle=False)
    vectors.flags.writeable = False
    return EmbeddingSpace(
        texts.labels,
        vectors,
        name=name,
        metadata=with_texts(texts),
        source=made.source,
        notes=made.notes,
    )


def vector_of(
    text: str, model: str, pooling: str = "", report: Report = no_report
) -> NDArray[np.float32]:
    """Return one text's vector, (d,), by a space's own model; runs on a worker."""
    if model.startswith(TOKENS_OF):
        return np.asarray(average_of_tokens([text], model.removeprefix(TOKENS_OF), report)[0])
    encoder = load_encoder(model, pooling=pooling or None, report=report)
    return np.asarray(encode_texts([text], encoder, report=report).vectors[0])


def start_vector_of(jobs: Jobs, text: str, source: Source) -> Job:
    """Start to encode one text as the texts of a space were, which that source is of."""
    key = cache.content_key(kind="one text", text=text, model=source.model, pooling=source.pooling)
    return jobs.submit(key, vector_of, text, source.model, source.pooling)


def worker_devices(report: Report = no_report) -> tuple[Device, ...]:
    """Return what the worker computes with; the default model is loaded on the way."""
    use_all_cores()
    load_encoder(DEFAULT_MODEL)
    return devices()


def keep_vectors(key: str, vectors: NDArray[np.float32]) -> str | NDArray[np.float32]:
    """Keep the vectors of a job as a file and return its path, or themselves on a full disk."""
    try:
        path = cache.keep(ENCODINGS, key, "vectors.npy", lambda stream: np.save(stream, vectors))
    except OSError:
        return vectors
    return str(path)


def digest(texts: Texts) -> str:
    """Return a hash of texts, labels and metadata."""
    hasher = hashlib.blake2b(digest_size=16)
    write(texts, hasher_stream(hasher))
    return hasher.hexdigest()


def hasher_stream(hasher: Any) -> Any:
    """Return a stream that only hashes what is written to it."""

    class Stream:
        closed = False
        write = staticmethod(hasher.update)

        def flush(self) -> None:
            """Nothing waits."""

    return pa.PythonFile(Stream(), "w")


def write(texts: Texts, stream: Any) -> None:
    """Write texts as an Arrow stream."""
    columns: dict[str, Any] = {
        LABEL: pa.array(texts.labels, pa.large_string()),
        TEXT: pa.array(texts.texts, pa.large_string()),
    }
    if texts.metadata is not None:
        for name in texts.metadata.column_names:
            columns[METADATA + name] = texts.metadata[name].combine_chunks()
    table = pa.table(columns).replace_schema_metadata({FACTS: json.dumps(texts.notes)})
    with pa.ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)


def read(path: Path) -> Texts:
    """Read texts that `write` wrote."""
    with pa.memory_map(str(path)) as source:
        table = pa.ipc.open_stream(source).read_all()
    names = [name for name in table.column_names if name.startswith(METADATA)]
    metadata = table.select(names).rename_columns([name[len(METADATA) :] for name in names])
    return Texts(
        tuple(table[TEXT].to_pylist()),
        tuple(table[LABEL].to_pylist()),
        metadata if names else None,
        tuple(json.loads(table.schema.metadata[FACTS])),
    )
