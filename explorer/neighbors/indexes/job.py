"""Measuring indexes as a job: outside the web process, stopped between two settings, kept."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np

from explorer import cache
from explorer.errors import JobError
from explorer.jobs.files import ArrayFile, loaded
from explorer.jobs.pool import Job, Jobs
from explorer.jobs.progress import Report, no_report
from explorer.neighbors.indexes.data import Floats, Made, split_rows, unit_rows, usual_queries
from explorer.neighbors.indexes.known import INDEXES, processor, search_threads
from explorer.neighbors.indexes.measure import Point, measure, true_neighbors
from explorer.neighbors.indexes.settings import Settings
from explorer.space import EmbeddingSpace

MEASURED = cache.Kind("indexes", 1)
EXACT = "exact"
NUMBERS_A_SECOND = 2_000_000  # of the vectors, for one index at all its settings


@dataclass(frozen=True)
class Wanted:
    """Indexes to measure over some data: a space by its digest, or made vectors."""

    data: str | Made
    settings: Settings = field(default_factory=Settings)
    queries: int = 0  # 0: as many as suit

    def key(self, name: str) -> str:
        """Return the key under which one index's points are kept."""
        data = self.data if isinstance(self.data, str) else self.data.key
        return cache.content_key(
            kind="index", data=data, index=name, queries=self.queries, **asdict(self.settings)
        )

    def job_key(self, names: Sequence[str]) -> str:
        """Return the key of the job that measures these indexes."""
        return cache.content_key(kind="indexes", of=[self.key(name) for name in names])


@dataclass(frozen=True)
class Measured:
    """One index's points, and where and when they were measured."""

    points: tuple[Point, ...]
    n: int
    dim: int
    queries: int
    k: int
    machine: str
    date: str


def start(jobs: Jobs, space: EmbeddingSpace | None, wanted: Wanted, names: Sequence[str]) -> Job:
    """Measure indexes on a worker, or join who measures the same."""
    refuse_here(jobs)
    vectors = ArrayFile.of(space) if space is not None else None
    numbers = 0
    if isinstance(wanted.data, Made):
        numbers = wanted.data.n * wanted.data.dim
    elif space is not None:
        numbers = len(space) * space.dim
    return jobs.submit(
        wanted.job_key(names),
        measure_file,
        vectors,
        wanted,
        tuple(names),
        when_done=partial(keep_all, wanted),
        load=partial(kept_all, wanted, tuple(names)),
        seconds=len(names) * numbers / NUMBERS_A_SECOND,
    )


def refuse_here(jobs: Jobs) -> None:
    """Raise JobError on macOS where there is no worker process for faiss to run in."""
    if jobs.runs_here and sys.platform == "darwin":
        raise JobError(
            "faiss must run in a process of its own on macOS, and this server has no workers. "
            "Start it with EXPLORER_WORKERS=1."
        )


def measure_file(
    vectors: Any, wanted: Wanted, names: Sequence[str], report: Report = no_report
) -> dict[str, Measured]:
    """Measure indexes, and keep each as soon as it is measured; runs on a worker."""
    report(0.0, "preparing the vectors")
    points, queries = split(vectors, wanted)
    n, dim = points.shape
    settings = wanted.settings.fitted(n, dim)
    for name in names:
        INDEXES[name].check(n)
    with search_threads(1):
        similarities = true_neighbors(points, queries, settings.k)[1]
    made: dict[str, Measured] = {}
    for step, name in enumerate(names):
        found = kept(wanted, name)
        if found is None:

            def tell(share: float, what: str, step: int = step) -> None:
                report((step + share) / len(names), what)

            measured = measure(name, points, queries, similarities, settings, report=tell)
            today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
            found = Measured(tuple(measured), n, dim, len(queries), settings.k, processor(), today)
            keep(wanted, name, found)
        made[name] = found
    return made


def split(vectors: Any, wanted: Wanted) -> tuple[Floats, Floats]:
    """Return the points to index and the queries held out."""
    if isinstance(wanted.data, Made):
        return wanted.data.split(wanted.queries or usual_queries(wanted.data.n))
    units = unit_rows(np.asarray(v) if isinstance(v := loaded(vectors), np.ndarray) else v)[0]
    return split_rows(units, wanted.queries or usual_queries(len(units)))


def kept(wanted: Wanted, name: str) -> Measured | None:
    """Return an index as it was measured, or None."""
    facts = cache.load_json(MEASURED, wanted.key(name))
    if facts is None:
        return None
    try:
        points = tuple(Point(**point) for point in facts.pop("points"))
        return Measured(points, **facts)
    except (TypeError, KeyError, AttributeError):
        cache.discard(MEASURED, wanted.key(name))
        return None


def keep(wanted: Wanted, name: str, measured: Measured) -> None:
    """Keep what was measured of an index."""
    cache.save_json(MEASURED, wanted.key(name), asdict(measured))


def keep_all(wanted: Wanted, measured: dict[str, Measured]) -> None:
    """Keep what a worker measured, which may have another disk."""
    for name, one in measured.items():
        keep(wanted, name, one)


def kept_all(wanted: Wanted, names: Sequence[str]) -> dict[str, Measured] | None:
    """Return all of these indexes as they were measured, or None where one is missing."""
    found = {name: kept(wanted, name) for name in names}
    return None if None in found.values() else {n: m for n, m in found.items() if m is not None}


def forget(wanted: Wanted, names: Sequence[str]) -> None:
    """Forget what was measured, to measure it again."""
    for name in names:
        cache.discard(MEASURED, wanted.key(name))
