"""The trajectories of token vectors through the layers, on the axes of the last layer's PCA.

A PCA over all layers draws what the layers change in all tokens alike: two words that part by
0.14 of cosine stay on one spot in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.lessons.bert.forward import Reading
from explorer.projection import project
from explorer.space import EmbeddingSpace


@dataclass(frozen=True, eq=False)
class Walk:
    """The position of each token after each layer.

    Attributes
    ----------
    places
        (layers + 1, n, 2) float32; all layers share the two axes.
    pieces
        n word pieces, those of the first sentence first.
    sentence
        (n,) the number of the sentence that each token is from.
    axis_names
        The axes' names, with their share of the last layer's variance.
    kept
        The share of the last layer's variance that both axes hold together.
    """

    places: NDArray[np.float32]
    pieces: tuple[str, ...]
    sentence: NDArray[np.intp]
    axis_names: tuple[str, ...]
    kept: float


def walk(readings: Sequence[Reading]) -> Walk:
    """Place the token vectors of all sentences and layers on the axes of the last layer's PCA."""
    states = np.concatenate([one.hidden for one in readings], axis=1)
    layers, n, d = states.shape
    picture = project(EmbeddingSpace([str(row) for row in range(n)], states[-1]), "pca")
    assert picture.variance_share is not None
    assert picture.linear is not None
    return Walk(
        picture.linear.place(states.reshape(layers * n, d)).reshape(layers, n, 2),
        tuple(piece for one in readings for piece in one.tokens.pieces),
        np.repeat(np.arange(len(readings)), [len(one.tokens) for one in readings]),
        picture.axis_names,
        float(picture.variance_share.sum()),
    )
