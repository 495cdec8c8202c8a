"""Drift: does a current set come from where a reference set came from? The items differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from explorer.comparison.measures import interval
from explorer.errors import QueryError
from explorer.jobs.progress import Report, no_report
from explorer.neighbors.exact import comparable
from explorer.projection.clusters import find_clusters
from explorer.space import EmbeddingSpace

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]

FEWEST = 20  # items of each set
MOST = 2000  # items of each set that the classifier and the clusters see
KERNEL = 500  # items of each set that the MMD compares: a million pairs
PERMUTATIONS = 999
CLUSTERS, PER_CLUSTER = 12, 25  # clusters at most, and items of both sets to each at least
FOLDS = 5
SEED = 0
P = 0.01  # below this, a difference is told as drift
EXAMPLES = 5


@dataclass(frozen=True, eq=False)
class Region:
    """A cluster over both sets.

    Attributes
    ----------
    name
        Its most characteristic words.
    reference, current
        How many items of each set it holds.
    excess
        Its share of the current set less its share of the reference set, −1 to 1.
    share_p
        How likely so large a difference of shares is if nothing drifted (Fisher's exact test),
        corrected for all tests of all clusters (Holm 1979).
    shift
        How far the current items' mean lies from the reference items', in units of the items'
        root mean square distance from their cluster's mean; NaN where one set is not there.
    shift_p
        The same for the shift, by permutation; NaN where one set has fewer than five items.
    examples
        Rows of the current set, the farthest from the reference items' mean first.
    """

    name: str
    reference: int
    current: int
    excess: float
    share_p: float
    shift: float
    shift_p: float
    examples: tuple[int, ...]

    @property
    def is_new(self) -> bool:
        """Whether hardly any reference item is in it: fewer than one in twenty."""
        return self.share_p < P and self.reference * 20 < self.current

    @property
    def has_drifted(self) -> bool:
        """Whether its share or its place differs by more than chance."""
        return self.share_p < P or self.shift_p < P


@dataclass(frozen=True, eq=False)
class Drift:
    """How a current set differs from a reference set.

    Attributes
    ----------
    auc
        Of a logistic regression that tells the sets apart, on items it was not fitted on: 0.5 if
        it can only guess, 1 if it is never wrong.
    auc_low, auc_high
        Its 95 % bootstrap interval.
    mmd, p
        The squared maximum mean discrepancy (Gretton et al. 2012), and its p by permutation.
    regions
        Clusters over both, those that hold more of the current set first.
    compared
        How many items of each set were looked at.
    """

    auc: float
    auc_low: float
    auc_high: float
    mmd: float
    p: float
    regions: tuple[Region, ...]
    compared: tuple[int, int]

    @property
    def has_drifted(self) -> bool:
        """Whether the sets as a whole, or any cluster, differ by more than chance."""
        return self.p < P or any(region.has_drifted for region in self.regions)

    @property
    def drifted(self) -> list[Region]:
        """The clusters that differ by more than chance, the largest differences first."""
        found = [region for region in self.regions if region.has_drifted]
        return sorted(found, key=lambda one: (not one.is_new, -abs(one.excess), one.shift_p))


def drift(
    reference: EmbeddingSpace,
    current: EmbeddingSpace,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = SEED,
    report: Report = no_report,
) -> Drift:
    """Compare two sets of items by one model: last month's texts and this month's.

    Vectors are compared by direction. Of large sets a sample is compared, drawn with the seed.

    Parameters
    ----------
    reference, current
        20 items and more of each, of equal dimensions.
    permutations
        How often the sets are shuffled for p, which is at least 1 / (permutations + 1).
    report
        Called with the share done and the step; may raise to stop.

    Raises
    ------
    QueryError
        The dimensions differ, or a set has fewer than 20 items with a direction.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> one, other = (
    ...     EmbeddingSpace([f"{name}{row}" for row in range(60)], random.normal(size=(60, 4)))
    ...     for name in "ab"
    ... )
    >>> drift(one, other, permutations=99).has_drifted
    False
    """
    return measure_drift(draw_both(reference, current, seed), permutations, seed, report)


@dataclass(frozen=True, eq=False)
class Both:
    """The chosen items of two sets, the reference first.

    Attributes
    ----------
    vectors, labels
        (m + n, d) float32 of length 1, and their labels.
    reference, current
        (m,) and (n,) intp, their rows in the two sets.
    """

    vectors: Floats
    labels: tuple[str, ...]
    reference: Rows
    current: Rows


def draw_both(reference: EmbeddingSpace, current: EmbeddingSpace, seed: int = SEED) -> Both:
    """Choose the items to compare; raises QueryError as `drift` does."""
    if reference.dim != current.dim:
        raise QueryError(
            f"{reference.name} has {reference.dim:,} dimensions and {current.name} "
            f"{current.dim:,}. "
            "Drift compares vectors of one model: encode both sets with the same one."
        )
    random = np.random.default_rng(seed)
    rows = [drawn(one, random) for one in (reference, current)]
    parts = [
        one.take(chosen, name=one.name, step="drawn")
        for one, chosen in zip((reference, current), rows, strict=True)
    ]
    points = np.concatenate([unit_vectors(one) for one in parts])
    return Both(points, (*parts[0].labels, *parts[1].labels), rows[0], rows[1])


def measure_drift(
    both: Both, permutations: int = PERMUTATIONS, seed: int = SEED, report: Report = no_report
) -> Drift:
    """Return how the chosen items of two sets differ."""
    sizes = len(both.reference), len(both.current)
    is_current = np.repeat([False, True], sizes)
    report(0.05, "training a classifier to tell the sets apart")
    scores = held_out_scores(both.vectors, is_current, seed)
    auc, (low, high) = auc_and_interval(scores, is_current, seed)
    report(0.4, "comparing the two sets as a whole")
    random = np.random.default_rng(seed)
    few = [random.permutation(size)[:KERNEL] for size in sizes]
    mmd, p = mmd_test(both.vectors[few[0]], both.vectors[sizes[0] + few[1]], permutations, seed)
    report(0.6, "looking for clusters over both sets")
    size = max(2, min(CLUSTERS, sum(sizes) // PER_CLUSTER))
    clusters = find_clusters(EmbeddingSpace(both.labels, both.vectors), size=size)
    report(0.8, "comparing the sets within each cluster")
    regions = [
        region(both, clusters.codes == code, permutations, seed)
        for code in range(len(clusters.names))
    ]
    report(1.0, "done")
    return Drift(auc, low, high, mmd, p, ranked(regions, clusters.names), sizes)


def unit_vectors(space: EmbeddingSpace) -> Floats:
    """Return (n, d) float32 of length 1, dense."""
    points, _, _ = comparable(space, "cosine")
    return np.asarray(points.toarray() if space.is_sparse else points, np.float32)


def drawn(space: EmbeddingSpace, random: np.random.Generator) -> Rows:
    """Return the rows to compare: those with a direction, or a sample of them, ascending."""
    rows = np.flatnonzero(space.norms > 0)
    if len(rows) < FEWEST:
        raise QueryError(
            f"{space.name} has {len(rows):,} vectors other than zero. To tell drift from chance, "
            f"give {FEWEST} or more of each set."
        )
    return np.sort(random.choice(rows, min(MOST, len(rows)), replace=False)).astype(np.intp)


def held_out_scores(
    points: Floats, is_current: NDArray[np.bool_], seed: int
) -> NDArray[np.float64]:
    """Return each item's score by a logistic regression fitted on the other four fifths, (n,)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300, C=0.1))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    scores: NDArray[np.float64] = cross_val_predict(
        model, points, is_current, cv=folds, method="decision_function"
    )
    return scores


