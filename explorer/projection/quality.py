"""Quality of a projection: what it keeps of the true neighborhoods and distances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ProjectionError
from explorer.jobs.progress import Report, no_report
from explorer.jobs.threads import in_threads
from explorer.neighbors.exact import comparable, dense
from explorer.projection.projection import Projection
from explorer.space import EmbeddingSpace

BLOCK_BYTES = 8 << 20  # one block of distances; each core holds a handful of them
MOST_PAIRS = 400_000_000  # pairs compared: 20,000 points with each other, of more a sample
FEWEST_MEASURED = 1000  # points of that sample: enough for a mean over a space of any size
CORRELATED = 1000  # points whose pairwise distances are correlated
SAMPLE_SEED = 0  # fixed, so that pictures of different seeds are measured on the same points


@dataclass(frozen=True, eq=False)
class Quality:
    """What a picture keeps of the space it draws.

    Attributes
    ----------
    trustworthiness
        1 if all drawn neighbors are true neighbors; 0 at worst (Venna & Kaski 2001).
    continuity
        1 if all true neighbors are drawn as neighbors; 0 at worst (Venna & Kaski 2001).
    kept
        (n,) float32, 0 to 1: the share of each point's k true neighbors that are among its k
        nearest in the picture; NaN for points that were not measured.
    distance_spearman
        Spearman's rank correlation of true and drawn distances, -1 to 1; NaN where either are
        all equal.
    k, metric
        How many neighbors were compared, and the distance that defines the true ones.
    measured
        How many points were compared with all others: all, or a sample of a large space.
    correlated
        How many points the distances of `distance_spearman` lie between.
    """

    trustworthiness: float
    continuity: float
    kept: NDArray[np.float32]
    distance_spearman: float
    k: int
    metric: str
    measured: int
    correlated: int

    @property
    def neighbors_kept(self) -> float:
        """Of each point's k true neighbors, how many are among its k nearest drawn, on average."""
        return float(np.nanmean(self.kept)) * self.k


