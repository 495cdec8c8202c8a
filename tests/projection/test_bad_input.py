"""Degenerate spaces: each method draws what it can, or says why it cannot."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from explorer import EmbeddingSpace, project, projection_quality
from explorer.errors import ProjectionError
from explorer.projection.clusters import find_clusters

METHODS: dict[str, dict[str, Any]] = {
    "pca": {},
    "umap": {"n_epochs": 11},
    "tsne": {"n_iter": 5},
}
RNG = np.random.default_rng(4)
SPACES = {
    "one point": np.ones((1, 3)),
    "two points": np.eye(2),
    "fewer points than neighbors": RNG.normal(size=(9, 4)),
    "all in one place": np.ones((30, 4)),
    "duplicates": np.repeat(RNG.normal(size=(10, 4)), 5, axis=0),
    "constant columns": np.column_stack([RNG.normal(size=(30, 2)), np.ones((30, 3))]),
    "one dimension": RNG.normal(size=(30, 1)),
    "zero vectors": np.vstack([np.zeros((20, 4)), RNG.normal(size=(20, 4))]),
    "only zero vectors": np.zeros((20, 4)),
    "groups without a way between them": np.kron(np.eye(3), np.ones((20, 3)))
    + RNG.normal(scale=1e-3, size=(60, 9)),
}


@pytest.mark.parametrize("n_components", [2, 3])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", SPACES)
def test_a_picture_or_a_sentence(name: str, method: str, n_components: int) -> None:
    vectors = SPACES[name]
    space = EmbeddingSpace([str(row) for row in range(len(vectors))], vectors, name=name)
    if method != "pca" and len(space) < 4:
        with pytest.raises(ProjectionError, match=rf"{name} has {len(space)}\. Use PCA\."):
            project(space, method, n_components)
        return
    found = project(space, method, n_components, **METHODS[method])
    assert found.coordinates.shape == (len(space), n_components)
    assert np.isfinite(found.coordinates).all()
    if len(space) >= 3:
        quality = projection_quality(space, found)
        assert 0 <= quality.trustworthiness <= 1
        assert 0 <= quality.continuity <= 1


@pytest.mark.parametrize("method", ["kmeans", "hdbscan"])
@pytest.mark.parametrize("name", SPACES)
def test_clusters_or_none(name: str, method: str) -> None:
    vectors = SPACES[name]
    space = EmbeddingSpace([str(row) for row in range(len(vectors))], vectors, name=name)
    found = find_clusters(space, method=method, size=5)
    assert found.codes.shape == (len(space),)
    assert len(found.names) == found.codes.max(initial=-1) + 1


def test_a_nan_that_slipped_in_is_told_where_the_space_is_made() -> None:
    with pytest.raises(ValueError, match="row 1"):
        EmbeddingSpace(["a", "b"], [[0, 1], [np.nan, 1]])
