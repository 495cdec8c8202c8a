"""How much memory pictures and their figures take at their peak, before anybody starts them."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from explorer.jobs.memory import MB, Needs


@dataclass(frozen=True)
class Peak:
    """What a process grows by at most, as benchmarks/memory.py measures it, a quarter added.

    Attributes
    ----------
    title
        What it is called in a sentence.
    module
        What is loaded at the first time in a process.
    first
        Bytes for what is loaded and compiled, the first time in a process.
    again
        The same, once that is there.
    point, number
        Bytes for each point, and for each number of its vector.
    instead
        What to do where that is not left.
    """

    title: str
    module: str
    first: int
    again: int
    point: int
    number: int
    instead: str


PCA = "PCA needs far less: choose it, draw"
FEWER = "a sample of fewer points, or run the app where there is more memory."
PEAKS = {
    "umap": Peak("UMAP", "numba", 120 * MB, 55 * MB, 3_000, 15, f"{PCA} {FEWER}"),
    "tsne": Peak("t-SNE", "openTSNE", 230 * MB, 90 * MB, 10_000, 15, f"{PCA} {FEWER}"),
    "quality": Peak(
        "Measuring a picture", "scipy.stats", 175 * MB, 130 * MB, 2_200, 12, f"Draw {FEWER}"
    ),
}


def picture_bytes(what: str, n: int, dim: int, *, first: bool = True) -> int:
    """Return the bytes that a picture of n points, or its figures ('quality'), takes at most.

    PCA and axes, which are drawn with the page, are 0. `first` says whether the process still
    has to load and compile what it needs.

    Examples
    --------
    >>> picture_bytes("umap", 1_000, 384) < picture_bytes("tsne", 1_000, 384)
    True
    >>> picture_bytes("pca", 1_000, 384)
    0
    """
    peak = PEAKS.get(what)
    if peak is None:
        return 0
    return (peak.first if first else peak.again) + n * (peak.point + peak.number * dim)


def needs(what: str, n: int, dim: int) -> Needs | None:
    """Return what a job of n points needs of this process's memory; None for one without peak."""
    if what not in PEAKS:
        return None
    size = picture_bytes(what, n, dim, first=PEAKS[what].module not in sys.modules)
    return Needs(size, f"{PEAKS[what].title} of {n:,} points", PEAKS[what].instead)