def projection_quality(
    space: EmbeddingSpace,
    projection: Projection,
    k: int = 15,
    metric: str = "cosine",
    *,
    report: Report = no_report,
) -> Quality:
    """Measure what a picture keeps of its space's neighborhoods and distances.

    Trustworthiness and continuity are those of Venna & Kaski (2001). The n x n distances are
    computed in blocks. Above 20,000 points, a sample of `measured` points is compared with all
    others. Tied distances share the lowest rank.

    Parameters
    ----------
    space
        n points.
    projection
        Their picture.
    k
        Neighbors to compare; fewer in a small space, where k must stay below n / 2.
    metric
        Distance that defines the true neighbors: 'cosine' or 'euclidean'. Distances in the
        picture are always euclidean, as the eye sees them.
    report
        Called with the share done; may raise to stop.

    Returns
    -------
    Quality
        With `kept`, (n,) float32; the other measures are single numbers.

    Raises
    ------
    ProjectionError
        The picture shows another number of points, the space has fewer than three, or k is
        less than 1.
    QueryError
        The metric is another one.

    Examples
    --------
    >>> from explorer.projection import project
    >>> space = EmbeddingSpace(list("abcdef"), [[x, x * x] for x in range(6)])
    >>> quality = projection_quality(space, project(space, "pca"), k=2, metric="euclidean")
    >>> quality.trustworthiness, quality.continuity, quality.kept.tolist()
    (1.0, 1.0, [1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    """
    n = len(space)
    if len(projection) != n:
        raise ProjectionError(
            f"The picture shows {len(projection):,} points and {space.name} has {n:,}. "
            "Measure a picture against the space it was made from."
        )
    if n < 3:
        raise ProjectionError(
            f"{space.name} has {n} point{'s' * (n > 1)}: among fewer than three, "
            "there is no neighborhood to keep or to lose."
        )
    if k < 1:
        raise ProjectionError(f"k is {k}: compare at least one neighbor.")
    k = min(k, (n - 1) // 2)
    points, squares, _ = comparable(space, metric)
    drawn = np.ascontiguousarray(projection.coordinates.T)
    rows = sample(n, max(FEWEST_MEASURED, MOST_PAIRS // n))
    kept = np.full(n, np.nan, np.float32)
    intruders = np.zeros(len(rows), np.int64)  # for each point, by how many ranks in total
    missing = np.zeros(len(rows), np.int64)
    step = max(1, BLOCK_BYTES // (4 * n))

    def measure(start: int) -> None:
        some = slice(start, start + step)
        block = rows[some]
        truth = -dense(points[block] @ points.T)
        if metric == "euclidean":
            truth *= 2
            truth += squares  # |x − y|² − |x|², which orders a row's neighbors
        picture = np.zeros((len(block), n), np.float32)
        for axis in drawn:
            picture += (axis[block, None] - axis) ** 2
        for distances in (truth, picture):  # a point is not its own neighbor
            distances[np.arange(len(block)), block] = np.inf
        true_order, drawn_order = np.sort(truth, axis=1), np.sort(picture, axis=1)
        near = nearest(truth, true_order, k)
        near_here = nearest(picture, drawn_order, k)
        rank_here = ranks(picture, drawn_order, near)
        true_rank = ranks(truth, true_order, near_here)
        kept[block] = (rank_here <= k).mean(axis=1)
        missing[some] = np.maximum(rank_here - k, 0).sum(axis=1)
        intruders[some] = np.maximum(true_rank - k, 0).sum(axis=1)

    starts = range(0, len(rows), step)
    report(0.0, "measuring the picture")
    for done, _ in enumerate(in_threads(measure, starts), 1):
        report(done / len(starts), "measuring the picture")
    worst = len(rows) * k * (2 * n - 3 * k - 1) / 2
    correlation, correlated = distance_spearman(points, squares, metric, projection.coordinates)
    report(1.0, "done")
    return Quality(
        trustworthiness=1 - float(intruders.sum()) / worst,
        continuity=1 - float(missing.sum()) / worst,
        kept=kept,
        distance_spearman=correlation,
        k=k,
        metric=metric,
        measured=len(rows),
        correlated=correlated,
    )


def sample(n: int, most: int) -> NDArray[np.intp]:
    """Return all n rows, or a sample of `most` of them, in row order."""
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(SAMPLE_SEED).choice(n, most, replace=False))


def nearest(
    distances: NDArray[np.float32], ordered: NDArray[np.float32], k: int
) -> NDArray[np.intp]:
    """Return the columns of each row's k smallest distances, (m, k); ties in column order."""
    mask = distances <= ordered[:, k - 1 : k]
    tied = np.flatnonzero(mask.sum(axis=1) > k)
    for row in tied:
        candidates = np.flatnonzero(mask[row])
        chosen = candidates[np.argsort(distances[row, candidates], kind="stable")[:k]]
        mask[row] = False
        mask[row, chosen] = True
    return np.nonzero(mask)[1].reshape(len(distances), k)


def ranks(
    distances: NDArray[np.float32], ordered: NDArray[np.float32], columns: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return the rank by distance of each row's given columns, 1 for the nearest, (m, k)."""
    wanted = np.take_along_axis(distances, columns, axis=1)
    places = [np.searchsorted(line, some) for line, some in zip(ordered, wanted, strict=True)]
    return np.array(places, np.intp) + 1


def distance_spearman(
    points: Any,
    squares: NDArray[np.float32],
    metric: str,
    coordinates: NDArray[np.float32],
) -> tuple[float, int]:
    """Return Spearman's correlation of a sample's true and drawn distances, and its size."""
    from scipy.spatial.distance import pdist
    from scipy.stats import rankdata

    rows = sample(points.shape[0], CORRELATED)
    chosen = points[rows].astype(np.float64)
    products: NDArray[np.float64] = np.asarray(dense(chosen @ chosen.T), np.float64)
    if metric == "euclidean":
        own = squares[rows].astype(np.float64)
        products = products - (own[:, None] + own) / 2
    upper = np.triu_indices(len(rows), 1)
    true_ranks = rankdata(-products[upper])
    drawn_ranks = rankdata(pdist(coordinates[rows].astype(np.float64)))
    if np.ptp(true_ranks) == 0 or np.ptp(drawn_ranks) == 0:
        return float("nan"), len(rows)
    return float(np.corrcoef(true_ranks, drawn_ranks)[0, 1]), len(rows)


def ranks_in_picture(
    coordinates: NDArray[np.float32], row: int, others: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return the ranks of some points by their distance to a row in the picture.

    Parameters
    ----------
    coordinates
        (n, 2) or (n, 3) float32.
    row
        The point to measure from.
    others
        (k,) rows to rank.

    Returns
    -------
    places
        (k,) intp; 1 is the nearest of all other points.
    """
    squares = ((coordinates - coordinates[row]) ** 2).sum(axis=1)
    squares[row] = np.inf
    ordered = np.sort(squares)
    places: NDArray[np.intp] = np.searchsorted(ordered, squares[others], side="left") + 1
    return places
