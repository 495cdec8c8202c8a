"""What an index gives up, and for what: recall against time and memory, measured here and now.

The protocol is that of ann-benchmarks (Aumüller, Bernhardsson & Faithfull 2020) but for the queries
coming together as well as one at a time: queries are held out, a search uses one thread, and a
found vector counts if it is as near as the k-th true neighbor, so that duplicates do no harm.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.jobs.progress import Report, no_report
from explorer.jobs.threads import cores
from explorer.neighbors.batch import nearest_rows
from explorer.neighbors.indexes.known import Floats, Searcher, index_kind, search_threads
from explorer.neighbors.indexes.settings import Settings

TIMES = 3  # searches, of which the middle one's time counts
ALONE = 50  # queries that are asked one at a time
LONGEST = 1.5  # seconds of a search that is timed again; a longer one is timed on fewer queries
NEAR = 1e-6  # of a similarity: rounding of float32


@dataclass(frozen=True)
class Point:
    """One setting of an index, measured.

    Attributes
    ----------
    index, value
        The kind of index, and the number its knob stood at.
    recall
        Share of the k true neighbors that it found, 0 to 1.
    seconds, seconds_alone
        Of a query: asked together with the others, and one at a time.
    nbytes, build_seconds
        What it keeps, and how long it took to build on all cores.
    """

    index: str
    value: int
    recall: float
    seconds: float
    seconds_alone: float
    nbytes: int
    build_seconds: float

    @property
    def setting(self) -> str:
        """What is set, in words: “ef 64”."""
        knob = index_kind(self.index).knob
        if not knob:
            return "no setting"
        return f"{knob} {self.value:,}" if knob in ("ef", "nprobe") else f"{self.value:,} {knob}"


def true_neighbors(points: Floats, queries: Floats, k: int) -> tuple[NDArray[np.intp], Floats]:
    """Return each query's k nearest rows and similarities, (q, k) each, by exact search."""
    return nearest_rows(points, queries, k)


def recall(
    points: Floats, queries: Floats, found: NDArray[np.integer], similarities: Floats
) -> float:
    """Return the share of true neighbors found.

    Parameters
    ----------
    found
        (q, k) rows that an index returned; −1 counts as missed.
    similarities
        (q, k) of the true neighbors, the nearest first.
    """
    hits = 0
    for query, rows, true in zip(queries, found, similarities, strict=True):
        real = np.unique(rows[rows >= 0])
        hits += int(np.count_nonzero(points[real] @ query >= true[-1] - NEAR))
    return hits / similarities.size


def measure(
    name: str,
    points: Floats,
    queries: Floats,
    similarities: Floats,
    settings: Settings,
    *,
    values: Sequence[int] = (),
    report: Report = no_report,
) -> list[Point]:
    """Build one kind of index and measure it at each setting of its knob.

    Parameters
    ----------
    points, queries
        (n, d) and (q, d) float32 unit vectors.
    similarities
        (q, k) float32 of the true neighbors.
    values
        The settings to try; by default the kind's own.
    report
        Is told the share done; what it raises stops the work.

    Raises
    ------
    QueryError
        Such an index cannot be built of these vectors.
    """
    kind = index_kind(name)
    n, dim = points.shape
    settings = settings.fitted(n, dim)
    kind.check(n)
    values = values or kind.values(n, dim, settings)
    made: list[Point] = []
    searcher: Searcher | None = None
    build_seconds, nbytes = 0.0, 0
    for step, value in enumerate(values):

        def tell(share: float, what: str, step: int = step) -> None:
            report((step + 0.6 * share) / len(values), f"{kind.title}: {what}")

        if searcher is None or kind.rebuilt:
            searcher = None  # the former one leaves memory first
            with search_threads(cores()):
                start = time.perf_counter()
                searcher = kind.build(points, settings, value, tell)
                build_seconds = time.perf_counter() - start
            nbytes = searcher.nbytes()
        tell(1.0, "asking the queries")
        with search_threads(1):
            found = searcher.search(queries, settings.k, value)  # warms, too
            seconds = timed(searcher, queries, settings.k, value)
            alone = timed_alone(searcher, queries, settings.k, value)
        share = recall(points, queries, found, similarities)
        made.append(Point(name, value, share, seconds, alone, nbytes, build_seconds))
    return made


def timed(searcher: Searcher, queries: Floats, k: int, value: int) -> float:
    """Return the median seconds of a query, asked together with others."""
    start = time.perf_counter()
    searcher.search(queries, k, value)
    first = time.perf_counter() - start
    few = len(queries) if first < LONGEST else max(1, int(len(queries) * LONGEST / first))
    return median_of(lambda: searcher.search(queries[:few], k, value)) / few


def timed_alone(searcher: Searcher, queries: Floats, k: int, value: int) -> float:
    """Return the median seconds of a query that comes alone."""
    seconds = []
    left = LONGEST
    for query in queries[:ALONE]:
        start = time.perf_counter()
        searcher.search(query[None], k, value)
        seconds.append(time.perf_counter() - start)
        left -= seconds[-1]
        if left < 0:
            break
    return statistics.median(seconds)


def median_of(search: Callable[[], object]) -> float:
    """Return the median seconds of a few runs."""
    seconds = []
    for _ in range(TIMES):
        start = time.perf_counter()
        search()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)
