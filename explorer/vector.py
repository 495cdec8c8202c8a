"""Vector: a point of a space that carries the formula it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import QueryError

MINUS, TIMES = "−", "×"
BLOCK_BYTES = 32 << 20
SHORTEST_SAFE = 1e-15  # in shorter vectors, squares that matter to the length underflow float32


@dataclass(frozen=True, eq=False)
class Vector:
    """A vector with the formula that made it; it can stand wherever a query can.

    Attributes
    ----------
    name
        The formula as shown to readers: 'king − man + woman'.
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
        wide = self.values.astype(np.float64)  # float32 cannot hold squares of 1e20 or 1e-24
        length = float(np.linalg.norm(wide))
        if length == 0.0:
            raise QueryError(f"{self.name} is the zero vector: it has no direction.")
        return Vector(self.name, (wide / length).astype(np.float32), self.labels, self.is_sum)

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


def row_lengths(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the euclidean length of each row of (n, d) float32, (n,) float32.

    Like NumPy's norm, but rows whose squares overflow or underflow float32 are computed in
    float64. A length above 3.4e38 is infinite.
    """
    lengths = np.empty(len(vectors), np.float32)
    step = max(1, BLOCK_BYTES // (4 * vectors.shape[1]))
    for start in range(0, len(vectors), step):
        block = vectors[start : start + step]
        with np.errstate(over="ignore", under="ignore"):
            found = np.linalg.norm(block, axis=1)
            unsafe = np.flatnonzero(~(found >= SHORTEST_SAFE) | ~np.isfinite(found))
            found[unsafe] = np.linalg.norm(block[unsafe].astype(np.float64), axis=1)
        lengths[start : start + step] = found
    return lengths
