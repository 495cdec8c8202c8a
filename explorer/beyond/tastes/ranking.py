"""How good are recommendations: where the items that were held out stand among all others.

Items that a user is known to have taken are no candidates. Equal scores share their places: a
figure is its mean over all orders of equal scores (McSherry & Najork 2008), so what says the same
of everything is no better than chance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Scorer = Callable[[NDArray[np.intp]], NDArray[np.floating]]  # users (b,): scores (b, items)
K = 10
AT_ONCE = 256  # users, each with a score for every item
MOST_JUDGED = 5_000  # users; of more, a sample is judged


@dataclass(frozen=True, eq=False)
class Ranking:
    """The figures of each user of whom something was held out.

    Attributes
    ----------
    ndcg, recall
        nDCG@10 (Järvelin & Kekäläinen 2002) and recall@10, 0 to 1 (m,).
    held, candidates
        How many items of a user were held out, and among how many they were ranked (m,).
    """

    ndcg: Floats
    recall: Floats
    held: Floats
    candidates: Floats

    @property
    def mean_ndcg(self) -> float:
        """Mean nDCG@10 over the users."""
        return mean(self.ndcg)

    @property
    def mean_recall(self) -> float:
        """Mean recall@10 over the users: the share of what was held out among the first ten."""
        return mean(self.recall)

    @property
    def chance_ndcg(self) -> float:
        """Mean nDCG@10 of a random order."""
        gains = gain_sums()
        first = np.minimum(self.candidates, K).astype(int)
        best = gains[np.minimum(self.held, K).astype(int)]
        return mean(self.held / self.candidates * gains[first] / best)

    @property
    def chance_recall(self) -> float:
        """Mean recall@10 of a random order."""
        return mean(np.minimum(K / self.candidates, 1))


def mean(values: Floats) -> float:
    """Return the mean, NaN where there is nothing."""
    return float(values.mean()) if values.size else float("nan")


def gain_sums() -> Floats:
    """Return what the first 0, 1, ... K places are worth together: 1 / log2(place + 1) each."""
    return np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2, K + 2)))])


def rank(
    known: csr_array, truth: csr_array, score: Scorer, *, most: int = MOST_JUDGED, seed: int = 0
) -> Ranking:
    """Rank each user's held-out items among all that the user is not known to have taken.

    Parameters
    ----------
    known, truth
        Which items are no candidates, and which are the right ones: (users, items).
    score
        Takes users (b,) and returns the score of each item (b, items).
    most
        Users that are judged; of more, as many are drawn.
    """
    users = np.flatnonzero(np.diff(truth.indptr))
    if len(users) > most:
        users = np.sort(np.random.default_rng(seed).choice(users, most, replace=False))
    gains = gain_sums()
    found = np.empty((4, len(users)))
    for start in range(0, len(users), AT_ONCE):
        part = users[start : start + AT_ONCE]
        scores = np.array(score(part), dtype=np.float64)
        for row, user in enumerate(part):
            seen = known.indices[known.indptr[user] : known.indptr[user + 1]]
            held = truth.indices[truth.indptr[user] : truth.indptr[user + 1]]
            own = scores[row, held]
            ordered = np.sort(np.delete(scores[row], seen))
            better = len(ordered) - np.searchsorted(ordered, own, "right")
            equal = len(ordered) - better - np.searchsorted(ordered, own, "left")
            first, last = np.minimum(better, K), np.minimum(better + equal, K)
            worth = ((gains[last] - gains[first]) / equal).sum()
            found[:, start + row] = (
                worth / gains[min(len(held), K)],
                ((last - first) / equal).sum() / len(held),
                len(held),
                len(ordered),
            )
    return Ranking(*found)
