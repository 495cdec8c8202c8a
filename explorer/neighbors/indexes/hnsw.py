"""HNSW's graph as faiss built it, and the walk of one query through it, step by step.

Malkov & Yashunin 2018, “Efficient and robust approximate nearest neighbor search using hierarchical
navigable small world graphs”. The walk is faiss's own: a test compares its answers and its count
of comparisons with faiss's.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.neighbors.indexes.known import load_faiss

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]

WIDEST = 256  # ef: the walk is kept as far as a search with this many candidates goes


@dataclass(frozen=True, eq=False)
class Graph:
    """The links: `levels` (n,) counts each row's layers from 1, `links` holds all rows' links."""

    levels: Rows
    offsets: Rows
    per_level: Rows
    links: Rows
    entry: int

    @property
    def highest(self) -> int:
        """The number of the uppermost layer, 0 where there is only the ground."""
        return int(self.levels[self.entry]) - 1

    def neighbors(self, row: int, level: int) -> Rows:
        """Return the rows that a row is linked to on a layer."""
        start = self.offsets[row]
        found = self.links[start + self.per_level[level] : start + self.per_level[level + 1]]
        return found[found >= 0]


@dataclass(frozen=True, eq=False)
class Walk:
    """A query's walk, as far as the widest search goes: a narrower one is its beginning.

    Attributes
    ----------
    hop_row, hop_level, hop_from
        (h,) rows in the order in which their links were followed, their layers, and the row
        whose link had led there (−1 for the entry).
    hop_limit
        (h,) how many candidates lie nearer than this row at its turn: a search with ef at most
        this stops before it.
    row, level, hop
        (c,) the rows compared with the query, in order; on which layer, during which hop (−1
        before the first).
    """

    hop_row: Rows
    hop_level: Rows
    hop_from: Rows
    hop_limit: Rows
    row: Rows
    level: Rows
    hop: Rows

    def end(self, ef: int) -> int:
        """Return how many hops a search makes that keeps so many candidates."""
        beyond = np.flatnonzero((self.hop_level == 0) & (self.hop_limit >= ef))
        return int(beyond[0]) if len(beyond) else len(self.hop_row)

    def comparisons(self, hops: int) -> int:
        """Return how many vectors the first hops compared; the ground's first is known already."""
        grounded = self.hop[np.argmax(self.level == 0)] < hops
        return int(np.count_nonzero(self.hop < hops) - grounded)

    def computed_until(self, hops: int) -> tuple[Rows, Rows]:
        """Return the rows compared during the first hops, and their layers."""
        so_far = self.hop < hops
        return self.row[so_far], self.level[so_far]


def graph_of(index: Any) -> Graph:
    """Return the graph of a faiss `IndexHNSW`."""
    faiss = load_faiss()
    hnsw = index.hnsw
    return Graph(
        faiss.vector_to_array(hnsw.levels).astype(np.intp),
        faiss.vector_to_array(hnsw.offsets).astype(np.intp),
        faiss.vector_to_array(hnsw.cum_nneighbor_per_level).astype(np.intp),
        faiss.vector_to_array(hnsw.neighbors).astype(np.intp),
        int(hnsw.entry_point),
    )


def walk(graph: Graph, points: Floats, query: Floats, widest: int = WIDEST) -> Walk:
    """Walk from the entry down the layers, and over the ground until `widest` are nearer.

    Parameters
    ----------
    points, query
        (n, d) and (d,) float32; distances are squared euclidean ones.
    """
    hops: list[tuple[int, int, int, int]] = []
    compared: list[tuple[int, int, int]] = []
    here = graph.entry

    def distances(rows: Rows) -> Floats:
        away = points[rows] - query
        squared: Floats = np.einsum("ij,ij->i", away, away)
        return squared

    nearest = float(distances(np.array([here]))[0])
    compared.append((here, graph.highest, -1))
    came_from = -1
    for level in range(graph.highest, 0, -1):
        while True:  # greedy: on to the nearest link, until none is nearer
            number = len(hops)
            hops.append((here, level, came_from, 0))
            near = graph.neighbors(here, level)
            compared += [(int(row), level, number) for row in near]
            away = distances(near)
            if not len(near) or float(away.min()) >= nearest:
                break
            came_from = here
            here, nearest = int(near[away.argmin()]), float(away.min())
        came_from = here
    seen = {here}
    compared.append((here, 0, len(hops) - 1))
    candidates = [(nearest, here, here if graph.highest else -1)]
    known = [nearest]  # distances on the ground, ascending
    while candidates:
        away_here, row, origin = heapq.heappop(candidates)
        nearer = int(np.searchsorted(known, away_here))
        if nearer >= widest:
            break
        number = len(hops)
        hops.append((row, 0, origin, nearer))
        near = np.array([one for one in graph.neighbors(row, 0) if one not in seen], np.intp)
        if not len(near):
            continue
        seen.update(near.tolist())
        compared += [(int(one), 0, number) for one in near]
        away = distances(near)
        for one, far in zip(near.tolist(), away.tolist(), strict=True):
            heapq.heappush(candidates, (far, one, row))
        known = sorted([*known, *away.tolist()])
    return Walk(
        *np.array(hops, np.intp).reshape(-1, 4).T.copy(),
        *np.array(compared, np.intp).reshape(-1, 3).T.copy(),
    )
