"""Labels against neighbors: doubtful labels, the confusion of neighbors, k-NN accuracy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.errors import QueryError
from explorer.wording import count

K = 10  # neighbors that vote
DOUBTFUL = 0.5  # chosen on seeds 100 to 104 (benchmarks/checks.py)
BLOCK_ROWS = 50_000
Z = 1.959964  # of a normal distribution: 95 % lie within


@dataclass(frozen=True)
class Share:
    """A share of m cases, with the ends of its 95 % interval (Wilson 1927)."""

    value: float
    low: float
    high: float
    cases: int


def wilson(hits: int, cases: int) -> Share:
    """Return a share with Wilson's score interval of 95 %.

    Examples
    --------
    >>> found = wilson(90, 100)
    >>> round(found.low, 3), round(found.high, 3)
    (0.826, 0.945)
    """
    if cases == 0:
        return Share(float("nan"), 0.0, 1.0, 0)
    share = hits / cases
    middle = (share + Z**2 / (2 * cases)) / (1 + Z**2 / cases)
    half = Z * (share * (1 - share) / cases + Z**2 / (4 * cases**2)) ** 0.5 / (1 + Z**2 / cases)
    return Share(share, max(0.0, middle - half), min(1.0, middle + half), cases)


@dataclass(frozen=True, eq=False)
class Coded:
    """A column as numbers: (n,) intp codes, −1 where there is no value, and each code's text."""

    name: str
    codes: NDArray[np.intp]
    texts: tuple[str, ...]


def coded(table: pa.Table, name: str) -> Coded:
    """Return a column of a table as codes in the order of its values; empty texts are no values.

    Raises
    ------
    QueryError
        There is no such column, it holds lists or pictures, or it holds no value at all.
    """
    if name not in table.column_names:
        raise QueryError(f"There is no column “{name}”. Columns: {', '.join(table.column_names)}.")
    column = table[name].combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        raise QueryError(
            f"“{name}” holds {column.type}. A label is one text or number a row: choose such a "
            "column."
        )
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    if pa.types.is_boolean(column.type) or pa.types.is_null(column.type):
        column = column.cast(pa.string())
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = pc.if_else(pc.equal(pc.utf8_trim_whitespace(column), ""), None, column)
    values = pc.unique(column).drop_null()
    if not len(values):
        raise QueryError(f"“{name}” holds no value in any row. Choose a column that does.")
    values = values.take(pc.sort_indices(values))
    codes = pc.fill_null(pc.index_in(column, values), -1).to_numpy(zero_copy_only=False)
    texts = tuple(str(value) for value in values.to_pylist())
    return Coded(name, codes.astype(np.intp), texts)


@dataclass(frozen=True, eq=False)
class Agreement:
    """What the neighbors say of each row's label.

    Attributes
    ----------
    labels
        The labels, as codes.
    doubt
        (n,) float32, −1 to 1: the share of the neighbors that have the most frequent other label,
        less the share that has the row's own. NaN where a row has no label or no labelled
        neighbors.
    suggested, predicted
        (n,) intp codes: the most frequent label other than the row's own, and of all; −1 for none.
    pairs
        (c, c) int64 for c labels: how many neighbors of the rows with one label have another; None
        for more than a thousand labels.
    """

    labels: Coded
    doubt: NDArray[np.float32]
    suggested: NDArray[np.intp]
    predicted: NDArray[np.intp]
    pairs: NDArray[np.int64] | None

    @property
    def judged(self) -> NDArray[np.bool_]:
        """(n,) whether the neighbors could say anything."""
        known: NDArray[np.bool_] = np.isfinite(self.doubt)
        return known

    @cached_property
    def accuracy(self) -> Share:
        """The leave-one-out accuracy of the majority of the neighbors."""
        right = self.predicted[self.judged] == self.labels.codes[self.judged]
        return wilson(int(right.sum()), len(right))

    @cached_property
    def majority(self) -> float:
        """The accuracy of always saying the most frequent label."""
        return float(self._shares.max())

    @cached_property
    def chance(self) -> float:
        """The accuracy of saying labels at random, as often as they occur."""
        return float((self._shares**2).sum())

    @property
    def _shares(self) -> NDArray[np.float64]:
        counts = np.bincount(self.labels.codes[self.judged], minlength=len(self.labels.texts))
        shares: NDArray[np.float64] = counts / max(1, counts.sum())
        return shares


MOST_PAIRED = 1000  # labels: their table takes 8 MB


def agreement(
    neighbors: NDArray[np.int32], labels: Coded, counted: NDArray[np.bool_], k: int = K
) -> Agreement:
    """Compare each row's label with those of its k nearest neighbors, itself left out.

    The neighbors vote as in scikit-learn's KNeighborsClassifier: with equal weights, the first
    label in order where two have as many votes. Neighbors without a label do not vote.

    Parameters
    ----------
    neighbors
        (n, K) int32, nearest first, without the row itself.
    labels
        n labels.
    counted
        (n,) whether a row has neighbors worth the name: a zero vector has none by cosine.

    Raises
    ------
    QueryError
        All labelled rows have the same label, or no two have the same.
    """
    check_labels(labels)
    n, codes = len(labels.codes), labels.codes
    doubt = np.full(n, np.nan, np.float32)
    suggested, predicted = np.full(n, -1, np.intp), np.full(n, -1, np.intp)
    size = len(labels.texts)
    pairs = np.zeros((size, size), np.int64) if size <= MOST_PAIRED else None
    rows = np.flatnonzero(counted & (codes >= 0))
    rows = rows[(codes[neighbors[rows, :k]] >= 0).any(axis=1)]  # somebody votes
    for part in blocks(rows):
        own = codes[part, None]
        near = codes[neighbors[part, :k]]
        voting = (near >= 0).sum(axis=1)
        votes = np.stack([(near == near[:, [j]]).sum(axis=1) for j in range(near.shape[1])], axis=1)
        votes[near < 0] = 0
        predicted[part] = winner(near, votes)
        mine = (near == own).sum(axis=1)
        votes[near == own] = 0
        most = votes.max(axis=1)
        suggested[part] = np.where(most > 0, winner(near, votes), -1)
        doubt[part] = (most - mine) / voting
        if pairs is not None:
            known = near >= 0
            flat = (np.broadcast_to(own, near.shape)[known] * size + near[known]).ravel()
            pairs += np.bincount(flat, minlength=size * size).reshape(size, size)
    return Agreement(labels, doubt, suggested, predicted, pairs)


def blocks(rows: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    """Yield rows, so many at a time that their votes fit into a few megabytes."""
    for start in range(0, len(rows), BLOCK_ROWS):
        yield rows[start : start + BLOCK_ROWS]


def winner(near: NDArray[np.intp], votes: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the label with most votes in each line, the first in order of equals."""
    best = votes == votes.max(axis=1, keepdims=True)
    first: NDArray[np.intp] = np.where(best, near, np.iinfo(np.intp).max).min(axis=1)
    return first


def check_labels(labels: Coded) -> None:
    """Raise QueryError where labels cannot agree or disagree."""
    known = labels.codes[labels.codes >= 0]
    if len(labels.texts) < 2:
        raise QueryError(
            f"All rows have the same value in “{labels.name}”, so no neighbor can disagree. Choose "
            "a column with two values or more."
        )
    if len(labels.texts) == len(known):
        raise QueryError(
            f"All {count(len(known), 'value')} in “{labels.name}” are different, so no two rows "
            "can agree. Choose a column whose values repeat, such as a category."
        )
