"""Projections, their quality and clusters in the cache: saving and loading."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer import cache
from explorer.projection.clusters import Clusters
from explorer.projection.projection import Projection
from explorer.projection.quality import Quality
from explorer.projection.regions import Region

PROJECTIONS = cache.Kind("projections", 1)
QUALITY = cache.Kind("quality", 1)
CLUSTERS = cache.Kind("clusters", 2)  # 2: names by frequent words
REGIONS = cache.Kind("regions", 1)


def load_projection(key: str) -> Projection | None:
    """Return a kept projection, or None."""

    def made(arrays: dict[str, NDArray[Any]], facts: Any) -> Projection:
        values: dict[str, Any] = {**arrays, **facts, "notes": tuple(facts["notes"])}
        return Projection(**values)

    return cache.load_as(PROJECTIONS, key, made)


def save_projection(key: str, projection: Projection) -> None:
    """Keep a projection under its key."""
    arrays: dict[str, NDArray[Any]] = {"coordinates": projection.coordinates}
    if projection.variance_share is not None:
        arrays["variance_share"] = np.asarray(projection.variance_share)
    facts = {
        "method": projection.method,
        "params": dict(projection.params),
        "seed": projection.seed,
        "notes": projection.notes,
    }
    cache.save_arrays(PROJECTIONS, key, arrays, facts)


def load_quality(key: str) -> Quality | None:
    """Return what was measured of a projection, or None."""
    return cache.load_as(QUALITY, key, lambda arrays, facts: Quality(kept=arrays["kept"], **facts))


def save_quality(key: str, quality: Quality) -> None:
    """Keep what was measured of a projection."""
    figures = {name: value for name, value in vars(quality).items() if name != "kept"}
    cache.save_arrays(QUALITY, key, {"kept": quality.kept}, figures)


def load_clusters(key: str) -> Clusters | None:
    """Return kept clusters, or None."""

    def made(arrays: dict[str, NDArray[Any]], facts: Any) -> Clusters:
        return Clusters(arrays["codes"], tuple(facts["names"]), facts["method"], facts["on"])

    return cache.load_as(CLUSTERS, key, made)


def save_clusters(key: str, clusters: Clusters) -> None:
    """Keep clusters under their key."""
    facts = {"names": clusters.names, "method": clusters.method, "on": clusters.on}
    cache.save_arrays(CLUSTERS, key, {"codes": clusters.codes}, facts)


def load_regions(key: str) -> tuple[Region, ...] | None:
    """Return the kept regions of a picture, or None."""
    found = cache.load_json(REGIONS, key)
    if found is None:
        return None
    return tuple(
        Region(tuple(one["at"]), one["level"], one["name"], tuple(one["examples"]), one["size"])
        for one in found
    )


def save_regions(key: str, regions: tuple[Region, ...]) -> None:
    """Keep the regions of a picture."""
    cache.save_json(REGIONS, key, [asdict(one) for one in regions])
