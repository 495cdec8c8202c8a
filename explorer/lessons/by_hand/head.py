"""One attention head on a few words, step by step (Vaswani et al. 2017)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Head:
    """Each step of one head for n words of d numbers.

    Attributes
    ----------
    given
        (n, d) the words' vectors, with their places added where there are any.
    query, key, value
        (n, d) what each word looks for, offers, and hands on.
    products
        (n, n) query of the row times key of the column.
    scores
        (n, n) products divided by √d.
    weights
        (n, n) softmax of each row of scores: how much the row's word looks at each word.
    result
        (n, d) the weighted sum of the values.
    """

    given: Floats
    query: Floats
    key: Floats
    value: Floats
    products: Floats
    scores: Floats
    weights: Floats
    result: Floats


def positions(n: int, d: int) -> Floats:
    """Return the vectors of n places, (n, d): waves of growing length (Vaswani et al. 2017).

    Examples
    --------
    >>> positions(2, 2).round(2).tolist()
    [[0.0, 1.0], [0.84, 0.54]]
    """
    place, pair = np.arange(n)[:, None], np.arange(d)[None, :] // 2
    angle = place / 10_000 ** (2 * pair / d)
    return np.where(np.arange(d) % 2 == 0, np.sin(angle), np.cos(angle))


def attend(
    words: Floats, to_query: Floats, to_key: Floats, to_value: Floats, *, places: bool
) -> Head:
    """Compute one head.

    Parameters
    ----------
    words
        (n, d) a vector for each word.
    to_query, to_key, to_value
        (d, d) the head's three matrices.
    places
        Whether the vectors of the places are added first.
    """
    n, d = words.shape
    given = words + positions(n, d) if places else words
    query, key, value = given @ to_query, given @ to_key, given @ to_value
    products = query @ key.T
    scores = products / np.sqrt(d)
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = shifted / shifted.sum(axis=1, keepdims=True)
    return Head(given, query, key, value, products, scores, weights, weights @ value)
