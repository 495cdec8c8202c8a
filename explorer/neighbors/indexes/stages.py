"""Two stages, candidates and exact re-ranking, and searches that a filter narrows; as jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer import cache
from explorer.jobs.files import ArrayFile
from explorer.jobs.pool import Job, Jobs
from explorer.jobs.progress import Report, no_report
from explorer.jobs.threads import cores
from explorer.neighbors.batch import nearest_rows
from explorer.neighbors.indexes.job import Wanted, refuse_here, split
from explorer.neighbors.indexes.known import (
    Floats,
    Rows,
    build_hnsw,
    build_rabitq,
    load_faiss,
    search_threads,
)
from explorer.neighbors.indexes.measure import median_of, recall
from explorer.space import EmbeddingSpace

STAGES = cache.Kind("search-stages", 1)
CANDIDATES = (10, 20, 50, 100, 200, 500)
SELECTIVITIES = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01)
WIDTH = 64  # ef of the filtered searches
MANY = 10  # a post-filter asks for so many times k
MOST_ASKED = 200  # queries
EXACT, AFTER, WITHIN = "exact, on what is left", "filter after", "filter within"


@dataclass(frozen=True)
class Reranked:
    """Candidates from codes, then exact re-ranking: recall before and after, seconds of a query."""

    candidates: int
    recall: float
    first_seconds: float
    second_seconds: float


@dataclass(frozen=True)
class Filtered:
    """A search among a share of the vectors, in one of three ways: recall and seconds."""

    selectivity: float
    way: str
    recall: float
    seconds: float


@dataclass(frozen=True)
class Stages:
    """All that was measured; `alone` is the recall of the codes without a second stage."""

    alone: float
    reranked: tuple[Reranked, ...]
    filtered: tuple[Filtered, ...]
    exact_seconds: float
    n: int
    queries: int


def stages_key(wanted: Wanted) -> str:
    """Return the key under which the stages over some data are kept."""
    return cache.content_key(kind="stages", of=wanted.key("stages"))


def start(jobs: Jobs, space: EmbeddingSpace | None, wanted: Wanted) -> Job:
    """Measure both on a worker."""
    refuse_here(jobs)
    key = stages_key(wanted)
    return jobs.submit(
        key,
        stages_file,
        ArrayFile.of(space) if space is not None else None,
        wanted,
        when_done=lambda made: cache.save_json(STAGES, key, asdict(made)),
        load=partial(kept_stages, key),
    )


def kept_stages(key: str) -> Stages | None:
    """Return what was measured and kept, or None."""
    facts = cache.load_json(STAGES, key)
    if facts is None:
        return None
    try:
        facts["reranked"] = tuple(Reranked(**one) for one in facts["reranked"])
        facts["filtered"] = tuple(Filtered(**one) for one in facts["filtered"])
        return Stages(**facts)
    except (TypeError, KeyError):
        cache.discard(STAGES, key)
        return None


def stages_file(vectors: Any, wanted: Wanted, report: Report = no_report) -> Stages:
    """Measure re-ranking and filters; runs on a worker."""
    report(0.0, "preparing the vectors")
    points, queries = split(vectors, wanted)
    queries = queries[:MOST_ASKED]
    settings = wanted.settings.fitted(*points.shape)
    k = settings.k
    with search_threads(cores()):
        codes = build_rabitq(
            points, settings, 1, lambda share, what: report(0.1 * share, f"codes: {what}")
        )
        graph = build_hnsw(
            points, settings, 0, lambda share, what: report(0.1 + 0.5 * share, f"HNSW: {what}")
        )
    with search_threads(1):
        similarities = nearest_rows(points, queries, k)[1]
        exact_seconds = median_of(lambda: nearest_rows(points, queries, k)) / len(queries)
        alone = recall(points, queries, codes.search(queries, k, 0), similarities)
        reranked = []
        for step, many in enumerate(one for one in CANDIDATES if k <= one <= len(points)):
            report(0.6 + 0.15 * step / len(CANDIDATES), f"{many} candidates, re-ranked")
            found = codes.search(queries, many, 0)
            first = median_of(partial(codes.search, queries, many, 0))
            again = rerank(points, queries, found, k)
            second = median_of(partial(rerank, points, queries, found, k))
            share = recall(points, queries, again, similarities)
            reranked.append(Reranked(many, share, first / len(queries), second / len(queries)))
        filtered = []
        shares = [one for one in SELECTIVITIES if one * len(points) >= k]
        for step, share in enumerate(shares):
            report(0.75 + 0.25 * step / len(shares), f"a filter that keeps {share:.0%}")
            filtered += filter_ways(points, queries, graph, share, k)
    return Stages(alone, tuple(reranked), tuple(filtered), exact_seconds, len(points), len(queries))


def rerank(points: Floats, queries: Floats, candidates: Rows, k: int) -> Rows:
    """Return the k of each query's candidates that are nearest by the vectors themselves."""
    found = np.full((len(queries), k), -1, np.int64)
    for place, (query, rows) in enumerate(zip(queries, candidates, strict=True)):
        real = rows[rows >= 0]
        best = real[np.argsort(-(points[real] @ query), kind="stable")[:k]]
        found[place, : len(best)] = best
    return found


def filter_ways(
    points: Floats, queries: Floats, graph: Any, share: float, k: int
) -> list[Filtered]:
    """Search among a random share of the vectors in three ways.

    Filter after: HNSW returns ten times k of all vectors, and those that do not pass are dropped.
    Filter within: HNSW walks over all and returns only those that pass. Exact: what passes is
    compared one by one.
    """
    faiss = load_faiss()
    allowed = np.random.default_rng(0).permutation(len(points))[: round(share * len(points))]
    allowed.sort()
    passes = np.zeros(len(points), bool)
    passes[allowed] = True
    among = points[allowed]
    similarities = nearest_rows(among, queries, k)[1]
    bits = np.packbits(passes, bitorder="little")
    selector = faiss.IDSelectorBitmap(bits)
    parameters = faiss.SearchParametersHNSW(sel=selector, efSearch=WIDTH)

    def after() -> Rows:
        found = graph.search(queries, min(MANY * k, len(points)), max(WIDTH, MANY * k))
        return first_passing(found, passes, k)

    def within() -> Rows:
        rows: Rows = graph.index.search(queries, k, params=parameters)[1]
        return rows

    def exact() -> Rows:
        return allowed[nearest_rows(points[allowed], queries, k)[0]]

    ways: dict[str, Callable[[], Rows]] = {AFTER: after, WITHIN: within, EXACT: exact}
    return [
        Filtered(
            share,
            way,
            recall(points, queries, search(), similarities),
            median_of(search) / len(queries),
        )
        for way, search in ways.items()
    ]


def first_passing(found: Rows, passes: NDArray[np.bool_], k: int) -> Rows:
    """Return each row's first k entries that pass, −1 where there are fewer."""
    kept = np.full((len(found), k), -1, np.int64)
    for place, rows in enumerate(found):
        good = rows[(rows >= 0) & passes[rows]][:k]
        kept[place, : len(good)] = good
    return kept
