"""Projections as jobs: computed once, outside the web process, and kept on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from explorer import cache
from explorer.jobs import Job, Jobs
from explorer.projection import Projection, project
from explorer.projection.report import Report, no_report
from explorer.space import EmbeddingSpace


def projection_key(
    space: EmbeddingSpace, method: str, n_components: int, seed: int, **params: Any
) -> str:
    """Return the key under which a projection is computed and kept."""
    return cache.content_key(
        kind="projection",
        space=space.digest,
        method=method,
        n_components=n_components,
        seed=seed,
        params=params,
    )


def start(
    jobs: Jobs, space: EmbeddingSpace, method: str, n_components: int, seed: int, **params: Any
) -> Job:
    """Start to compute a projection, or join who is computing it already."""
    key = projection_key(space, method, n_components, seed, **params)
    return jobs.submit(
        key,
        project_file,
        str(cache.vectors_file(space)),
        space.name,
        {"method": method, "n_components": n_components, "seed": seed, **params},
        when_done=lambda projection: cache.save_projection(key, projection),
    )


def project_file(
    vectors_path: str, name: str, options: dict[str, Any], report: Report = no_report
) -> Projection:
    """Project the vectors of a file; runs on a worker, which maps the file into memory."""
    space = cache.open_vectors(Path(vectors_path), name)
    return project(space, report=report, **options)
