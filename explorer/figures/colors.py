"""Colors that carry data: categories and numbers, safe for the color-blind where they can be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.space import is_numeric

# Okabe & Ito 2008; grey stands in for their black, which a dark ground would swallow. On a
# dark ground the dark blue comes later, since the first colors are used most.
OKABE_ITO = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#F0E442",
    "#999999",
)
OKABE_ITO_ON_DARK = (
    "#56B4E9",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#F0E442",
    "#D55E00",
    "#0072B2",
    "#999999",
)
SCALE = "Viridis"  # van der Walt & Smith 2015: even in lightness
SCALE_COLORS = (  # the same in ten steps, between which the map mixes
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
SELECTED = "#D55E00"
MOST_CATEGORIES = 100
ROBUST = (2.0, 98.0)  # percentiles that the color scale spans: outliers do not flatten it


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
    if metadata is None:
        return ()
    found = []
    for name in metadata.column_names:
        column = metadata[name]
        most = min(MOST_CATEGORIES, len(column) // 2)
        if is_numeric(column.type) or pc.count_distinct(column).as_py() <= most:
            found.append(name)
    return tuple(found)


def coloring(metadata: pa.Table, name: str, *, dark: bool) -> Categories | Numbers:
    """Return how to color by a column, in colors that suit a dark or a light ground."""
    column = metadata[name].combine_chunks()
    if is_numeric(column.type):
        values = column.to_numpy(zero_copy_only=False).astype(np.float64)
        finite = values[np.isfinite(values)]
        low, high = np.percentile(finite, ROBUST) if len(finite) else (0.0, 1.0)
        return Numbers(name, values, float(low), float(high))
    texts = pc.fill_null(pc.cast(column, pa.string()), "—")
    counts = sorted(
        ((one["values"], one["counts"]) for one in pc.value_counts(texts).to_pylist()),
        key=lambda pair: (-pair[1], pair[0]),
    )
    names = tuple(value for value, _ in counts)
    code_of = {value: code for code, value in enumerate(names)}
    codes = np.array([code_of[value] for value in texts.to_pylist()], np.intp)
    return Categories(name, names, palette(len(names), dark=dark), codes)


def palette(n: int, *, dark: bool) -> tuple[str, ...]:
    """Return n colors: Okabe-Ito up to eight, beyond that Glasbey (Glasbey et al. 2007)."""
    if n <= len(OKABE_ITO):
        return (OKABE_ITO_ON_DARK if dark else OKABE_ITO)[:n]
    import colorcet

    glasbey = colorcet.glasbey_light if dark else colorcet.glasbey_dark
    return tuple(glasbey[index % len(glasbey)] for index in range(n))
