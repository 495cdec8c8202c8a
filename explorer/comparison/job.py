"""Comparisons, drift and the second picture as jobs in a worker, with results kept on disk."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer import cache
from explorer.comparison.compare import Measured, measure
from explorer.comparison.drift import Both, Drift, Region, draw_both, measure_drift
from explorer.comparison.matching import Matching
from explorer.comparison.measures import Figure, Linear
from explorer.comparison.overlay import superimposed
from explorer.jobs.files import ArrayFile, loaded
from explorer.jobs.pool import Job, Jobs
from explorer.jobs.progress import DrawingReport, Report, no_report
from explorer.projection import umap
from explorer.projection.job import SEED, bare_space, keep_picture
from explorer.projection.projection import Projection
from explorer.projection.storage import load_projection
from explorer.projection.time_needed import picture_seconds
from explorer.space import EmbeddingSpace

COMPARISONS = cache.Kind("comparisons", 1)
DRIFTS = cache.Kind("drifts", 1)
PAIRS_A_SECOND = 2e9  # of multiplications: both neighbor graphs, on two cores
Rows = NDArray[np.intp] | None


def key_of(space: EmbeddingSpace, other: EmbeddingSpace, on: str) -> str:
    """Return the key of a comparison, for its job and for the cache."""
    return cache.content_key(kind="comparison", one=space.digest, other=other.digest, on=on)


def some_rows(space: EmbeddingSpace, rows: NDArray[np.intp]) -> Rows:
    """Return rows to take, or None for all in their order."""
    whole = len(rows) == len(space) and bool((rows == np.arange(len(rows))).all())
    return None if whole else rows


def start(jobs: Jobs, space: EmbeddingSpace, other: EmbeddingSpace, found: Matching) -> Job:
    """Measure two spaces on a worker, or join the job that already does."""
    key = key_of(space, other, found.on)
    return jobs.submit(
        key,
        measure_files,
        ArrayFile.of(space),
        ArrayFile.of(other),
        (some_rows(space, found.rows), some_rows(other, found.other_rows)),
        (space.name, other.name),
        when_done=partial(save, key),
        load=partial(load, key),
        seconds=len(found) * (len(found) ** 0.5) * (space.dim + other.dim) / PAIRS_A_SECOND,
    )


def opened(vectors: Any, rows: Rows, name: str) -> EmbeddingSpace:
    """Return some rows of a job's vectors as a space."""
    matrix = loaded(vectors)
    return bare_space(matrix if rows is None else matrix[rows], name)


def measure_files(
    vectors: Any,
    other_vectors: Any,
    rows: tuple[Rows, Rows],
    names: tuple[str, str],
    report: Report = no_report,
) -> Measured:
    """Measure two files of vectors; runs on a worker."""
    one, other = opened(vectors, rows[0], names[0]), opened(other_vectors, rows[1], names[1])
    return measure(one, other, report=report)


def save(key: str, found: Measured) -> None:
    """Keep what was measured."""
    arrays = {
        "neighbors": found.neighbors,
        "other_neighbors": found.other_neighbors,
        "known": found.known,
        "distance": found.linear.distance,
    }
    facts = {
        "cka": asdict(found.linear.cka),
        "residual": asdict(found.linear.residual),
        "distances": asdict(found.distances),
        "is_equal": found.is_equal,
        "notes": found.notes,
    }
    cache.save_arrays(COMPARISONS, key, arrays, facts)


def load(key: str) -> Measured | None:
    """Return what was measured, or None."""
    return cache.load_as(COMPARISONS, key, measured_from)


def measured_from(arrays: dict[str, NDArray[Any]], facts: Any) -> Measured:
    """Return what `save` took apart."""
    return Measured(
        arrays["neighbors"],
        arrays["other_neighbors"],
        arrays["known"],
        Linear(Figure(**facts["cka"]), Figure(**facts["residual"]), arrays["distance"]),
        Figure(**facts["distances"]),
        facts["is_equal"],
        tuple(facts["notes"]),
    )


def drift_key(reference: EmbeddingSpace, current: EmbeddingSpace) -> str:
    """Return the key of a drift, for its job and for the cache."""
    return cache.content_key(kind="drift", reference=reference.digest, current=current.digest)


def start_drift(jobs: Jobs, reference: EmbeddingSpace, current: EmbeddingSpace) -> Job:
    """Look for drift on a worker, or join the job that already does."""
    key = drift_key(reference, current)
    both = draw_both(reference, current)
    return jobs.submit(
        key,
        drift_of,
        (both.vectors, both.labels, both.reference, both.current),
        when_done=lambda found: cache.save_arrays(DRIFTS, key, {}, asdict(found)),
        load=partial(load_drift, key),
    )


def drift_of(given: tuple[Any, ...], report: Report = no_report) -> Drift:
    """Look for drift in chosen items; runs on a worker."""
    return measure_drift(Both(*given), report=report)


def load_drift(key: str) -> Drift | None:
    """Return a kept drift, or None."""
    return cache.load_as(DRIFTS, key, lambda _, facts: drift_from(facts))


def drift_from(facts: dict[str, Any]) -> Drift:
    """Return the drift that was kept as JSON."""
    regions = tuple(
        Region(**{**one, "examples": tuple(one["examples"])}) for one in facts.pop("regions")
    )
    return Drift(**{**facts, "compared": tuple(facts["compared"])}, regions=regions)


def aligned_key(other: EmbeddingSpace, first: Projection) -> str:
    """Return the key of the picture of a space that starts from the first picture."""
    return cache.content_key(kind="aligned 3", space=other.digest, start=first.digest)


def start_aligned(jobs: Jobs, other: EmbeddingSpace, first: Projection) -> Job:
    """Draw the other space's UMAP from the first picture on a worker, or join who does."""
    key = aligned_key(other, first)
    return jobs.submit(
        key,
        aligned,
        ArrayFile.of(other),
        other.name,
        first.coordinates,
        when_done=partial(keep_picture, jobs, key),
        load=partial(load_projection, key),
        seconds=picture_seconds("umap", len(other), other.dim),
    )


def aligned(
    vectors: Any, name: str, first: NDArray[np.float32], report: DrawingReport = no_report
) -> Projection:
    """Draw UMAP of vectors from another picture's coordinates, and lay it on that; on a worker."""
    first = np.asarray(first)
    drawn = umap.project(opened(vectors, None, name), first.shape[1], SEED, report, start=first)
    return replace(drawn, coordinates=superimposed(drawn.coordinates, first))
