"""The k-nearest-neighbor graph of many points by an inverted file (IVF, Sivic & Zisserman 2003).

k-means divides the points into cells, and each point looks for its neighbors in the cells nearest
to it. The points that look into one cell do so together, by one matrix product: an index made for
queries that come alone, such as faiss's, takes several times as long for equal recall.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.jobs.progress import Report, no_report
from explorer.jobs.threads import in_threads
from explorer.neighbors.exact import comparable
from explorer.space import EmbeddingSpace

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]

CELLS = 2  # times √n
ROUNDS, PER_CELL = 6, 39  # of k-means, and the points it learns a cell from; more hardly help
RECALL = 0.98  # the least share of the true neighbors
MARGIN = 0.005  # by which the sample's recall is above it: twice its standard error, and more
SAMPLED, TOGETHER = 500, 50  # points whose true neighbors are known, and how many ask together
ASKED = 4096  # points that ask together
BLOCK_VALUES = 4 << 20  # of a product, per core
COLUMNS = 16  # sorted at a time: a cache line of float32
NEAR = 1e-6  # of a squared length: rounding of float32


@dataclass(frozen=True, eq=False)
class Approximate:
    """A graph, (n, k) each, and the share of true neighbors that a sample of its points has."""

    indices: NDArray[np.int32]
    distances: Floats
    recall: float
    sampled: int


@dataclass(frozen=True, eq=False)
class Index:
    """Points in the order of their cells.

    Attributes
    ----------
    points, squares
        (n, d) points, cell after cell, and their (n,) squared lengths; zeros under cosine, where
        they do not matter to the order of neighbors.
    rows
        (n,) the row of each in the space.
    starts
        (cells + 1,) where each cell begins.
    centers
        (cells, d).
    """

    points: Floats
    squares: Floats
    rows: Rows
    starts: Rows
    centers: Floats


def inverted_graph(
    space: EmbeddingSpace,
    k: int,
    metric: str,
    seed: int | None,
    *,
    report: Report = no_report,
) -> Approximate:
    """Return the approximate k-nearest-neighbor graph, with at least 98 of 100 true neighbors.

    How many cells are visited is tuned on a sample, whose true neighbors are known: few among real
    vectors, nearly all among vectors without any structure.

    Parameters
    ----------
    space
        n dense vectors.
    k
        Neighbors per row, including the row itself; at most n.
    metric
        'cosine' (distance 1 − similarity) or 'euclidean'.
    seed
        Equal seeds give equal graphs; None draws one.
    report
        Called with the share done and the step; may raise to stop.

    Returns
    -------
    Approximate
        (n, k) int32 and (n, k) float32, nearest first; each row is its own first neighbor.

    Raises
    ------
    QueryError
        The metric is another one, or some vectors are too long for float32.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):  # the blocks run on all cores
        points, squares, unit = comparable(space, metric)
        random = np.random.default_rng(seed)
        index = built(points, squares * (metric == "euclidean"), random, report)
        n = len(space)
        places = np.sort(random.choice(n, min(SAMPLED, n), replace=False))
        probes, recall = tuned(index, places, k, report)
        indices, distances = np.empty((n, k), np.int32), np.empty((n, k), np.float32)

        def fill(start: int) -> None:
            asked = np.arange(start, min(start + ASKED, n))
            values, columns = search(index, asked, k, probes)
            rows = index.rows[asked]
            indices[rows] = index.rows[columns]
            if metric == "euclidean":
                squared = np.maximum(values + index.squares[asked, None], 0)
                distances[rows] = np.sqrt(squared) * np.float32(unit)
            else:
                distances[rows] = np.maximum(values / 2 + 1, 0)

        starts = range(0, n, ASKED)
        for done, _ in enumerate(in_threads(fill, starts), 1):
            report(0.3 + 0.7 * done / len(starts), "looking into the cells near each point")
    distances[:, 0] = 0
    return Approximate(indices, distances, recall, len(places))


