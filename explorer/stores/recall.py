"""What a store's index misses: its answers beside exact search on the same data."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import StoreError
from explorer.neighbors.batch import nearest_rows
from explorer.stores.store import METRICS, Floats, Id, Knob, Part, Report, Store, batch_rows, unit
from explorer.stores.transfer import no_report

NEAR = 1e-6  # relative: float32 sums differ by their order, and so do equally near rows
GOALS = (0.95, 0.99)


@dataclass(frozen=True)
class Measured:
    """One setting: its value (None: the store's own), recall@k with its interval, time a query."""

    setting: int | None
    recall: float
    low: float
    high: float
    milliseconds: float


@dataclass(frozen=True)
class Recall:
    """What a collection's index finds, against exact search on the same data.

    Attributes
    ----------
    default
        With the setting that the store uses by itself.
    settings
        One entry a value of the knob, from quick to thorough, up to the first that reaches
        the highest goal; empty without an index.
    """

    collection: str
    rows: int
    queries: int
    k: int
    metric: str
    index: str
    knob: str
    seed: int
    default: Measured
    settings: tuple[Measured, ...]

    def reaches(self, goal: float) -> Measured | None:
        """Return the quickest setting measured whose recall is at least the goal, or None."""
        return next((one for one in self.settings if one.recall >= goal), None)


def measure_recall(
    store: Store,
    name: str,
    *,
    queries: int = 500,
    k: int = 10,
    metric: str | None = None,
    seed: int = 42,
    report: Report = no_report,
) -> Recall:
    """Measure recall@k of a collection's own index on its own vectors.

    The queries are rows that the store draws by the seed; none counts as its own neighbor.
    The collection is streamed once, batch by batch, so it may be larger than memory. A row as
    near as the k-th true neighbor counts as found.

    Raises
    ------
    StoreError
        The collection is too small, or the store failed.
    """
    about = store.describe(name)
    chosen = metric or about.metric or "cosine"
    if chosen not in METRICS:
        raise StoreError(f"“{chosen}” is no metric. Choose one of {', '.join(METRICS)}.")
    if about.rows < k + 2 or queries < 1:
        raise StoreError(f"{about.rows:,} rows are too few for {k} neighbors of some queries.")
    step = batch_rows(about.dim)
    report(0.0, "drawing queries")
    drawn = list(store.batches(name, Part(size=min(queries, about.rows), seed=seed), step))
    asked = np.concatenate([one.vectors for one in drawn])
    own = [key for one in drawn for key in one.ids.to_pylist()]
    true_ids, true_scores = exact(store, name, asked, own, k, chosen, about.rows, report)
    judge = Judge(store, name, asked, own, true_ids, true_scores, chosen, k)
    report(0.8, "asking with the store's own setting")
    default = judge.measure(None)
    settings: list[Measured] = []
    knob = about.knob or Knob("", ())
    for place, value in enumerate(knob.values):
        report(0.8 + 0.2 * place / len(knob.values), f"asking with {knob.name} {value}")
        settings.append(judge.measure(value))
        if settings[-1].recall >= GOALS[-1]:
            break
    return Recall(
        name,
        about.rows,
        len(asked),
        k,
        chosen,
        about.index,
        knob.name,
        seed,
        default,
        tuple(settings),
    )


def exact(  # noqa: PLR0917 - what is asked, of which store
    store: Store,
    name: str,
    asked: Floats,
    own: Sequence[Id],
    k: int,
    metric: str,
    rows: int,
    report: Report,
) -> tuple[list[list[Id]], Floats]:
    """Return each query's k nearest ids but its own, and (q, k) scores, larger is nearer."""
    best = np.full((len(asked), k + 1), -np.inf, np.float32)
    ids = np.full((len(asked), k + 1), None, object)
    done = 0
    with closing(store.batches(name, Part(), batch_rows(asked.shape[1]))) as batches:
        for batch in batches:
            found, scores = nearest_in(batch.vectors, asked, min(k + 1, len(batch)), metric)
            keys = np.array(batch.ids.to_pylist(), object)
            all_scores = np.concatenate([best, scores], axis=1)
            all_ids = np.concatenate([ids, keys[found]], axis=1)
            order = np.argsort(-all_scores, axis=1, kind="stable")[:, : k + 1]
            best = np.take_along_axis(all_scores, order, 1)
            ids = np.take_along_axis(all_ids, order, 1)
            done += len(batch)
            report(min(0.8, 0.8 * done / rows), f"exact search, {done:,} of {rows:,} rows")
    kept_ids, kept_scores = [], np.empty((len(asked), k), np.float32)
    for place, key in enumerate(own):
        others = [at for at in range(k + 1) if ids[place, at] != key][:k]
        kept_ids.append([ids[place, at] for at in others])
        kept_scores[place] = best[place, others]
    return kept_ids, kept_scores


def nearest_in(
    points: Floats, asked: Floats, k: int, metric: str
) -> tuple[NDArray[np.intp], Floats]:
    """Return the k nearest of some points for each query, and scores: larger is nearer."""
    if metric == "dot":
        return nearest_rows(points, asked, k)
    if metric == "cosine":
        return nearest_rows(unit(points), unit(asked), k)
    # |p|² − 2pq as one product: another dimension holds −|p|²/2
    longer = np.concatenate([points, -(points**2).sum(1, keepdims=True) / 2], axis=1)
    more = np.concatenate([asked, np.ones((len(asked), 1), np.float32)], axis=1)
    rows, products = nearest_rows(longer, more, k)
    return rows, 2 * products - (asked**2).sum(1, keepdims=True)


def scores_of(points: Floats, query: Floats, metric: str) -> Floats:
    """Return each point's score: larger is nearer."""
    if metric == "dot":
        return np.asarray(points @ query, np.float32)
    if metric == "cosine":
        return np.asarray(unit(points) @ unit(query[None])[0], np.float32)
    return np.asarray(-((points - query) ** 2).sum(1), np.float32)


@dataclass(frozen=True, eq=False)
class Judge:
    """Asks a store and counts how many of the true neighbors it found."""

    store: Store
    name: str
    asked: Floats
    own: Sequence[Id]
    true_ids: list[list[Id]]
    true_scores: Floats
    metric: str
    k: int

    def measure(self, setting: int | None) -> Measured:
        """Return the recall with a setting of the index."""
        start = time.perf_counter()
        found = self.store.search(self.name, self.asked, self.k + 1, self.metric, setting)
        seconds = time.perf_counter() - start
        answers = [
            [key for key in dict.fromkeys(keys) if key != own][: self.k]
            for keys, own in zip(found, self.own, strict=True)
        ]
        hits = np.array([len(set(a) & set(t)) for a, t in zip(answers, self.true_ids, strict=True)])
        hits = hits + self.ties(answers)
        share = np.minimum(hits, self.k) / self.k
        low, high = interval(share)
        return Measured(setting, float(share.mean()), low, high, 1000 * seconds / len(self.asked))

    def ties(self, answers: list[list[Id]]) -> NDArray[np.intp]:
        """Return how many other answers of each query are as near as its k-th true neighbor."""
        other = [
            [key for key in one if key not in set(true)]
            for one, true in zip(answers, self.true_ids, strict=True)
        ]
        wanted = sorted({key for one in other for key in one}, key=str)
        extra = np.zeros(len(answers), np.intp)
        if not wanted:
            return extra
        held = self.store.fetch(self.name, wanted)
        places: dict[Any, int] = {key: at for at, key in enumerate(held.ids.to_pylist())}
        for place, keys in enumerate(other):
            rows = [places[key] for key in keys if key in places]
            scores = scores_of(held.vectors[rows], self.asked[place], self.metric)
            last = self.true_scores[place, -1]
            # of the size of what was subtracted: both lengths, for euclidean distances
            size = 1.0 if self.metric == "cosine" else 1.0 + float((self.asked[place] ** 2).sum())
            extra[place] = np.count_nonzero(scores >= last - NEAR * size)
        return extra


def interval(shares: NDArray[np.float64], seed: int = 42) -> tuple[float, float]:
    """Return the 95 % interval of the mean over queries, by bootstrap."""
    random = np.random.default_rng(seed)
    means = shares[random.integers(0, len(shares), (1000, len(shares)))].mean(1)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(low), float(high)
