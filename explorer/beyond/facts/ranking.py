"""How good is a model of facts: where it ranks the true answer among all entities, both sides.

Filtered, as Bordes et al. (2013) do: other answers that are known to be true are taken out before
the place of this one is counted. Equal scores share their places (the "realistic" rank of
Berrendorf et al. 2020), so a model that says the same of everything is no better than chance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.beyond.facts.graph import HEAD, RELATION, TAIL, Answers, Graph, Ids

Floats = NDArray[np.float64]
Scorer = Callable[[Ids, Ids, bool], NDArray[np.floating]]
AT_ONCE = 256  # questions, each with a score for every entity


@dataclass(frozen=True, eq=False)
class Ranking:
    """The places of the true answers, 1 for the first.

    Attributes
    ----------
    ranks
        Places (n, 2), float64: of the true tail among all tails, of the true head among all heads.
    candidates
        How many entities each was ranked among (n, 2), after the other true ones were taken out.
    """

    ranks: Floats
    candidates: Floats

    def of(self, chosen: NDArray[np.bool_]) -> Ranking:
        """Return the places of some of the questions."""
        return Ranking(self.ranks[chosen], self.candidates[chosen])

    @property
    def mrr(self) -> float:
        """Mean of 1 / place, from 0 to 1."""
        return float((1 / self.ranks).mean()) if self.ranks.size else float("nan")

    def hits(self, k: int = 10, *, side: int | None = None) -> float:
        """Share of the questions whose answer is among the first k; of tails alone with side 0."""
        ranks = self.ranks if side is None else self.ranks[:, side]
        return float((ranks <= k).mean()) if ranks.size else float("nan")

    def chance(self, k: int = 10) -> float:
        """Share of hits that a random order has."""
        return (
            float(np.minimum(1, k / self.candidates).mean())
            if self.candidates.size
            else float("nan")
        )

    def chance_mrr(self) -> float:
        """Mean of 1 / place of a random order: the harmonic number of n over n."""
        if not self.candidates.size:
            return float("nan")
        n = self.candidates
        return float(((np.log(n) + np.euler_gamma + 1 / (2 * n)) / n).mean())


def rank(graph: Graph, facts: Ids, score: Scorer) -> Ranking:
    """Rank the true tail and the true head of each fact.

    Parameters
    ----------
    graph
        Whose facts are taken out of the other answers.
    facts
        The questions (n, 3).
    score
        Takes known entities (b,), relations (b,), and whether tails are asked; returns the score
        of each entity as the answer (b, number of entities).
    """
    ranks = np.empty((len(facts), 2))
    candidates = np.empty((len(facts), 2))
    for side, tails in enumerate((True, False)):
        known = Answers(graph, graph.facts, tails=tails)
        given, asked = (HEAD, TAIL) if tails else (TAIL, HEAD)
        for start in range(0, len(facts), AT_ONCE):
            part = facts[start : start + AT_ONCE]
            scores = np.array(score(part[:, given], part[:, RELATION], tails), dtype=np.float64)
            own = scores[np.arange(len(part)), part[:, asked]][:, None]
            rows, true = known.of(part[:, given], part[:, RELATION])
            scores[rows, true] = np.nan  # is neither better nor equal
            here = slice(start, start + len(part))
            ranks[here, side] = 1 + (scores > own).sum(axis=1) + (scores == own).sum(axis=1) / 2
            candidates[here, side] = (~np.isnan(scores)).sum(axis=1) + 1
    return Ranking(ranks, candidates)


def most_frequent(graph: Graph) -> Scorer:
    """Return the baseline: whatever answers this relation most often in what is learned from."""
    n, kinds = len(graph.entities), len(graph.relations)
    counts = np.zeros((2, kinds, n))
    for side, asked in enumerate((TAIL, HEAD)):
        np.add.at(counts[side], (graph.train[:, RELATION], graph.train[:, asked]), 1)
    return lambda known, relations, tails: counts[0 if tails else 1, relations]
