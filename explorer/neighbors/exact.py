"""Exact nearest neighbors: one query against a space, or every point against all others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from explorer.errors import QueryError
from explorer.jobs.threads import in_threads
from explorer.space import EmbeddingSpace
from explorer.vector import Vector, row_lengths

Query: TypeAlias = str | Vector | ArrayLike
Floats: TypeAlias = NDArray[np.float32]

BLOCK_BYTES = 32 << 20  # one block of the score matrix, per core
SHORT, LONG = 1e-9, 1e15  # float32 holds the squares of these lengths and of a millionth of them


@dataclass(frozen=True, eq=False)
class Neighbors:
    """The answer to "what is near this?", nearest first.

    Attributes
    ----------
    query
        What was asked: a label or a formula.
    metric
        'cosine', 'euclidean' or 'dot'; for an analogy, its method.
    labels, indices, scores
        k labels; (k,) intp rows of the space; (k,) float32 scores: similarities for
        cosine and dot (larger is nearer), distances for euclidean (smaller is nearer).
    score_name
        What the scores are, in words; by default the metric's.
    """

    query: str
    metric: str
    labels: tuple[str, ...]
    indices: NDArray[np.intp]
    scores: Floats
    score_name: str = ""

    def __post_init__(self) -> None:
        if not self.score_name:
            object.__setattr__(self, "score_name", METRICS[self.metric].score_name)

    def __len__(self) -> int:
        return len(self.labels)

    def to_arrow(self) -> pa.Table:
        """Return the answer as an Arrow table: label, score, row."""
        return pa.table(
            {
                "label": pa.array(self.labels, pa.string()),
                self.score_name: pa.array(self.scores),
                "row": pa.array(self.indices),
            }
        )


@dataclass(frozen=True)
class Metric:
    """One way to compare a query with every row of a space.

    `score(space, query)` gives (n,) float32, and `larger_is_nearer` says how to sort it.
    """

    score: Callable[[EmbeddingSpace, Floats], Floats]
    score_name: str
    larger_is_nearer: bool


def cosine_scores(space: EmbeddingSpace, query: Floats) -> Floats:
    """Cosine similarity of the query to each row, (n,) float32; 0 where a vector is zero."""
    check_lengths(space)
    # normalize the query first: products of two long or two short vectors leave float32's range
    products = space.matrix @ Vector("the query", query).unit().values if query.any() else 0
    scores: Floats = np.zeros(len(space), np.float32)
    np.divide(products, space.norms, out=scores, where=space.norms > 0)
    return scores


def euclidean_scores(space: EmbeddingSpace, query: Floats) -> Floats:
    """Euclidean distance of the query to each row, (n,) float32; infinite above 3.4e38."""
    # not as |x|² − 2xy + |y|², which cancels all digits of near-equal vectors
    if space.is_sparse:  # expanded after all, to use stored values only; float64 has spare digits
        rows, wide = space.matrix.astype(np.float64), query.astype(np.float64)
        squares = rows.power(2).sum(axis=1) - 2 * (rows @ wide) + wide @ wide
        with np.errstate(over="ignore"):
            ways: Floats = np.sqrt(np.maximum(squares, 0)).astype(np.float32)
        return ways
    distances = np.empty(len(space), np.float32)
    step = max(1, BLOCK_BYTES // (4 * space.dim))
    for start in range(0, len(space), step):
        distances[start : start + step] = row_lengths(space.vectors[start : start + step] - query)
    return distances


def dot_scores(space: EmbeddingSpace, query: Floats) -> Floats:
    """Dot product of the query with each row, (n,) float32."""
    with np.errstate(over="ignore", invalid="ignore"):
        scores: Floats = space.matrix @ query
    if not np.isfinite(scores).all():
        raise QueryError(
            f"Dot products in {space.name} are larger than float32 can hold. Divide all vectors "
            "by the largest number in them, or compare by cosine."
        )
    return scores


METRICS = {
    "cosine": Metric(cosine_scores, "cosine similarity", larger_is_nearer=True),
    "euclidean": Metric(euclidean_scores, "euclidean distance", larger_is_nearer=False),
    "dot": Metric(dot_scores, "dot product", larger_is_nearer=True),
}


def nearest_neighbors(
    space: EmbeddingSpace,
    query: Query,
    k: int = 10,
    metric: str = "cosine",
    *,
    exclude: Iterable[str] = (),
) -> Neighbors:
    """Return a query's k nearest rows in the space, by exact search.

    Parameters
    ----------
    space
        The space to search.
    query
        A label (its own row is left out of the answer), a Vector, or (d,) numbers. A label
        that the space lacks may get a vector from its subwords, as in fastText.
    k
        How many; fewer come back from a space that has fewer.
    metric
        'cosine', 'euclidean' or 'dot'.
    exclude
        Labels to leave out: the input words of an analogy, say.

    Returns
    -------
    Neighbors
        k labels, their (k,) intp rows and (k,) float32 scores, nearest first; equal scores in
        row order.

    Raises
    ------
    QueryError
        The metric is unknown, k is less than 1, or the query does not fit the space.
    UnknownLabelError
        The query is a label that the space has no vector for.

    Examples
    --------
    >>> space = EmbeddingSpace(["king", "queen", "pea"], [[1, 0.1], [1, 0.2], [0, 1]])
    >>> nearest_neighbors(space, "king", k=1).labels
    ('queen',)
    """
    rows = (space.row(query),) if isinstance(query, str) and query in space else ()
    out = [*rows, *(row for label in set(exclude) for row in space.rows(label))]
    name, values = query_values(space, query)
    return _nearest(space, name, values, k, metric, excluded_rows=np.array(out, np.intp))


def neighbors_of_row(
    space: EmbeddingSpace,
    row: int,
    k: int = 10,
    metric: str = "cosine",
    *,
    among: NDArray[np.intp] | None = None,
) -> Neighbors:
    """Return a row's k nearest neighbors without the row itself; its label may repeat.

    `among` are the rows to choose from, (m,); by default all of the space.
    """
    itself = np.array([row], np.intp)
    if among is not None:
        others = np.ones(len(space), bool)
        others[among] = False
        others[row] = True
        itself = np.flatnonzero(others)
    return _nearest(space, space.label(row), space.vector_at(row), k, metric, excluded_rows=itself)


def query_values(space: EmbeddingSpace, query: Query) -> tuple[str, Floats]:
    """Return the query's name and its (d,) float32 values; raises QueryError if it cannot fit."""
    if isinstance(query, str):
        query = space[query]
    if isinstance(query, Vector):
        name, values = query.name, query.values
    else:
        name, values = "a vector", np.asarray(query, np.float32)
    if values.shape != (space.dim,):
        raise QueryError(
            f"The query has shape {values.shape}; {space.name} needs ({space.dim},): "
            "one value per dimension."
        )
    if not np.isfinite(values).all():
        raise QueryError("The query holds NaN or infinite values. Give finite numbers.")
    return name, values


