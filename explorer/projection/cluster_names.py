"""Names for clusters: words common in one and rare outside, or central and frequent labels.

How the rules were chosen, and against what: docs/clusters.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from explorer.words import WORD

NAME_WORDS = 3
WORDS_IN_LABELS = 1.2  # at most, on average: then texts are labels, a few of them compounds
RARITY = 0.5  # of the standard deviation of cosine, lost by a word one deviation rarer
TRIED = 10 * NAME_WORDS  # candidates looked at, because texts may repeat or be forms of one word
SHORTER_FIRST = 0.1  # correlation of length and row, where frequent words come first
ENOUGH = 500  # labels, fewer do not tell their order
MOST_LOOKED_AT = 20_000  # labels, for their order
SAME_STEM = (4, 2)  # letters in common at the least; at most so many fewer than the shorter word


def name_clusters(
    codes: NDArray[np.intp], texts: Sequence[str], directions: NDArray[np.float32]
) -> tuple[str, ...]:
    """Return a different name for each cluster.

    Texts of several words: the words in the largest share of a cluster's texts, times the
    logarithm of how rare they are in all texts (tf-idf of documents, as in c-TF-IDF,
    Grootendorst 2022, but a text counts a word once). Labels of one word: those near the
    cluster's mean, the frequent ones first where the labels stand in order of frequency.

    Parameters
    ----------
    codes
        (n,) intp: the number of each point's cluster, −1 for none.
    texts
        n labels or texts.
    directions
        (n, d) float32 of length 1.
    """
    clusters = range(int(codes.max(initial=-1)) + 1)
    words = [naming_words(text) for text in texts]
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], [*clusters, len(clusters)])
    members = [order[bounds[code] : bounds[code + 1]] for code in clusters]
    single = sum(len(found) for found in words) <= WORDS_IN_LABELS * max(1, sum(map(bool, words)))
    if single:
        rare = rarity(texts)
        names = [central(rows, texts, directions, rare) for rows in members]
    else:
        names = own_words(members, words)
    seen: Counter[str] = Counter()
    unique = []
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(unique)


def naming_words(text: str) -> list[str]:
    """Return the words of a text that can name a cluster: no numbers and no single letters."""
    words = WORD.findall(text.casefold())
    return [word for word in words if len(word) > 1 and not any(map(str.isdigit, word))]


def rarity(texts: Sequence[str]) -> NDArray[np.float64] | None:
    """Return how rare each label is, by its place; None where labels are in no order of frequency.

    Frequent words are short (Zipf 1935), so in a vocabulary in order of frequency the lengths grow.
    """
    from scipy.stats import spearmanr

    lengths = [len(text) for text in texts[:MOST_LOOKED_AT]]
    if len(lengths) < ENOUGH or len(set(lengths)) == 1:
        return None
    if spearmanr(lengths, np.arange(len(lengths))).statistic < SHORTER_FIRST:
        return None
    return np.log1p(np.arange(len(texts)))


def central(
    rows: NDArray[np.intp],
    texts: Sequence[str],
    directions: NDArray[np.float32],
    rare: NDArray[np.float64] | None = None,
) -> str:
    """Return the texts nearest to the mean of some rows, where they are known the frequent ones."""
    near = directions[rows] @ directions[rows].mean(axis=0)
    if rare is not None:
        near = standardized(near) - RARITY * standardized(rare[rows])
    nearest = rows[np.argsort(-near, kind="stable")][:TRIED]
    return ", ".join(different(texts[row].strip() or "?" for row in nearest))


def standardized(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return values with mean 0 and standard deviation 1; equal ones become 0."""
    scaled: NDArray[np.floating] = (values - values.mean()) / (values.std() or 1)
    return scaled


def own_words(members: Sequence[NDArray[np.intp]], words: Sequence[Sequence[str]]) -> list[str]:
    """Return each cluster's words: in many of its texts, in few others, no function words."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    counts = [Counter(word for row in rows for word in set(words[row])) for rows in members]
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    n = sum(len(rows) for rows in members)
    names = []
    for rows, count in zip(members, counts, strict=True):
        scored = {
            word: (times / len(rows) * float(np.log(n / total[word])), times)
            for word, times in count.items()
            if word not in ENGLISH_STOP_WORDS
        }
        best = sorted(scored, key=lambda word: (-scored[word][0], -scored[word][1], word))
        names.append(", ".join(different(best[:TRIED])) or "?")
    return names


def different(words: Iterable[str]) -> list[str]:
    """Return the first few words of which no two are forms of one (king, kings)."""
    chosen: list[str] = []
    for word in words:
        if not any(are_alike(word.casefold(), other.casefold()) for other in chosen):
            chosen.append(word)
        if len(chosen) == NAME_WORDS:
            break
    return chosen


def are_alike(one: str, other: str) -> bool:
    """Return whether two words begin alike, as forms of one word do.

    Examples
    --------
    >>> are_alike("pulled", "pulling"), are_alike("serbia", "service")
    (True, False)
    """
    shorter = min(len(one), len(other))
    common = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    least, fewer = SAME_STEM
    return one == other or common == shorter >= least - 1 or common >= max(least, shorter - fewer)
