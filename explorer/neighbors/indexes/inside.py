"""A look inside four indexes for one query: what each visits, computes, finds and misses.

Each look holds what does not depend on the setting; the setting's part of it is cut out in
microseconds, so that a slider moves all of it at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.neighbors.exact import smallest
from explorer.neighbors.indexes.hnsw import Walk

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]

K = 10  # neighbors asked for in a look


@dataclass(frozen=True, eq=False)
class Answer:
    """What a search with one setting did.

    Attributes
    ----------
    true, found
        (k,) rows: the true neighbors, and those found, nearest first.
    visited
        Rows that it looked at: expanded on the walk, or in visited cells; all for codes.
    computed
        How many comparisons with vectors, codes or centers that took.
    """

    true: Rows
    found: Rows
    visited: Rows
    computed: int

    @property
    def hits(self) -> Rows:
        """The true neighbors that were found."""
        return self.true[np.isin(self.true, self.found)]

    @property
    def missed(self) -> Rows:
        """The true neighbors that were not found."""
        return self.true[~np.isin(self.true, self.found)]


@dataclass(frozen=True, eq=False)
class Look:
    """What all looks have: the query's row, and each row's similarity to it, (n,)."""

    row: int
    similarities: Floats

    @property
    def true(self) -> Rows:
        """The k true neighbors, nearest first, without the query itself."""
        return self.nearest(np.arange(len(self.similarities)))

    def nearest(self, rows: Rows, similarities: Floats | None = None) -> Rows:
        """Return the k of these rows with the largest similarities, without the query itself."""
        rows = rows[rows != self.row]
        values = (self.similarities if similarities is None else similarities)[rows]
        return rows[smallest(-values, K)]


@dataclass(frozen=True, eq=False)
class CellsLook(Look):
    """Inside IVF: each row's cell, (n,), and the cells from the nearest to the query on, (c,)."""

    cell: Rows
    order: Rows

    def at(self, nprobe: int) -> Answer:
        """Return the search that visits so many cells."""
        visited = np.flatnonzero(np.isin(self.cell, self.order[:nprobe]))
        return Answer(self.true, self.nearest(visited), visited, len(self.order) + len(visited))


@dataclass(frozen=True, eq=False)
class WalkLook(Look):
    """Inside HNSW: the layers' rows and the walk."""

    walk: Walk
    levels: Rows

    def at(self, ef: int) -> Answer:
        """Return the search that keeps so many candidates."""
        end = self.walk.end(ef)
        computed = self.walk.computed_until(end)
        found = self.nearest(np.unique(computed[0][computed[1] == 0]))
        visited = np.unique(self.walk.hop_row[:end])
        return Answer(self.true, found, visited, self.walk.comparisons(end))


@dataclass(frozen=True, eq=False)
class CodesLook(Look):
    """Inside PQ: for each code size, the query's code, and what is computed from codes.

    Attributes
    ----------
    sizes
        Bytes of a code.
    estimates
        (sizes, n): the similarity that the codes give, the negative squared distance.
    vector, rebuilt
        (d,) and (sizes, d): the query's unit vector, and what its codes keep of it.
    codebooks, parts, chosen
        For each size the first four parts: (sizes, 4, 256, 2) codewords and (sizes, 4, 2) the
        query's own part, in the plane of the codebook's greatest variance; (sizes, 4) its codeword.
    """

    sizes: tuple[int, ...]
    estimates: Floats
    vector: Floats
    rebuilt: Floats
    codebooks: Floats
    parts: Floats
    chosen: Rows

    def at(self, size: int) -> Answer:
        """Return the search by codes of so many bytes."""
        place = self.sizes.index(size)
        everything = np.arange(len(self.similarities))
        found = self.nearest(everything, self.estimates[place])
        return Answer(self.true, found, everything, len(everything))

    def error(self, size: int) -> float:
        """Return how far the rebuilt vector is from the vector, whose length is 1."""
        return float(np.linalg.norm(self.rebuilt[self.sizes.index(size)] - self.vector))


@dataclass(frozen=True, eq=False)
class PlanesLook(Look):
    """Inside LSH: how many planes separate each row from the query, for each number of planes.

    `planes` are the first ones' normals, (8, d); `differ` is (numbers, n).
    """

    numbers: tuple[int, ...]
    differ: Floats
    planes: Floats

    def at(self, number: int) -> Answer:
        """Return the search by so many planes."""
        everything = np.arange(len(self.similarities))
        found = self.nearest(everything, -self.differ[self.numbers.index(number)])
        return Answer(self.true, found, everything, len(everything))

    def distance(self, number: int) -> Floats:
        """Return the share of planes between each row and the query, (n,), 0 to 1."""
        share: Floats = self.differ[self.numbers.index(number)] / np.float32(number)
        return share


def packed(look: Look) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Return a look as arrays and JSON, to be kept."""
    arrays: dict[str, NDArray[Any]] = {}
    facts: dict[str, Any] = {"kind": type(look).__name__}
    parts = {**vars(look)}
    if walk := parts.pop("walk", None):
        parts |= {f"walk.{name}": value for name, value in vars(walk).items()}
    for name, value in parts.items():
        (arrays if isinstance(value, np.ndarray) else facts)[name] = value
    return arrays, facts


def unpacked(arrays: dict[str, NDArray[Any]], facts: dict[str, Any]) -> Look:
    """Return a look that was packed; raises KeyError or TypeError for anything else."""
    kinds: dict[str, type[Look]] = {
        one.__name__: one for one in (CellsLook, WalkLook, CodesLook, PlanesLook)
    }
    parts: dict[str, Any] = {**arrays, **facts}
    kind = kinds[parts.pop("kind")]
    walk = {name: parts.pop(name) for name in list(parts) if name.startswith("walk.")}
    if walk:
        parts["walk"] = Walk(**{name.removeprefix("walk."): one for name, one in walk.items()})
    for name in ("sizes", "numbers"):
        if name in parts:
            parts[name] = tuple(parts[name])
    return kind(**parts)
