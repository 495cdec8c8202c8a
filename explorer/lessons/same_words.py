"""Same words, other model: two models of the same words, and cosines from one to the other."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.comparison.compare import matched
from explorer.comparison.matching import match
from explorer.space import EmbeddingSpace
from explorer.training import grammar, word2vec
from explorer.training.word2vec import Recipe

Numbers = NDArray[np.float64]

DIMENSIONS, EPOCHS = 32, 5
SEED = 0
MODELS = {  # what is trained for this page, each on the text of “Watch it learn”
    "seed 1": Recipe(dimensions=DIMENSIONS, window=3, epochs=EPOCHS, seed=1),
    "seed 2": Recipe(dimensions=DIMENSIONS, window=3, epochs=EPOCHS, seed=2),
    "window 1": Recipe(dimensions=DIMENSIONS, window=1, epochs=EPOCHS, seed=1),
    "window 10": Recipe(dimensions=DIMENSIONS, window=10, epochs=EPOCHS, seed=1),
}


@dataclass(frozen=True, eq=False)
class Across:
    """Cosines from one model's vectors to the other's, of n shared words.

    Attributes
    ----------
    same, others
        (n,) each word with itself in the other model, and with another word, half a list away.
    same_turned, others_turned
        (n,) the same after one model was turned onto the other, by words of the other half of the
        list: a word does not help to turn itself.
    """

    same: Numbers
    others: Numbers
    same_turned: Numbers
    others_turned: Numbers


def text() -> Path:
    """Return the path of the text of “Watch it learn” in the cache, where workers can read it."""
    lines = "\n".join(" ".join(words) for words in grammar.make_corpus())
    return word2vec.keep_text(BytesIO(lines.encode()))


def shared_words(
    one: EmbeddingSpace, other: EmbeddingSpace
) -> tuple[EmbeddingSpace, EmbeddingSpace]:
    """Return the words of both, in the first's order; raises QueryError for fewer than three."""
    found = match(one, other)
    return matched(one, found.rows), matched(other, found.other_rows)


def across(one: EmbeddingSpace, other: EmbeddingSpace) -> Across:
    """Compare two models of the same n words number by number; the shorter is filled with zeros."""
    width = max(one.dim, other.dim)
    a, b = (
        np.pad(space.vectors.astype(np.float64), ((0, 0), (0, width - space.dim)))
        for space in (one, other)
    )
    turned, centered = np.empty_like(b), np.empty_like(a)
    half = np.random.default_rng(SEED).permutation(len(a)) % 2 == 0
    for learned in (half, ~half):
        middles = a[learned].mean(axis=0), b[learned].mean(axis=0)
        left, _, right = np.linalg.svd((b[learned] - middles[1]).T @ (a[learned] - middles[0]))
        turned[~learned] = (b[~learned] - middles[1]) @ (left @ right)
        centered[~learned] = a[~learned] - middles[0]
    return Across(
        cosines(a, b),
        cosines(a, np.roll(b, len(b) // 2, axis=0)),
        cosines(centered, turned),
        cosines(centered, np.roll(turned, len(b) // 2, axis=0)),
    )


def cosines(one: Numbers, other: Numbers) -> Numbers:
    """Return the cosine of each row with its partner, (n,); 0 for zero vectors."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    products: Numbers = (one * other).sum(axis=1)
    found: Numbers = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    return found
