"""Projection of files larger than memory: fit a sample, place the other rows part by part.

Workers place several parts at once. Neither the file nor its vectors are ever in memory whole.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from explorer.errors import ProjectionError
from explorer.formats.target import check_targets, new_files
from explorer.jobs.pool import Jobs
from explorer.jobs.progress import Report, no_report
from explorer.projection import Projection
from explorer.projection.job import Picture, bare_space, draw_file
from explorer.projection.out_of_sample import K, nearest_known, place
from explorer.space import EmbeddingSpace

PART_ROWS = 20_000
WAITING_PARTS = 4  # read ahead of the workers
SAMPLE_SEED = 0
AXES = ("x", "y", "z")


@dataclass(frozen=True)
class LargeProjection:
    """The file written, its rows, how many of them were fitted, and the mean confidence."""

    path: Path
    rows: int
    fitted: int
    confidence: float


def project_parquet(
    source: str | Path,
    target: str | Path,
    wanted: Picture,
    sample: int = 50_000,
    *,
    overwrite: bool = False,
    jobs: Jobs,
    report: Report = no_report,
) -> LargeProjection:
    """Project the vectors of a Parquet file and write their coordinates to another one.

    A random sample of the rows is projected; the others are placed among them (exactly, for
    PCA). The target has the source's columns without the vectors, and then x, y (and z),
    `confidence` and `fitted`. `fitted` says whether a row was in the sample. `confidence` is
    neighbor recall: of a point's 15 nearest fitted points, the share drawn nearest to it.

    Parameters
    ----------
    source, target
        Parquet files. The vectors are the first column of lists of numbers, or, where
        there is none, all columns of floating-point numbers.
    wanted
        The method and its parameters.
    sample
        The most rows to fit.
    overwrite
        Replace an existing target; the source is never replaced.
    jobs
        The workers to compute on.
    report
        Called with the share done; may raise to stop.

    Returns
    -------
    LargeProjection
        The mean confidence is from 0 to 1.

    Raises
    ------
    ProjectionError
        The source holds no vectors, or some are of another length or not finite.
    TargetError
        The target exists and `overwrite` is not set, or it is the source.
    JobError
        The computation failed on the workers.
    """
    source, target = Path(source), Path(target)
    check_targets([target], overwrite=overwrite, sources=[source])  # before long work
    file = pq.ParquetFile(source, pre_buffer=False)  # buffering would keep all parts in memory
    columns = vector_columns(file.schema_arrow)
    n = file.metadata.num_rows
    chosen = sampled(n, sample)
    report(0.0, f"reading a sample of {len(chosen):,} of {n:,} vectors")
    fitted_vectors = gather(file, columns, chosen)
    report(0.1, f"projecting {len(chosen):,} vectors")
    name = source.stem
    key = f"{wanted.key(bare_space(fitted_vectors, name))} of a file"
    picture: Projection = jobs.submit(key, draw_file, fitted_vectors, name, None, wanted).result()
    report(0.5, "placing the others")
    known = jobs.share((fitted_vectors, picture))
    total = 0.0
    done = 0
    with new_files([target], overwrite=overwrite, sources=[source]) as (fresh,):
        writer = None
        for part, placed in placed_parts(file, columns, chosen, known, jobs):
            written = with_places(part, columns, placed, chosen, done)
            writer = writer or pq.ParquetWriter(fresh, written.schema)
            writer.write_table(written)
            done += part.num_rows
            total += float(placed[:, -1].sum())
            report(0.5 + 0.5 * done / n, f"row {done:,} of {n:,}")
        if writer is not None:
            writer.close()
    return LargeProjection(target, n, len(chosen), total / n)


def vector_columns(schema: pa.Schema) -> list[str]:
    """Return the columns that hold the vectors."""
    for field in schema:
        kind = field.type
        is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind)
        if is_list or pa.types.is_fixed_size_list(kind):
            inner = kind.value_type
            if pa.types.is_floating(inner) or pa.types.is_integer(inner):
                return [field.name]
    numbers = [field.name for field in schema if pa.types.is_floating(field.type)]
    if not numbers:
        raise ProjectionError(
            f"There are no vectors among the columns {', '.join(schema.names)}. A column of "
            "lists of numbers is needed, or columns of floating-point numbers."
        )
    return numbers


def sampled(n: int, most: int) -> NDArray[np.intp]:
    """Return the rows to fit, ascending; at most `most` of n."""
    if n == 0:
        raise ProjectionError("The file has no rows.")
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(SAMPLE_SEED).choice(n, most, replace=False))


def gather(
    file: pq.ParquetFile, columns: list[str], chosen: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Read the vectors of the chosen rows; the others are not kept in memory."""
    found = []
    start = 0
    for batch in file.iter_batches(PART_ROWS, columns=columns):
        rows = chosen[(chosen >= start) & (chosen < start + batch.num_rows)] - start
        if len(rows):
            found.append(vectors_of(pa.Table.from_batches([batch]), columns)[rows])
        start += batch.num_rows
    if len({one.shape[1] for one in found}) > 1:
        raise ProjectionError("The vectors differ in length. Each needs the same number of values.")
    return np.concatenate(found)


