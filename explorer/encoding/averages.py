"""Static word vectors, looked up and averaged: sentence vectors as word2vec gives them.

A text's vector is the mean of its words' vectors, whatever their order (the averaging
baseline of Wieting et al. 2016).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.space import EmbeddingSpace

WORDS = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")


@dataclass(frozen=True, eq=False)
class Averages:
    """Averaged word vectors.

    Attributes
    ----------
    vectors
        (n, d) float32; zeros where no word of a text is in the space.
    found
        (n,) words of each text that are in the space.
    missing
        The words that are not, with how often they occur, most frequent first.
    """

    vectors: NDArray[np.float32]
    found: NDArray[np.intp]
    missing: tuple[tuple[str, int], ...]


def average_words(texts: Sequence[str], space: EmbeddingSpace) -> Averages:
    """Return the mean of each text's word vectors.

    A word is looked up as it is written, then in lower case, then, where hyphens or
    apostrophes join several, by its parts.

    >>> words = EmbeddingSpace(["good", "bad"], [[1, 0], [-1, 0]])
    >>> average_words(["Good, good, good, bad?", "who knows"], words).vectors.tolist()
    [[0.5, 0.0], [0.0, 0.0]]
    """
    vectors = np.zeros((len(texts), space.dim), np.float32)
    found = np.zeros(len(texts), np.intp)
    missing: Counter[str] = Counter()
    for row, text in enumerate(texts):
        rows: list[int] = []
        for word in WORDS.findall(text):
            at = look_up(word, space)
            if not at:
                missing[word] += 1
            rows += at
        if rows:
            vectors[row] = space.vectors[rows].mean(axis=0)
        found[row] = len(rows)
    return Averages(vectors, found, tuple(missing.most_common()))


def look_up(word: str, space: EmbeddingSpace) -> list[int]:
    """Return the rows that stand for a word: one, several for its parts, or none."""
    for spelling in (word, word.lower(), word.capitalize()):
        if spelling in space:
            return [space.row(spelling)]
    parts = re.split(r"['’\-]", word)
    if len(parts) > 1:
        return [row for part in parts for row in look_up(part, space)]
    return []
