"""Two spaces of the same items: how far they agree, and which items moved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from explorer.comparison.matching import Matching, Rows, match, notes
from explorer.comparison.measures import (
    Figure,
    Floats,
    Linear,
    distance_figure,
    linear_measures,
    overlap_figure,
)
from explorer.conditions import LABEL
from explorer.errors import QueryError
from explorer.jobs.progress import Report, no_report
from explorer.neighbors.graph import nearest_graph
from explorer.space import EmbeddingSpace
from explorer.wording import count

K, MOST_K = 15, 30
SEED = 42
BLOCK_ROWS = 20_000
DENSE_VALUES = 100_000_000  # 400 MB: sparse spaces up to this size (n × d) are made dense
GRAPH, LINEAR = 0.4, 0.15  # shares of the time: each graph, the linear measures


@dataclass(frozen=True, eq=False)
class Measured:
    """What is computed once of two spaces with n shared items; all else follows from it.

    Attributes
    ----------
    neighbors, other_neighbors
        (n, K) int32: each shared item's nearest shared items by cosine, nearest first, without
        itself; numbers are places in the matching.
    known
        (n,) bool: whether the item's vector is other than zero in both spaces.
    linear
        CKA and the alignment.
    distances
        Correlation of the distances.
    is_equal
        Whether the vectors are the same, number by number.
    notes
        Whether the neighbors are approximate.
    """

    neighbors: NDArray[np.int32]
    other_neighbors: NDArray[np.int32]
    known: NDArray[np.bool_]
    linear: Linear
    distances: Figure
    is_equal: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Comparison:
    """How far two spaces of the same items agree.

    Attributes
    ----------
    space, other
        The two spaces, whole.
    matching
        Which items they share.
    measured
        The neighbors of each in both, and the measures that do not depend on k.
    k
        How many neighbors are compared.
    """

    space: EmbeddingSpace
    other: EmbeddingSpace
    matching: Matching
    measured: Measured
    k: int

    def __len__(self) -> int:
        return len(self.matching)

    @property
    def labels(self) -> tuple[str, ...]:
        """The n shared items, as the first space calls them."""
        return self.space.labels_at(self.matching.rows)

    @cached_property
    def kept(self) -> Floats:
        """(n,) float32: the share of its k neighbors that an item keeps; NaN for a zero vector."""
        return np.where(
            self.measured.known,
            overlap(self.measured.neighbors, self.measured.other_neighbors, self.k),
            np.float32(np.nan),
        )

    @cached_property
    def overlap(self) -> Figure:
        """The mean of `kept`, its interval, and what chance gives."""
        return overlap_figure(self.kept, self.k)

    @property
    def agreement(self) -> float:
        """The mean share of kept neighbors, 0 to 1."""
        return self.overlap.value

    @property
    def by_chance(self) -> float:
        """The agreement of two spaces that have nothing to do with each other."""
        return self.overlap.chance

    @property
    def cka(self) -> float:
        """Linear centered kernel alignment (Kornblith et al. 2019), 0 to 1."""
        return self.measured.linear.cka.value

    @property
    def distance(self) -> Floats:
        """(n,) float32: how far each item lies from its partner after alignment."""
        return self.measured.linear.distance

    @cached_property
    def order(self) -> Rows:
        """(n,) intp: the items, the most moved first: fewest neighbors kept, then distance."""
        kept = np.where(np.isfinite(self.kept), self.kept, np.inf)
        return np.lexsort([-self.distance, kept]).astype(np.intp)

    @cached_property
    def order_by_distance(self) -> Rows:
        """(n,) intp: the items, the farthest after alignment first."""
        return np.argsort(-self.distance, kind="stable").astype(np.intp)

    def figures(self) -> dict[str, Figure]:
        """Return the measures by name; the Procrustes residual only for equal dimensions."""
        found = {
            "overlap": self.overlap,
            "cka": self.measured.linear.cka,
            "distances": self.measured.distances,
            "procrustes": self.measured.linear.residual,
        }
        if self.space.dim != self.other.dim:
            del found["procrustes"]
        return found

    def at(self, k: int) -> Comparison:
        """Return the same comparison of other k; raises QueryError where k was not computed."""
        most = self.measured.neighbors.shape[1]
        if not 1 <= k <= most:
            raise QueryError(f"k is {k}. For these spaces it can be 1 to {most:,}.")
        return replace(self, k=k)

    def notes(self) -> list[str]:
        """Return what a reader should know: items left out, zero vectors, approximate neighbors."""
        told = notes(self.matching, self.space, self.other)
        if missing := int((~self.measured.known).sum()):
            told.append(
                f"{count(missing, 'item has', 'items have')} a vector of only zeros in one of the "
                "spaces, and no neighbors by cosine: left out of the overlap."
            )
        return [*told, *dict.fromkeys(self.measured.notes)]


def overlap(one: NDArray[np.int32], other: NDArray[np.int32], k: int) -> Floats:
    """Return the share of common members of each row's first k, (n,) float32, from two (n, K)."""
    shared = np.empty(len(one), np.float32)
    for start in range(0, len(one), BLOCK_ROWS):
        some = slice(start, start + BLOCK_ROWS)
        together = np.sort(np.concatenate([one[some, :k], other[some, :k]], axis=1), axis=1)
        shared[some] = (together[:, 1:] == together[:, :-1]).sum(axis=1) / k
    return shared


