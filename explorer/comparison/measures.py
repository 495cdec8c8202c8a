"""Four measures of how far two spaces of the same items agree, each with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.jobs.progress import Report, no_report

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]

RESAMPLES = 400
SEED = 0
PAIRED = 1000  # items whose distances are correlated: half a million pairs
BLOCK_BYTES = 16 << 20


@dataclass(frozen=True)
class Figure:
    """A measure of two spaces.

    Attributes
    ----------
    value
        What was measured.
    low, high
        Its 95 % bootstrap interval over the items.
    chance
        What it is if the items of one space are shuffled: its mean, and for the residual what one
        shuffling gave.
    """

    value: float
    low: float
    high: float
    chance: float


def interval(value: float, influences: NDArray[Any], seed: int = SEED) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of a measure over its items (Efron 1979).

    The measure is taken as linear in the items' weights (the infinitesimal jackknife's step, Efron
    1982): CKA recomputed on resamples, in which items repeat, would be biased upwards.

    Parameters
    ----------
    value
        The measure.
    influences
        (n,) what each item's weight changes; their mean is 0 up to rounding.
    """
    random = np.random.default_rng(seed)
    n = len(influences)
    centered = influences - influences.mean()
    means = [float(centered[random.integers(n, size=n)].mean()) for _ in range(RESAMPLES)]
    low, high = np.percentile(means, [2.5, 97.5])
    return value + float(low), value + float(high)


def overlap_figure(kept: Floats, k: int) -> Figure:
    """Return the mean share of kept neighbors; by chance k of the n − 1 others are kept by each.

    Parameters
    ----------
    kept
        (n,) 0 to 1; NaN for items that have no neighborhood.
    """
    n = len(kept)
    known = kept[np.isfinite(kept)].astype(np.float64)
    if not len(known):
        return Figure(float("nan"), float("nan"), float("nan"), k / (n - 1))
    value = float(known.mean())
    return Figure(value, *clipped(interval(value, known)), k / (n - 1))


def clipped(ends: tuple[float, float]) -> tuple[float, float]:
    """Return the ends of an interval of a share within 0 and 1."""
    low, high = ends
    return min(max(low, 0.0), 1.0), min(max(high, 0.0), 1.0)


@dataclass(frozen=True, eq=False)
class Linear:
    """What the linear measures give: CKA, and an alignment of the two spaces.

    Attributes
    ----------
    cka
        Linear centered kernel alignment.
    residual
        Of an orthogonal Procrustes alignment, 0 to 1: SciPy's disparity.
    distance
        (n,) float32: how far each item lies from its partner after the alignment, in units of the
        mean distance of an item from its space's center.
    """

    cka: Figure
    residual: Figure
    distance: Floats


