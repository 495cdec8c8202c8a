"""Projections, their quality and clusters as jobs, with results kept on disk."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer import cache
from explorer.conditions import LABEL
from explorer.jobs.files import ArrayFile, loaded
from explorer.jobs.frames import save_frames
from explorer.jobs.pool import Job, Jobs
from explorer.jobs.progress import DrawingReport, Report, no_report
from explorer.projection import Projection, Quality, project, projection_quality
from explorer.projection.clusters import HDBSCAN_DIMENSIONS, Clusters, find_clusters
from explorer.projection.memory_needed import needs
from explorer.projection.regions import Region, find_regions
from explorer.projection.storage import (
    load_clusters,
    load_projection,
    load_quality,
    load_regions,
    save_clusters,
    save_projection,
    save_quality,
    save_regions,
)
from explorer.projection.time_needed import hdbscan_seconds, picture_seconds, quality_seconds
from explorer.space import EmbeddingSpace

SEED = 42
PLANE = 2  # dimensions of most pictures


@dataclass(frozen=True)
class Picture:
    """A projection to compute: method, parameters, and the preparation of the vectors."""

    method: str = "pca"
    n_components: int = 2
    seed: int = SEED
    prepared: tuple[str, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)

    def key(self, space: EmbeddingSpace) -> str:
        """Return the key of this picture of a space, for its job and for the cache."""
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
    """Compute a projection on a worker, or join the job that already does."""
    key = wanted.key(space)
    column = None
    if (target := wanted.params.get("target")) and space.metadata is not None:
        column = space.metadata.select([target]) if target in space.metadata.column_names else None
    vectors = ArrayFile.of(space)
    load = partial(load_projection, key)
    return jobs.submit(
        key,
        draw_file,
        vectors,
        space.name,
        column,
        wanted,
        when_done=partial(keep_picture, jobs, key),
        load=load,
        seconds=picture_seconds(wanted.method, len(space), space.dim),
        needs=needs(wanted.method, len(space), space.dim),
    )


def keep_picture(jobs: Jobs, key: str, projection: Projection) -> None:
    """Keep a finished picture, and before it the frames of its growth: its reader expects them."""
    job = jobs.find(key)
    if job is not None and len(job.frames):
        save_frames(key, list(job.frames))
    save_projection(key, projection)


def drawn(jobs: Jobs, space: EmbeddingSpace, wanted: Picture) -> Projection | None:
    """Return a finished picture or None: from the cache, or from its job if the disk is full."""
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
    """Measure a projection on a worker, or join the job that already does."""
    quality_key = measured_key(space, projection, k)
    return jobs.submit(
        quality_key,
        measure_file,
        ArrayFile.of(space),
        space.name,
        pickle.dumps(projection),  # as bytes: Dask would traverse `params`, a read-only mapping
        k,
        when_done=partial(save_quality, quality_key),
        load=partial(load_quality, quality_key),
        seconds=quality_seconds(len(space), space.dim),
        needs=needs("quality", len(space), space.dim),
    )


def measured_key(space: EmbeddingSpace, projection: Projection, k: int) -> str:
    """Return the key of a picture's quality: it depends on the coordinates, however made."""
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
    """Clusters to find: method, size, in the picture or the vectors, and the column of names."""

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

    def seconds(self, space: EmbeddingSpace) -> float:
        """Estimate how long they take to find; k-means takes seconds even of a million points."""
        if self.method != "hdbscan":
            return 0.0
        dim = PLANE if self.in_picture else min(space.dim, HDBSCAN_DIMENSIONS)
        return hdbscan_seconds(len(space), dim)


def clusters_key(space: EmbeddingSpace, projection: Projection, wanted: Grouping) -> str:
    """Return the key of these clusters, for their job and for the cache."""
    return cache.content_key(
        kind="clusters",
        space=space.digest,
        picture=projection.digest if wanted.in_picture else "",
        **asdict(wanted),
    )


def start_clusters(
    jobs: Jobs, space: EmbeddingSpace, projection: Projection, wanted: Grouping
) -> Job:
    """Find clusters on a worker, or join the job that already does."""
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
        seconds=wanted.seconds(space),
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


def regions_key(
    space: EmbeddingSpace,
    projection: Projection,
    column: str = LABEL,
    rows: NDArray[np.intp] | None = None,
) -> str:
    """Return the key of a picture's regions, for their job and for the cache."""
    part = None if rows is None else hashlib.blake2b(rows.tobytes(), digest_size=16).hexdigest()
    return cache.content_key(
        kind="regions", space=space.digest, picture=projection.digest, column=column, rows=part
    )


def start_regions(
    jobs: Jobs,
    space: EmbeddingSpace,
    projection: Projection,
    column: str = LABEL,
    rows: NDArray[np.intp] | None = None,
) -> Job:
    """Find the named regions of a picture on a worker, or join the job that already does.

    They are named by the texts of a column; of the points in `rows` alone, where given.
    """
    key = regions_key(space, projection, column, rows)
    return jobs.submit(
        key,
        regions_file,
        ArrayFile.of(space),
        space.labels if column == LABEL else texts_of(space.table()[column]),
        pickle.dumps(projection),
        rows,
        when_done=partial(save_regions, key),
        load=partial(load_regions, key),
    )


def regions_file(
    vectors: Any,
    texts: tuple[str, ...],
    projection: bytes,
    rows: NDArray[np.intp] | None,
    report: Report = no_report,
) -> tuple[Region, ...]:
    """Find the named regions of a picture, or of some of its points; runs on a worker."""
    space, picture = bare_space(loaded(vectors), "regions"), pickle.loads(projection)
    if rows is not None:
        space = bare_space(space.matrix[rows], "regions")
        picture = replace(picture, coordinates=picture.coordinates[rows])
        texts = tuple(texts[row] for row in rows)
    return find_regions(space, picture, texts, report=report)


def texts_of(column: pa.ChunkedArray) -> tuple[str, ...]:
    """Return a column of texts; a row without one has an empty text."""
    return tuple(one or "" for one in column.to_pylist())


def bare_space(vectors: Any, name: str, metadata: pa.Table | None = None) -> EmbeddingSpace:
    """Return a space with row numbers as labels, which are not drawn."""
    rows = [str(row) for row in range(vectors.shape[0])]
    if isinstance(vectors, np.ndarray):
        return EmbeddingSpace(rows, vectors, name=name, metadata=metadata)
    from explorer.sparse import SparseSpace

    return SparseSpace(rows, vectors, name=name, metadata=metadata)


def warm_up() -> None:
    """Load and compile what the first projection needs, by a toy one; runs on each worker."""
    vectors = np.random.default_rng(0).normal(size=(60, 8)).astype(np.float32)
    space = bare_space(vectors, "warming up")
    project(space, "umap", n_epochs=11)
    projection_quality(space, project(space, "pca"))
