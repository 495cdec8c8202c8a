"""Projections as jobs: computed once, outside the web process, and kept on disk."""

from __future__ import annotations

import pickle
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from explorer import cache
from explorer.jobs.files import ArrayFile, loaded
from explorer.jobs.frames import save_frames
from explorer.jobs.pool import Job, Jobs
from explorer.jobs.progress import DrawingReport, Report, no_report
from explorer.projection import Projection, Quality, project, projection_quality
from explorer.projection.clusters import Clusters, find_clusters
from explorer.projection.storage import (
    load_clusters,
    load_projection,
    load_quality,
    save_clusters,
    save_projection,
    save_quality,
)
from explorer.space import EmbeddingSpace

SEED = 42


@dataclass(frozen=True)
class Picture:
    """What is wanted: a method, its parameters, and the steps done to the vectors first."""

    method: str = "pca"
    n_components: int = 2
    seed: int = SEED
    prepared: tuple[str, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)

    def key(self, space: EmbeddingSpace) -> str:
        """Return the key under which this picture of a space is computed and kept."""
        return cache.content_key(kind="projection", space=space.digest, **asdict(self))

    def draw(self, space: EmbeddingSpace, report: DrawingReport = no_report) -> Projection:
        """Compute it here and now."""
        return project(
            space,
            self.method,
            self.n_components,
            self.seed,
            prepared=self.prepared,
            report=report,
            **self.params,
        )


def start(jobs: Jobs, space: EmbeddingSpace, wanted: Picture) -> Job:
    """Start to compute a projection, or join who is computing it already."""
    key = wanted.key(space)

    def keep(projection: Projection) -> None:
        job = jobs.find(key)
        if job is not None and len(job.frames):  # first: who finds the picture looks for them
            save_frames(key, list(job.frames))
        save_projection(key, projection)

    column = None
    if (target := wanted.params.get("target")) and space.metadata is not None:
        column = space.metadata.select([target]) if target in space.metadata.column_names else None
    vectors = ArrayFile.of(space)
    load = partial(load_projection, key)
    return jobs.submit(
        key, draw_file, vectors, space.name, column, wanted, when_done=keep, load=load
    )


def drawn(jobs: Jobs, space: EmbeddingSpace, wanted: Picture) -> Projection | None:
    """Return a picture that is there: in the cache, or in its job where the disk is full."""
    key = wanted.key(space)
    kept = load_projection(key)
    job = jobs.find(key)
    if kept is None and job is not None and job.state.state == "done" and not job.is_lost:
        finished: Projection = job.result()
        return finished
    return kept


def draw_file(
    vectors: Any,
    name: str,
    metadata: pa.Table | None,
    wanted: Picture,
    report: DrawingReport = no_report,
) -> Projection:
    """Draw a picture of vectors; runs on a worker."""
    return wanted.draw(bare_space(loaded(vectors), name, metadata), report)


def start_quality(jobs: Jobs, space: EmbeddingSpace, projection: Projection, k: int) -> Job:
    """Start to measure a projection, or join who is measuring it already."""
    quality_key = measured_key(space, projection, k)
    return jobs.submit(
        quality_key,
        measure_file,
        ArrayFile.of(space),
        space.name,
        pickle.dumps(projection),  # a read-only mapping inside: Dask would look into it
        k,
        when_done=partial(save_quality, quality_key),
        load=partial(load_quality, quality_key),
    )


def measured_key(space: EmbeddingSpace, projection: Projection, k: int) -> str:
    """Return the key under which a picture's quality is kept: the picture's own, as it is drawn."""
    return cache.content_key(kind="quality", space=space.digest, picture=projection.digest, k=k)


def measure_file(
    vectors: Any,
    name: str,
    projection: bytes,
    k: int,
    report: Report = no_report,
) -> Quality:
    """Measure a picture of vectors; runs on a worker."""
    space = bare_space(loaded(vectors), name)
    return projection_quality(space, pickle.loads(projection), k, report=report)


@dataclass(frozen=True)
class Grouping:
    """Which clusters are wanted: how, how many or how large, where, and named by which column."""

    method: str = "kmeans"
    size: int = 12
    in_picture: bool = False
    column: str = "label"

    def texts(self, space: EmbeddingSpace) -> tuple[str, ...]:
        """Return what clusters are named by: the labels, or a column as text."""
        if self.column == "label" or space.metadata is None:
            return space.labels
        values = space.metadata[self.column].to_pylist()
        return tuple("" if one is None else str(one) for one in values)


def clusters_key(space: EmbeddingSpace, projection: Projection, wanted: Grouping) -> str:
    """Return the key under which clusters are looked for."""
    return cache.content_key(
        kind="clusters",
        space=space.digest,
        picture=projection.digest if wanted.in_picture else "",
        **asdict(wanted),
    )


def start_clusters(
    jobs: Jobs, space: EmbeddingSpace, projection: Projection, wanted: Grouping
) -> Job:
    """Start to find clusters, or join who is at it already."""
    key = clusters_key(space, projection, wanted)
    return jobs.submit(
        key,
        cluster_file,
        ArrayFile.of(space),
        wanted.texts(space),
        pickle.dumps(projection if wanted.in_picture else None),
        wanted,
        when_done=partial(save_clusters, key),
        load=partial(load_clusters, key),
    )


def cluster_file(
    vectors: Any,
    texts: tuple[str, ...],
    projection: bytes,
    wanted: Grouping,
    report: Report = no_report,
) -> Clusters:
    """Find clusters in vectors or in their picture; runs on a worker."""
    space = bare_space(loaded(vectors), "clusters")
    picture = pickle.loads(projection)
    return find_clusters(space, picture, wanted.method, wanted.size, texts=texts, report=report)


def bare_space(vectors: Any, name: str, metadata: pa.Table | None = None) -> EmbeddingSpace:
    """Return a space of vectors with numbers as labels: a picture needs no others."""
    rows = [str(row) for row in range(vectors.shape[0])]
    if isinstance(vectors, np.ndarray):
        return EmbeddingSpace(rows, vectors, name=name, metadata=metadata)
    from explorer.sparse import SparseSpace

    return SparseSpace(rows, vectors, name=name, metadata=metadata)


def warm_up() -> None:
    """Load and compile what a first projection would wait for; runs on each worker."""
    vectors = np.random.default_rng(0).normal(size=(60, 8)).astype(np.float32)
    space = bare_space(vectors, "warming up")
    project(space, "umap", n_epochs=11)
    projection_quality(space, project(space, "pca"))