def _nearest(
    space: EmbeddingSpace,
    name: str,
    values: Floats,
    k: int,
    metric: str,
    *,
    excluded_rows: NDArray[np.intp],
) -> Neighbors:
    if k < 1:
        raise QueryError(f"k is {k}: ask for at least one neighbor.")
    if metric not in METRICS:
        raise QueryError(f"The metric “{metric}” is unknown. Known ones: {', '.join(METRICS)}.")
    chosen = METRICS[metric]
    scores = chosen.score(space, values)
    keys = -scores if chosen.larger_is_nearer else scores.copy()
    keys[excluded_rows] = np.inf
    order = smallest(keys, k)
    order = order[np.isfinite(keys[order])]
    return Neighbors(name, metric, space.labels_at(order), order, scores[order])


def smallest(keys: Floats, k: int) -> NDArray[np.intp]:
    """Return the positions of the k smallest keys, smallest first, ties in row order."""
    if k < len(keys):
        # keep all ties with the k-th smallest key: a partition picks among them arbitrarily
        border = np.partition(keys, k - 1)[k - 1]
        candidates = np.flatnonzero(keys <= border)
    else:
        candidates = np.arange(len(keys))
    return candidates[np.argsort(keys[candidates], kind="stable")][:k]


def neighbor_graph(
    space: EmbeddingSpace,
    k: int,
    metric: str = "cosine",
    *,
    report: Callable[[float], None] = lambda share: None,
) -> tuple[NDArray[np.int32], Floats]:
    """Return the exact k-nearest-neighbor graph, by one matrix product in blocks.

    Parameters
    ----------
    space
        n vectors.
    k
        Neighbors per row, including the row itself; at most n.
    metric
        'cosine' (distance 1 − similarity) or 'euclidean'.
    report
        Called after each block with the share done, 0 to 1; may raise to stop.

    Returns
    -------
    indices, distances
        (n, k) int32 and (n, k) float32, nearest first; each row is its own first neighbor.

    Raises
    ------
    QueryError
        k is not 1 to n, or the metric is another one.
    """
    from explorer.neighbors.topk import topk

    n = len(space)
    if not 1 <= k <= n:
        raise QueryError(f"k is {k}: the space has {n:,} points, so ask for 1 to {n:,} neighbors.")
    points, squares, unit = comparable(space, metric)
    indices = np.empty((n, k), np.int32)
    distances = np.empty((n, k), np.float32)
    step = max(1, BLOCK_BYTES // (4 * n))

    def fill(start: int) -> None:
        stop = min(start + step, n)
        block = dense(points[start:stop] @ points.T)
        np.negative(block, out=block)  # cosine: −similarity
        if metric == "euclidean":
            block *= 2
            block += squares  # |x − y|² − |x|², which orders a row's neighbors
        rows = np.arange(stop - start)
        block[rows, start + rows] = -np.inf  # the row itself comes before its duplicates
        nearest = topk(block, k)
        indices[start:stop] = nearest
        distance = np.take_along_axis(block, nearest, axis=1)
        if metric == "euclidean":
            distance = np.sqrt(np.maximum(distance + squares[start:stop, None], 0))
            distance *= np.float32(unit)
        else:
            distance = np.maximum(distance + 1, 0)
        distance[:, 0] = 0
        distances[start:stop] = distance

    starts = range(0, n, step)
    for done, _ in enumerate(in_threads(fill, starts), 1):
        report(done / len(starts))
    return indices, distances


def comparable(space: EmbeddingSpace, metric: str) -> tuple[Any, Floats, float]:
    """Return the points to compare, their squared lengths, and the unit of their distances.

    The (n, d) points have length 1 for cosine and mean 0 for euclidean (where they are dense);
    their squared lengths are (n,) float32. A distance between points times the unit is the
    true one. The unit is 1 unless the squares would leave float32's range.
    """
    if metric not in ("cosine", "euclidean"):
        raise QueryError(f"A neighbor graph needs cosine or euclidean distance, not “{metric}”.")
    check_lengths(space)
    points: Any = space.matrix
    unit = 1.0
    if metric == "cosine":
        lengths = np.where(space.norms > 0, space.norms, np.float32(1))[:, None]
        if space.is_sparse:
            points = points.multiply(1 / lengths.astype(np.float64)).tocsr().astype(np.float32)
        else:
            points = points / lengths
    else:
        points, unit = in_range(space)
        if not space.is_sparse:
            # centering keeps the distances, and the products lose fewer digits to cancellation
            points = points - points.mean(axis=0)
    if space.is_sparse:
        return points, points.power(2).sum(axis=1), unit
    return points, np.einsum("ij,ij->i", points, points, optimize=True), unit


def in_range(space: EmbeddingSpace) -> tuple[Any, float]:
    """Return the (n, d) points divided by a unit, so that float32 holds their squares; the unit."""
    check_lengths(space)
    longest = float(space.norms.max())
    if longest == 0 or SHORT <= longest <= LONG:
        return space.matrix, 1.0
    return space.matrix / np.float32(longest), longest


def check_lengths(space: EmbeddingSpace) -> None:
    """Raise QueryError where a vector's length is more than float32 can hold."""
    if not np.isfinite(space.norms).all():
        raise QueryError(
            f"Some vectors of {space.name} are longer than float32 can hold. "
            "Divide all vectors by the largest number in them."
        )


def dense(products: Any) -> Floats:
    """Return a block of products, NumPy's or SciPy's, as a NumPy array."""
    block: Floats = products if isinstance(products, np.ndarray) else products.toarray()
    return block
