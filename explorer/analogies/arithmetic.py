"""Analogies: A is to B as C is to what? Arithmetic on vectors, with what it would answer anyway.

All three methods are functions of the cosine similarities between the inputs and each
row of the space, so one pass over the space answers the question, the same question with
the inputs allowed, and what the inputs alone would have answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from explorer.errors import QueryError
from explorer.formula import Term
from explorer.neighbors.exact import Neighbors, check_lengths, smallest
from explorer.space import EmbeddingSpace
from explorer.vector import Vector, as_text

Floats: TypeAlias = NDArray[np.float32]
Input: TypeAlias = str | Vector | Term | tuple[str | Vector, float]

EPSILON = 1e-6  # Levy & Goldberg 2014, against division by zero
MOST_INPUTS = 200
ZERO_SUM = 1e-7  # of the inputs' lengths together, float32's precision: a shorter sum is rounding
SAME_POINT = 1e-7  # of the longest input: inputs nearer to each other differ by rounding
NO_STEP = (
    1e-3  # of C's length, the root of ZERO_SUM: rows nearer to C would get rounding's direction
)


@dataclass(frozen=True, eq=False)
class Inputs:
    """What is added and subtracted.

    Attributes
    ----------
    names, rows
        m names; the rows of the space to leave out of the answer.
    values, weights
        (m, d) float32 vectors, as they are added; (m,) float64, below zero for subtracted ones.
    normalized
        Whether each vector was scaled to length 1 first.
    """

    names: tuple[str, ...]
    rows: tuple[int, ...]
    values: Floats
    weights: NDArray[np.float64]
    normalized: bool

    @cached_property
    def gram(self) -> NDArray[np.float64]:
        """(m, m) float64: the dot products of the inputs with each other."""
        wide = self.values.astype(np.float64)
        products: NDArray[np.float64] = wide @ wide.T
        return products

    @property
    def lengths(self) -> NDArray[np.float64]:
        """(m,) float64: the length of each input."""
        return np.sqrt(np.diag(self.gram))

    @property
    def result(self) -> Floats:
        """(d,) float32: the sum."""
        total: Floats = (self.weights @ self.values.astype(np.float64)).astype(np.float32)
        return total

    @property
    def is_parallelogram(self) -> bool:
        """Whether it is B + C − A, each once."""
        return bool(np.array_equal(self.weights, [1, 1, -1]))

    @property
    def formula(self) -> str:
        """The sum as one reads it: 'king − man + woman'."""
        text = ""
        parts = list(zip(self.names, self.weights.tolist(), strict=True))
        if self.is_parallelogram:
            parts = [parts[0], parts[2], parts[1]]
        for name, weight in parts:
            sign = "−" if weight < 0 else "+"
            factor = "" if abs(weight) == 1 else f"{as_text(abs(weight))} × "
            text += f" {sign} {factor}{name}" if text else f"{'−' * (weight < 0)}{factor}{name}"
        return text


@dataclass(frozen=True)
class Method:
    """One way to answer: its title, what its score is, a sentence on it, and the score.

    `score(cosines, inputs, lengths)` gives (n,) float32, larger is better: `cosines` is
    (m, n), each input with each row; `lengths` are the rows' own, (n,).
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
    """The product of the similarities to what is added, over that to what is subtracted."""
    if not (inputs.weights > 0).any():
        raise QueryError("3CosMul needs something that is added: it divides by what is subtracted.")
    shifted = (1 + cosines) / 2  # to 0 … 1: negative similarities cannot be multiplied
    above = np.ones(cosines.shape[1], np.float32)
    below = np.ones(cosines.shape[1], np.float32)
    for row, weight in zip(shifted, inputs.weights.tolist(), strict=True):
        side = above if weight > 0 else below
        # rounding can leave a similarity a hair under −1
        side *= row if abs(weight) == 1 else np.maximum(row, 0) ** np.float32(abs(weight))
    scores: Floats = above / (below + np.float32(EPSILON))
    return scores