def auc_and_interval(
    scores: NDArray[np.float64], is_current: NDArray[np.bool_], seed: int
) -> tuple[float, tuple[float, float]]:
    """Return the area under the ROC curve and its 95 % bootstrap interval over the items."""
    from scipy.stats import rankdata

    m, n = int(is_current.sum()), int((~is_current).sum())
    everywhere, among = rankdata(scores), np.empty(len(scores))
    for chosen in (is_current, ~is_current):
        among[chosen] = rankdata(scores[chosen])
    # of the other set's items, the share that an item stands on the right side of
    right = (everywhere - among) / np.where(is_current, n, m)
    right[~is_current] = 1 - right[~is_current]
    auc = float(right[is_current].mean())
    weight = np.where(is_current, len(scores) / m, len(scores) / n)
    low, high = interval(auc, (right - auc) * weight, seed)
    return auc, (max(low, 0.0), min(high, 1.0))


def mmd_test(one: Floats, other: Floats, permutations: int, seed: int) -> tuple[float, float]:
    """Return the unbiased squared MMD of two sets and its p by permutation (Gretton et al. 2012).

    The kernel is Gaussian; its width is the median distance of all pairs.

    Parameters
    ----------
    one, other
        (m, d) and (n, d) float32.
    permutations
        How often all items are dealt into two sets anew.
    """
    m, n = len(one), len(other)
    points = np.concatenate([one, other]).astype(np.float64)
    squares = (points**2).sum(axis=1)
    apart = np.maximum(squares[:, None] + squares - 2 * points @ points.T, 0)
    middle = float(np.median(apart[np.triu_indices(m + n, 1)])) or 1.0
    kernel = np.exp(-apart / middle)
    np.fill_diagonal(kernel, 0)
    total = float(kernel.sum())
    random = np.random.default_rng(seed)
    first = np.zeros((m + n, permutations + 1))
    first[:m, 0] = 1
    for column in range(1, permutations + 1):
        first[random.permutation(m + n)[:m], column] = 1
    reached = kernel @ first
    within = (reached * first).sum(axis=0)
    across = reached.sum(axis=0) - within
    rest = total - within - 2 * across
    values = within / (m * (m - 1)) + rest / (n * (n - 1)) - 2 * across / (m * n)
    # a hair of slack: equal deals differ by rounding
    p = float((values >= values[0] - 1e-12).mean())
    return float(values[0]), p


