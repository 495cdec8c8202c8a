"""What the lesson measures: dimensions, lengths, time, and ratings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.beyond.tastes import stars
from explorer.beyond.tastes.models import (
    EASE_MOST_ITEMS,
    MAKERS,
    RECOMMENDERS,
    by_vectors,
    chosen,
    popularity,
)
from explorer.beyond.tastes.ranking import Ranking, Scorer, rank
from explorer.beyond.tastes.tastes import (
    SHARES,
    TEST,
    TRAIN,
    VALID,
    Tastes,
    divided,
    sample_of_users,
)
from explorer.beyond.tastes.training import Recipe, one_blas_thread, vectors
from explorer.jobs.progress import Report, no_report

DIMENSIONS = (1, 2, 4, 8, 16)
MOST_PAIRS = 500_000  # of more, the lesson is measured on users drawn at random
FEWEST_RATED = 100  # ratings held out, below which their error says little
FEWEST_JUDGED = 20  # users after a split by time

Rows = list[dict[str, Any]]


def judged(tastes: Tastes, score: Scorer) -> Ranking:
    """Rank the pairs that are held out to judge by."""
    return rank(tastes.matrix(TRAIN, VALID), tastes.matrix(TEST), score)


def rivals(tastes: Tastes, report: Report = no_report) -> Rows:
    """Return a row for each recommender besides ALS: its setting, nDCG@10 and recall@10."""
    rows = []
    valid = tastes.matrix(VALID)
    with one_blas_thread():
        for number, name in enumerate(MAKERS):
            if name == "ease" and len(tastes.items) > EASE_MOST_ITEMS:
                continue
            score, setting = chosen(name, tastes.train, valid, part_of(report, number, len(MAKERS)))
            found = judged(tastes, score)
            rows.append(
                {
                    "model": RECOMMENDERS[name].title,
                    "setting": setting,
                    "nDCG@10": found.mean_ndcg,
                    "recall@10": found.mean_recall,
                }
            )
    return rows


def part_of(report: Report, number: int, of: int) -> Report:
    """Return a report for one of several parts of the work."""
    return lambda share, step: report((number + share) / of, step)


def lesson(tastes: Tastes, recipe: Recipe, report: Report = no_report) -> dict[str, Any]:
    """Measure the whole lesson; what the table does not allow is None.

    Returns
    -------
    dict
        "pairs": on how many pairs it was measured, "of" how many; "dimensions", "lengths", "time"
        and "stars" as the functions below return them. All of it can be JSON.
    """
    whole = len(tastes.pairs)
    tastes = sample_of_users(tastes, MOST_PAIRS)
    measures: Mapping[str, Callable[[Tastes, Recipe, Report], Any]] = {
        "dimensions": dimensions,
        "lengths": lengths,
        "time": time,
        "stars": ratings,
    }
    found: dict[str, Any] = {"pairs": len(tastes.pairs), "of": whole}
    with one_blas_thread():
        for number, (name, measure) in enumerate(measures.items()):
            found[name] = measure(tastes, recipe, part_of(report, number, len(measures)))
    return found


def dimensions(tastes: Tastes, recipe: Recipe, report: Report = no_report) -> dict[str, Any]:
    """Return nDCG@10 with 1 to 16 dimensions, and what the only one of one dimension is.

    "popularity": the rank correlation (Spearman) of an item's only number, without its sign, with
    how many users took it.
    """
    from scipy.stats import spearmanr

    counts = np.asarray(tastes.train.sum(axis=0)).ravel()
    usual = judged(tastes, popularity(tastes.train))
    rows, first = [], float("nan")
    for number, dim in enumerate(DIMENSIONS):
        inner = part_of(report, number, len(DIMENSIONS))
        users, items = vectors(tastes, replace(recipe, dim=dim), inner)
        found = judged(tastes, by_vectors(users, items))
        rows.append({"dimensions": dim, "nDCG@10": found.mean_ndcg, "recall@10": found.mean_recall})
        if dim == 1:
            first = float(spearmanr(np.abs(items[:, 0]), counts).statistic)
    return {
        "rows": rows,
        "popularity": first,
        "popular": usual.mean_ndcg,
        "chance": usual.chance_ndcg,
    }


def lengths(tastes: Tastes, recipe: Recipe, report: Report = no_report) -> dict[str, Any]:
    """Return how long items' vectors are beside how many users took them, and what cosine costs."""
    users, items = vectors(tastes, recipe, report)
    counts = np.asarray(tastes.train.sum(axis=0)).ravel()
    norms = np.linalg.norm(items, axis=1)
    by_dot = judged(tastes, by_vectors(users, items))
    directions = np.divide(
        items, norms[:, None], out=np.zeros_like(items), where=norms[:, None] > 0
    )
    by_cosine = judged(tastes, by_vectors(users, directions))
    # how common is what each would recommend first?
    known = tastes.matrix(TRAIN, VALID)
    return {
        "items": list(tastes.items),
        "counts": counts.astype(int).tolist(),
        "lengths": np.round(norms.astype(float), 4).tolist(),
        "correlation": correlation(counts, norms),
        "with the logarithm": correlation(np.log1p(counts), norms),
        "dot": by_dot.mean_ndcg,
        "cosine": by_cosine.mean_ndcg,
        "popular": judged(tastes, popularity(tastes.train)).mean_ndcg,
        "chance": by_dot.chance_ndcg,
        "dot offers": usual_count(known, by_vectors(users, items), counts),
        "cosine offers": usual_count(known, by_vectors(users, directions), counts),
    }


