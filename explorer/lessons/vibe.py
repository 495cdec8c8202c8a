"""From a vibe to books, as Viberary did it: encode, find, re-rank, show why; each stage timed.

Viberary (Vicki Boykis, 2023) encoded what a reader is in the mood for, found book descriptions near
it in an HNSW index, and ordered them anew. Here the second look is a finer one: each sentence of
the candidates' descriptions is compared with the vibe, and the best sentence is the reason.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer import cache
from explorer.encoding.encoding import encode_texts
from explorer.encoding.loaded import load_encoder
from explorer.encoding.vector_cache import opened
from explorer.jobs.files import ArrayFile, loaded
from explorer.jobs.pool import Job, Jobs
from explorer.jobs.progress import Report, no_report
from explorer.neighbors.indexes.data import unit_rows
from explorer.space import EmbeddingSpace

FOUND = 20  # candidates
SENTENCE = re.compile(r"(?<=[.!?])\s+")
WIDTH = 64  # ef


@dataclass(frozen=True)
class Candidate:
    """A book: its row, its place after the first and the second stage, and the reason.

    `similarity` is that of the whole description, `best` that of its best sentence.
    """

    row: int
    found_at: int
    similarity: float
    best: float
    reason: str


@dataclass(frozen=True)
class Vibe:
    """The candidates, best first after re-ranking, and each stage's name and seconds."""

    candidates: tuple[Candidate, ...]
    stages: tuple[tuple[str, float], ...]


def vibe_key(space: EmbeddingSpace, text: str) -> str:
    """Return the key of the job."""
    return cache.content_key(kind="vibe", space=space.digest, text=text)


def start(jobs: Jobs, space: EmbeddingSpace, text: str) -> Job:
    """Ask the books of a space, whose metadata has their `description`, for a vibe."""
    assert space.metadata is not None
    descriptions = space.metadata["description"].to_pylist()
    key = vibe_key(space, text)
    return jobs.submit(key, vibe_file, ArrayFile.of(space), descriptions, space.source.model, text)


def sentences(text: str) -> list[str]:
    """Return the sentences of a description."""
    return [one for one in SENTENCE.split(text.strip()) if one]


def vibe_file(
    vectors: Any,
    descriptions: Sequence[str],
    model: str,
    text: str,
    report: Report = no_report,
) -> Vibe:
    """Find books for a vibe; runs on the worker that encodes.

    The index is usearch's: faiss and the model's torch would bring an OpenMP each into this
    process, which macOS does not bear.
    """
    from usearch.index import Index

    units = unit_rows(np.asarray(loaded(vectors)))[0]
    encoder = load_encoder(model, report=report)
    index: Any = Index(ndim=units.shape[1], metric="ip", dtype="f32", connectivity=16)
    index.add(np.arange(len(units)), units, threads=1)
    index.expansion_search = WIDTH
    stages = []
    with opened() as kept:
        report(0.2, "encoding the vibe")
        begin = time.perf_counter()
        query = encode_texts([text], encoder).vectors[0]
        query = query / (np.linalg.norm(query) or 1)
        stages.append(("Encode the vibe", time.perf_counter() - begin))
        begin = time.perf_counter()
        rows = np.asarray(index.search(query, FOUND, threads=1).keys).astype(int)
        stages.append((f"Find {len(rows)} candidates by HNSW", time.perf_counter() - begin))
        report(0.5, "comparing the sentences of the candidates")
        begin = time.perf_counter()
        parts = [sentences(descriptions[row]) or [descriptions[row]] for row in rows]
        flat = [one for part in parts for one in part]
        encoded = encode_texts(flat, encoder, cache=kept).vectors
        encoded = encoded / np.maximum(np.linalg.norm(encoded, axis=1, keepdims=True), 1e-12)
        similar = encoded @ query
        stages.append((f"Re-rank by {len(flat)} sentences", time.perf_counter() - begin))
    made, at = [], 0
    for place, (row, part) in enumerate(zip(rows, parts, strict=True), 1):
        scores = similar[at : at + len(part)]
        best = int(scores.argmax())
        whole = float(units[row] @ query)
        made.append(Candidate(int(row), place, whole, float(scores[best]), part[best]))
        at += len(part)
    made.sort(key=lambda one: -(one.similarity + one.best))
    return Vibe(tuple(made), tuple(stages))
