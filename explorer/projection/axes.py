"""Projection onto axes named by words: each a word, or words minus words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.errors import ProjectionError
from explorer.formula import parse_vector
from explorer.jobs.progress import DrawingReport, no_report
from explorer.projection.projection import LinearMap, Projection
from explorer.space import EmbeddingSpace


def project(
    space: EmbeddingSpace,
    n_components: int,
    seed: int,
    report: DrawingReport = no_report,
    *,
    axes: Sequence[str] = (),
) -> Projection:
    """Place each point by its dot product with one direction per axis; exact, and without a seed.

    An axis is a formula (`explorer.formula`): a label, the mean of several with commas
    between them, a difference or sum of such. Its direction is scaled to length 1.
    """
    if len(axes) != n_components or not all(axes):
        raise ProjectionError(
            f"{sum(map(bool, axes))} axes for {n_components} dimensions. Give each axis a word, "
            "or a difference such as “king − man” or “hot, warm − cold, icy”."
        )
    read = [parse_vector(space, text).unit() for text in axes]
    directions = np.stack([axis.values for axis in read], axis=1)
    coordinates = space.matrix @ directions
    report(1.0, "done")
    return Projection(
        coordinates,
        "axes",
        {"axes": [axis.name for axis in read]},
        linear=LinearMap(np.zeros(space.dim), directions.astype(np.float64)),
    )
