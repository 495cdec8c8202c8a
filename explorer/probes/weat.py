"""The Word Embedding Association Test (Caliskan, Bryson & Narayanan 2017)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from explorer.errors import QueryError
from explorer.probes.semantic_axis import unit_vectors
from explorer.space import EmbeddingSpace
from explorer.words import split_words

Floats: TypeAlias = NDArray[np.float64]

EXACT_UP_TO = 200_000  # divisions of the targets; if there are more, this many are sampled
SEED = 42
FEWEST = 2  # words a list needs
ALIKE = 1e-9  # a smaller difference of scores, which are sums of cosines in float64, is rounding


@dataclass(frozen=True)
class WordList:
    """Words under a name: 'flowers: aster, clover, …'; `missing` are those a space lacks."""

    name: str
    words: tuple[str, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Association:
    """The result of an association test.

    Attributes
    ----------
    targets, attributes
        Two lists each, with the words that were used and those that are missing.
    scores
        For each target list (k,) float64: a word's mean cosine similarity to the first
        attributes minus that to the second.
    effect_size
        Difference of the target lists' mean scores in standard deviations of all scores.
    p_value
        Of a one-sided permutation test: the share of divisions of the targets into lists of the
        same sizes whose difference is at least as large, the given division included.
    divisions
        How many divisions were compared.
    is_exact
        Whether these are all divisions, or a sample.
    """

    targets: tuple[WordList, WordList]
    attributes: tuple[WordList, WordList]
    scores: tuple[Floats, Floats]
    effect_size: float
    p_value: float
    divisions: int
    is_exact: bool

    @property
    def words(self) -> tuple[str, ...]:
        """All words that were used."""
        return tuple(word for one in (*self.targets, *self.attributes) for word in one.words)

    @property
    def missing(self) -> tuple[str, ...]:
        """All out-of-vocabulary words."""
        return tuple(word for one in (*self.targets, *self.attributes) for word in one.missing)


def association_test(
    space: EmbeddingSpace,
    targets: tuple[WordList, WordList],
    attributes: tuple[WordList, WordList],
    *,
    seed: int = SEED,
) -> Association:
    """Run the Word Embedding Association Test (Caliskan, Bryson & Narayanan 2017).

    It asks whether the first targets are closer to the first attributes than the second targets
    are. The effect size is the difference of means over the standard deviation of all scores,
    with n − 1 in its denominator; implementations with n give slightly larger ones.
    Out-of-vocabulary words are left out and listed.

    Parameters
    ----------
    space
        Where the words are looked up.
    targets, attributes
        Two lists each: flowers and insects, pleasant and unpleasant.
    seed
        For sampling divisions where there are too many to compare them all.

    Returns
    -------
    Association
        With (k,) float64 scores of each target list, the effect size in standard deviations, and
        a one-sided p-value, 0 to 1.

    Raises
    ------
    QueryError
        A list has fewer than two words in the space, a word stands in both target lists, or all
        targets score alike.
    """
    known = [known_words(space, one) for one in (*targets, *attributes)]
    for one in known:
        if len(one.words) < FEWEST:
            raise QueryError(
                f"Of “{one.name}”, {space.name} has {len(one.words)} words; at least {FEWEST} are "
                f"needed. Missing: {', '.join(one.missing) or 'none'}."
            )
    first, second, pleasant, unpleasant = known
    if both := sorted(set(first.words) & set(second.words)):
        raise QueryError(f"“{both[0]}” is in both target lists. Remove it from one of them.")
    goods, bads = unit_vectors(space, pleasant.words), unit_vectors(space, unpleasant.words)

    def score(words: Sequence[str]) -> Floats:
        vectors = unit_vectors(space, words)
        difference: Floats = (vectors @ goods.T).mean(axis=1) - (vectors @ bads.T).mean(axis=1)
        return difference

    scores = score(first.words), score(second.words)
    together = np.concatenate(scores)
    deviation = together.std(ddof=1)
    if deviation < ALIKE:
        raise QueryError("All target words have the same score: there is nothing to compare.")
    effect = (scores[0].mean() - scores[1].mean()) / deviation
    p_value, divisions, is_exact = permutation_p(together, len(scores[0]), seed)
    return Association(
        (first, second), (pleasant, unpleasant), scores, float(effect), p_value, divisions, is_exact
    )


def permutation_p(scores: Floats, n_first: int, seed: int = SEED) -> tuple[float, int, bool]:
    """Return the one-sided p-value of a permutation test, its divisions, and if these are all.

    The first `n_first` scores are the first list's. Sums of that list are compared, because with
    fixed sizes the difference of means grows with them. A sampled p-value counts the given
    division too, so it is never 0.
    """
    own = scores[:n_first].sum()
    slack = ALIKE * np.abs(scores).max()
    divisions = math.comb(len(scores), n_first)
    if divisions <= EXACT_UP_TO:
        chosen = np.array(list(combinations(range(len(scores)), n_first)), np.intp)
        sums = scores[chosen].sum(axis=1)
        return float((sums >= own - slack).mean()), divisions, True
    random = np.random.default_rng(seed)
    at_least = 0
    for start in range(0, EXACT_UP_TO, 10_000):
        keys = random.random((min(10_000, EXACT_UP_TO - start), len(scores)))
        chosen = np.argpartition(keys, n_first, axis=1)[:, :n_first]
        at_least += int((scores[chosen].sum(axis=1) >= own - slack).sum())
    return (1 + at_least) / (1 + EXACT_UP_TO), EXACT_UP_TO, False


def known_words(space: EmbeddingSpace, given: WordList) -> WordList:
    """Return the list with the words that have a vector; the others are its `missing`."""
    words = dict.fromkeys(given.words)
    return WordList(
        given.name,
        tuple(word for word in words if space.has_vector(word)),
        tuple(word for word in words if not space.has_vector(word)),
    )


def read_word_lists(text: str) -> tuple[WordList, WordList, WordList, WordList]:
    """Return the four lists of a text: lines 'name: word, word, …', targets before attributes.

    Raises
    ------
    QueryError
        There are not four lists, or a line is none.

    Examples
    --------
    >>> lists = read_word_lists("x: a, b\\ny: c, d\\ngood: e, f\\nbad: g, h")
    >>> lists[0]
    WordList(name='x', words=('a', 'b'), missing=())
    """
    lists = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, rest = line.partition(":")
        words = split_words(rest)
        if not (colon and name.strip() and words):
            raise QueryError(
                f"Line {number} is no list of words. Write a name, a colon, and words with commas "
                "between them: flowers: aster, clover, rose."
            )
        lists.append(WordList(name.strip(), tuple(words)))
    if len(lists) != 4:
        raise QueryError(
            f"{len(lists)} lists were given, and four are needed: two of targets and two of "
            "attributes, each on a line of its own."
        )
    return lists[0], lists[1], lists[2], lists[3]
