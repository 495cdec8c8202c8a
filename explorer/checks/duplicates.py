"""Rows with equal vectors, and for each row the nearest of all that differ from it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import QueryError
from explorer.space import EmbeddingSpace

BLOCK_VALUES = 4 << 20
SEED = 0


def copy_of(space: EmbeddingSpace) -> NDArray[np.int32]:
    """Return for each row the first row with an equal vector, (n,) int32; −0 equals 0.

    Multilinear hashing over 64 bits (Dietzfelbinger 1996) finds the candidates; they are then
    compared byte by byte.
    """
    hashes = hashed(space)
    order = np.argsort(hashes, kind="stable")
    repeats = np.diff(hashes[order]) == 0
    candidates = np.sort(order[np.append(repeats, False) | np.append(False, repeats)])
    first = np.arange(len(space), dtype=np.int32)
    seen: dict[bytes, int] = {}
    for row in candidates.tolist():
        values = row_bytes(space, row)
        first[row] = seen.setdefault(values, row)
    return first


def hashed(space: EmbeddingSpace) -> NDArray[np.uint64]:
    """Return a hash of each row's values, (n,) uint64."""
    factors = np.random.default_rng(SEED).integers(1, 2**64, space.dim, np.uint64) | np.uint64(1)
    found = np.zeros(len(space), np.uint64)
    if space.is_sparse:
        stored = space.matrix
        values = (stored.data + np.float32(0)).view(np.uint32).astype(np.uint64)
        sums = np.append(np.uint64(0), np.cumsum(values * factors[stored.indices]))
        found[:] = sums[stored.indptr[1:]] - sums[stored.indptr[:-1]]  # modulo 2^64
        return found
    step = max(1, BLOCK_VALUES // space.dim)
    for start in range(0, len(space), step):
        block = (space.vectors[start : start + step] + np.float32(0)).view(np.uint32)
        found[start : start + step] = (block * factors).sum(axis=1)
    return found


def row_bytes(space: EmbeddingSpace, row: int) -> bytes:
    """Return a row's values as bytes, the same for −0 and 0."""
    if space.is_sparse:
        line = space.matrix[[row]]
        line.sort_indices()
        line.eliminate_zeros()
        return bytes(line.indices.astype(np.int64).tobytes() + line.data.tobytes())
    return bytes((space.vectors[row] + np.float32(0)).data)


def nearest_other(
    neighbors: NDArray[np.int32], distances: NDArray[np.float32], copies: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return each row's nearest row with another vector, and its distance.

    Parameters
    ----------
    neighbors, distances
        (n, k), nearest first, without the row itself.
    copies
        (n,) the first row with an equal vector.

    Returns
    -------
    rows, distances
        (n,) int32 and (n,) float32; −1 and NaN where all k neighbors are copies of the row.
    """
    n, k = neighbors.shape
    if k == 0:
        return np.full(n, -1, np.int32), np.full(n, np.nan, np.float32)
    differs = copies[neighbors] != copies[:, None]
    place = np.argmax(differs, axis=1)
    rows = np.arange(n)
    there = differs[rows, place]
    return (
        np.where(there, neighbors[rows, place], -1).astype(np.int32),
        np.where(there, distances[rows, place], np.nan).astype(np.float32),
    )


def distances_between(
    space: EmbeddingSpace, rows: NDArray[Any], others: NDArray[Any], metric: str
) -> NDArray[np.float32]:
    """Return the distance of each row to its other, (m,) float32.

    From the difference of the two vectors: products, as in the graph, lose the digits by which
    near duplicates differ.
    """
    found = np.empty(len(rows), np.float32)
    norms = np.where(space.norms > 0, space.norms, np.float32(1)).astype(np.float64)
    step = max(1, BLOCK_VALUES // (4 * space.dim))
    for start in range(0, len(rows), step):
        left, right = rows[start : start + step], others[start : start + step]
        one, other = space.matrix[left].astype(np.float64), space.matrix[right].astype(np.float64)
        if metric == "cosine":
            if space.is_sparse:
                one = one.multiply(1 / norms[left, None])
                other = other.multiply(1 / norms[right, None])
            else:
                one, other = one / norms[left, None], other / norms[right, None]
        apart = one - other
        squares = (
            np.asarray(apart.power(2).sum(axis=1)).ravel()
            if space.is_sparse
            else np.einsum("ij,ij->i", apart, apart)
        )
        found[start : start + step] = squares / 2 if metric == "cosine" else np.sqrt(squares)
        if metric == "cosine":  # a zero vector has similarity 0 to all
            zero = (space.norms[left] == 0) | (space.norms[right] == 0)
            found[start : start + step][zero] = 1
    return found


def nearest_in_another(
    neighbors: NDArray[np.int32],
    distances: NDArray[np.float32],
    copies: NDArray[np.int32],
    parts: NDArray[np.intp],
) -> NDArray[np.float32]:
    """Return each row's distance to the nearest row of another part, (n,) float32.

    `parts` is (n,), −1 for rows of no part. 0 where an equal vector is in another part; NaN where
    none of the row's neighbors is.
    """
    n, k = neighbors.shape
    known = parts >= 0
    found = np.full(n, np.nan, np.float32)
    if k:
        nearby = parts[neighbors]
        elsewhere = (nearby >= 0) & (nearby != parts[:, None]) & known[:, None]
        place = np.argmax(elsewhere, axis=1)
        rows = np.arange(n)
        there = elsewhere[rows, place]
        found[there] = distances[rows, place][there]
    lowest = np.full(n, np.iinfo(np.intp).max, np.intp)
    highest = np.full(n, -1, np.intp)
    np.minimum.at(lowest, copies[known], parts[known])
    np.maximum.at(highest, copies[known], parts[known])
    spread = (highest > lowest)[copies] & known  # its copies are in several parts
    found[spread] = 0
    return found


def row_elsewhere(
    neighbors: NDArray[np.int32],
    copies: NDArray[np.int32],
    parts: NDArray[np.intp],
    rows: NDArray[np.intp],
) -> NDArray[np.intp]:
    """Return for each of some rows, (m,), the row of another part that is nearest to it.

    An equal row comes first. The row itself where there is none among its neighbors.
    """
    found = rows.copy()
    for place, row in enumerate(rows.tolist()):
        equal = np.flatnonzero(copies == copies[row])
        for near in (equal, neighbors[row]):
            elsewhere = near[(parts[near] >= 0) & (parts[near] != parts[row])]
            if len(elsewhere):
                found[place] = elsewhere[0]
                break
    return found


def check_parts(parts: NDArray[np.intp], texts: tuple[str, ...], name: str) -> None:
    """Raise QueryError unless a column divides the rows into a few parts.

    `parts` is (n,) codes, −1 where there is no value, and `texts` has one for each code.
    """
    known = int((parts >= 0).sum())
    if len(texts) < 2:
        raise QueryError(
            f"All rows have the same value in “{name}”. A split needs two at least, such as train "
            "and test."
        )
    if len(texts) > max(2, known // 2):
        raise QueryError(
            f"“{name}” has {len(texts):,} different values for {known:,} rows. A split has a few "
            "parts, such as train and test: choose such a column."
        )
