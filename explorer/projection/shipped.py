"""Pictures that come with the samples, so that the first visitor waits for none.

A file holds the coordinates of a picture, what was measured of it, and what was measured of the PCA
that it is compared with. Whoever draws the sample puts them into the cache, where they stand
like anything that was computed before.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from explorer import cache
from explorer.projection.job import Picture, measured_key
from explorer.projection.projection import Projection
from explorer.projection.quality import Quality, projection_quality
from explorer.projection.storage import PROJECTIONS, QUALITY, save_projection, save_quality
from explorer.space import EmbeddingSpace

SHIPPED = Picture("umap")  # of every sample, with the settings that the Map begins with
COMPARED = Picture("pca")
NEIGHBORS = 15  # the k of the quality, as on the Map


def path_for(sample: Path) -> Path:
    """Return where the picture of a sample's file stands."""
    return sample.with_suffix(".umap.npz")


def make(space: EmbeddingSpace, path: Path) -> None:
    """Draw the picture of a sample, measure it, and write the file."""
    drawn = SHIPPED.draw(space)
    arrays: dict[str, Any] = {"coordinates": drawn.coordinates}
    facts: dict[str, Any] = {"vectors": digest(space), "params": dict(drawn.params)}
    for name, picture in ((SHIPPED.method, drawn), (COMPARED.method, COMPARED.draw(space))):
        figures = dict(vars(projection_quality(space, picture, NEIGHBORS)))
        arrays[f"{name} kept"] = figures.pop("kept")
        facts[f"{name} quality"] = figures
    with path.open("wb") as stream:
        np.savez_compressed(stream, facts=np.array(json.dumps(facts)), **arrays)


def keep(space: EmbeddingSpace, path: Path, compared: Projection) -> bool:
    """Put what is shipped for a space into the cache; `compared` is its PCA.

    Returns False if the file was made of other vectors, or where the cache cannot be written: then
    what is shipped is computed again.
    """
    with np.load(path, allow_pickle=False) as file:
        facts = json.loads(str(file["facts"]))
        if facts["vectors"] != digest(space):
            return False
        drawn = Projection(file["coordinates"], SHIPPED.method, facts["params"], SHIPPED.seed)
        quality = {
            name: Quality(kept=file[f"{name} kept"], **facts[f"{name} quality"])
            for name in (SHIPPED.method, COMPARED.method)
        }
    try:
        if cache.find(PROJECTIONS, SHIPPED.key(space)) is None:
            save_projection(SHIPPED.key(space), drawn)
        for picture in (drawn, compared):
            key = measured_key(space, picture, NEIGHBORS)
            if cache.find(QUALITY, key) is None:
                save_quality(key, quality[picture.method])
    except OSError:  # the disk is full
        return False
    return True


def digest(space: EmbeddingSpace) -> str:
    """Return the hash of a space's vectors, which is the same whatever library reads them."""
    return hashlib.blake2b(space.vectors.tobytes(), digest_size=16).hexdigest()
