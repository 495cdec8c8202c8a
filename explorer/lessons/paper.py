"""Pictures on a worksheet: an empty frame to draw in, and labels as a space has them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from explorer.errors import SpaceError
from explorer.projection import project
from explorer.space import EmbeddingSpace

WIDTH, HEIGHT = 640, 230
MARGIN = (70, 30)  # so that the names of the outermost points fit
DOT, GAP = 4, 8  # the radius of a dot, and from its middle to its name
LETTER, LINE = 8.5, 16  # a letter's width and a line's height, about
FEWEST = 3  # two points lie on a line

Box = tuple[float, float, float, float]


def frame(inner: str = "") -> str:
    """Return a frame as SVG, with what is drawn in it."""
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" font-size="14" text-anchor="middle">'
        f'<rect x="1" y="1" width="{WIDTH - 2}" height="{HEIGHT - 2}" fill="none" stroke="#999"/>'
        f"{inner}</svg>"
    )


def drawn(space: EmbeddingSpace, labels: Sequence[str]) -> tuple[str, float]:
    """Draw a few labels by their own first two principal components.

    Returns
    -------
    tuple of str and float
        The picture as SVG, and the share of the labels' variance that it keeps.

    Raises
    ------
    ExplorerError
        The space lacks a label, or there are too few to make a picture.
    """
    if len(labels) < FEWEST:
        raise SpaceError(
            f"{len(labels)} labels were given; a picture needs at least {FEWEST}. Add to “draw”."
        )
    vectors = np.stack([space[label].values for label in labels])
    picture = project(EmbeddingSpace(labels, vectors, name=space.name), "pca")
    share = picture.variance_share
    plane = picture.coordinates.astype(np.float64)
    low, high = plane.min(axis=0), plane.max(axis=0)
    size = np.array([WIDTH, HEIGHT])
    scale = ((size - 2 * np.array(MARGIN)) / np.maximum(high - low, 1e-12)).min()
    places = (plane - (low + high) / 2) * scale * [1, -1] + size / 2
    circles = (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{DOT}"/>' for x, y in places)
    inner = "".join([*circles, *names(labels, places)])
    return frame(inner), 1.0 if share is None else float(share.sum())


def names(labels: Sequence[str], places: NDArray[np.float64]) -> list[str]:
    """Return each label as SVG, on the first side of its dot where nothing else stands."""
    taken = [(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in places]
    found = []
    for label, (x, y) in zip(labels, places, strict=True):
        width = LETTER * len(label)
        sides = [
            (x + dx * (width / 2 + GAP), y + dy * LINE)
            for dx, dy in ((1, 0), (-1, 0), (0, -1), (0, 1))
        ]
        boxes = [(u - width / 2, v - LINE / 2, u + width / 2, v + LINE / 2) for u, v in sides]
        free = (one for one, box in enumerate(boxes) if not any(meet(box, b) for b in taken))
        side = next(free, 0)
        taken.append(boxes[side])
        u, v = sides[side]
        found.append(f'<text x="{u:.1f}" y="{v + LINE / 4:.1f}">{escape(label)}</text>')
    return found


def meet(one: Box, other: Box) -> bool:
    """Return whether two boxes (left, top, right, bottom) have more than an edge in common."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
