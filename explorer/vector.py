"""Vector: a point of a space that carries the formula it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import QueryError

MINUS, TIMES = "−", "×"


@dataclass(frozen=True, eq=False)
class Vector:
    """A vector with the formula that made it; it can stand wherever a query can.

    Attributes
    ----------
    name
        The formula, as one reads it: 'king − man + woman'.
    values
        (d,) float32.
    labels
        The labels that went into the formula, in order, each once.

    Examples
    --------
    >>> king, man = Vector("king", [3.0, 1.0]), Vector("man", [1.0, 0.0])
    >>> difference = 2 * (king - man)
    >>> difference.name
    '2 × (king − man)'
    >>> difference.values.tolist()
    [4.0, 2.0]
    """

    name: str
    values: NDArray[np.float32]
    labels: tuple[str, ...] = ()
    is_sum: bool = False  # a sum needs parentheses before it is subtracted or scaled

    def __post_init__(self) -> None:
        values = np.array(self.values, dtype=np.float32)
        values.flags.writeable = False
        object.__setattr__(self, "values", values)
        if not self.labels:
            object.__setattr__(self, "labels", (self.name,))

    @property
    def dim(self) -> int:
        """Number of dimensions, d."""
        return int(self.values.shape[0])

    def __add__(self, other: Vector) -> Vector:
        return self._joined(other, "+", 1)

    def __sub__(self, other: Vector) -> Vector:
        return self._joined(other, MINUS, -1)

    def __neg__(self) -> Vector:
        return Vector(f"{MINUS}{self._enclosed()}", -self.values, self.labels, is_sum=True)

    def __mul__(self, factor: float) -> Vector:
        name = f"{as_text(factor)} {TIMES} {self._enclosed()}"
        return Vector(name, self.values * np.float32(factor), self.labels)

    __rmul__ = __mul__

    def __truediv__(self, divisor: float) -> Vector:
        name = f"{self._enclosed()} / {as_text(divisor)}"
        return Vector(name, self.values / np.float32(divisor), self.labels)

    def unit(self) -> Vector:
        """Return the vector scaled to length 1; raises QueryError for a zero vector."""
        length = float(np.linalg.norm(self.values))
        if length == 0.0:
            raise QueryError(f"{self.name} is the zero vector: it has no direction.")
        return Vector(self.name, self.values / np.float32(length), self.labels, self.is_sum)

    def _enclosed(self) -> str:
        return f"({self.name})" if self.is_sum else self.name

    def _joined(self, other: Any, sign: str, factor: int) -> Vector:
        if not isinstance(other, Vector):
            raise TypeError(
                f"“{self.name} {sign} {other!r}” needs a vector on both sides: "
                'look it up first, as in space["king"].'
            )
        if other.dim != self.dim:
            raise QueryError(
                f"{self.name} is {self.dim:,}-dimensional and {other.name} {other.dim:,}-"
                f"dimensional: “{sign}” needs two vectors of one space."
            )
        name = f"{self.name} {sign} {other.name if factor > 0 else other._enclosed()}"
        labels = tuple(dict.fromkeys((*self.labels, *other.labels)))
        return Vector(name, self.values + factor * other.values, labels, is_sum=True)


def as_text(number: float) -> str:
    """Return a number as formulas show it: six digits, and a minus sign that is no hyphen."""
    return f"{float(number):g}".replace("-", MINUS)
