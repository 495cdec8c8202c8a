"""What trained vectors have learned: neighbors of the same class, and analogies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from explorer.training.corpus import Corpus

Floats = NDArray[np.float32]


def units(vectors: Floats) -> Floats:
    """Return the vectors scaled to length 1."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Floats = vectors / np.maximum(lengths, 1e-12)
    return scaled


def same_class(vectors: Floats, corpus: Corpus) -> float:
    """Return the share of classified words whose nearest neighbor, of all, is of their class."""
    classes = np.array([corpus.classes.get(word, "") for word in corpus.words])
    unit = units(vectors)
    similar = unit @ unit.T
    np.fill_diagonal(similar, -np.inf)
    known = classes != ""
    return float((classes[similar.argmax(axis=1)] == classes)[known].mean())


def same_class_by_chance(corpus: Corpus) -> float:
    """Return the expected `same_class` if nearest neighbors were random other words."""
    sizes = np.unique(
        [corpus.classes[w] for w in corpus.words if w in corpus.classes], return_counts=True
    )[1]
    return float((sizes * (sizes - 1)).sum() / sizes.sum() / (len(corpus.words) - 1))


def analogy_order(vectors: Floats, corpus: Corpus, question: Sequence[str]) -> list[str]:
    """Return the words but a, b and c, best answer to a − b + c first, by 3CosAdd."""
    row = {word: at for at, word in enumerate(corpus.words)}
    first, minus, plus = (row[word] for word in question[:3])
    unit = units(vectors)
    wanted = unit[first] - unit[minus] + unit[plus]
    scores = unit @ wanted
    scores[[first, minus, plus]] = -np.inf  # as usual: inputs are no answers
    return [corpus.words[at] for at in np.argsort(-scores)[:-3]]
