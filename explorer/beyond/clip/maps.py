"""Two linear maps into one space: what the small CLIP consists of, besides two frozen encoders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
SIDES = ("picture", "text")
NAMES = tuple(f"{side}_{part}" for side in SIDES for part in ("weight", "bias"))


@dataclass(frozen=True, eq=False)
class Maps:
    """An affine map for pictures and one for texts; what comes out has length 1.

    Attributes
    ----------
    picture_weight, picture_bias
        (p, d) and (d,) float32.
    text_weight, text_bias
        (t, d) and (d,) float32.
    """

    picture_weight: Floats
    picture_bias: Floats
    text_weight: Floats
    text_bias: Floats

    @property
    def dim(self) -> int:
        """Dimensions of the common space."""
        return len(self.picture_bias)

    def pictures(self, vectors: Floats) -> Floats:
        """Return where pictures lie, (n, d), from their frozen vectors (n, p)."""
        return unit(vectors @ self.picture_weight + self.picture_bias)

    def texts(self, vectors: Floats) -> Floats:
        """Return where texts lie, (n, d), from their frozen vectors (n, t)."""
        return unit(vectors @ self.text_weight + self.text_bias)


def unit(vectors: Floats) -> Floats:
    """Return vectors scaled to length 1; zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)


def save_maps(maps: Maps, path: Path) -> None:
    """Write maps as safetensors, in half precision."""
    from safetensors.numpy import save_file

    # safetensors writes the bytes as they lie in memory, whatever their order
    kept = {name: np.ascontiguousarray(getattr(maps, name), np.float16) for name in NAMES}
    save_file(kept, path)


def load_maps(path: Path) -> Maps:
    """Return the maps of a file that `save_maps` wrote."""
    from safetensors.numpy import load_file

    read = load_file(path)
    return Maps(*(read[name].astype(np.float32) for name in NAMES))
