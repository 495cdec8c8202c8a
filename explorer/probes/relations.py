"""Relations as vector offsets: how parallel are the steps within a family of word pairs?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.analogies.geometry import Plane
from explorer.errors import QueryError
from explorer.space import EmbeddingSpace
from explorer.words import scan

WordPair: TypeAlias = tuple[str, str]
Floats: TypeAlias = NDArray[np.float64]

MOST_PAIRS = 200
PARALLEL = 0.05  # mean cosine of steps below which they have no direction in common
ROUNDING = 1e-7  # of vectors of length 1 in float32: shorter steps have no direction
BETWEEN = ",;\t:→"  # signs between the two words of a pair; “->” is read as “→”


@dataclass(frozen=True, eq=False)
class PairFamily:
    """Word pairs of one relation, with the step (vector offset) from first to second of each.

    Attributes
    ----------
    pairs
        p pairs of labels.
    starts, ends
        (p, d) float64: their vectors, scaled to length 1.
    """

    pairs: tuple[WordPair, ...]
    starts: Floats
    ends: Floats

    @cached_property
    def steps(self) -> Floats:
        """(p, d) float64: end − start."""
        return self.ends - self.starts

    @cached_property
    def cosines(self) -> Floats:
        """(p, p) float64: the cosine similarity of each step with each other."""
        return cosine_matrix(self.steps)

    @property
    def parallelism(self) -> float:
        """Mean cosine similarity of two different steps: 1 if all are parallel, at least -1."""
        return mean_off_diagonal(self.cosines)

    @cached_property
    def shuffled_parallelism(self) -> float:
        """The baseline of `parallelism`: its mean over all rotations of ends against starts.

        It is what the two groups of words give without the pairing.
        """
        p = len(self.pairs)
        turns = [np.roll(self.ends, turn, axis=0) - self.starts for turn in range(1, p)]
        return float(np.mean([mean_off_diagonal(cosine_matrix(steps)) for steps in turns]))

    @property
    def with_others(self) -> Floats:
        """(p,) float64: each step's mean cosine similarity with the other steps."""
        p = len(self.pairs)
        means: Floats = (self.cosines.sum(axis=1) - np.diag(self.cosines)) / (p - 1)
        return means

    @property
    def lengths(self) -> Floats:
        """(p,) float64: the length of each step."""
        lengths: Floats = np.linalg.norm(self.steps, axis=1)
        return lengths

    @property
    def shares_direction(self) -> bool:
        """Whether the steps point one way at all: parallelism of at least PARALLEL."""
        return self.parallelism >= PARALLEL

    @cached_property
    def plane(self) -> Plane:
        """The plane that the family is drawn in.

        The mean step, to the right, and the largest spread orthogonal to it. Steps without a common
        direction would look parallel along their mean, which is mostly chance: they are drawn in
        the plane that holds the most of them (an uncentered PCA of the steps).
        """
        middles = (self.starts + self.ends) / 2
        origin = middles.mean(axis=0)
        if not self.shares_direction:
            return Plane(origin, np.linalg.svd(self.steps, full_matrices=False)[2][:2], False)
        mean = self.steps.mean(axis=0)
        along = mean / np.linalg.norm(mean)
        across = middles - origin
        across -= np.outer(across @ along, along)
        widest = np.linalg.svd(across, full_matrices=False)[2][0]
        widest -= widest @ along * along
        size = np.linalg.norm(widest)
        return Plane(
            origin, np.stack([along, widest / size if size > ROUNDING else 0 * along]), False
        )

    def to_arrow(self) -> pa.Table:
        """Return the pairs as a table: each step's cosine with the others, and its length."""
        _, away = self.plane.place(self.ends - self.starts + self.plane.origin)
        return pa.table(
            {
                "from": [start for start, _ in self.pairs],
                "to": [end for _, end in self.pairs],
                "cosine with the others": self.with_others,
                "length": self.lengths,
                "drawn length": np.sqrt(np.maximum(self.lengths**2 - away**2, 0)),
            }
        )


def pair_family(space: EmbeddingSpace, pairs: Sequence[WordPair]) -> PairFamily:
    """Return the steps of some pairs, between vectors scaled to length 1.

    The mean cosine of the steps is one of the measures of Vylomova et al. 2016 and of
    Ethayarajh, Duvenaud & Hirst 2019 for whether a relation is a direction of the space.

    Returns
    -------
    PairFamily
        With (p, d) float64 starts and ends.

    Raises
    ------
    UnknownLabelError
        A word is not in the space; `known_pairs` keeps those that are.
    QueryError
        There are fewer than two pairs, or a pair whose two vectors are equal.
    """
    if not 2 <= len(pairs) <= MOST_PAIRS:
        raise QueryError(
            f"{len(pairs)} pairs were given: 2 to {MOST_PAIRS} can be compared with each other."
        )
    starts, ends = (
        np.stack([space[pair[side]].unit().values for pair in pairs]).astype(np.float64)
        for side in (0, 1)
    )
    for (start, end), step in zip(pairs, ends - starts, strict=True):
        if not np.abs(step).max() > ROUNDING:
            raise QueryError(f"{start} and {end} are one point: there is no step between them.")
    return PairFamily(tuple(pairs), starts, ends)


def known_pairs(
    space: EmbeddingSpace, pairs: Sequence[WordPair]
) -> tuple[tuple[WordPair, ...], tuple[str, ...]]:
    """Return the pairs whose words both have a vector, and the words that have none."""
    words = dict.fromkeys(word for pair in pairs for word in pair)
    missing = tuple(word for word in words if not space.has_vector(word))
    return tuple(pair for pair in pairs if not set(pair) & set(missing)), missing


def split_pairs(text: str) -> tuple[WordPair, ...]:
    """Return the pairs of a text, one a line: 'france, paris', or with a tab, a colon or an arrow.

    Raises
    ------
    QueryError
        A line is not two words.

    Examples
    --------
    >>> split_pairs("france, paris\\nitaly → rome")
    (('france', 'paris'), ('italy', 'rome'))
    """
    pairs = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        tokens = scan(line.replace("->", "→").strip(), BETWEEN)
        marked = [token.text for token in tokens if token.kind not in BETWEEN]
        words = marked if len(marked) > 1 else line.split()
        if len(words) != 2 or (len(marked) > 1 and len(tokens) != 3):
            raise QueryError(
                f"Line {number}, “{line.strip()}”, is no pair. Write two words with a comma "
                "between them: france, paris."
            )
        pairs.append((words[0], words[1]))
    return tuple(dict.fromkeys(pairs))


def cosine_matrix(steps: Floats) -> Floats:
    """Return the cosine similarities of all rows, (p, p); 0 where a row is zero."""
    lengths = np.linalg.norm(steps, axis=1, keepdims=True)
    units = np.divide(steps, lengths, out=np.zeros_like(steps), where=lengths > 0)
    products: Floats = units @ units.T
    return products


def mean_off_diagonal(matrix: Floats) -> float:
    """Return the mean of all entries off the diagonal."""
    p = len(matrix)
    return float((matrix.sum() - np.trace(matrix)) / (p * (p - 1)))