def built(points: Floats, squares: Floats, random: np.random.Generator, report: Report) -> Index:
    """Divide the points into cells by k-means on a sample (Lloyd 1957), and sort them in place."""
    n = len(points)
    cells = max(1, min(round(CELLS * n**0.5), n // PER_CELL))
    sample = points[np.sort(random.choice(n, min(n, PER_CELL * cells), replace=False))]
    centers = sample[random.choice(len(sample), cells, replace=False)]
    for done in range(ROUNDS):

        def learn(share: float, done: int = done) -> None:
            report(0.1 * (done + share) / ROUNDS, "dividing the points into cells")

        nearest = nearest_cells(sample, centers, learn)
        order = np.argsort(nearest, kind="stable")
        full, firsts, counts = np.unique(nearest[order], return_index=True, return_counts=True)
        sums = np.add.reduceat(sample[order], firsts, axis=0)
        centers = centers.copy()
        centers[full] = sums / counts[:, None].astype(np.float32)  # an empty cell stays
    del sample
    nearest = nearest_cells(
        points, centers, lambda share: report(0.1 + 0.1 * share, "sorting the points into cells")
    )
    rows = np.argsort(nearest, kind="stable")
    starts = np.searchsorted(nearest[rows], np.arange(cells + 1))
    for first in range(0, points.shape[1], COLUMNS):  # points[rows] would be a second copy
        some = slice(first, first + COLUMNS)
        points[:, some] = points[rows, some]
    return Index(points, squares[rows], rows, starts, centers)


def nearest_cells(points: Floats, centers: Floats, report: Callable[[float], None]) -> Rows:
    """Return the cell of each point, (n,)."""
    found = np.empty(len(points), np.intp)
    half = np.einsum("ij,ij->i", centers, centers) / 2
    step = max(1, BLOCK_VALUES // len(centers))

    def assign(start: int) -> None:
        block = points[start : start + step] @ centers.T
        found[start : start + step] = np.argmin(np.subtract(half, block, out=block), axis=1)

    starts = range(0, len(points), step)
    for done, _ in enumerate(in_threads(assign, starts), 1):
        report(done / len(starts))
    return found


def search(index: Index, asked: Rows, k: int, probes: int) -> tuple[Floats, Rows]:
    """Return the k nearest of some of the index's own points among the cells nearest to each.

    Parameters
    ----------
    asked
        (q,) places in the index, ascending.
    probes
        How many cells each looks into.

    Returns
    -------
    values, places
        (q, k): squared distances less the point's own squared length, smallest first, and places
        in the index; a point itself comes first, with −∞.
    """
    from explorer.neighbors.topk import nothing_yet  # compiles: only where it is used

    queries = index.points[asked]
    values, places = nothing_yet(len(asked), k)
    cells = cells_near(index, asked, queries, probes)
    order = np.argsort(cells, axis=None, kind="stable")
    visits, firsts = np.unique(cells.ravel()[order], return_index=True)
    lasts = np.append(firsts[1:], len(order))
    for cell, first, last in zip(visits, firsts, lasts, strict=True):
        merge(
            index,
            slice(index.starts[cell], index.starts[cell + 1]),
            (asked, queries, order[first:last] // probes),
            (values, places),
        )
    few = np.flatnonzero(places[:, -1] < 0)
    if len(few):  # these cells held fewer than k
        values[few], places[few] = everywhere(index, asked[few], k)
    return values, places


def everywhere(index: Index, asked: Rows, k: int) -> tuple[Floats, Rows]:
    """Return what `search` does, of all cells: the true neighbors."""
    from explorer.neighbors.topk import nothing_yet  # compiles: only where it is used

    best = nothing_yet(len(asked), k)
    looking = (asked, index.points[asked], np.arange(len(asked)))
    merge(index, slice(0, len(index.points)), looking, best)
    return best


def cells_near(index: Index, asked: Rows, queries: Floats, probes: int) -> Rows:
    """Return the cells that each query looks into, (q, probes), its own among them."""
    from explorer.neighbors.topk import topk  # compiles: only where it is used

    block = queries @ index.centers.T
    block *= -2
    block += np.einsum("ij,ij->i", index.centers, index.centers)
    cells = topk(block, probes)
    own = np.searchsorted(index.starts, asked, side="right") - 1
    missing = ~(cells == own[:, None]).any(axis=1)
    cells[missing, -1] = own[missing]
    return cells


def merge(
    index: Index,
    among: slice,
    looking: tuple[Rows, Floats, Rows],
    best: tuple[Floats, Rows],
) -> None:
    """Compare points with those of a part of the index, and keep the nearest in `best`.

    `looking` is the queries' places, their vectors, and which of them look here.
    """
    asked, queries, who = looking
    values, places = best
    own, vectors, value, place = asked[who], queries[who], values[who], places[who]
    step = max(1, BLOCK_VALUES // len(who))
    for start in range(among.start, among.stop, step):
        stop = min(start + step, among.stop)
        block = vectors @ index.points[start:stop].T
        block *= -2
        block += index.squares[start:stop]
        itself = np.flatnonzero((own >= start) & (own < stop))
        block[itself, own[itself] - start] = -np.inf  # before its duplicates
        keep_nearest(block, start, value, place)
    values[who], places[who] = value, place


def keep_nearest(block: Floats, start: int, values: Floats, places: Rows) -> None:
    """Keep in `values` and `places` what is nearer in a block of distances, from `start` on."""
    from explorer.neighbors.topk import select  # compiles: only where it is used

    select(block, start, values, places)


def tuned(index: Index, places: Rows, k: int, report: Report) -> tuple[int, float]:
    """Return how few cells suffice to visit, and the recall on the places of a sample, (s,)."""
    borders = np.empty(len(places), np.float32)

    def compare(start: int) -> None:
        part = slice(start, start + TOGETHER)
        borders[part] = everywhere(index, places[part], k)[0][:, -1]

    starts = range(0, len(places), TOGETHER)
    for done, _ in enumerate(in_threads(compare, starts), 1):
        report(0.2 + 0.05 * done / len(starts), "the true neighbors of a sample")
    points = index.points[places]
    borders += 2 * NEAR * np.einsum("ij,ij->i", points, points)

    def recall(probes: int) -> float:
        hits = np.empty(len(places), np.int64)

        def ask(start: int) -> None:
            part = slice(start, start + TOGETHER)
            values, _ = search(index, places[part], k, probes)
            hits[part] = (values <= borders[part, None]).sum(axis=1)

        for _ in in_threads(ask, starts):
            report(0.25, "how many cells to look into")
        return float(hits.sum()) / (k * len(places))

    return fewest_probes(recall, len(index.centers))


def fewest_probes(recall: Callable[[int], float], cells: int) -> tuple[int, float]:
    """Return about the fewest cells that reach the recall, and the recall; at most all."""
    low, high = 0, 1
    while (reached := recall(high)) < RECALL + MARGIN and high < cells:
        low, high = high, min(2 * high, cells)
    while high - low > max(1, high // 8):
        middle = (low + high) // 2
        if (found := recall(middle)) >= RECALL + MARGIN:
            high, reached = middle, found
        else:
            low = middle
    return high, reached
