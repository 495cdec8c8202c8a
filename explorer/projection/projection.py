"""Projection: coordinates of a space's points in 2D or 3D, and how they were made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class LinearMap:
    """The transform of a linear method: `origin` (d,) and `directions` (d, c), float64."""

    origin: NDArray[np.float64]
    directions: NDArray[np.float64]

    def place(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the coordinates (m, c) float32 of (m, d) vectors."""
        places: NDArray[np.float64] = (vectors - self.origin) @ self.directions
        return places.astype(np.float32)


@dataclass(frozen=True, eq=False)
class Projection:
    """A picture of a space: one point per row, in row order.

    Attributes
    ----------
    coordinates
        (n, 2) or (n, 3) float32, read-only.
    method
        The name of the method in METHODS.
    params
        The parameters that were used, defaults included.
    seed
        The seed of the random numbers; None where the method has none.
    variance_share
        For PCA: each axis's share of the variance, (2,) or (3,) float64; else None.
    notes
        What a reader of the picture should know, for example that neighbors are approximate.
    linear
        For PCA and axes: the transform from vectors (after `params["prepared"]`) to coordinates,
        which places new points too. None for other methods, and when read back from disk.
    """

    coordinates: NDArray[np.float32]
    method: str
    params: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    variance_share: NDArray[np.float64] | None = None
    notes: tuple[str, ...] = ()
    linear: LinearMap | None = None

    def __post_init__(self) -> None:
        coordinates = np.ascontiguousarray(self.coordinates, dtype=np.float32)
        coordinates.flags.writeable = False
        object.__setattr__(self, "coordinates", coordinates)
        object.__setattr__(self, "params", MappingProxyType(dict(self.params)))
        object.__setattr__(self, "notes", tuple(self.notes))

    def __len__(self) -> int:
        return len(self.coordinates)

    def __reduce__(self) -> tuple[Any, ...]:  # a MappingProxyType cannot be pickled
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return Projection, tuple({**values, "params": dict(self.params)}.values())

    @cached_property
    def digest(self) -> str:
        """blake2b of the coordinates, 32 hex digits: the key of what is measured on them."""
        shape = repr(self.coordinates.shape).encode()
        return blake2b(shape + self.coordinates.tobytes(), digest_size=16).hexdigest()

    @property
    def n_components(self) -> int:
        """2 or 3."""
        return int(self.coordinates.shape[1])

    @property
    def has_axes(self) -> bool:
        """Whether the axes have a meaning: PCA's do, and those named by words."""
        return self.variance_share is not None or "axes" in self.params

    @property
    def axis_names(self) -> tuple[str, ...]:
        """A name for each axis; PCA's say how much variance the axis holds."""
        if "axes" in self.params:
            return tuple(self.params["axes"])
        if self.variance_share is None:
            return tuple(f"{self.method.upper()} {axis + 1}" for axis in range(self.n_components))
        numbers = self.params.get("components", range(1, self.n_components + 1))
        return tuple(
            f"PC {number} ({share:.1%} of the variance)"
            for number, share in zip(numbers, self.variance_share, strict=True)
        )
