"""Sampling the rows that a picture shows; search and neighbors use the whole space."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from explorer.errors import QueryError
from explorer.neighbors.exact import Neighbors, neighbors_of_row
from explorer.space import DrawnFrom, EmbeddingSpace
from explorer.wording import count

SEED = 42


def first_rows(n: int, size: int, seed: int) -> NDArray[np.intp]:
    """Return the first rows: in most files the most frequent words."""
    return np.arange(min(n, size))


def random_rows(n: int, size: int, seed: int) -> NDArray[np.intp]:
    """Return random rows without replacement, in the file's order."""
    chosen = np.random.default_rng(seed).choice(n, min(n, size), replace=False)
    return np.sort(chosen).astype(np.intp)


WAYS: dict[str, Callable[[int, int, int], NDArray[np.intp]]] = {
    "first": first_rows,
    "random": random_rows,
}


def draw(space: EmbeddingSpace, size: int, way: str = "first", seed: int = SEED) -> EmbeddingSpace:
    """Return a sample of a space for pictures; its `drawn_from` holds the whole.

    Parameters
    ----------
    space
        The whole.
    size
        How many rows; a space that has no more is returned as it is.
    way
        'first', or 'random' with the seed.

    Raises
    ------
    QueryError
        The way is unknown, or the size is not positive.

    Examples
    --------
    >>> space = EmbeddingSpace(["a", "b", "c"], [[1, 0], [0, 1], [1, 1]])
    >>> drawn = draw(space, 2)
    >>> drawn.labels, len(drawn.drawn_from.whole)
    (('a', 'b'), 3)
    """
    if way not in WAYS:
        raise QueryError(f"“{way}” is no way to draw rows. Known ways: {', '.join(WAYS)}.")
    if size < 1:
        raise QueryError(f"{size} rows cannot be drawn. Choose one or more.")
    if size >= len(space):
        return space
    rows = WAYS[way](len(space), size, seed)
    how = "the first" if way == "first" else f"at random, seed {seed}"
    chosen = "as the first ones" if way == "first" else f"at random (seed {seed})"
    note = (
        f"Drawing {size:,} of {count(len(space), 'vector')}, chosen {chosen}; "
        "search and neighbors use all."
    )
    return drawn_rows(space, rows, f"{size:,} of {len(space):,} drawn, {how}", note)


def drawn_rows(
    space: EmbeddingSpace, rows: NDArray[np.intp], step: str, note: str
) -> EmbeddingSpace:
    """Return the sample of some rows, ascending; `step` and `note` tell how they were chosen."""
    rows.flags.writeable = False
    drawn = space.take(rows, name=space.name, step=step)
    return EmbeddingSpace(
        drawn.label_array,
        drawn.vectors,
        name=space.name,
        metadata=drawn.metadata,
        source=drawn.source,
        notes=(note, *space.notes),
        subwords=space.subwords,
        drawn_from=DrawnFrom(space, rows),
    )


def whole_space(space: EmbeddingSpace) -> EmbeddingSpace:
    """Return the space to search: the whole one if this is a sample, else this one."""
    return space.drawn_from.whole if space.drawn_from else space


def neighbors_in_whole(
    space: EmbeddingSpace, row: int, k: int, among: NDArray[np.intp] | None = None
) -> Neighbors:
    """Return a sampled row's nearest neighbors in the whole space, with that space's indices.

    `among` are rows of the whole to choose from, (m,); by default all.
    """
    if space.drawn_from is None:
        return neighbors_of_row(space, row, k, among=among)
    whole_row = int(space.drawn_from.rows[row])
    return neighbors_of_row(space.drawn_from.whole, whole_row, k, among=among)


def places_drawn(space: EmbeddingSpace, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the positions of the whole's rows in the sample, -1 for rows not in it."""
    if space.drawn_from is None:
        return rows
    drawn = space.drawn_from.rows
    places = np.searchsorted(drawn, rows)
    found = drawn[np.minimum(places, len(drawn) - 1)] == rows
    return np.where(found, places, -1).astype(np.intp)