def linear_measures(one: Any, other: Any, report: Report = no_report) -> Linear:
    """Return linear CKA (Kornblith et al. 2019) and the Procrustes alignment of two matrices.

    Both come from the same three products, a block of rows at a time. Where the dimensions differ,
    the alignment fills up the smaller space with zeros, which changes no distance in it.

    Parameters
    ----------
    one, other
        (n, d) and (n, e) numbers, row by row the same items; not all rows of one are equal.
    report
        Called with the share done, 0 to 1.
    """
    n = len(one)
    means = [block_mean(matrix) for matrix in (one, other)]
    own, their = np.zeros((one.shape[1],) * 2), np.zeros((other.shape[1],) * 2)
    step = max(256, BLOCK_BYTES // (4 * (one.shape[1] + other.shape[1])))
    # scaled to a mean squared length of 1, so that no product leaves float32's range
    scales = [spread(matrix, mean) for matrix, mean in zip((one, other), means, strict=True)]

    def centered(start: int) -> tuple[Floats, Floats]:
        x, y = (
            ((matrix[start : start + step] - mean) / scale).astype(np.float32)
            for matrix, mean, scale in zip((one, other), means, scales, strict=True)
        )
        return x, y

    starts = range(0, n, step)
    mixed = np.random.default_rng(SEED).permutation(n)
    across, by_chance = np.zeros((2, one.shape[1], other.shape[1]))
    for place, start in enumerate(starts):
        report(0.5 * place / len(starts), "multiplying the two spaces")
        x, y = centered(start)
        own += x.T @ x
        their += y.T @ y
        across += x.T @ y
        stranger = (other[mixed[start : start + step]] - means[1]) / scales[1]
        by_chance += x.T @ stranger.astype(np.float32)
    norms = [float(np.linalg.norm(matrix)) for matrix in (across, own, their)]
    left, lengths, right = np.linalg.svd(across, full_matrices=False)
    turn = (left @ right).astype(np.float32)
    totals = float(np.trace(own)), float(np.trace(their))
    cosine = float(lengths.sum()) / (totals[0] * totals[1]) ** 0.5
    unrelated = float(np.linalg.svd(by_chance, compute_uv=False).sum())
    scale = np.float32(float(lengths.sum()) / totals[1])
    products = [matrix.astype(np.float32) for matrix in (across, own, their)]
    parts = np.empty((6, n))
    distance = np.empty(n, np.float32)
    for place, start in enumerate(starts):
        report(0.5 + 0.5 * place / len(starts), "aligning the two spaces")
        x, y = centered(start)
        some = slice(start, start + len(x))
        turned = y @ turn.T
        parts[0, some] = dots(x @ products[0], y)
        parts[1, some] = dots(x @ products[1], x)
        parts[2, some] = dots(y @ products[2], y)
        parts[3, some], parts[4, some], parts[5, some] = dots(turned, x), dots(x, x), dots(y, y)
        # where the other space has more dimensions, some of its vectors' length has no counterpart
        outside = np.maximum(parts[5, some] - dots(turned, turned), 0) * float(scale) ** 2
        away = x - turned * scale
        distance[some] = np.sqrt(dots(away, away) + outside)
    shares = [part / part.mean() if part.any() else part for part in parts]
    cka = norms[0] ** 2 / (norms[1] * norms[2])
    chance = totals[0] * totals[1] / ((n - 1) * norms[1] * norms[2])
    by_item = cka * (2 * shares[0] - shares[1] - shares[2])
    residual = max(0.0, 1 - cosine**2)
    moved = -(cosine**2) * (2 * shares[3] - shares[4] - shares[5])
    report(1.0, "done")
    return Linear(
        Figure(cka, *clipped(interval(cka, by_item)), chance),
        Figure(
            residual,
            *clipped(interval(residual, moved)),
            max(0.0, 1 - unrelated**2 / (totals[0] * totals[1])),
        ),
        distance,
    )


def dots(one: Floats, other: Floats) -> Numbers:
    """Return the product of each row with its partner, (n,) float64."""
    products: Numbers = np.einsum("ij,ij->i", one, other, dtype=np.float64)
    return products


def block_mean(matrix: Any) -> Numbers:
    """Return the mean row, (d,) float64, without a copy of the matrix."""
    return np.asarray(matrix.mean(axis=0, dtype=np.float64))


def spread(matrix: Any, mean: Numbers) -> float:
    """Return the root mean square distance from the mean; 1 where all rows are equal."""
    step = max(1, BLOCK_BYTES // (8 * matrix.shape[1]))
    total = sum(
        float(np.square(matrix[start : start + step] - mean).sum())
        for start in range(0, len(matrix), step)
    )
    return (total / len(matrix)) ** 0.5 or 1.0


def distance_figure(one: Any, other: Any, seed: int = SEED) -> Figure:
    """Return Spearman's correlation of the cosine distances within two spaces.

    Of more than a thousand items a sample is drawn, and all pairs in it are compared; chance is 0.

    Parameters
    ----------
    one, other
        (n, d) and (n, e) numbers, row by row the same items, without zero vectors.
    """
    n = len(one)
    rows = np.arange(n)
    if n > PAIRED:
        rows = np.sort(np.random.default_rng(seed).choice(n, PAIRED, replace=False))
    if len(rows) < 3:
        return Figure(float("nan"), float("nan"), float("nan"), 0.0)
    first, second = np.triu_indices(len(rows), 1)
    ranked = []
    for matrix in (one, other):
        points = np.asarray(matrix[rows], np.float64)
        points = points / np.linalg.norm(points, axis=1, keepdims=True)
        ranks = standard_ranks((points @ points.T)[first, second])
        if ranks is None:  # all distances are equal
            return Figure(float("nan"), float("nan"), float("nan"), 0.0)
        ranked.append(ranks)
    value = float((ranked[0] * ranked[1]).mean())
    by_pair = ranked[0] * ranked[1] - value / 2 * (ranked[0] ** 2 + ranked[1] ** 2)
    sums = np.bincount(first, by_pair, len(rows)) + np.bincount(second, by_pair, len(rows))
    low, high = interval(value, 2 * sums / (len(rows) - 1), seed)
    return Figure(value, max(low, -1.0), min(high, 1.0), 0.0)


def standard_ranks(values: Numbers) -> Numbers | None:
    """Return ranks with mean 0 and standard deviation 1, ties shared; None where all are equal."""
    from scipy.stats import rankdata

    ranks: Numbers = rankdata(np.round(values, 9))  # equal vectors differ by rounding alone
    ranks -= ranks.mean()
    deviation = float(ranks.std())
    return ranks / deviation if deviation else None
