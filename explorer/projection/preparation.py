"""Preparation of vectors before projection; a picture's `params` name the steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ProjectionError
from explorer.projection import pca
from explorer.space import EmbeddingSpace, Subwords
from explorer.vector import row_lengths

Floats = NDArray[np.float32]
Apply = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Preparation:
    """One step: its title, a sentence, and `fit(vectors)`, which returns the transform."""

    title: str
    sentence: str
    fit: Callable[[Floats], Apply]


def fit_center(vectors: Floats) -> Apply:
    """Subtract the mean of all vectors."""
    mean: Floats = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    return lambda given: given - mean


def fit_top(vectors: Floats) -> Apply:
    """Subtract the mean and the first principal components, one per hundred dimensions.

    "All-but-the-top" (Mu & Viswanath 2018), with the number of components they recommend.
    """
    fitted = pca.fit(vectors, max(1, round(vectors.shape[1] / 100)))
    mean: Floats = fitted.mean.astype(np.float32)
    axes: Floats = fitted.axes.astype(np.float32)  # (d, m)

    def apply(given: Floats) -> Floats:
        centered: Floats = given - mean
        return (centered - (centered @ axes) @ axes.T).astype(np.float32, copy=False)

    return apply


def fit_unit(vectors: Floats) -> Apply:
    """Scale each vector to length 1; zero vectors stay zero."""

    def apply(given: Floats) -> Floats:
        lengths = row_lengths(given)[:, None]
        scaled: Floats = np.divide(given, lengths, out=np.zeros_like(given), where=lengths > 0)
        return scaled

    return apply


PREPARATIONS = {  # in the order in which they are done
    "center": Preparation(
        "centered", "Subtracts the mean of all vectors: what all have in common.", fit_center
    ),
    "all-but-the-top": Preparation(
        "without its strongest directions",
        "Subtracts the mean and one strongest direction per hundred dimensions: in word vectors, "
        "these mostly encode how frequent a word is (Mu & Viswanath 2018).",
        fit_top,
    ),
    "unit": Preparation(
        "scaled to length 1", "Scales each vector to length 1: only its direction counts.", fit_unit
    ),
}


@dataclass(frozen=True, eq=False)
class PreparedSubwords:
    """Subword vectors of out-of-vocabulary words, prepared like those of the space."""

    subwords: Subwords
    apply: Apply

    def vector(self, word: str) -> Floats | None:
        """Return the prepared vector of a word, or None."""
        found = self.subwords.vector(word)
        return None if found is None else self.apply(found[None])[0]


def prepare(space: EmbeddingSpace, steps: Sequence[str]) -> tuple[EmbeddingSpace, Apply]:
    """Return the prepared space, and the function that prepares other vectors in the same way.

    Steps are done in the order of PREPARATIONS, each once. Raises ProjectionError for an
    unknown one.
    """
    if unknown := [step for step in steps if step not in PREPARATIONS]:
        raise ProjectionError(
            f"The preparation “{unknown[0]}” is unknown. Known: {', '.join(PREPARATIONS)}."
        )
    done: list[Apply] = []

    def apply(given: Floats) -> Floats:
        for step in done:
            given = step(given)
        return given

    if not steps:
        return space, apply  # a sparse one stays sparse
    vectors = space.vectors
    for name, step in PREPARATIONS.items():
        if name in steps:
            done.append(step.fit(vectors))
            vectors = done[-1](vectors)

    vectors.flags.writeable = False  # nobody else has it, so the space need not copy it
    subwords = PreparedSubwords(space.subwords, apply) if space.subwords else None
    ready = EmbeddingSpace(
        space.label_array,
        vectors,
        name=space.name,
        metadata=space.metadata,
        subwords=subwords,
    )
    return ready, apply
