"""The curse of dimensionality: distances, hubs and intrinsic dimension, of noise and of a space."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer import cache
from explorer.jobs.files import ArrayFile, loaded
from explorer.jobs.pool import Job, Jobs
from explorer.jobs.progress import Report, no_report
from explorer.jobs.threads import cores
from explorer.neighbors.batch import nearest_rows
from explorer.neighbors.indexes.data import unit_rows
from explorer.neighbors.indexes.job import refuse_here
from explorer.neighbors.indexes.known import build_hnsw, search_threads
from explorer.neighbors.indexes.measure import recall
from explorer.neighbors.indexes.settings import Settings
from explorer.space import EmbeddingSpace

CURSES = cache.Kind("dimensionality", 2)
Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]

DIMENSIONS = (2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
POINTS = 2_000  # random ones of each dimension
ASKED = 100
COMPARED = 300  # vectors of a space, each with all others
MOST = 5_000  # of a space, drawn at random: the same number of noise vectors is beside them
K = 10
WIDTH = 32  # ef, with which HNSW searches both
DISCARDED = 0.1  # share of the largest ratios that TwoNN leaves out, as in its paper
BINS = 60


@dataclass(frozen=True, eq=False)
class Curse:
    """What was measured.

    Attributes
    ----------
    nearest, farthest
        (dimensions,) distance of the nearest and of the farthest of 2,000 random points,
        divided by the mean distance; means over 100 queries.
    hubs
        (dimensions,) how often the most popular point is among the ten nearest of others.
    all_pairs, nearest_space, nearest_noise, edges
        (60,) shares and (61,) edges: of the distances between vectors of the space, and of the
        distances to the nearest, there and in noise of its dimension; divided by the mean.
    contrast_space, contrast_noise
        Nearest distance divided by the mean distance.
    hub_space, hub_noise
        The most popular point's count, as above.
    intrinsic_space, intrinsic_noise
        Dimensions by TwoNN.
    recall_space, recall_noise
        Of HNSW with the same settings.
    n, dim
        How many vectors of the space were looked at, and its dimensions.
    """

    nearest: Numbers
    farthest: Numbers
    hubs: Numbers
    all_pairs: Numbers
    nearest_space: Numbers
    nearest_noise: Numbers
    edges: Numbers
    contrast_space: float
    contrast_noise: float
    hub_space: float
    hub_noise: float
    intrinsic_space: float
    intrinsic_noise: float
    recall_space: float
    recall_noise: float
    n: int
    dim: int


def intrinsic_dimension(points: Floats) -> float:
    """Return the intrinsic dimension by TwoNN (Facco, d'Errico, Rodriguez & Laio 2017).

    The ratio μ of the distances to the second and the first neighbor follows 1 − μ^−d on a
    manifold of d dimensions. d is the slope of −log(1 − F(μ)) over log μ through the origin, the
    largest tenth of the ratios left out.

    Parameters
    ----------
    points
        (n, d) float32. Duplicates of a point are left out, since they have no ratio.
    """
    points = np.unique(points, axis=0)
    centered = (points - points.mean(axis=0)).astype(np.float64)
    squares = np.einsum("ij,ij->i", centered, centered)
    ratios = []
    for start in range(0, len(points), 1000):
        block = centered[start : start + 1000]
        away = squares[start : start + 1000, None] + squares - 2 * block @ centered.T
        away[np.arange(len(block)), start + np.arange(len(block))] = np.inf
        two = np.sqrt(np.maximum(np.partition(away, 1, axis=1)[:, :2], 0))
        two.sort(axis=1)
        ratios.append(two[two[:, 0] > 0, 1] / two[two[:, 0] > 0, 0])
    ratio = np.sort(np.concatenate(ratios))
    kept = int(len(ratio) * (1 - DISCARDED))
    x = np.log(ratio[:kept])
    y = -np.log(1 - np.arange(1, kept + 1) / len(ratio))
    return float(x @ y / (x @ x))


def popularity(points: Floats, k: int = K) -> NDArray[np.intp]:
    """Return how often each point is among the k nearest of another (its k-occurrence).

    Distances are euclidean. Hubs are points where this is large (Radovanović, Nanopoulos &
    Ivanović 2010).
    """
    # |x − y|² is least where x·y − |y|²/2 is largest: one more number in each vector
    half = np.einsum("ij,ij->i", points, points)[:, None] / -2
    asking = np.hstack([points, np.ones_like(half)])
    near = nearest_rows(np.hstack([points, half]), asking, min(k + 1, len(points)))[0]
    own = near == np.arange(len(points))[:, None]
    own[~own.any(axis=1), -1] = True  # among duplicates a point may not be its own nearest
    return np.bincount(near[~own], minlength=len(points))


def distances_from(points: Floats, asked: int = ASKED) -> Numbers:
    """Return the euclidean distances of the first vectors to all others, (asked, n − 1)."""
    asked = min(asked, len(points) - 1)
    rows = []
    for row in range(asked):
        away = np.linalg.norm(points - points[row], axis=1).astype(np.float64)
        rows.append(np.delete(away, row))
    return np.array(rows)


def noise(n: int, dim: int, seed: int = 42) -> Floats:
    """Return (n, dim) unit vectors, with every direction equally likely."""
    made = np.random.default_rng(seed).standard_normal((n, dim), dtype=np.float32)
    units: Floats = made / np.linalg.norm(made, axis=1, keepdims=True)
    return units


def curse_key(digest: str) -> str:
    """Return the key under which a space's figures are kept."""
    return cache.content_key(kind="curse", space=digest)


def start(jobs: Jobs, space: EmbeddingSpace) -> Job:
    """Measure on a worker."""
    refuse_here(jobs)
    key = curse_key(space.digest)
    return jobs.submit(
        key,
        curse_file,
        ArrayFile.of(space),
        when_done=partial(keep, key),
        load=partial(kept_curse, key),
    )


def keep(key: str, curse: Curse) -> None:
    """Keep the figures."""
    parts = vars(curse)
    arrays = {name: one for name, one in parts.items() if isinstance(one, np.ndarray)}
    cache.save_arrays(CURSES, key, arrays, {n: one for n, one in parts.items() if n not in arrays})


def kept_curse(key: str) -> Curse | None:
    """Return the figures that were kept, or None."""
    kept = cache.load_arrays(CURSES, key)
    if kept is None:
        return None
    try:
        parts: dict[str, Any] = {**kept[0], **kept[1]}
        return Curse(**parts)
    except TypeError:
        cache.discard(CURSES, key)
        return None


def curse_file(vectors: Any, report: Report = no_report) -> Curse:
    """Measure noise of many dimensions, the space, and noise of its dimension; on a worker."""
    given = loaded(vectors)
    units = unit_rows(np.asarray(given) if isinstance(given, np.ndarray) else given)[0]
    if len(units) > MOST:
        units = units[np.sort(np.random.default_rng(42).permutation(len(units))[:MOST])]
    random = np.random.default_rng(42)
    nearest, farthest, hubs = [], [], []
    with search_threads(1):
        for step, dim in enumerate(DIMENSIONS):
            report(0.4 * step / len(DIMENSIONS), f"random points of {dim:,} dimensions")
            points = random.random((POINTS, dim), dtype=np.float32)
            away = distances_from(points)
            mean = away.mean(axis=1)
            nearest.append(float((away.min(axis=1) / mean).mean()))
            farthest.append(float((away.max(axis=1) / mean).mean()))
            hubs.append(float(popularity(points).max()))
        beside = noise(len(units), units.shape[1])
        report(0.4, "comparing this space with noise")
        near, far = distances_from(units, COMPARED), distances_from(beside, COMPARED)
        edges = np.linspace(0, 2, BINS + 1)
        shown = [
            np.histogram(one / mean, edges)[0] / one.size
            for one, mean in (
                (near, near.mean()),
                (near.min(axis=1), near.mean()),
                (far.min(axis=1), far.mean()),
            )
        ]
        popular = [float(popularity(one).max()) for one in (units, beside)]
        report(0.6, "measuring the intrinsic dimension")
        intrinsic = [intrinsic_dimension(one) for one in (units, beside)]
        report(0.8, "searching both with one index")
        recalls = [recall_of_hnsw(one) for one in (units, beside)]
    contrast = [float((one.min(axis=1) / one.mean(axis=1)).mean()) for one in (near, far)]
    return Curse(
        nearest=np.array(nearest),
        farthest=np.array(farthest),
        hubs=np.array(hubs),
        all_pairs=shown[0],
        nearest_space=shown[1],
        nearest_noise=shown[2],
        edges=edges,
        contrast_space=contrast[0],
        contrast_noise=contrast[1],
        hub_space=popular[0],
        hub_noise=popular[1],
        intrinsic_space=intrinsic[0],
        intrinsic_noise=intrinsic[1],
        recall_space=recalls[0],
        recall_noise=recalls[1],
        n=len(units),
        dim=units.shape[1],
    )


def recall_of_hnsw(points: Floats) -> float:
    """Return HNSW's recall@10 with ef 32, the last tenth of the vectors asking."""
    order = np.random.default_rng(1).permutation(len(points))
    asking = max(2, len(points) // 10)
    queries, stored = points[order[:asking]], points[order[asking:]]
    k = min(K, len(stored))
    with search_threads(cores()):
        index = build_hnsw(stored, Settings(), 0, no_report)
    with search_threads(1):
        similarities = nearest_rows(stored, queries, k)[1]
        return recall(stored, queries, index.search(queries, k, WIDTH), similarities)