def vectors_of(table: pa.Table, columns: list[str]) -> NDArray[np.float32]:
    """Return a table's vectors, (rows, d) float32; raises ProjectionError for invalid ones."""
    if len(columns) > 1 or pa.types.is_floating(table[columns[0]].type):
        parts = [table[name].to_numpy().astype(np.float32) for name in columns]
        vectors = np.stack(parts, axis=1)
    else:
        column = table[columns[0]].combine_chunks()
        lengths = pc.list_value_length(column)
        dim = lengths[0].as_py() if len(lengths) else 0
        if not pc.all(pc.equal(lengths, dim), skip_nulls=False).as_py():
            raise ProjectionError(
                f"Some vectors in “{columns[0]}” are missing or differ in length. "
                "Each row needs the same number of values."
            )
        flat = column.flatten().to_numpy(zero_copy_only=False).astype(np.float32)
        vectors = flat.reshape(len(column), dim)
    if not np.isfinite(vectors).all():
        bad = int((~np.isfinite(vectors).all(axis=1)).sum())
        raise ProjectionError(
            f"{bad:,} of {len(vectors):,} vectors hold NaN or infinite values. "
            "Remove or repair them."
        )
    return vectors


def placed_parts(
    file: pq.ParquetFile,
    columns: list[str],
    chosen: NDArray[np.intp],
    known: Any,
    jobs: Jobs,
) -> Iterator[tuple[pa.Table, NDArray[np.float32]]]:
    """Yield each part of the file with its coordinates and confidence, in the file's order."""
    waiting: deque[tuple[pa.Table, Any]] = deque()
    work = uuid.uuid4().hex  # of this run alone: its parts join no other run's jobs
    start = dim = 0
    for batch in file.iter_batches(PART_ROWS):
        part = pa.Table.from_batches([batch])
        inside = (chosen >= start) & (chosen < start + part.num_rows)
        own = np.stack([chosen[inside] - start, np.flatnonzero(inside)], axis=1)
        key = f"{work} {start}"
        vectors = vectors_of(part, columns)
        dim = dim or vectors.shape[1]
        if vectors.shape[1] != dim:
            raise ProjectionError(
                f"The vectors from row {start:,} have {vectors.shape[1]:,} values, those before "
                f"them {dim:,}. Each row needs the same number of values."
            )
        job = jobs.submit(key, place_part, vectors, own, known)
        waiting.append((part, job))
        start += part.num_rows
        if len(waiting) >= WAITING_PARTS:
            part, job = waiting.popleft()
            yield part, jobs.take(job)
    while waiting:
        part, job = waiting.popleft()
        yield part, jobs.take(job)


def place_part(
    vectors: NDArray[np.float32],
    own: NDArray[np.intp],
    shared: tuple[NDArray[np.float32], Projection],
    report: Report = no_report,
) -> NDArray[np.float32]:
    """Return coordinates and confidence of one part, (rows, c + 1); runs on a worker.

    `own` is (r, 2): each fitted row of the part, and its row in the sample.
    """
    fitted, picture = shared
    space = bare_space(fitted, "the sample")
    report(0.0, "placing")
    coordinates = np.empty((len(vectors), picture.n_components), np.float32)
    confidence = np.empty(len(vectors), np.float32)
    rows, known = own[:, 0], own[:, 1]
    if len(rows):  # they have their places already
        coordinates[rows] = picture.coordinates[known]
        confidence[rows] = own_confidence(space, picture, known)
    others = np.setdiff1d(np.arange(len(vectors)), rows)
    if len(others):
        placed = place(space, picture, vectors[others], K)
        coordinates[others], confidence[others] = placed.coordinates, placed.neighbor_recall
    report(1.0, "done")
    return np.column_stack([coordinates, confidence])


def own_confidence(
    space: EmbeddingSpace, picture: Projection, rows: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Return the neighbor recall of some fitted points, (r,)."""
    from scipy.spatial import cKDTree

    k = min(K, len(space) - 1)
    if k < 1:
        return np.ones(len(rows), np.float32)
    near = without_itself(nearest_known(space, space.vectors[rows], k + 1)[0], rows)
    drawn = cKDTree(picture.coordinates).query(picture.coordinates[rows], k + 1)[1]
    drawn = without_itself(drawn, rows)
    common = (near[:, :, None] == drawn[:, None, :]).any(axis=2)
    shares: NDArray[np.float32] = common.mean(axis=1, dtype=np.float32)
    return shares


def without_itself(near: NDArray[np.intp], rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Drop each row from its own neighbors, or the last neighbor if the row is not among them."""
    itself = near == rows[:, None]
    itself[~itself.any(axis=1), -1] = True
    others: NDArray[np.intp] = near[~itself].reshape(len(near), -1)
    return others


def with_places(
    part: pa.Table,
    columns: list[str],
    placed: NDArray[np.float32],
    chosen: NDArray[np.intp],
    start: int,
) -> pa.Table:
    """Return a part as the target has it: without vectors, with coordinates."""
    table = part.drop(columns)
    for axis, values in zip(AXES, placed[:, :-1].T, strict=False):
        table = table.append_column(axis, pa.array(values))
    fitted = np.isin(np.arange(start, start + part.num_rows), chosen)
    return table.append_column("confidence", pa.array(placed[:, -1])).append_column(
        "fitted", pa.array(fitted)
    )
