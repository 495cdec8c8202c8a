"""word2vec's learning, pair by pair, with numbers few enough to follow (Mikolov et al. 2013).

A step is that of `explorer.training.skipgram` with a batch of one pair; the text here is read from
its beginning to its end, again and again, without subsampling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DIMENSIONS, WINDOW, NEGATIVES = 2, 2, 2
RATE = 0.1
SPREAD = 0.5  # the first numbers lie between -SPREAD and SPREAD, so that they are seen to move
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Update:
    """One step on one pair: before, the pulls, and after.

    Attributes
    ----------
    center, context
        (d,) v and u before the step.
    negatives
        (k, d) n before the step.
    likely, unlikely
        σ(v·u), and (k,) σ(v·n): how likely the model held each pair to be real.
    loss
        −log σ(v·u) − Σ log σ(−v·n).
    new_center, new_context, new_negatives
        The same after the step.
    """

    center: Floats
    context: Floats
    negatives: Floats
    likely: float
    unlikely: Floats
    loss: float
    new_center: Floats
    new_context: Floats
    new_negatives: Floats


def sigmoid(x: Floats | float) -> Floats:
    """Squeeze any number into 0 to 1."""
    return 1 / (1 + np.exp(-np.asarray(x, np.float64)))


def update(center: Floats, context: Floats, negatives: Floats, rate: float = RATE) -> Update:
    """Take one step of skip-gram with negative sampling.

    Parameters
    ----------
    center, context
        (d,) the vector of a word, and of a word that stands beside it.
    negatives
        (k, d) vectors of words drawn by chance, none of them the context, each a different word.
    rate
        The learning rate.
    """
    likely, unlikely = sigmoid(center @ context), sigmoid(negatives @ center)
    loss = -np.log(likely) - np.log(1 - unlikely).sum()
    pull = (1 - likely) * context - unlikely @ negatives
    return Update(
        center,
        context,
        negatives,
        float(likely),
        unlikely,
        float(loss),
        center + rate * pull,
        context + rate * (1 - likely) * center,
        negatives - rate * unlikely[:, None] * center,
    )


@dataclass(frozen=True, eq=False)
class Reading:
    """How far the text was read: both tables, and the last pair with its step.

    Attributes
    ----------
    words
        V words in the order of the text.
    vectors
        (V, d) the vectors of words, which are kept in the end.
    text
        The words as they stand, a list for each sentence.
    sentence, place, beside
        The last pair: in which sentence, at which place, and the place of the word beside.
    drawn
        The words drawn by chance for it.
    last
        Its step.
    losses
        (passes,) the mean loss of each pass through the text that is over.
    """

    words: tuple[str, ...]
    vectors: Floats
    text: tuple[tuple[str, ...], ...]
    sentence: int
    place: int
    beside: int
    drawn: tuple[str, ...]
    last: Update
    losses: Floats


def pairs_of(text: Sequence[Sequence[str]], window: int = WINDOW) -> list[tuple[int, int, int]]:
    """Return sentence, place and place beside of each pair within the window, in reading order.

    Examples
    --------
    >>> pairs_of([["a", "b", "c"]], window=1)
    [(0, 0, 1), (0, 1, 0), (0, 1, 2), (0, 2, 1)]
    """
    return [
        (number, place, beside)
        for number, words in enumerate(text)
        for place in range(len(words))
        for beside in range(max(0, place - window), min(len(words), place + window + 1))
        if beside != place
    ]


def read(
    text: Sequence[Sequence[str]], pairs: int, *, rate: float = RATE, seed: int = 1
) -> Reading:
    """Read a text from its beginning, pair by pair, and learn from each.

    Parameters
    ----------
    text
        Sentences of words; at least one of two words, and four different words in all.
    pairs
        How many pairs are learned from: at least 1. After the last one it begins again.
    rate
        The learning rate.
    seed
        Of the first numbers and of the words drawn by chance.
    """
    chance = np.random.default_rng(seed)
    words = tuple(dict.fromkeys(word for one in text for word in one))
    row = {word: number for number, word in enumerate(words)}
    # both tables begin with numbers: with zeros, as in training, the first step would move nothing
    vectors, contexts = chance.uniform(-SPREAD, SPREAD, (2, len(words), DIMENSIONS))
    all_pairs = pairs_of(text)
    losses = np.empty(pairs)
    for turn in range(pairs):
        sentence, place, beside = all_pairs[turn % len(all_pairs)]
        center, context = row[text[sentence][place]], row[text[sentence][beside]]
        others = np.array([one for one in range(len(words)) if one != context])
        drawn = chance.choice(others, NEGATIVES, replace=False)
        last = update(vectors[center].copy(), contexts[context].copy(), contexts[drawn], rate)
        vectors[center], contexts[context] = last.new_center, last.new_context
        contexts[drawn] = last.new_negatives
        losses[turn] = last.loss
    whole = pairs // len(all_pairs)
    return Reading(
        words,
        vectors,
        tuple(tuple(one) for one in text),
        sentence,
        place,
        beside,
        tuple(words[one] for one in drawn),
        last,
        losses[: whole * len(all_pairs)].reshape(whole, len(all_pairs)).mean(axis=1),
    )
