"""Custom axes: each a word, or what lies between words; points stand where they point."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ProjectionError
from explorer.jobs.progress import DrawingReport, no_report
from explorer.projection.projection import Projection
from explorer.space import EmbeddingSpace

DIFFERENCE = re.compile(r"\s+[-−–]\s+")  # a sign with spaces around it: “well-known” is a word
SUM = re.compile(r"\s\+\s")


@dataclass(frozen=True, eq=False)
class Axis:
    """A direction of length 1 and how one reads it: 'hot, warm − cold'."""

    name: str
    direction: NDArray[np.float32]


def project(
    space: EmbeddingSpace,
    n_components: int,
    seed: int,
    report: DrawingReport = no_report,
    *,
    axes: Sequence[str] = (),
) -> Projection:
    """Place each point by its dot product with one direction per axis; exact, and without a seed.

    An axis is a label, or the mean of several (with commas between them), or the difference
    of two such (with a minus sign between spaces).
    """
    if len(axes) != n_components or not all(axes):
        raise ProjectionError(
            f"{sum(map(bool, axes))} axes for {n_components} dimensions. Give each axis a word, "
            "or a difference such as “king − man” or “hot, warm − cold, icy”."
        )
    read = [read_axis(space, text) for text in axes]
    coordinates = transform(space.vectors, read)
    report(1.0, "done")
    return Projection(coordinates, "axes", {"axes": [axis.name for axis in read]})


def transform(vectors: NDArray[np.float32], axes: Sequence[Axis]) -> NDArray[np.float32]:
    """Return the vectors' places along the axes, (n, c)."""
    directions = np.stack([axis.direction for axis in axes], axis=1)
    return vectors @ directions


def read_axis(space: EmbeddingSpace, text: str) -> Axis:
    """Return the axis that a text describes; raises what says which of its words is missing."""
    text = text.strip()
    sides = [text] if text in space else DIFFERENCE.split(text)
    if len(sides) > 2:
        raise ProjectionError(
            f"“{text}” has {len(sides) - 1} minus signs. An axis is the difference of two sides."
        )
    groups = [read_group(space, side) for side in sides]
    means = [space.vectors[rows].mean(axis=0) for _, rows in groups]
    name = " − ".join(name for name, _ in groups)
    direction = means[0] - means[1] if len(means) == 2 else means[0]
    length = float(np.linalg.norm(direction))
    if length == 0:
        raise ProjectionError(f"“{name}” has no direction: it is zero. Choose other words.")
    return Axis(name, (direction / length).astype(np.float32))


def read_group(space: EmbeddingSpace, text: str) -> tuple[str, list[int]]:
    """Return the name and the rows of one label, or of several between commas."""
    text = text.strip()
    if text in space:  # labels may hold commas
        return text, [space.row(text)]
    labels = [part.strip() for part in text.split(",") if part.strip()]
    if not labels:
        raise ProjectionError("An axis has an empty side. Give a word on each side of the minus.")
    for label in labels:
        if label not in space and SUM.search(label):
            raise ProjectionError(
                f"“{label}” holds a plus. An axis is a word, the mean of several with commas "
                "between them, or the difference of two such."
            )
    return ", ".join(labels), [space.row(label) for label in labels]
