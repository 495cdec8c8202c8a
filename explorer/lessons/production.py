"""Five questions that come up when embeddings are used every day, each measured on a space.

How fast is an answer? Does the model know new words? Have the texts changed? What do smaller
numbers cost? What did the model learn about people?
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from explorer.encoding.subwords import word_pieces
from explorer.neighbors.exact import nearest_neighbors
from explorer.probes.semantic_axis import place_on_axis, semantic_axis
from explorer.space import EmbeddingSpace

NEIGHBORS = 10
ASKED = 200  # vectors that ask
ALARM = 0.05  # share of usual texts below the alarm
# The model's vocabulary is BERT's, of 2018. New: in wide use only since. Old: everyday words.
NEW_WORDS = (
    "covid", "chatgpt", "tiktok", "deepfake", "doomscrolling", "wordle", "ozempic", "cybertruck",
    "barbenheimer", "rizz", "starlink", "midjourney",
)  # fmt: skip
OLD_WORDS = (
    "flu", "telephone", "radio", "election", "photograph", "puzzle", "medicine", "truck", "film",
    "charm", "satellite", "painter",
)  # fmt: skip
HE = ("he", "man", "boy", "father", "king", "husband", "brother", "son")
SHE = ("she", "woman", "girl", "mother", "queen", "wife", "sister", "daughter")


@dataclass(frozen=True)
class Serving:
    """How long a question takes: the median seconds, of so many, comparing all vectors."""

    seconds: float
    vectors: int


def serving(space: EmbeddingSpace, asked: int = 20) -> Serving:
    """Time questions to a space, one after the other, after one that warms up."""
    rows = np.linspace(0, len(space) - 1, asked + 1).astype(int).tolist()
    took = []
    for row in rows:
        begun = perf_counter()
        nearest_neighbors(space, space.vector_at(row), NEIGHBORS)
        took.append(perf_counter() - begun)
    return Serving(float(np.median(took[1:])), len(space))


def words_of_its_own(words: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the pieces that the offline model cuts each word into; one piece is a known word."""
    return {word: word_pieces(word) for word in words}


@dataclass(frozen=True, eq=False)
class Drift:
    """How similar texts are to the nearest of those that a system was built with.

    Attributes
    ----------
    usual, new
        (n,) and (m,) cosine similarities to the nearest, of texts as before and of others.
    alarm
        Below this are ALARM of the usual ones.
    share
        The share of the others below it.
    """

    usual: NDArray[np.float64]
    new: NDArray[np.float64]
    alarm: float
    share: float


def drift(
    built_with: NDArray[np.floating], usual: NDArray[np.floating], new: NDArray[np.floating]
) -> Drift:
    """Compare texts with those that a system was built with: (a, d), (n, d) and (m, d) vectors."""
    known = units(built_with)
    near = [(units(one) @ known.T).max(axis=1) for one in (usual, new)]
    alarm = float(np.quantile(near[0], ALARM))
    return Drift(near[0], near[1], alarm, float((near[1] < alarm).mean()))


def units(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return vectors of length 1; zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    found: NDArray[np.float64] = np.asarray(vectors / np.where(lengths, lengths, 1), np.float64)
    return found


def kept_by_bits(
    space: EmbeddingSpace, bits: Sequence[int] = (8, 4, 1), seed: int = 42
) -> dict[int, float]:
    """Return the share of the ten nearest neighbors that stay when numbers have fewer bits.

    With one bit only the sign is kept; with more, whole steps from the smallest to the largest
    number of the space. Asked by a sample of its vectors, by cosine.
    """
    vectors = units(np.asarray(space.vectors))
    rows = np.random.default_rng(seed).permutation(len(vectors))[:ASKED]
    true = nearest_rows(vectors, rows)
    found = {}
    for number in bits:
        near = nearest_rows(units(rounded(vectors, number)), rows)
        both = [len(np.intersect1d(*pair)) for pair in zip(true, near, strict=True)]
        found[number] = float(np.mean(both) / NEIGHBORS)
    return found


def rounded(vectors: NDArray[np.float64], bits: int) -> NDArray[np.float64]:
    """Return the vectors as numbers of so many bits keep them."""
    if bits == 1:
        return np.where(vectors >= 0, 1.0, -1.0)
    most = np.abs(vectors).max()
    step = most / (2 ** (bits - 1) - 1)
    found: NDArray[np.float64] = np.rint(vectors / step) * step
    return found


def nearest_rows(vectors: NDArray[np.float64], rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the nearest rows of some rows, (m, NEIGHBORS), themselves left out."""
    similar = vectors[rows] @ vectors.T
    similar[np.arange(len(rows)), rows] = -np.inf
    found: NDArray[np.intp] = np.argpartition(-similar, NEIGHBORS, axis=1)[:, :NEIGHBORS]
    return found


def between_he_and_she(space: EmbeddingSpace, occupations: Sequence[str]) -> dict[str, float]:
    """Return where occupations lie between words for men (below) and for women, from low to high.

    Raises
    ------
    UnknownLabelError
        The space lacks one of the words.
    """
    places = place_on_axis(space, semantic_axis(space, HE, SHE), occupations).tolist()
    return dict(sorted(zip(occupations, places, strict=True), key=lambda pair: pair[1]))
