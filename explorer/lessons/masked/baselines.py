"""What hidden words are guessed by counting: the baselines beside the transformer.

Each counts in the sentences to learn from, and answers a hidden word with a probability of every
word. “A bag of neighbors” knows what skip-gram knows: which words stand within the window, in no
order. It is a naive Bayes classifier on the pairs of word and neighbor that skip-gram learns from.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from explorer.lessons.masked.text import HiddenText, Sentence
from explorer.lessons.masked.training import figures

WINDOW = 3  # as “Watch it learn” has it
SMOOTHING = 1.0  # added to each word's counts, divided by how frequent the words are
CHANCE, FREQUENT, BEFORE, BOTH, BAG = (
    "any word, by chance",
    "how frequent words are",
    "the word before",
    "the words before and after",
    "a bag of neighbors",
)
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Counts:
    """What was counted in the sentences to learn from.

    Attributes
    ----------
    frequent
        (V,) the share of each word.
    following
        (V + 1, V + 1): row a, column b is the share of b among the words after a; V is the edge.
    beside
        (V, V): row a, column b is the share of b among the words in a window around a.
    """

    frequent: Floats
    following: Floats
    beside: Floats


@lru_cache(maxsize=2)
def counts(text: HiddenText) -> Counts:
    """Count in the sentences to learn from."""
    n = len(text.words)
    frequent = np.bincount(np.concatenate(text.learned), minlength=n).astype(np.float64)
    following, beside = np.zeros((n + 1, n + 1)), np.zeros((n, n))
    for one in text.learned:
        framed = np.concatenate(([n], one, [n]))
        np.add.at(following, (framed[:-1], framed[1:]), 1)
        for distance in range(1, WINDOW + 1):
            np.add.at(beside, (one[distance:], one[:-distance]), 1)
            np.add.at(beside, (one[:-distance], one[distance:]), 1)
    with_edge = np.append(frequent, len(text.learned))
    return Counts(frequent / frequent.sum(), shares(following, with_edge), shares(beside, frequent))


def shares(found: Floats, frequent: Floats) -> Floats:
    """Return each row as shares, smoothed towards how frequent the words are."""
    smooth: Floats = found + SMOOTHING * frequent / frequent.sum()
    rows: Floats = smooth / smooth.sum(axis=1, keepdims=True)
    return rows


def by_chance(counted: Counts, sentence: Sentence, place: int) -> Floats:
    """Guess without looking."""
    n = len(counted.frequent)
    return np.full(n, 1 / n)


def by_frequency(counted: Counts, sentence: Sentence, place: int) -> Floats:
    """Guess the most frequent words (a unigram model)."""
    return counted.frequent


def by_word_before(counted: Counts, sentence: Sentence, place: int) -> Floats:
    """Guess what most often follows the word before (a bigram model)."""
    before = sentence[place - 1] if place else len(counted.frequent)
    return counted.following[before, :-1]


def by_both_sides(counted: Counts, sentence: Sentence, place: int) -> Floats:
    """Guess what follows the word before and comes before the word after."""
    n = len(counted.frequent)
    after = sentence[place + 1] if place + 1 < len(sentence) else n
    found: Floats = by_word_before(counted, sentence, place) * counted.following[:n, after]
    return found


def by_bag(counted: Counts, sentence: Sentence, place: int) -> Floats:
    """Guess by the words in the window, in no order."""
    near = neighbors(sentence, place)
    logs = np.log(counted.frequent) + np.log(counted.beside[:, near]).sum(axis=1)
    found: Floats = np.exp(logs - logs.max())
    return found


def neighbors(sentence: Sentence, place: int) -> Sentence:
    """Return the words of the window around a place, without the one there."""
    low = max(0, place - WINDOW)
    return np.concatenate((sentence[low:place], sentence[place + 1 : place + 1 + WINDOW]))


BASELINES = {
    CHANCE: by_chance,
    FREQUENT: by_frequency,
    BEFORE: by_word_before,
    BOTH: by_both_sides,
    BAG: by_bag,
}


def guess(text: HiddenText, name: str, sentence: Sentence, place: int) -> Floats:
    """Return the probability of each word at a place, (V,), by one of BASELINES."""
    found = BASELINES[name](counts(text), sentence, place)
    likely: Floats = found / found.sum()
    return likely


def baseline_figures(text: HiddenText) -> dict[str, dict[str, float]]:
    """Judge each baseline on the sentences held out, as `figures` does."""
    places = [(one, place) for one in text.test for place in range(len(one))]
    right = np.array([one[place] for one, place in places])
    return {
        name: figures(np.stack([guess(text, name, *where) for where in places]), right)
        for name in BASELINES
    }