def correlation(left: NDArray[Any], right: NDArray[Any]) -> float:
    """Return Pearson's correlation, NaN where one of both does not vary."""
    if not np.ptp(left) or not np.ptp(right):
        return float("nan")
    return float(np.corrcoef(left, right)[0, 1])


def usual_count(known: Any, score: Scorer, counts: NDArray[Any], most: int = 500) -> float:
    """Return the median number of users who took what is offered first, over some users."""
    users = np.arange(min(known.shape[0], most))
    scores = np.array(score(users), np.float64)
    for row in users:
        scores[row, known.indices[known.indptr[row] : known.indptr[row + 1]]] = -np.inf
    return float(np.median(counts[scores.argmax(axis=1)]))


def time(tastes: Tastes, recipe: Recipe, report: Report = no_report) -> dict[str, Any] | None:
    """Return nDCG@10 where chance divides a user's pairs, and where time does; None without times.

    Held out is each user's last quarter; or all that came after one moment, the same for everybody,
    as it is for whoever has to recommend today.
    """
    if tastes.times is None or not np.isfinite(tastes.times).all():
        return None
    by_user = replace(tastes, parts=divided(tastes.pairs[:, 0], tastes.times))
    splits = {
        "by chance": tastes,
        "each user's last": by_user,
        "all after one moment": after(tastes),
    }
    rows = []
    for number, (name, split) in enumerate(splits.items()):
        users, items = vectors(split, recipe, part_of(report, number, len(splits)))
        found = judged(split, by_vectors(users, items))
        if len(found.ndcg) < FEWEST_JUDGED:
            continue
        usual = judged(split, popularity(split.train))
        rows.append(
            {
                "held out": name,
                "users judged": len(found.ndcg),
                "ALS": found.mean_ndcg,
                "popularity": usual.mean_ndcg,
                "chance": found.chance_ndcg,
            }
        )
    return {"rows": rows}


def after(tastes: Tastes) -> Tastes:
    """Return tastes divided by moments; users of whom nothing came before are not judged."""
    assert tastes.times is not None
    ends = np.quantile(tastes.times, np.cumsum(SHARES)[:-1])
    parts = np.digitize(tastes.times, ends).astype(np.uint8)
    users = tastes.pairs[:, 0]
    known = np.bincount(users[parts == TRAIN], minlength=len(tastes.users)) > 0
    kept = known[users] | (parts == TRAIN)
    return replace(tastes, pairs=tastes.pairs[kept], parts=parts[kept], ratings=None, times=None)


def ratings(tastes: Tastes, recipe: Recipe, report: Report = no_report) -> dict[str, Any] | None:
    """Return how well models predict ratings, and how well they rank; None without ratings."""
    if tastes.ratings is None:
        return None
    rated = np.isfinite(tastes.ratings)
    values = tastes.ratings.astype(np.float64)
    parts = {part: rated & (tastes.parts == part) for part in (TRAIN, VALID, TEST)}
    enough = all(rows.sum() >= FEWEST_RATED for rows in parts.values())
    if not enough or not np.ptp(values[parts[TRAIN]]):
        return None
    pairs, given = tastes.pairs[parts[TRAIN]], values[parts[TRAIN]]
    plain = stars.biases(pairs, given, len(tastes.users), len(tastes.items))
    best: stars.Stars | None = None
    for number, penalty in enumerate(stars.PENALTIES):
        inner = part_of(report, number, len(stars.PENALTIES) + 1)
        made = stars.factors(pairs, given, plain, penalty, seed=recipe.seed, report=inner)
        if best is None or error(made, tastes, parts[VALID]) < error(best, tastes, parts[VALID]):
            best = made
    assert best is not None
    users, items = vectors(
        tastes, recipe, part_of(report, len(stars.PENALTIES), len(stars.PENALTIES) + 1)
    )
    mean = stars.Stars(plain.mean, 0 * plain.of_users, 0 * plain.of_items, plain.users, plain.items)
    rows = [
        {"model": name, "RMSE": rmse, "nDCG@10": judged(tastes, score).mean_ndcg}
        for name, rmse, score in (
            ("the mean rating", error(mean, tastes, parts[TEST]), mean.scorer()),
            ("user and item means", error(plain, tastes, parts[TEST]), plain.scorer()),
            ("vectors for ratings", error(best, tastes, parts[TEST]), best.scorer()),
            ("popularity", None, popularity(tastes.train)),
            ("ALS, without ratings", None, by_vectors(users, items)),
        )
    ]
    return {"rows": rows, "chance": judged(tastes, mean.scorer()).chance_ndcg}


def error(model: stars.Stars, tastes: Tastes, rows: NDArray[np.bool_]) -> float:
    """Return the root mean squared error on some of the pairs."""
    assert tastes.ratings is not None
    return stars.rmse(model, tastes.pairs[rows], tastes.ratings[rows].astype(np.float64))
