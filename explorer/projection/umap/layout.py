"""UMAP's optimization (McInnes, Healy & Melville 2018, algorithm 5), fast on one thread.

Stochastic gradient descent with negative sampling, on umap-learn's own loss. It takes one
thread, and on it a fifth of umap-learn's time:

- forces come from tables over the squared distance instead of two powers each;
- negative samples use the head's position from before this edge, so the loop vectorizes;
- an edge's negative samples are a hash of seed, epoch and edge, and when it acts depends on
  its weight and the epoch: no state but the points is kept from epoch to epoch.

Two deviations from umap-learn reduce noise, so that more true neighbors end up near: eight
negative samples of weight 5/8 instead of five, and a learning rate that falls with the
square of the epochs left instead of linearly. A projection's `params` name both;
`docs/benchmarks.md` has the figures.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

from explorer.compiled import compiled
from explorer.projection.umap import densmap
from explorer.projection.umap.densmap import Densities

Floats: TypeAlias = NDArray[np.float32]
EachEpoch: TypeAlias = Callable[[int, Floats], None]

WIDTH = 4  # floats per point: x, y, z (0 in 2D), and padding to 16 bytes
NEGATIVES = 8  # negative samples drawn for each edge that acts
NEGATIVE_SAMPLE_RATE = 5  # their weight together; umap-learn's default
DECAY = 2  # the learning rate falls with this power of the epochs left; umap-learn's is 1
CLOSE = 0.001  # umap-learn's: keeps the repulsion of nearly equal points finite
FARTHEST_STEP = 4.0  # umap-learn's clip of each force, per coordinate

# A table's cell is chosen by the leading bits of the squared distance in float32: 256 cells for
# each doubling, from 2⁻⁴⁰ to 2²⁴. Linear interpolation within a cell has a relative error
# below 3e-5.
CELL_BITS = np.int32(15)  # of the mantissa's 23 bits: the position within a cell
CELLS = 64 << (23 - CELL_BITS)
LOWEST = np.int32((127 - 40) << 23)
HIGHEST = np.int32(LOWEST + (CELLS << CELL_BITS) - 1)
WITHIN = np.int32((1 << CELL_BITS) - 1)


def forces(a: float, b: float) -> tuple[Floats, Floats]:
    """Tabulate attraction and repulsion, the two parts of the gradient of UMAP's cross entropy.

    A force times the difference of two points is the step of the first. Each table is
    (cells, 2) float32: the value at a cell's lower border, and the slope up to the next.
    """
    borders = np.arange(CELLS + 1, dtype=np.int64) << CELL_BITS
    square = (borders + LOWEST).astype(np.int32).view(np.float32).astype(np.float64)
    near = 1 + a * square**b
    attraction = -2 * a * b * square ** (b - 1) / near
    repulsion = NEGATIVE_SAMPLE_RATE / NEGATIVES * 2 * b / ((CLOSE + square) * near)
    return cells(attraction), cells(repulsion)


def cells(values: NDArray[np.float64]) -> Floats:
    """Return the table, (cells, 2), of a function's values at the cells' borders."""
    slopes = np.diff(values) / (1 << CELL_BITS)
    return np.stack([values[:-1], slopes], axis=1).astype(np.float32)


def optimized(
    start: Floats,
    graph: Any,
    *,
    curve: tuple[float, float],
    n_epochs: int,
    seed: int | None,
    each_epoch: EachEpoch,
    lengths: Any = None,
    learning_rate: float = 1.0,
) -> Floats:
    """Optimize a layout by stochastic gradient descent and return it, shaped like `start`.

    Parameters
    ----------
    start
        Initial layout, (n, 2) or (n, 3) float32, about 10 wide.
    graph
        Membership strengths, (n, n) sparse and symmetric. An edge acts in a share of the epochs
        in proportion to its strength, the strongest in all; those too weak to act are dropped.
    curve
        a and b of the similarity 1 / (1 + a d^2b) of points at a distance d.
    n_epochs
        Number of epochs, over which the learning rate falls to 0.
    seed
        Equal seeds give equal layouts; None draws one.
    each_epoch
        Called with the number of epochs done and the layout, which goes on changing; may raise
        to stop.
    lengths
        Lengths of the edges among the vectors, (n, n) sparse; if given, densities are kept
        (densMAP).
    learning_rate
        That of the first epoch.
    """
    n, dimensions = start.shape
    points = np.zeros((n, WIDTH), np.float32)
    layout = points[:, :dimensions]  # a view
    layout[:] = start
    edges = graph.tocoo()
    rate = (edges.data / edges.data.max(initial=1e-12)).astype(np.float32)
    acting = rate * n_epochs >= 1
    head, tail, rate = edges.row[acting], edges.col[acting], rate[acting]
    head, tail = head.astype(np.int32), tail.astype(np.int32)
    tables = forces(*curve)
    keeper = None
    if lengths is not None:
        ways = np.asarray(lengths.tocsr()[head, tail]).ravel()
        keeper = Densities((head, tail, rate), ways, n, curve)
    chance = np.random.default_rng(seed).integers(2**63, dtype=np.uint64)
    for epoch in range(n_epochs):
        step = np.float32(learning_rate * (1 - epoch / n_epochs) ** DECAY)
        late = epoch >= densmap.FROM * n_epochs
        density = keeper.gradient(layout) if keeper and late else np.zeros(0, np.float32)
        move(points, (head, tail, rate), density, tables, chance, epoch, step)
        each_epoch(epoch + 1, layout)
    return np.ascontiguousarray(layout)


@njit
def force_at(table: Any, square: Any) -> Any:
    """Return a force (float32) at a squared distance (float32)."""
    bits: Any = np.float32(square).view(np.int32)
    bits = min(max(bits, LOWEST), HIGHEST) - LOWEST
    cell = bits >> CELL_BITS
    return table[cell, 0] + table[cell, 1] * np.float32(bits & WITHIN)


@njit
def bounded(step: Any) -> Any:
    """Return a step (float32), clipped."""
    return min(max(step, np.float32(-FARTHEST_STEP)), np.float32(FARTHEST_STEP))


@compiled(
    "void(f4[:,::1], Tuple((i4[::1],i4[::1],f4[::1])), f4[::1], UniTuple(f4[:,::1],2), u8, i8, f4)",
    fastmath=True,  # may reorder sums, but always alike on one machine
)
def move(  # noqa: PLR0917  compiled functions take their arguments by position
    points: Floats,
    edges: tuple[NDArray[np.int32], NDArray[np.int32], Floats],
    density: Floats,
    tables: tuple[Floats, Floats],
    seed: np.uint64,
    epoch: int,
    step: np.float32,
) -> None:
    """Run one epoch on the points, (n, WIDTH), in place.

    `edges` are (m,) heads, tails and rates; `density` is densMAP's gradient, (m,), or empty;
    `step` is the learning rate.
    """
    head, tail, rate = edges
    attraction, repulsion = tables
    n = np.uint64(len(points))
    first = np.uint64(epoch) * np.uint64(len(head))
    for edge in range(len(head)):
        often = rate[edge]
        if np.floor(np.float32(epoch + 1) * often) == np.floor(np.float32(epoch) * often):
            continue
        one, other = head[edge], tail[edge]
        x, y, z = points[one, 0], points[one, 1], points[one, 2]
        dx, dy, dz = x - points[other, 0], y - points[other, 1], z - points[other, 2]
        force = force_at(attraction, dx * dx + dy * dy + dz * dz)
        more = density[edge] if len(density) else np.float32(0)
        dx = (bounded(force * dx) + bounded(more * dx)) * step
        dy = (bounded(force * dy) + bounded(more * dy)) * step
        dz = (bounded(force * dz) + bounded(more * dz)) * step
        x, y, z = x + dx, y + dy, z + dz
        points[other, 0] -= dx
        points[other, 1] -= dy
        points[other, 2] -= dz
        sum_x = sum_y = sum_z = np.float32(0)
        for sample in range(NEGATIVES):
            number = (first + np.uint64(edge)) * np.uint64(NEGATIVES) + np.uint64(sample) + seed
            number *= np.uint64(0x9E3779B97F4A7C15)  # a hash: multiply, fold, multiply
            number = (number ^ (number >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
            other = np.int64(((number >> np.uint64(32)) * n) >> np.uint64(32))
            dx, dy, dz = x - points[other, 0], y - points[other, 1], z - points[other, 2]
            force = force_at(repulsion, dx * dx + dy * dy + dz * dz)
            if other == one:
                force = np.float32(0)
            sum_x += bounded(force * dx)
            sum_y += bounded(force * dy)
            sum_z += bounded(force * dz)
        points[one, 0] = x + sum_x * step
        points[one, 1] = y + sum_y * step
        points[one, 2] = z + sum_z * step
