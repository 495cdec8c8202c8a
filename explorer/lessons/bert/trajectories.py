"""The trajectories of token vectors through the layers, in one PCA over all layers."""

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
        The axes' names, with their share of the variance.
    kept
        The share of the variance that both axes hold together.
    """

    places: NDArray[np.float32]
    pieces: tuple[str, ...]
    sentence: NDArray[np.intp]
    axis_names: tuple[str, ...]
    kept: float


def walk(readings: Sequence[Reading]) -> Walk:
    """Project the token vectors of all sentences and layers together, by one PCA."""
    states = np.concatenate([one.hidden for one in readings], axis=1)
    layers, n, d = states.shape
    rows = [str(row) for row in range(layers * n)]
    picture = project(EmbeddingSpace(rows, states.reshape(layers * n, d)), "pca")
    share = picture.variance_share
    assert share is not None
    return Walk(
        picture.coordinates.reshape(layers, n, 2),
        tuple(piece for one in readings for piece in one.tokens.pieces),
        np.repeat(np.arange(len(readings)), [len(one.tokens) for one in readings]),
        picture.axis_names,
        float(share.sum()),
    )
