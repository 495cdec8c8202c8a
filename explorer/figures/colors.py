"""Colors that carry data: categories and numbers, safe for the color-blind where they can be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.pictures.column import without_pictures
from explorer.space import is_numeric

# Okabe & Ito 2008, and a gray. The yellow is hardly seen on a light ground, the black on a dark
# one. The first colors are used most, so the dark blue comes late on a dark ground.
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#E69F00", "#009E73", "#CC79A7"
SKY, VERMILION, YELLOW, BLACK = "#56B4E9", "#D55E00", "#F0E442", "#000000"
GRAY = "#999999"
OKABE_ITO_ON_LIGHT = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, BLACK, GRAY)
OKABE_ITO_ON_DARK = (SKY, ORANGE, GREEN, PURPLE, YELLOW, VERMILION, BLUE, GRAY)
SCALE = "Viridis"  # van der Walt & Smith 2015: perceptually uniform
SCALE_COLORS = (  # the same in ten steps; the map interpolates between them
    "#440154",
    "#482878",
    "#3e4989",
    "#31688e",
    "#26828e",
    "#1f9e89",
    "#35b779",
    "#6ece58",
    "#b5de2b",
    "#fde725",
)
SELECTED = VERMILION
MOST_CATEGORIES = 100  # beyond, texts are labels and not categories
ROBUST = (2.0, 98.0)  # percentiles that the color scale spans, so that outliers do not flatten it


@dataclass(frozen=True, eq=False)
class Categories:
    """A column of few different values: `codes` (n,) index `names` and `colors`."""

    column: str
    names: tuple[str, ...]
    colors: tuple[str, ...]
    codes: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Numbers:
    """A column of numbers: `values` (n,) float64, colored from `low` to `high`."""

    column: str
    values: NDArray[np.float64]
    low: float
    high: float


def colorable(metadata: pa.Table | None) -> tuple[str, ...]:
    """Return the columns worth coloring by: numbers, and texts that repeat."""
    metadata = without_pictures(metadata)
    if metadata is None:
        return ()
    return tuple(
        name
        for name in metadata.column_names
        if is_numeric(metadata[name].type) or repeats(metadata[name])
    )


def repeats(column: pa.ChunkedArray) -> bool:
    """Return whether a column has few different values, and most of them more than once."""
    most = min(MOST_CATEGORIES, len(column) // 2)
    # a column of distinct texts is recognized by its beginning
    return bool(
        pc.count_distinct(column.slice(0, 10 * MOST_CATEGORIES)).as_py() <= most
        and pc.count_distinct(column).as_py() <= most
    )


def coloring(metadata: pa.Table, name: str, *, dark: bool) -> Categories | Numbers:
    """Return how to color by a column, in colors that suit a dark or a light ground."""
    column = metadata[name].combine_chunks()
    if is_numeric(column.type):
        values = column.to_numpy(zero_copy_only=False).astype(np.float64)
        finite = values[np.isfinite(values)]
        low, high = np.percentile(finite, ROBUST) if len(finite) else (0.0, 1.0)
        return Numbers(name, values, float(low), float(high))
    encoded = pc.dictionary_encode(pc.fill_null(pc.cast(column, pa.string()), "—"))
    values, rows = encoded.dictionary.to_pylist(), encoded.indices.to_numpy()
    counts = np.bincount(rows, minlength=len(values))
    by_frequency = sorted(range(len(values)), key=lambda code: (-counts[code], values[code]))
    code_of = np.empty(len(values), np.intp)
    code_of[by_frequency] = np.arange(len(values))
    names = tuple(values[code] for code in by_frequency)
    return Categories(name, names, palette(len(names), dark=dark), code_of[rows])


def palette(n: int, *, dark: bool) -> tuple[str, ...]:
    """Return n colors: Okabe-Ito up to eight, beyond that Glasbey (Glasbey et al. 2007)."""
    okabe_ito = OKABE_ITO_ON_DARK if dark else OKABE_ITO_ON_LIGHT
    if n <= len(okabe_ito):
        return okabe_ito[:n]
    import colorcet

    glasbey = colorcet.glasbey_light if dark else colorcet.glasbey_dark
    return tuple(glasbey[index % len(glasbey)] for index in range(n))
