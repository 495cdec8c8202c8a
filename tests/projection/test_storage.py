"""Projections, quality, clusters and frames come back from the cache as they were."""

from __future__ import annotations

import numpy as np
import pytest

from explorer import EmbeddingSpace, Projection, project, projection_quality
from explorer.jobs.frames import Frame, load_frames, save_frames
from explorer.projection.clusters import Clusters
from explorer.projection.storage import (
    load_clusters,
    load_projection,
    load_quality,
    save_clusters,
    save_projection,
    save_quality,
)


@pytest.mark.parametrize(
    "projection",
    [
        Projection(
            np.ones((4, 2), np.float32), "umap", {"min_dist": 0.1, "n": None}, 7, notes=("a",)
        ),
        Projection(np.ones((4, 3), np.float32), "pca", {}, None, np.array([0.5, 0.25, 0.125])),
    ],
    ids=["umap", "pca"],
)
def test_a_kept_projection_comes_back_whole(projection: Projection) -> None:
    save_projection("key", projection)
    found = load_projection("key")
    assert found is not None
    np.testing.assert_array_equal(found.coordinates, projection.coordinates)
    assert (found.method, found.seed) == (projection.method, projection.seed)
    assert found.notes == projection.notes
    assert dict(found.params) == dict(projection.params)
    assert found.digest == projection.digest
    if projection.variance_share is None:
        assert found.variance_share is None
    else:
        np.testing.assert_array_equal(found.variance_share, projection.variance_share)


def test_kept_quality_comes_back_whole(space: EmbeddingSpace) -> None:
    quality = projection_quality(space, project(space, "pca"), 2)
    save_quality("key", quality)
    found = load_quality("key")
    assert found is not None
    np.testing.assert_array_equal(found.kept, quality.kept)
    others = {name: value for name, value in vars(quality).items() if name != "kept"}
    assert {name: getattr(found, name) for name in others} == pytest.approx(others, nan_ok=True)


def test_kept_clusters_come_back_whole() -> None:
    save_clusters("key", Clusters(np.array([0, -1, 1], np.intp), ("a, b", "ç"), "kmeans", "it"))
    found = load_clusters("key")
    assert found is not None
    assert (found.codes.tolist(), found.names) == ([0, -1, 1], ("a, b", "ç"))
    assert (found.method, found.on) == ("kmeans", "it")


def test_kept_frames_come_back_whole() -> None:
    rng = np.random.default_rng(0)
    frames = [
        Frame(share, f"epoch {share}", *Frame.packed(rng.normal(size=(5, 2)).astype(np.float32)))
        for share in (0.25, 0.5)
    ]
    save_frames("key", frames)
    assert load_frames("key") == frames


def test_what_was_not_kept_is_none() -> None:
    assert load_projection("unknown") is None
    assert load_quality("unknown") is None
    assert load_clusters("unknown") is None
    assert load_frames("unknown") == []
