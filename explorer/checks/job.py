"""Checking a space as a job in a worker, with the result kept on disk."""

from __future__ import annotations

from functools import partial
from typing import Any

from explorer import cache
from explorer.checks.measured import Measured, measure
from explorer.jobs.files import ArrayFile, loaded
from explorer.jobs.pool import Job, Jobs
from explorer.jobs.progress import Report, no_report
from explorer.projection.job import bare_space
from explorer.projection.time_needed import umap_seconds
from explorer.space import EmbeddingSpace

CHECKS = cache.Kind("checks", 1)


def key_of(space: EmbeddingSpace, metric: str = "cosine") -> str:
    """Return the key of a space's check, for its job and for the cache."""
    return cache.content_key(kind="checks", space=space.digest, metric=metric)


def start(jobs: Jobs, space: EmbeddingSpace, metric: str = "cosine") -> Job:
    """Measure a space on a worker, or join the job that already does."""
    key = key_of(space, metric)
    return jobs.submit(
        key,
        measure_file,
        ArrayFile.of(space),
        space.name,
        metric,
        when_done=partial(save, key),
        load=partial(load, key),
        seconds=umap_seconds(len(space), space.dim),  # nearly all of it is the same graph
    )


def measure_file(vectors: Any, name: str, metric: str, report: Report = no_report) -> Measured:
    """Measure vectors; runs on a worker."""
    return measure(bare_space(loaded(vectors), name), metric, report)


def save(key: str, measured: Measured) -> None:
    """Keep what was measured."""
    arrays = {name: value for name, value in vars(measured).items() if name not in FACTS}
    cache.save_arrays(CHECKS, key, arrays, {name: getattr(measured, name) for name in FACTS})


def load(key: str) -> Measured | None:
    """Return what was measured, or None."""
    found = cache.load_arrays(CHECKS, key)
    if found is None:
        return None
    arrays, facts = found
    return Measured(**arrays, metric=facts["metric"], notes=tuple(facts["notes"]))


FACTS = ("metric", "notes")
