"""How indexes are to be built, and what cannot be: each refusal names the nearest that works."""

from __future__ import annotations

import math
from dataclasses import dataclass

from explorer.errors import QueryError

CODEWORDS = 256  # of a part of a vector, so that a part takes one byte
PER_CELL = 39  # vectors that k-means wants for a cell; faiss warns below
LEAST_LINKS, MOST_LINKS = 4, 64
TRIED_K = 100


@dataclass(frozen=True)
class Settings:
    """How to build the indexes; 0 lets the data decide.

    Attributes
    ----------
    links
        M of HNSW: links of a vector on each layer, twice as many on the lowest.
    cells
        Cells of IVF; by default 4√n.
    code_bytes
        Bytes of a vector's code in IVF+PQ.
    k
        Neighbors asked for.
    """

    links: int = 16
    cells: int = 0
    code_bytes: int = 0
    k: int = 10

    def fitted(self, n: int, dim: int) -> Settings:
        """Return the settings with the data's own in place of zeros.

        Raises
        ------
        QueryError
            One cannot be had for n vectors of so many dimensions.
        """
        if not 1 <= self.k <= min(n, TRIED_K):
            raise QueryError(
                f"k is {self.k:,}, and the index holds {n:,} vectors. Ask for 1 to "
                f"{min(n, TRIED_K):,} neighbors."
            )
        if not LEAST_LINKS <= self.links <= MOST_LINKS:
            near = LEAST_LINKS if self.links < LEAST_LINKS else MOST_LINKS
            raise QueryError(
                f"M is {self.links:,}: HNSW's links of a vector can be {LEAST_LINKS} to "
                f"{MOST_LINKS}. {near} works."
            )
        cells = self.cells or usual_cells(n)
        if not 1 <= cells <= n:
            raise QueryError(
                f"{cells:,} cells for {n:,} vectors: no cell can hold less than one. "
                f"{usual_cells(n):,} cells work well here, with at least {PER_CELL} vectors each."
            )
        code_bytes = self.code_bytes or usual_code_bytes(dim)
        if not 1 <= code_bytes <= dim or dim % code_bytes:
            near = nearest_divisor(dim, code_bytes)
            raise QueryError(
                f"A vector of {dim:,} numbers cannot be cut into {code_bytes:,} equal parts. "
                f"The nearest code size that works is {near:,} "
                f"{'byte' if near == 1 else 'bytes'}: {near:,} parts of {dim // near:,} numbers."
            )
        return Settings(self.links, cells, code_bytes, self.k)


def usual_cells(n: int) -> int:
    """Return how many cells suit n vectors: 4√n, but no fewer than 39 vectors in each."""
    return max(1, min(round(4 * math.sqrt(n)), n // PER_CELL))


def divisors(dim: int) -> tuple[int, ...]:
    """Return the numbers of equal parts that a vector can be cut into, fewest first."""
    return tuple(m for m in range(1, dim + 1) if dim % m == 0)


def nearest_divisor(dim: int, wanted: int) -> int:
    """Return the number of equal parts that is nearest to the wanted one."""
    return min(divisors(dim), key=lambda m: (abs(m - wanted), m))


def usual_code_bytes(dim: int) -> int:
    """Return the bytes of a code that keeps about eight numbers in one."""
    return nearest_divisor(dim, max(1, dim // 8))


def code_sizes(dim: int) -> tuple[int, ...]:
    """Return code sizes to compare: divisors from a 48th of the dimensions to a sixth, doubling."""
    wanted = [dim / share for share in (48, 24, 12, 6)]
    return tuple(sorted({nearest_divisor(dim, round(one)) for one in wanted}))


def check_codebook(n: int) -> None:
    """Raise QueryError where a codebook has more entries than there are vectors to learn from."""
    if n < CODEWORDS:
        raise QueryError(
            f"Product quantization learns {CODEWORDS} codewords, and there are {n:,} vectors. "
            f"It needs at least {CODEWORDS}. Scalar quantization (SQ) learns none and works."
        )