def direction_score(cosines: Floats, inputs: Inputs, lengths: Floats) -> Floats:
    """Cosine of the step from C to each row with the step from A to B."""
    if not inputs.is_parallelogram:
        raise QueryError(
            "Pair direction compares two steps, from A to B and from C to the answer. It needs "
            "B and C added, A subtracted, each once: positive=[B, C], negative=[A]."
        )
    gram = inputs.gram
    # In multiples of the longest input, for the squares: directions are the same in any unit.
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
    """An analogy with all that tells how much it is worth.

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
        """Return the k rows nearest to one input by itself, the inputs left out."""
        name = self.inputs.names[term]
        return self._best(
            self.cosines[term], k, name, "cosine similarity", "cosine", exclude_inputs=True
        )

    @property
    def margin(self) -> float:
        """How far the best answer's score is above the runner-up's."""
        best = self.answer(2).scores
        return float(best[0] - best[1]) if len(best) == 2 else float("nan")

    def rank(self, row: int, term: int | None = None) -> int | None:
        """Return a row's place among the answers, 1 the best; None for what is no answer.

        Inputs and zero vectors are none. With `term`, the place is that among the rows nearest
        to that input alone.
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
        keys[self.space.norms == 0] = np.inf  # a zero vector points nowhere, and answers nothing
        if exclude_inputs:
            keys[list(self.inputs.rows)] = np.inf
        order = smallest(keys, k)
        order = order[np.isfinite(keys[order])]
        labels = self.space.labels_at(order)
        return Neighbors(query, metric, labels, order, scores[order], score_name)


def solve_analogy(space: EmbeddingSpace, inputs: Inputs, method: str = "3cosadd") -> AnalogyResult:
    """Compare the inputs with every row of the space; `analogy` is the short way.

    Parameters
    ----------
    space
        n vectors.
    inputs
        m vectors with their weights, from `read_inputs`.
    method
        '3cosadd', '3cosmul' or 'direction', as in `analogy`.

    Returns
    -------
    AnalogyResult
        The (m, n) cosines and (n,) scores that answers, margin and ranks are read from.

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
    # at length 1 first: products of two long or two short vectors are beyond float32
    lengths = inputs.lengths[:, None]
    units = np.divide(inputs.values, lengths, out=np.zeros(inputs.values.shape), where=lengths > 0)
    cosines = np.ascontiguousarray((space.matrix @ units.astype(np.float32).T).T)
    np.divide(cosines, space.norms, out=cosines, where=space.norms > 0)
    own = np.ones_like(space.norms) if inputs.normalized else space.norms
    scores = ANALOGY_METHODS[method].score(cosines, inputs, own)
    return AnalogyResult(space, inputs, method, cosines, scores)


def read_inputs(
    space: EmbeddingSpace,
    positive: Input | Sequence[Input],
    negative: Input | Sequence[Input] = (),
    *,
    normalize: bool = True,
) -> Inputs:
    """Return what is added and subtracted as vectors and weights, given as in `analogy`."""
    weighted = [
        *(read_input(space, one, 1.0) for one in as_list(positive)),
        *(read_input(space, one, -1.0) for one in as_list(negative)),
    ]
    if not weighted:
        raise QueryError("An analogy needs at least one label or vector to start from.")
    if len(weighted) > MOST_INPUTS:
        raise QueryError(f"{len(weighted):,} terms are too many: {MOST_INPUTS} are the most.")
    vectors = [vector.unit() if normalize else vector for vector, _ in weighted]
    labels = dict.fromkeys(label for vector in vectors for label in vector.labels)
    rows = rows_labelled(space, labels)
    values = np.stack([vector.values for vector in vectors])
    if values.shape[1] != space.dim or not np.isfinite(values).all():
        raise QueryError(
            f"An input has {values.shape[1]:,} dimensions and {space.name} {space.dim:,}, or it "
            "holds values that are not finite. Use vectors of the space itself."
        )
    return Inputs(
        tuple(vector._enclosed() for vector in vectors),
        rows,
        values,
        np.array([weight for _, weight in weighted]),
        normalize,
    )


def read_input(space: EmbeddingSpace, given: Input, sign: float) -> tuple[Vector, float]:
    """Return one input as a Vector and its weight."""
    if isinstance(given, Term):
        source: str | Vector = given.label
        weight = given.weight
    elif isinstance(given, tuple):
        source, weight = given
    else:
        source, weight = given, 1.0
    vector = space[source] if isinstance(source, str) else source
    if not np.isfinite(weight):
        raise QueryError(f"The weight of {vector.name} is {weight}: give a finite number.")
    return vector, sign * float(weight)


def as_list(given: Input | Sequence[Input]) -> list[Input]:
    """Return one input, or several, as a list."""
    if isinstance(given, str | Vector | Term):
        return [given]
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], int | float):
        return [(given[0], given[1])]
    return list(given)


def rows_labelled(space: EmbeddingSpace, labels: Iterable[str]) -> tuple[int, ...]:
    """Return the rows that carry one of the labels, all of them where labels repeat."""
    return tuple(sorted(row for label in set(labels) for row in space.rows(label)))