def region(both: Both, members: NDArray[np.bool_], permutations: int, seed: int) -> Region:
    """Compare the sets' shares of a cluster, and their places within it; p not yet corrected."""
    from scipy.stats import fisher_exact

    points, totals = both.vectors, (len(both.current), len(both.reference))
    is_current = np.arange(len(points)) >= totals[1]
    inside = members & is_current, members & ~is_current
    current, reference = (int(one.sum()) for one in inside)
    table = [[current, totals[0] - current], [reference, totals[1] - reference]]
    shift, p = float("nan"), float("nan")
    order = np.flatnonzero(inside[0])
    center = points[inside[1]].mean(axis=0) if reference else points[members].mean(axis=0)
    if min(current, reference) >= FOLDS:
        shift, p = shift_test(points[inside[1]], points[inside[0]], permutations, seed)
    if len(order):
        away = ((points[order] - center) ** 2).sum(axis=1)
        # of a cluster that is new, the middle says more than the edge
        order = order[np.argsort(-away if reference else away, kind="stable")[:EXAMPLES]]
    return Region(
        "",
        reference,
        current,
        current / totals[0] - reference / totals[1],
        float(fisher_exact(table).pvalue),
        shift,
        p,
        tuple(both.current[order - totals[1]].tolist()),
    )


def shift_test(
    reference: Floats, current: Floats, permutations: int, seed: int
) -> tuple[float, float]:
    """Return how far two means lie apart, in units of the items' spread, and p by permutation."""
    m, n = len(reference), len(current)
    points = np.concatenate([reference, current]).astype(np.float64)
    points -= points.mean(axis=0)
    random = np.random.default_rng(seed)
    weights = np.full((permutations + 1, m + n), -1 / m)
    weights[0, m:] = 1 / n
    for line in weights[1:]:
        line[random.permutation(m + n)[:n]] = 1 / n
    apart = np.linalg.norm(weights @ points, axis=1)
    size = float(np.sqrt((points**2).sum(axis=1).mean())) or 1.0
    return float(apart[0]) / size, float((apart >= apart[0] - 1e-12).mean())


def ranked(regions: Sequence[Region], names: Sequence[str]) -> tuple[Region, ...]:
    """Return the clusters named, with p corrected for all tests, the largest excess first."""
    values = np.array([[one.share_p, one.shift_p] for one in regions])
    corrected = holm(values.ravel()).reshape(values.shape)
    found = [
        replace(one, name=name, share_p=float(share_p), shift_p=float(shift_p))
        for one, name, (share_p, shift_p) in zip(regions, names, corrected, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: -one.excess))


def holm(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return p values corrected for their number (Holm 1979); NaN stays and does not count.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    raised = p[order] * (len(order) - np.arange(len(order)))
    corrected = np.full(len(p), np.nan)
    corrected[order] = np.minimum(np.maximum.accumulate(raised), 1)
    return corrected
