"""What the page measures and tells: the clouds while it trains, and where the model fails."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.beyond.clip.maps import Maps
from explorer.beyond.clip.pairs import APART, CHOSEN_BY, HELD_OUT, Pairs
from explorer.beyond.clip.retrieval import chance, modality_gap, ranks, recall

Floats = NDArray[np.float32]
CLOUD = 400  # points of each kind that are drawn
MATRIX = 50  # pairs in the matrix


@dataclass(frozen=True, eq=False)
class Clouds:
    """Both kinds of points under some maps, on pairs that are not learned from.

    Attributes
    ----------
    pictures, texts
        (n, d) of length 1, in the order of the pairs.
    names
        n.
    """

    pictures: Floats
    texts: Floats
    names: tuple[str, ...]

    @property
    def gap(self) -> float:
        """The modality gap: the distance between the two means."""
        return modality_gap(self.pictures, self.texts)

    @property
    def recall(self) -> float:
        """How often a text finds its picture among the first ten."""
        return recall(ranks(self.scores.T))

    def some(self, most: int = MATRIX) -> Clouds:
        """Return an even choice of the pairs: those beside each other are alike."""
        rows = np.unique(np.linspace(0, len(self.names) - 1, most).astype(int))
        return Clouds(self.pictures[rows], self.texts[rows], tuple(self.names[row] for row in rows))

    @property
    def scores(self) -> Floats:
        """The cosines: a row for a picture, a column for a text."""
        return np.asarray(self.pictures @ self.texts.T, np.float32)


def clouds(pairs: Pairs, maps: Maps, part: str = CHOSEN_BY) -> Clouds:
    """Return where the pairs of a part lie."""
    rows = pairs.rows(part)[:CLOUD]
    return Clouds(
        maps.pictures(pairs.pictures[rows]),
        maps.texts(pairs.texts[1, rows]),
        tuple(pairs.names[row] for row in rows),
    )


def cone(vectors: Floats) -> float:
    """Return the mean cosine between different vectors: how narrow a cone they lie in.

    >>> cone(np.array([[1, 0], [0, 1]], np.float32))
    0.0
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    directions = vectors / np.maximum(lengths, 1e-12)
    n = len(vectors)
    total = float(np.square(directions.sum(axis=0)).sum())
    return (total - n) / max(n * (n - 1), 1)


@dataclass(frozen=True)
class Found:
    """How often a name finds its picture among the first ten of a group, beside chance."""

    group: str
    pictures: int
    recall: float
    chance: float


def by_group(pairs: Pairs, maps: Maps) -> tuple[Found, ...]:
    """Return the recall within each group of what was never learned from, and within the flags.

    Only pictures of the same group compete, so that a group's figure says whether its members are
    told apart. Groups of fewer than 20 are left out.
    """
    held_out, made = pairs.rows(HELD_OUT), []
    groups = np.array(pairs.groups)
    for group in dict.fromkeys(pairs.groups):
        flags = pairs.rows(APART)
        rows = held_out[groups[held_out] == group] if group != "flags" else flags
        if len(rows) < LEAST:
            continue
        texts, pictures = maps.texts(pairs.texts[1, rows]), maps.pictures(pairs.pictures[rows])
        made.append(Found(group, len(rows), recall(ranks(texts @ pictures.T)), chance(len(rows))))
    return tuple(sorted(made, key=lambda one: one.recall - one.chance))


LEAST = 20  # pictures of a group
