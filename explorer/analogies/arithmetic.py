"""Analogies by vector arithmetic: A is to B as C is to what?

All three methods need only the cosine similarity of each input to each row. So one pass over
the space gives the answer, the answer with the inputs allowed, and each input's own neighbors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from explorer.analogies.inputs import Input, Inputs, read_inputs
from explorer.errors import QueryError
from explorer.neighbors.exact import Neighbors, check_lengths, smallest
from explorer.space import EmbeddingSpace

Floats: TypeAlias = NDArray[np.float32]

EPSILON = 1e-6  # gensim's, against division by zero (0.001 in Levy & Goldberg 2014)
ZERO_SUM = 1e-7  # relative to the inputs' total length: a shorter sum is float32 rounding
SAME_POINT = 1e-7  # relative to the longest input: closer inputs differ by rounding alone
NO_STEP = 1e-3  # relative to C's length: squared distances are off by 1e-7, so these are noise


@dataclass(frozen=True)
class Method:
    """One way to solve analogies: its title, the name of its score, a sentence, and the score.

    `score(cosines, inputs, lengths)` gives (n,) float32, larger is better: `cosines` is
    (m, n), of each input and each row; `lengths` is (n,), of the rows.
    """

    title: str
    score_name: str
    sentence: str
    score: Callable[[Floats, Inputs, Floats], Floats]


def add_score(cosines: Floats, inputs: Inputs, lengths: Floats) -> Floats:
    """Cosine similarity to the sum of the inputs."""
    weights = inputs.weights
    total = max(float(weights @ inputs.gram @ weights), 0.0) ** 0.5
    if total <= ZERO_SUM * float(np.abs(weights) @ inputs.lengths):
        raise QueryError(f"{inputs.formula} is the zero vector: it points nowhere.")
    scores: Floats = (weights * inputs.lengths / total).astype(np.float32) @ cosines
    return scores


def multiply_score(cosines: Floats, inputs: Inputs, lengths: Floats) -> Floats:
    """Product of the similarities to added inputs over that of those to subtracted inputs."""
    if not (inputs.weights > 0).any():
        raise QueryError("3CosMul needs something that is added: it divides by what is subtracted.")
    shifted = (1 + cosines) / 2  # to 0 … 1: a product of negative similarities means nothing
    above = np.ones(cosines.shape[1], np.float32)
    below = np.ones(cosines.shape[1], np.float32)
    for row, weight in zip(shifted, inputs.weights.tolist(), strict=True):
        side = above if weight > 0 else below
        # rounding can push a cosine slightly below −1
        side *= row if abs(weight) == 1 else np.maximum(row, 0) ** np.float32(abs(weight))
    scores: Floats = above / (below + np.float32(EPSILON))
    return scores


def direction_score(cosines: Floats, inputs: Inputs, lengths: Floats) -> Floats:
    """Cosine similarity of the steps (vector offsets) C → row and A → B."""
    if not inputs.is_parallelogram:
        raise QueryError(
            "Pair direction compares two steps, from A to B and from C to the answer. It needs "
            "B and C added, A subtracted, each once: positive=[B, C], negative=[A]."
        )
    gram = inputs.gram
    # divide by the longest input, so that squares stay in range; directions do not change
    unit = float(inputs.lengths.max())
    gram, given = gram / unit**2, inputs.lengths / unit
    lengths = (lengths.astype(np.float64) / unit).astype(np.float32)
    step = np.sqrt(max(gram[0, 0] + gram[2, 2] - 2 * gram[0, 2], 0.0))
    if step <= SAME_POINT:
        raise QueryError(f"{inputs.names[2]} and {inputs.names[0]} are one point: no step between.")
    b, c, a = (given[:, None] * cosines * lengths).astype(np.float32)
    along = b - a - np.float32(gram[0, 1] - gram[1, 2])
    squared = lengths * lengths + np.float32(gram[1, 1]) - 2 * c
    own = np.sqrt(np.maximum(squared, 0))
    scores: Floats = np.zeros_like(along)
    np.divide(along, own * np.float32(step), out=scores, where=own > NO_STEP * given[1])
    return scores


ANALOGY_METHODS = {
    "3cosadd": Method(
        "3CosAdd",
        "cosine similarity",
        "adds and subtracts the vectors and looks for what points the same way as the sum "
        "(Mikolov, Yih & Zweig 2013).",
        add_score,
    ),
    "3cosmul": Method(
        "3CosMul",
        "3CosMul score",
        "multiplies the similarities to what is added and divides by that to what is "
        "subtracted, so that no single one outweighs the others (Levy & Goldberg 2014).",
        multiply_score,
    ),
    "direction": Method(
        "Pair direction",
        "cosine of the two steps",
        "looks only at the direction of the step from C to the answer: is it that from A to B? "
        "How far the step leads does not count (Mikolov, Yih & Zweig 2013).",
        direction_score,
    ),
}


def analogy(  # noqa: PLR0917 - its order is part of the public surface
    space: EmbeddingSpace,
    positive: Input | Sequence[Input],
    negative: Input | Sequence[Input] = (),
    k: int = 10,
    method: str = "3cosadd",
    exclude_inputs: bool = True,
    *,
    normalize: bool = True,
) -> Neighbors:
    """Return the k rows that answer an analogy or a sum of vectors best.

    Parameters
    ----------
    space
        The space to search.
    positive, negative
        What is added and what is subtracted: labels, Vectors, or pairs of one of these
        and a weight. "A is to B as C is to ?" is positive=[B, C], negative=[A].
    k
        How many answers; fewer come back from a space that has fewer.
    method
        '3cosadd' (Mikolov, Yih & Zweig 2013: cosine similarity to the sum), '3cosmul' (Levy &
        Goldberg 2014: weights are exponents there) or 'direction' (pair direction, PairDirection
        in Levy & Goldberg 2014: the cosine of the steps C → answer and A → B).
    exclude_inputs
        Whether the inputs may not be answers. Nearly always one of them would be the best.
    normalize
        Whether vectors are scaled to length 1 before they are added, as in word2vec's own
        tool; 3CosMul is the same either way.

    Returns
    -------
    Neighbors
        Best first. Scores of '3cosadd' and '3cosmul' are those of gensim's `most_similar` and
        `most_similar_cosmul`.

    Raises
    ------
    UnknownLabelError
        A label is not in the space.
    QueryError
        The method is unknown, k is less than 1, or the inputs do not fit the method.

    Examples
    --------
    >>> space = EmbeddingSpace(
    ...     ["king", "queen", "man", "woman"], [[5, 1], [5, -1], [1, 1], [1, -1]]
    ... )
    >>> analogy(space, ["king", "woman"], ["man"], k=1).labels
    ('queen',)
    """
    inputs = read_inputs(space, positive, negative, normalize=normalize)
    return solve_analogy(space, inputs, method).answer(k, exclude_inputs=exclude_inputs)


@dataclass(frozen=True, eq=False)
class AnalogyResult:
    """A solved analogy, with what tells how far to trust the answer: margin, ranks, controls.

    Attributes
    ----------
    space, inputs, method
        What was asked, and how.
    cosines
        (m, n) float32: the cosine similarity of each input to each row.
    scores
        (n,) float32: larger is a better answer.
    """

    space: EmbeddingSpace
    inputs: Inputs
    method: str
    cosines: Floats
    scores: Floats

    def answer(self, k: int = 10, *, exclude_inputs: bool = True) -> Neighbors:
        """Return the k best rows, with or without the inputs among them."""
        return self._best(
            self.scores,
            k,
            self.inputs.formula,
            ANALOGY_METHODS[self.method].score_name,
            self.method,
            exclude_inputs=exclude_inputs,
        )

    def alone(self, term: int, k: int = 10) -> Neighbors:
        """Return the k rows nearest to one input alone; no input can be among them."""
        name = self.inputs.names[term]
        return self._best(
            self.cosines[term], k, name, "cosine similarity", "cosine", exclude_inputs=True
        )

    @property
    def margin(self) -> float:
        """The best answer's score minus the runner-up's; NaN if there is no second answer."""
        best = self.answer(2).scores
        return float(best[0] - best[1]) if len(best) == 2 else float("nan")

    def rank(self, row: int, term: int | None = None) -> int | None:
        """Return a row's rank among the answers, 1 for the best.

        None for inputs and zero vectors, which cannot be answers. With `term`, rows are ranked
        by their similarity to that input alone.
        """
        norms = self.space.norms
        if row in self.inputs.rows or norms[row] == 0:
            return None
        scores = self.scores if term is None else self.cosines[term]
        ahead = (scores > scores[row]) & (norms > 0)
        ahead[list(self.inputs.rows)] = False
        return int(ahead.sum()) + 1

    def _best(
        self,
        scores: Floats,
        k: int,
        query: str,
        score_name: str,
        metric: str,
        *,
        exclude_inputs: bool,
    ) -> Neighbors:
        if k < 1:
            raise QueryError(f"k is {k}: ask for at least one answer.")
        keys = -scores
        keys[self.space.norms == 0] = np.inf  # a zero vector has no direction: never an answer
        if exclude_inputs:
            keys[list(self.inputs.rows)] = np.inf
        order = smallest(keys, k)
        order = order[np.isfinite(keys[order])]
        labels = tuple(self.space.labels_at(order))
        return Neighbors(query, metric, labels, order, scores[order], score_name)


def solve_analogy(space: EmbeddingSpace, inputs: Inputs, method: str = "3cosadd") -> AnalogyResult:
    """Score every row of the space as the answer to an analogy; `analogy` is the short way.

    Parameters
    ----------
    space
        n vectors.
    inputs
        m vectors with their weights, from `read_inputs`.
    method
        '3cosadd' (Mikolov, Yih & Zweig 2013), '3cosmul' or 'direction' (Levy & Goldberg 2014):
        see `analogy`.

    Returns
    -------
    AnalogyResult
        With (m, n) float32 cosines and (n,) float32 scores, larger is better.

    Raises
    ------
    QueryError
        The method is unknown, or the inputs do not fit it.
    """
    if method not in ANALOGY_METHODS:
        raise QueryError(
            f"The method “{method}” is unknown. Known ones: {', '.join(ANALOGY_METHODS)}."
        )
    check_lengths(space)
    # normalize first: products of two long or two short vectors leave float32's range
    lengths = inputs.lengths[:, None]
    units = np.divide(inputs.values, lengths, out=np.zeros(inputs.values.shape), where=lengths > 0)
    cosines = np.ascontiguousarray((space.matrix @ units.astype(np.float32).T).T)
    np.divide(cosines, space.norms, out=cosines, where=space.norms > 0)
    own = np.ones_like(space.norms) if inputs.normalized else space.norms
    scores = ANALOGY_METHODS[method].score(cosines, inputs, own)
    return AnalogyResult(space, inputs, method, cosines, scores)
