"""Sorting pictures by class names that nobody trained for (zero-shot, Radford et al. 2021)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.errors import QueryError

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]
MOST = 20  # classes at once
ARTICLES = ("a ", "an ", "the ", "some ")

# Which of the sample's kinds a class name stands for, by how those begin. Other names are sorted by
# as well, but nobody can say then what is right.
TRUTHS = {
    "face": ("face-", "cat-face", "monkey-face"),
    "hand": ("hand",),
    "person": ("person", "family"),
    "animal": ("animal-",),
    "plant": ("plant-",),
    "food": ("food-",),
    "drink": ("drink",),
    "building": ("place-building", "place-religious"),
    "vehicle": ("transport-ground", "transport-water", "transport-air"),
    "clock": ("time",),
    "weather": ("sky-weather",),
    "sport": ("sport",),
    "clothes": ("clothing",),
    "tool": ("tool",),
    "sign": ("transport-sign", "warning", "av-symbol"),
    "flag": ("flag", "country-flag", "subdivision-flag"),
}
EXAMPLE = ("an animal", "food", "a vehicle", "clothes", "a building", "sport")


@dataclass(frozen=True, eq=False)
class Sorted:
    """Pictures, each with the class whose name lies nearest.

    Attributes
    ----------
    classes
        k names.
    chosen
        (n,) the class of each picture.
    scores
        (n, k) cosines.
    truth
        (n,) the right class; −1 where it is none of them, or nobody knows.
    """

    classes: tuple[str, ...]
    chosen: Rows
    scores: Floats
    truth: Rows

    @property
    def judged(self) -> Rows:
        """The pictures whose right class is known, and among the classes."""
        return np.flatnonzero(self.truth >= 0)

    @property
    def accuracy(self) -> float:
        """Share of the judged pictures in their right class; NaN where none is."""
        rows = self.judged
        return float((self.chosen[rows] == self.truth[rows]).mean()) if len(rows) else float("nan")

    @property
    def chance(self) -> float:
        """Accuracy of a class drawn at random."""
        return 1 / len(self.classes)

    def best(self, number: int, most: int) -> Rows:
        """Return the pictures sorted into a class, the surest first."""
        rows = np.flatnonzero(self.chosen == number)
        return rows[np.argsort(-self.scores[rows, number], kind="stable")][:most]

    def to_arrow(self) -> pa.Table:
        """Return a row for each class: pictures sorted into it, that belong there, and of those
        how many were found."""
        found = [
            int(((self.truth == number) & (self.chosen == number)).sum())
            for number in range(len(self.classes))
        ]
        belong = [int((self.truth == number).sum()) for number in range(len(self.classes))]
        return pa.table(
            {
                "class": self.classes,
                "sorted into it": np.bincount(self.chosen, minlength=len(self.classes)),
                "belong there": [n or None for n in belong],
                "found": [f if n else None for f, n in zip(found, belong, strict=True)],
            }
        )


def sort_by_names(
    pictures: Floats, classes: Sequence[str], vectors: Floats, kinds: Sequence[str] | None = None
) -> Sorted:
    """Give each picture the class whose name lies nearest.

    Parameters
    ----------
    pictures
        (n, d) of length 1.
    classes, vectors
        k names, and where they lie: (k, d) of length 1.
    kinds
        n kinds of the sample, where the truth is known.

    Raises
    ------
    QueryError
        Fewer than two classes, or more than MOST.
    """
    if not 2 <= len(classes) <= MOST:
        raise QueryError(
            f"{len(classes)} class names were given. Sorting needs 2 to {MOST}, one a line."
        )
    scores = np.asarray(pictures @ vectors.T, np.float32)
    truth = np.full(len(pictures), -1)
    if kinds is not None:
        truth = truths(classes, kinds)
    return Sorted(tuple(classes), scores.argmax(axis=1), scores, truth)


def truths(classes: Sequence[str], kinds: Sequence[str]) -> Rows:
    """Return which class each of n kinds belongs to, (n,); −1 for none.

    >>> truths(["an animal", "love"], ["animal-bird", "heart"]).tolist()
    [0, -1]
    """
    found = np.full(len(kinds), -1)
    for number, name in enumerate(classes):
        starts = TRUTHS.get(bare(name))
        if starts:
            for row, kind in enumerate(kinds):
                if kind.startswith(starts):
                    found[row] = number
    return found


def bare(name: str) -> str:
    """Return a class name in lower case without its article and a plural's s."""
    low = name.strip().lower()
    for article in ARTICLES:
        low = low.removeprefix(article)
    return low if low in TRUTHS else low.removesuffix("s")