def compare(
    space: EmbeddingSpace,
    other: EmbeddingSpace,
    k: int = K,
    on: str | None = None,
    *,
    report: Report = no_report,
) -> Comparison:
    """Compare two spaces of the same items: two models, two versions, two years.

    Parameters
    ----------
    space, other
        Two spaces that share some items; their dimensions may differ.
    k
        Neighbors to compare, up to 30; fewer where fewer items are shared.
    on
        The column to match items by, in both; by default the label.
    report
        Called with the share done and the step; may raise to stop.

    Returns
    -------
    Comparison
        `kept`, (n,) float32, and `order`, (n,) intp, for the n shared items; `agreement`, `cka`.

    Raises
    ------
    QueryError
        Fewer than three items are shared, there is no such column, or k is less than 1.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> old = EmbeddingSpace([f"w{row}" for row in range(50)], random.normal(size=(50, 4)))
    >>> turned = EmbeddingSpace(old.labels, old.vectors[:, ::-1])
    >>> found = compare(old, turned)
    >>> found.agreement, round(found.cka, 4)
    (1.0, 1.0)
    """
    if k < 1:
        raise QueryError(f"k is {k}: compare at least one neighbor.")
    matching = match(space, other, on or LABEL)
    measured = measure(
        matched(space, matching.rows), matched(other, matching.other_rows), report=report
    )
    return Comparison(space, other, matching, measured, min(k, measured.neighbors.shape[1]))


def matched(space: EmbeddingSpace, rows: Rows) -> EmbeddingSpace:
    """Return the space of the shared items; the space itself, not a copy, if all are shared."""
    if len(rows) == len(space) and bool((rows == np.arange(len(rows))).all()):
        return space
    return space.take(rows, name=space.name, step="shared with another space")


def measure(
    space: EmbeddingSpace, other: EmbeddingSpace, *, report: Report = no_report
) -> Measured:
    """Measure two spaces that hold the same items row by row.

    Raises
    ------
    QueryError
        A sparse space is too large to be made dense, or all vectors of one are equal.
    """
    for one in (space, other):
        check_size(one)
    graphs = []
    noted: list[str] = []
    k = min(MOST_K, len(space) - 1)
    for place, one in enumerate((space, other)):

        def tell(share: float, step: str, place: int = place) -> None:
            report(GRAPH * (place + share), step)

        indices, _, told = nearest_graph(one, k + 1, "cosine", SEED, report=tell)
        graphs.append(np.ascontiguousarray(indices[:, 1:]))
        del indices, _  # 50 MB of 200,000 items while the next graph is computed
        noted += [f"{one.name}: {note}" for note in told]
    known = (space.norms > 0) & (other.norms > 0)
    pair = space.vectors, other.vectors
    linear = linear_measures(
        *pair, report=lambda share, step: report(2 * GRAPH + LINEAR * share, step)
    )
    report(2 * GRAPH + LINEAR, "comparing distances")
    if known.all():
        distances = distance_figure(*pair)
    else:
        distances = distance_figure(pair[0][known], pair[1][known])
    equal = space.dim == other.dim and all(
        bool((pair[0][start : start + BLOCK_ROWS] == pair[1][start : start + BLOCK_ROWS]).all())
        for start in range(0, len(space), BLOCK_ROWS)
    )
    report(1.0, "done")
    return Measured(graphs[0], graphs[1], known, linear, distances, equal, tuple(noted))


def check_size(space: EmbeddingSpace) -> None:
    """Raise QueryError where a space cannot be compared."""
    if space.is_sparse and len(space) * space.dim > DENSE_VALUES:
        raise QueryError(
            f"{space.name} has {len(space):,} sparse vectors of {space.dim:,} dimensions, too many "
            "to align. Use vectors of fewer dimensions."
        )
    first = space.vectors[:1]
    if all(
        bool((space.vectors[start : start + BLOCK_ROWS] == first).all())
        for start in range(0, len(space), BLOCK_ROWS)
    ):
        raise QueryError(
            f"All {len(space):,} shared vectors of {space.name} are equal, so no item has a place "
            "of its own to compare. Check how they were made."
        )
