"""What comes along with the sample: the maps that were learned, and the names of the classes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.beyond.clip.maps import Maps, load_maps, unit
from explorer.beyond.clip.pairs import STEM, wide


@lru_cache(maxsize=1)
def sample_maps(folder: Path) -> Maps:
    """Return the maps that `sample_data/make_pictures.py` learned."""
    return load_maps(folder / f"{STEM}_maps.safetensors")


@lru_cache(maxsize=1)
def class_vectors(folder: Path) -> NDArray[np.float32]:
    """Return the vectors of the 1,000 classes' names (1000, 384), of length 1."""
    with np.load(folder / f"{STEM}.npz", allow_pickle=False) as kept:
        return unit(wide(kept["classes"], kept["class_scale"]))


@lru_cache(maxsize=1)
def sample_map(folder: Path) -> NDArray[np.float32]:
    """Return a UMAP picture of both kinds, pictures first: (2n, 2)."""
    return np.asarray(np.load(folder / f"{STEM}_map.npy", allow_pickle=False), np.float32)
