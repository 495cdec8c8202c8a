"""Regions of a picture: where points stand thickest, named at three scales, with examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.jobs.progress import Report, no_report
from explorer.neighbors.exact import comparable
from explorer.projection.cluster_names import name_clusters
from explorer.projection.projection import Projection
from explorer.space import EmbeddingSpace

SIDE = 256  # cells along each side of the grid
EXAMPLES = 3
LONGEST_EXAMPLE = 90  # characters
MOST_DENSE = 100_000_000  # numbers of a sparse space that is made dense to name regions (n × d)


@dataclass(frozen=True)
class Scale:
    """One scale of regions: the blur in shares of the picture's width, and which are named."""

    blur: float
    most: int
    least: float  # share of the points


# from afar, nearer, close by; as many names as a map of 800 pixels has room for at each zoom
SCALES = (Scale(0.05, 10, 0.02), Scale(0.022, 36, 0.005), Scale(0.01, 120, 0.0015))
FEWEST = 5  # points of a region that is named


@dataclass(frozen=True)
class Region:
    """A region of a picture in 2D.

    Attributes
    ----------
    at
        Its densest place, in the picture's coordinates.
    level
        0 from afar, 1, 2 close by.
    name
        The words most characteristic of its points.
    examples
        A few texts from its densest place.
    size
        How many points it has.
    """

    at: tuple[float, float]
    level: int
    name: str
    examples: tuple[str, ...]
    size: int


def find_regions(
    space: EmbeddingSpace,
    projection: Projection,
    texts: Sequence[str] | None = None,
    *,
    report: Report = no_report,
) -> tuple[Region, ...]:
    """Find the regions of a picture in 2D and name them, the largest of each level first.

    The density of the points is estimated at three bandwidths; each point belongs to the peak to
    which the density rises from its place (mode seeking, Fukunaga & Hostetler 1975).

    Parameters
    ----------
    space
        The n points.
    projection
        Their picture. One in 3D has no regions.
    texts
        n texts to name regions by, and to give examples of; the labels by default.
    report
        Called with the share done; may raise to stop.
    """
    if projection.n_components != 2 or len(space) < 2 * FEWEST:
        return ()
    texts = space.labels if texts is None else texts
    directions = dense_directions(space)
    found: list[Region] = []
    for level, scale in enumerate(SCALES):
        report(level / len(SCALES), "naming the regions of the picture")
        codes, peaks = rising(projection.coordinates, scale.blur)
        sizes = np.bincount(codes, minlength=len(peaks))
        least = max(FEWEST, int(scale.least * len(space)))
        largest = np.argsort(-sizes, kind="stable")[: scale.most]
        largest = largest[sizes[largest] >= least]
        renamed = np.full(len(peaks), -1)
        renamed[largest] = np.arange(len(largest))
        codes = renamed[codes]
        names = name_clusters(codes, texts, directions)
        for code, (peak, name) in enumerate(zip(peaks[largest], names, strict=True)):
            rows = np.flatnonzero(codes == code)
            away = np.square(projection.coordinates[rows] - peak).sum(axis=1)
            near = rows[np.argsort(away, kind="stable")[: 10 * EXAMPLES]]
            shown = dict.fromkeys(texts[row][:LONGEST_EXAMPLE] for row in near)
            examples = tuple(list(shown)[:EXAMPLES])
            at = (float(peak[0]), float(peak[1]))
            found.append(Region(at, level, name, examples, len(rows)))
    report(1.0, "done")
    return tuple(found)


def dense_directions(space: EmbeddingSpace) -> NDArray[np.float32]:
    """Return vectors of length 1; of a sparse space too large for it, no dimensions at all."""
    directions, _, _ = comparable(space, "cosine")
    if not space.is_sparse:
        return np.asarray(directions, np.float32)
    if space.dim * len(space) > MOST_DENSE:
        return np.zeros((len(space), 1), np.float32)
    dense: NDArray[np.float32] = directions.toarray()
    return dense


def rising(
    coordinates: NDArray[np.float32], blur: float
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return each point's peak of the density, and where the peaks are.

    Parameters
    ----------
    coordinates
        (n, 2).
    blur
        The standard deviation of the kernel, as a share of the picture's longer side.

    Returns
    -------
    codes, peaks
        (n,) intp and (peaks, 2) float64 in the picture's coordinates.
    """
    from scipy.ndimage import gaussian_filter

    low, high = coordinates.min(axis=0), coordinates.max(axis=0)
    step = max(float((high - low).max()), 1e-9) / SIDE
    cells = np.minimum(((coordinates - low) / step).astype(np.intp), SIDE - 1)
    flat = cells[:, 0] * SIDE + cells[:, 1]
    counts = np.bincount(flat, minlength=SIDE * SIDE).reshape(SIDE, SIDE)
    density = gaussian_filter(counts.astype(np.float64), blur * SIDE, mode="constant")
    # each cell's highest neighbor, itself included; where cells are equal the first counts
    padded = np.pad(density, 1, constant_values=-1.0)
    around = np.stack([padded[1 + dx : 1 + dx + SIDE, 1 + dy : 1 + dy + SIDE] for dx, dy in STEPS])
    best = around.argmax(axis=0)
    offsets = np.array([dx * SIDE + dy for dx, dy in STEPS])
    up = np.arange(SIDE * SIDE) + offsets[best.ravel()]
    while not np.array_equal(further := up[up], up):  # twice as far each time
        up = further
    tops, codes = np.unique(up[flat], return_inverse=True)
    places = np.stack([tops // SIDE, tops % SIDE], axis=1) + 0.5
    return codes.astype(np.intp), places * step + low


STEPS = ((0, 0), (-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))
