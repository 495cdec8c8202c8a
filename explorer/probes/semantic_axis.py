"""Semantic axes between two words or groups of words, and where other words lie on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from explorer.errors import QueryError
from explorer.neighbors.exact import smallest
from explorer.space import EmbeddingSpace
from explorer.vector import Vector
from explorer.wording import count

Floats: TypeAlias = NDArray[np.float64]

RANDOM_AXES = 1_000  # of a spread test, and
SHUFFLES = 1_000  # of a permutation test: the smallest p-value is 0.001
SEED = 42
ROUNDING = 1e-6  # of vectors of length 1 in float32: anything shorter is rounding


@dataclass(frozen=True, eq=False)
class SemanticAxis:
    """A direction from a low to a high pole.

    Attributes
    ----------
    name
        'man ↔ woman'.
    low, high
        The words of the poles.
    direction
        (d,) float64, length 1: from the mean of the low words to that of the high ones.
    middle
        The place halfway between the poles' means: words with a larger cosine similarity to the
        direction are on the high side.
    """

    name: str
    low: tuple[str, ...]
    high: tuple[str, ...]
    direction: Floats
    middle: float

    def vector(self) -> Vector:
        """Return the direction as a Vector: it can stand wherever a query can."""
        return Vector(self.name, self.direction.astype(np.float32), (*self.low, *self.high))


def semantic_axis(space: EmbeddingSpace, low: Sequence[str], high: Sequence[str]) -> SemanticAxis:
    """Return the axis between two words or two groups of words (SemAxis: An, Kwak & Ahn 2018).

    Vectors are scaled to length 1 before a group's mean is taken.

    Parameters
    ----------
    space
        Where the words' vectors come from; subwords give them to words it lacks.
    low, high
        The words of each pole; a repeated one counts once.

    Returns
    -------
    SemanticAxis
        Its direction is (d,) float64 of length 1.

    Raises
    ------
    UnknownLabelError
        A word has no vector in the space.
    QueryError
        A pole is empty, a word stands at both poles, a word's vector is zero, or the poles'
        means are one point.

    Examples
    --------
    >>> space = EmbeddingSpace(["small", "large", "huge"], [[1, 0], [0, 1], [0, 2]])
    >>> axis = semantic_axis(space, ["small"], ["large"])
    >>> axis.name, place_on_axis(space, axis, ["huge"]).round(2).tolist()
    ('small ↔ large', [0.71])
    """
    low, high = tuple(dict.fromkeys(low)), tuple(dict.fromkeys(high))
    for side, words in (("low", low), ("high", high)):
        if not words:
            raise QueryError(f"The {side} pole has no words. Each pole needs at least one.")
    if both := sorted(set(low) & set(high)):
        raise QueryError(f"“{both[0]}” is in both poles. Remove it from one of them.")
    lows, highs = unit_vectors(space, low), unit_vectors(space, high)
    step = highs.mean(axis=0) - lows.mean(axis=0)
    length = float(np.linalg.norm(step))
    if length < ROUNDING:
        raise QueryError("The two poles are one point: there is no axis between them.")
    direction = step / length
    middle = float((highs.mean(axis=0) + lows.mean(axis=0)) @ direction / 2)
    return SemanticAxis(f"{named(low)} ↔ {named(high)}", low, high, direction, middle)


def place_on_axis(space: EmbeddingSpace, axis: SemanticAxis, words: Sequence[str]) -> Floats:
    """Return each word's cosine similarity to the axis's direction, (k,) float64, -1 to 1."""
    return unit_vectors(space, words) @ axis.direction if words else np.empty(0)


def ends_of_axis(
    space: EmbeddingSpace, axis: SemanticAxis, k: int = 10
) -> tuple[list[str], list[str]]:
    """Return the k labels nearest to the low end and to the high end, without the poles."""
    lengths = np.where(space.norms > 0, space.norms, np.float32(1))
    places = space.matrix @ axis.direction.astype(np.float32) / lengths
    out = [space.row(word) for word in (*axis.low, *axis.high) if word in space]
    found = []
    for keys in (places.copy(), -places):
        keys[out] = np.inf
        order = smallest(keys.astype(np.float32), k)
        found.append([space.labels[row] for row in order if np.isfinite(keys[row])])
    return found[0], found[1]


@dataclass(frozen=True)
class PoleSeparation:
    """How well an axis tells its two poles apart.

    Attributes
    ----------
    right, asked
        Leave-one-out accuracy: of the words asked, how many fall on their own side of the
        middle of the axis made without them. None is asked if a pole has only one word.
    effect_size
        Cohen's d of these held-out places: the difference of the poles' means in pooled
        standard deviations; NaN if none was asked.
    p_value
        Of a permutation test: the share of random divisions of the words into poles of the same
        sizes whose means lie as far apart; NaN if none was asked.
    """

    right: int
    asked: int
    effect_size: float
    p_value: float


def separation(space: EmbeddingSpace, axis: SemanticAxis, *, seed: int = SEED) -> PoleSeparation:
    """Measure how well the poles separate, each word held out of the axis it is placed on."""
    if min(len(axis.low), len(axis.high)) < 2:
        return PoleSeparation(0, 0, float("nan"), float("nan"))
    sides: list[list[float]] = [[], []]
    right = 0
    for side, words in enumerate((axis.low, axis.high)):
        for word in words:
            rest = [one for one in words if one != word]
            poles = (rest, axis.high) if side == 0 else (axis.low, rest)
            without = semantic_axis(space, *poles)
            place = float(place_on_axis(space, without, [word])[0]) - without.middle
            sides[side].append(place)
            right += place > 0 if side else place < 0
    low, high = np.array(sides[0]), np.array(sides[1])
    freedom = len(low) + len(high) - 2
    pooled = np.sqrt(
        ((low - low.mean()) ** 2).sum() / freedom + ((high - high.mean()) ** 2).sum() / freedom
    )
    effect = float((high.mean() - low.mean()) / pooled) if pooled > 0 else float("nan")
    vectors = unit_vectors(space, (*axis.low, *axis.high))
    random = np.random.default_rng(seed)

    def apart(order: NDArray[np.intp]) -> float:
        step = vectors[order[len(low) :]].mean(axis=0) - vectors[order[: len(low)]].mean(axis=0)
        return float(np.linalg.norm(step))

    own = apart(np.arange(len(vectors)))
    as_far = sum(apart(random.permutation(len(vectors))) >= own - ROUNDING for _ in range(SHUFFLES))
    return PoleSeparation(right, len(vectors), effect, (1 + as_far) / (1 + SHUFFLES))


@dataclass(frozen=True, eq=False)
class SpreadTest:
    """Whether words spread more along an axis than along random ones.

    Attributes
    ----------
    spread
        Standard deviation of the words' places on the axis.
    random_spreads
        (n_axes,) float64: the same on axes between random words of the space.
    p_value
        Share of random axes on which they spread at least as far; the axis itself is counted.
    """

    spread: float
    random_spreads: Floats
    p_value: float


def spread_test(
    space: EmbeddingSpace,
    axis: SemanticAxis,
    words: Sequence[str],
    *,
    n_axes: int = RANDOM_AXES,
    seed: int = SEED,
) -> SpreadTest:
    """Compare the words' spread along the axis with that along axes between random words.

    A random axis has poles of the same sizes, of words drawn from the whole space.

    Returns
    -------
    SpreadTest
        Its p-value is from 1 / (n_axes + 1) to 1.

    Raises
    ------
    QueryError
        There are fewer than three words, or the space is too small to draw from.
    """
    if len(words) < 3:
        raise QueryError(f"{count(len(words), 'word')} cannot show a spread. Give three or more.")
    usable = np.flatnonzero(space.norms > 0)
    size = len(axis.low) + len(axis.high)
    if len(usable) < size:
        raise QueryError(f"Random axes need {size} words to draw; the space has {len(usable)}.")
    placed = unit_vectors(space, words)
    random = np.random.default_rng(seed)
    spreads = np.empty(n_axes)
    for number in range(n_axes):
        rows = random.choice(usable, size, replace=False)
        drawn = space.vectors[rows].astype(np.float64) / space.norms[rows, None]
        step = drawn[len(axis.low) :].mean(axis=0) - drawn[: len(axis.low)].mean(axis=0)
        length = np.linalg.norm(step)
        spreads[number] = (placed @ step).std() / length if length > 0 else 0.0
    own = float((placed @ axis.direction).std())
    return SpreadTest(own, spreads, float(1 + (spreads >= own).sum()) / (1 + n_axes))


def neutralize(
    space: EmbeddingSpace, axis: SemanticAxis, words: Sequence[str] | None = None
) -> EmbeddingSpace:
    """Return the space without an axis's direction (neutralize: Bolukbasi et al. 2016, step 2a).

    Parameters
    ----------
    space
        The space; it stays as it is.
    axis
        Its direction is taken out.
    words
        Change only these words' vectors; by default all.

    Returns
    -------
    EmbeddingSpace
        Of the same labels; the changed vectors have length 1, or 0 if nothing is left.

    Raises
    ------
    UnknownLabelError
        A word is not in the space.
    """
    rows = np.arange(len(space)) if words is None else np.array([space.row(one) for one in words])
    vectors = space.vectors.copy()
    vectors[rows] = without_direction(vectors[rows], axis.direction)
    vectors.flags.writeable = False
    return EmbeddingSpace(
        space.labels,
        vectors,
        name=f"{space.name} without {axis.name}",
        metadata=space.metadata,
        source=type(space.source)(
            space.source.origin, space.source.format, (*space.source.steps, f"{axis.name} removed")
        ),
    )


@dataclass(frozen=True, eq=False)
class Removal:
    """What removing an axis's direction changed around some words, and what it left.

    Attributes
    ----------
    words
        w words.
    before, after
        (w,) float64: their places on the axis, with and without its direction in all vectors.
    neighbors_before, neighbors_after
        The k nearest labels of each word.
    high_before, high_after
        (w,) float64: the share of these neighbors on the high side of the axis, by their places
        before the removal.
    kept
        (w,) float64: the share of its neighbors that each word keeps.
    """

    words: tuple[str, ...]
    before: Floats
    after: Floats
    neighbors_before: tuple[tuple[str, ...], ...]
    neighbors_after: tuple[tuple[str, ...], ...]
    high_before: Floats
    high_after: Floats
    kept: Floats

    @property
    def lean_left(self) -> float:
        """Residual bias: correlation of words' `before` with `high_after`, -1 to 1, or NaN.

        Gonen & Goldberg 2019: after the removal, words still have neighbors of their own side.
        """
        if len(self.words) < 3 or self.before.std() == 0 or self.high_after.std() == 0:
            return float("nan")
        return float(np.corrcoef(self.before, self.high_after)[0, 1])


def removal(
    space: EmbeddingSpace, axis: SemanticAxis, words: Sequence[str], k: int = 20
) -> Removal:
    """Take an axis's direction out of all vectors, and compare some words before and after.

    The removal is that of Bolukbasi et al. 2016, the comparison of neighbors that of Gonen &
    Goldberg 2019. The space is not copied: for unit vectors u and v at places p and q on the
    axis, the cosine without the direction is (u · v − p q) / √((1 − p²)(1 − q²)).

    Returns
    -------
    Removal
        With k neighbors of each word, before and after.

    Raises
    ------
    UnknownLabelError
        A word has no vector in the space.
    QueryError
        There are no words, or k is not 1 to n − 1.
    """
    if not words:
        raise QueryError("No words were given. Name some whose place should be neutral.")
    if not 1 <= k < len(space):
        raise QueryError(f"k is {k}: the space has {len(space):,} points.")
    lengths = np.where(space.norms > 0, space.norms, np.float32(1))
    places = (space.vectors @ axis.direction.astype(np.float32)) / lengths
    units = unit_vectors(space, words)
    before = units @ axis.direction
    is_high = places > axis.middle
    left = np.sqrt(np.maximum(1 - places.astype(np.float64) ** 2, 0))
    found: list[tuple[list[NDArray[np.intp]], list[float]]] = [([], []), ([], [])]
    for word, unit, place in zip(words, units, before.tolist(), strict=True):
        cosines = space.vectors @ unit.astype(np.float32) / lengths
        scale = left * np.sqrt(max(1 - place**2, 0.0))
        neutral = np.divide(
            cosines - places * place, scale, out=np.zeros_like(scale), where=scale > ROUNDING
        )
        for (neighbors, shares), scores in zip(found, (cosines, neutral), strict=True):
            keys = -scores.astype(np.float32)
            if word in space:
                keys[space.row(word)] = np.inf
            near = smallest(keys, k)
            neighbors.append(near)
            shares.append(float(is_high[near].mean()))
    (rows_before, high_before), (rows_after, high_after) = found
    return Removal(
        tuple(words),
        before,
        without_direction(units, axis.direction) @ axis.direction,
        tuple(tuple(space.labels[i] for i in near) for near in rows_before),
        tuple(tuple(space.labels[i] for i in near) for near in rows_after),
        np.array(high_before),
        np.array(high_after),
        np.array(
            [len(np.intersect1d(a, b)) / k for a, b in zip(rows_before, rows_after, strict=True)]
        ),
    )


def without_direction(vectors: NDArray[np.floating], direction: Floats) -> Floats:
    """Return unit rows orthogonal to a unit direction; zero rows where nothing remains."""
    wide = vectors.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    units = np.divide(wide, lengths, out=np.zeros_like(wide), where=lengths > 0)
    rest = units - np.outer(units @ direction, direction)
    sizes = np.linalg.norm(rest, axis=1, keepdims=True)
    neutral: Floats = np.divide(rest, sizes, out=np.zeros_like(rest), where=sizes > ROUNDING)
    return neutral


def unit_vectors(space: EmbeddingSpace, words: Sequence[str]) -> Floats:
    """Return the words' unit vectors, (k, d) float64; raises for unknown words, zero vectors."""
    return np.stack([space[word].unit().values for word in words]).astype(np.float64)


def named(words: Sequence[str], most: int = 2) -> str:
    """Return a pole's name: its first words."""
    return ", ".join(words[:most]) + (" …" if len(words) > most else "")
