"""Three measures of nearness between arrows of two numbers, and who is nearest by each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot

Arrow = tuple[float, float]
MEASURES = ("dot", "cosine", "euclidean")


@dataclass(frozen=True)
class Nearness:
    """How near an arrow is to another one; cosine is 0 where one of them has no length."""

    dot: float
    cosine: float
    euclidean: float


def nearness(one: Arrow, other: Arrow) -> Nearness:
    """Compare two arrows.

    Examples
    --------
    >>> nearness((3, 4), (6, 8))
    Nearness(dot=50, cosine=1.0, euclidean=5.0)
    """
    dot = one[0] * other[0] + one[1] * other[1]
    lengths = hypot(*one) * hypot(*other)
    cosine = dot / lengths if lengths else 0.0
    return Nearness(dot, cosine, hypot(one[0] - other[0], one[1] - other[1]))


def normalized(arrow: Arrow) -> Arrow:
    """Return the arrow with length 1; one without length stays as it is."""
    length = hypot(*arrow)
    return (arrow[0] / length, arrow[1] / length) if length else arrow


def orders(query: Arrow, arrows: Mapping[str, Arrow]) -> dict[str, list[str]]:
    """Return the arrows' names by each measure, the nearest first.

    Large is near for dot product and cosine, small is near for the euclidean distance.

    Examples
    --------
    >>> orders((2, 1), {"long": (6, 0), "short": (1, 0.5)})["dot"]
    ['long', 'short']
    """
    near = {name: nearness(query, arrow) for name, arrow in arrows.items()}
    return {
        "dot": sorted(near, key=lambda name: -near[name].dot),
        "cosine": sorted(near, key=lambda name: -near[name].cosine),
        "euclidean": sorted(near, key=lambda name: near[name].euclidean),
    }
