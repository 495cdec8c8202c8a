"""TF-IDF worked by hand, as scikit-learn's TfidfVectorizer computes it by default.

Words are two letters or digits and more, in lower case; idf = ln((1 + n) / (1 + texts with the
word)) + 1; each text's numbers are divided by their length (Spärck Jones 1972).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WORD = re.compile(r"\b\w\w+\b")


@dataclass(frozen=True, eq=False)
class Weighed:
    """Each step of TF-IDF for n texts and d words.

    Attributes
    ----------
    words
        d words, in alphabetical order.
    counts
        (n, d) how often each word stands in each text.
    texts_with
        (d,) in how many texts each word stands.
    idf
        (d,) how much a word counts for being rare.
    products
        (n, d) counts times idf.
    lengths
        (n,) the length of each row of products.
    weights
        (n, d) products divided by length: TF-IDF. A text without words stays zero.
    """

    words: tuple[str, ...]
    counts: NDArray[np.int64]
    texts_with: NDArray[np.int64]
    idf: NDArray[np.float64]
    products: NDArray[np.float64]
    lengths: NDArray[np.float64]
    weights: NDArray[np.float64]


def weigh(texts: Sequence[str]) -> Weighed:
    """Compute TF-IDF of texts, with each step.

    Examples
    --------
    >>> weigh(["red red wine", "red car"]).counts.tolist()
    [[0, 2, 1], [1, 1, 0]]
    """
    read = [WORD.findall(text.lower()) for text in texts]
    words = sorted({word for one in read for word in one})
    counts = np.array([[one.count(word) for word in words] for one in read], np.int64)
    counts = counts.reshape(len(texts), len(words))
    texts_with = (counts > 0).sum(axis=0)
    idf = np.log((1 + len(texts)) / (1 + texts_with)) + 1
    products = counts * idf
    lengths = np.sqrt((products**2).sum(axis=1))
    weights = products / np.where(lengths, lengths, 1)[:, None]
    return Weighed(tuple(words), counts, texts_with, idf, products, lengths, weights)
