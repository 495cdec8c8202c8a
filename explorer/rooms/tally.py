"""What was answered, counted: bars, free texts, and places on a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from explorer.rooms.moment import Moment, place_of

MOST_BARS = 12  # of numbers; more different ones are counted by ranges
RANGES = 10


@dataclass(frozen=True)
class Bar:
    """One answer, or a range of numbers: how often it was given, and whether it is right."""

    label: str
    count: int
    is_right: bool


def bars(moment: Moment, answers: Sequence[str]) -> list[Bar]:
    """Return a bar for each choice, or for the numbers that were given."""
    question = moment.step.question
    if question is None or moment.kind not in ("choice", "number"):
        return []
    counts = Counter(answers)
    if moment.kind == "choice":
        return [Bar(one, counts[one], question.accepts(one)) for one in question.choices]
    if len(counts) <= MOST_BARS:
        given = sorted(counts, key=float)
        return [Bar(one, counts[one], question.accepts(one)) for one in given]
    return ranges([float(one) for one in answers], float(question.answer))


def ranges(values: Sequence[float], answer: float) -> list[Bar]:
    """Return the numbers counted in ranges of equal width; the right one holds the answer."""
    low, high = min(values), max(values)
    width = (high - low) / RANGES
    counts = Counter(min(int((value - low) / width), RANGES - 1) for value in values)
    right = min(int((answer - low) / width), RANGES - 1) if low <= answer <= high else None
    return [
        Bar(
            f"{low + place * width:.4g} to {low + (place + 1) * width:.4g}",
            counts[place],
            place == right,
        )
        for place in range(RANGES)
    ]


def texts(answers: Sequence[str]) -> list[tuple[str, int]]:
    """Return the free texts and how often each was written, the most frequent first.

    >>> texts(["b", "a", "b"])
    [('b', 2), ('a', 1)]
    """
    return sorted(Counter(answers).items(), key=lambda one: (-one[1], one[0]))


def places(answers: Sequence[str]) -> list[tuple[float, float]]:
    """Return where points were placed, each coordinate from 0 to 1.

    >>> places(["0.500 0.250", "nowhere"])
    [(0.5, 0.25)]
    """
    found = (place_of(one) for one in answers)
    return [one for one in found if one is not None]
