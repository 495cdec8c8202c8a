"""What an index is built over: a space's vectors as unit vectors, or made ones to a million."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer import cache
from explorer.errors import QueryError
from explorer.space import EmbeddingSpace
from explorer.wording import count

Floats = NDArray[np.float32]

CLUSTERS, NOISE = "clusters", "noise"
SIZES = (10_000, 100_000, 1_000_000)
DIMENSIONS = (32, 128, 384)
MOST_BYTES = 2 << 30  # of made vectors: a worker holds them, the index, and a block
INNER = 16  # dimensions that the made clusters really have
PER_CLUSTER = 200  # made vectors of one cluster
BLOCK = 50_000  # vectors made at once
LEAST = 20  # vectors, for queries and an index over the others
MOST_QUERIES = 10_000
HELD_OUT = 10  # one in so many vectors of a space may become a query
SAME = 1e-6  # cosine distance below which vectors count as one and the same


@dataclass(frozen=True)
class Made:
    """Vectors to be made: how many, of how many dimensions, clustered or noise."""

    n: int
    dim: int
    kind: str = CLUSTERS
    seed: int = 42

    @property
    def key(self) -> str:
        """The key of this data."""
        return cache.content_key(made=asdict(self))

    def split(self, queries: int) -> tuple[Floats, Floats]:
        """Return the (n, d) unit vectors, and as many queries of the same distribution.

        Noise has the same density in every direction. Clusters are Gaussian, one for 200 vectors,
        each in a plane of 16 dimensions that all share, with a little noise in the others.

        Raises
        ------
        QueryError
            They would not fit into two gigabytes, or the queries are too many or too few.
        """
        if 4 * self.n * self.dim > MOST_BYTES:
            most = MOST_BYTES // (4 * self.dim)
            raise QueryError(
                f"{self.n:,} vectors of {self.dim:,} dimensions take "
                f"{4 * self.n * self.dim / 2**30:.1f} GB; at most 2 are made here. "
                f"{most:,} vectors of this dimension fit, or fewer dimensions."
            )
        check_queries(queries, MOST_QUERIES)
        random = np.random.default_rng(self.seed)
        made = np.empty((self.n + queries, self.dim), np.float32)
        inner = min(INNER, self.dim)
        plane = random.normal(size=(inner, self.dim)).astype(np.float32) / self.dim**0.5
        centers = random.normal(size=(max(1, self.n // PER_CLUSTER), inner)).astype(np.float32)
        for start in range(0, len(made), BLOCK):
            block = made[start : start + BLOCK]
            random.standard_normal(out=block, dtype=np.float32)
            if self.kind == CLUSTERS:
                block *= 0.1 / self.dim**0.5
                own = centers[random.integers(len(centers), size=len(block))]
                own = own + 0.5 * random.standard_normal(own.shape, dtype=np.float32)
                block += own @ plane
            block /= np.linalg.norm(block, axis=1, keepdims=True)
        return made[: self.n], made[self.n :]


def unit_rows(vectors: Any) -> tuple[Floats, NDArray[np.intp]]:
    """Return the vectors of length 1 and their rows; zero vectors are left out.

    Raises
    ------
    QueryError
        The vectors are sparse, too few, all zero, or all the same.
    """
    if not isinstance(vectors, np.ndarray):
        raise QueryError(
            "This space is sparse: nearly all of its numbers are zeros, and these indexes store "
            "every number. Open a dense space, such as “words”, or look at made vectors."
        )
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1)
    rows = np.flatnonzero(lengths > 0)
    if len(rows) < LEAST:
        raise QueryError(
            f"{count(len(rows), 'vector has', 'vectors have')} a direction here; an index needs "
            f"at least {LEAST}. Open a larger space, or look at made vectors."
        )
    units = (vectors[rows] / lengths[rows, None]).astype(np.float32)
    if float(np.min(units @ units[0])) > 1 - SAME:
        raise QueryError(
            f"All {len(rows):,} vectors have the same direction: by cosine each is as near as any "
            "other, so no index can find the wrong ones. Open a space with different vectors."
        )
    return units, rows


def without_direction(space: EmbeddingSpace) -> int:
    """Return how many vectors are left out of an index, because they hold only zeros."""
    return int(np.count_nonzero(space.norms == 0))


def split_rows(units: Floats, queries: int, seed: int = 42) -> tuple[Floats, Floats]:
    """Take some vectors out as queries, at random; return the others, and them.

    Raises
    ------
    QueryError
        More than a tenth of the vectors would become queries, or more than 10,000.
    """
    check_queries(queries, min(MOST_QUERIES, max(2, len(units) // HELD_OUT)))
    order = np.random.default_rng(seed).permutation(len(units))
    return units[np.sort(order[queries:])], units[np.sort(order[:queries])]


def usual_queries(n: int) -> int:
    """Return how many queries are asked of n vectors, where nobody says."""
    return 200 if n > 200_000 else min(500, max(2, n // HELD_OUT))


def check_queries(queries: int, most: int) -> None:
    """Raise QueryError where the number of queries is below 1 or above `most`."""
    if not 1 <= queries <= most:
        raise QueryError(
            f"{queries:,} queries; here it can be 1 to {most:,}. Queries are taken out of the "
            f"vectors before the index is built, so that none finds itself. {most:,} work."
        )
