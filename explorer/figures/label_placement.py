"""Label placement: which points of a figure get a label, and on which side, without overlaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

SHEET = (850.0, 520.0)  # pixels: width and height of a usual map
CHARACTER = (7.0, 17.0)  # pixels: mean width and line height of 14-pixel text
GAP = 9.0  # pixels between a point's center and its label

SIDES = {  # Plotly's name of a side, and the label's center in label sizes
    "top center": (0.0, 0.5),
    "bottom center": (0.0, -0.5),
    "middle right": (0.5, 0.0),
    "middle left": (-0.5, 0.0),
}


class Sheet:
    """A figure of some points, and the boxes in it that labels have taken."""

    def __init__(self, coordinates: NDArray[np.float32], size: tuple[float, float] = SHEET) -> None:
        plane = coordinates[:, :2].astype(np.float64)
        self._low = plane.min(axis=0)
        extent = np.maximum(plane.max(axis=0) - self._low, 1e-12)
        # one scale for both axes: such figures keep proportions
        self._scale = float((np.array(size) / extent).min())
        self._boxes = np.empty((0, 4))

    def take(self, point: NDArray[np.float32], text: str, side: tuple[float, float]) -> bool:
        """Take the place of a label beside a point; False if another label is there."""
        size = np.array([len(text) * CHARACTER[0], CHARACTER[1]])
        center = (np.asarray(point, np.float64)[:2] - self._low) * self._scale
        center = center + np.array(side) * (size + 2 * GAP)
        box = np.concatenate([center - size / 2, center + size / 2])
        taken = self._boxes
        if (
            (taken[:, 0] < box[2])
            & (taken[:, 2] > box[0])
            & (taken[:, 1] < box[3])
            & (taken[:, 3] > box[1])
        ).any():
            return False
        self._boxes = np.vstack([taken, box])
        return True

    def beside(self, point: NDArray[np.float32], text: str) -> str | None:
        """Take a place beside a point; return its side, or None where none is free."""
        free = (name for name, side in SIDES.items() if self.take(point, text, side))
        return next(free, None)


def label_sides(
    sheet: Sheet,
    points: NDArray[np.float32],
    texts: Sequence[str],
    order: Iterable[int] | None = None,
) -> list[str | None]:
    """Return Plotly's name of the side for each label, None where a point gets no label.

    Parameters
    ----------
    sheet
        The figure, on which the labels take their places.
    points
        (n, 2) coordinates.
    texts
        n labels.
    order
        The rows to label, the most important first; rows left out get no label. By default all,
        in row order.
    """
    sides: list[str | None] = [None] * len(texts)
    for row in range(len(texts)) if order is None else order:
        sides[row] = sheet.beside(points[row], texts[row])
    return sides
