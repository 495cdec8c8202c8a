"""All pairwise similarities or distances of a small space, and their formulas with numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.errors import QueryError
from explorer.space import EmbeddingSpace

Doubles = NDArray[np.float64]

TERMS_TOLD = 2  # of a sum over all dimensions; the others are counted, to fit on one line


def cosines(rows: Doubles) -> Doubles:
    """Cosine similarity; 0 where a vector is zero."""
    lengths = np.sqrt((rows**2).sum(axis=1))
    products = rows @ rows.T
    both = np.outer(lengths, lengths)
    return np.divide(products, both, out=np.zeros_like(products), where=both > 0)


def dots(rows: Doubles) -> Doubles:
    """Dot product."""
    return rows @ rows.T


def euclidean(rows: Doubles) -> Doubles:
    """Euclidean distance: the straight way."""
    return distances(rows, "euclidean")


def manhattan(rows: Doubles) -> Doubles:
    """Manhattan distance: one axis after the other, as in a city of blocks."""
    return distances(rows, "cityblock")


def distances(rows: Doubles, kind: str) -> Doubles:
    """Return pairwise distances, (n, n), by SciPy, which subtracts and does not expand."""
    from scipy.spatial.distance import cdist

    found: Doubles = cdist(rows, rows, kind)
    return found


def cosine_formula(x: Doubles, y: Doubles) -> str:
    """x·y / (|x| |y|)."""
    lengths = f"{np.linalg.norm(x):.3g} × {np.linalg.norm(y):.3g}"
    return f"x·y / (|x| × |y|) = {x @ y:.3g} / ({lengths})"


def dot_formula(x: Doubles, y: Doubles) -> str:
    """Sum of products."""
    return summed(x, y, "{0:.2g} × {1:.2g}")


def euclidean_formula(x: Doubles, y: Doubles) -> str:
    """Root of the sum of squared differences."""
    return f"√({summed(x, y, '({0:.2g} − {1:.2g})²')})"


def manhattan_formula(x: Doubles, y: Doubles) -> str:
    """Sum of absolute differences."""
    return summed(x, y, "|{0:.2g} − {1:.2g}|")


@dataclass(frozen=True)
class PairMetric:
    """One way to compare two vectors.

    `compare` takes (n, d) float64 rows and returns (n, n); `formula` writes the formula with two
    vectors' numbers; `larger_is_nearer` says how to read the result.
    """

    title: str
    name: str
    sentence: str
    compare: Callable[[Doubles], Doubles]
    formula: Callable[[Doubles, Doubles], str]
    larger_is_nearer: bool


PAIR_METRICS = {
    "cosine": PairMetric(
        "Cosine",
        "cosine similarity",
        "the angle alone: 1 for the same direction, 0 for a right angle",
        cosines,
        cosine_formula,
        larger_is_nearer=True,
    ),
    "euclidean": PairMetric(
        "Euclidean",
        "euclidean distance",
        "the straight line from one point to the other",
        euclidean,
        euclidean_formula,
        larger_is_nearer=False,
    ),
    "dot": PairMetric(
        "Dot",
        "dot product",
        "angle and lengths together: long vectors score higher",
        dots,
        dot_formula,
        larger_is_nearer=True,
    ),
    "manhattan": PairMetric(
        "Manhattan",
        "manhattan distance",
        "the way along the axes, one after the other, as around city blocks",
        manhattan,
        manhattan_formula,
        larger_is_nearer=False,
    ),
}


def equal_signs(space: EmbeddingSpace, row: int) -> NDArray[np.intp]:
    """Return in how many dimensions each row has the sign of the given row: (n,); d for itself."""
    signs = np.sign(space.vectors)
    found: NDArray[np.intp] = (signs == signs[row]).sum(axis=1)
    return found


def pairwise(space: EmbeddingSpace, metric: str = "cosine") -> Doubles:
    """Compare every vector of a small space with every other.

    Parameters
    ----------
    space
        n vectors; the result holds n x n numbers, so a few thousand at most.
    metric
        'cosine', 'euclidean', 'dot' or 'manhattan'.

    Returns
    -------
    table
        (n, n) float64: similarities for cosine and dot, distances for the others.

    Raises
    ------
    QueryError
        The metric is unknown.

    Examples
    --------
    >>> from explorer.encoding.classical import one_hot
    >>> pairwise(one_hot(["king", "queen"]), "manhattan").tolist()
    [[0.0, 2.0], [2.0, 0.0]]
    """
    return pair_metric(metric).compare(used_columns(space))


def formulas(space: EmbeddingSpace, metric: str) -> list[list[str]]:
    """Return the formula of each pair of rows, with their numbers.

    Examples
    --------
    >>> from explorer.encoding.classical import one_hot
    >>> formulas(one_hot(["king", "queen"]), "euclidean")[0][1]
    '√((1 − 0)² + (0 − 1)²)'
    """
    told = pair_metric(metric).formula
    rows = used_columns(space)
    return [[told(x, y) for y in rows] for x in rows]


def pair_metric(name: str) -> PairMetric:
    """Return a metric by its name; raises QueryError."""
    if name not in PAIR_METRICS:
        raise QueryError(f"The metric “{name}” is unknown. Known ones: {', '.join(PAIR_METRICS)}.")
    return PAIR_METRICS[name]


def used_columns(space: EmbeddingSpace) -> Doubles:
    """Return the rows without all-zero dimensions, which change no metric, (n, used) float64."""
    if not space.is_sparse:
        return space.vectors.astype(np.float64)
    used = np.unique(space.matrix.indices)
    kept: Doubles = space.matrix[:, used].toarray().astype(np.float64)
    return kept


def summed(x: Doubles, y: Doubles, term: str) -> str:
    """Return a sum over dimensions as text: its first nonzero terms, and how many follow."""
    told = np.flatnonzero((x != 0) | (y != 0))
    terms = [term.format(float(x[at]), float(y[at])) for at in told[:TERMS_TOLD]]
    more = len(told) - len(terms)
    text = " + ".join(terms) or "0"
    text += f" + {more:,} more" if more else ""
    return text.replace("-", "−")
