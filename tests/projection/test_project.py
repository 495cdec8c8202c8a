"""project: the methods' table, and the Projection that comes back."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from scipy.sparse import random_array

from explorer import EmbeddingSpace, Projection, project, sparse
from explorer.encoding.classical import one_hot
from explorer.errors import ProjectionError
from explorer.neighbors import graph
from explorer.projection import METHODS
from explorer.sparse import SparseSpace


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "mds"}, ["“mds”", *METHODS]),
        ({"n_components": 4}, ["n_components is 4", "2 or 3"]),
        ({"perplexity": 30}, ["UMAP has no parameter perplexity", "n_neighbors, min_dist"]),
        ({"method": "pca", "min_dist": 0.1}, ["PCA has no parameter min_dist", "components"]),
    ],
)
def test_what_is_unknown_is_told_with_what_is_known(
    space: EmbeddingSpace, options: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(ProjectionError) as caught:
        project(space, **options)
    for word in words:
        assert word in str(caught.value)


def test_coordinates_are_read_only_float32_in_row_order(space: EmbeddingSpace) -> None:
    found = project(space, "pca", 3)
    assert found.coordinates.dtype == np.float32
    assert not found.coordinates.flags.writeable
    assert (len(found), found.n_components) == (5, 3)


def test_params_cannot_be_changed() -> None:
    found = Projection(np.zeros((1, 2), np.float32), "umap", {"min_dist": 0.1})
    with pytest.raises(TypeError):
        found.params["min_dist"] = 0.5  # type: ignore[index]


def test_axes_without_shares_are_numbered() -> None:
    assert Projection(np.zeros((1, 3), np.float32), "umap").axis_names == (
        "UMAP 1",
        "UMAP 2",
        "UMAP 3",
    )


def test_a_pickled_projection_comes_back_whole(space: EmbeddingSpace) -> None:
    found = project(space, "pca")
    copy = pickle.loads(pickle.dumps(found))
    np.testing.assert_array_equal(copy.coordinates, found.coordinates)
    np.testing.assert_array_equal(copy.variance_share, found.variance_share)
    assert (copy.method, dict(copy.params), copy.seed) == ("pca", {}, None)


def test_pca_reports_its_end(space: EmbeddingSpace) -> None:
    told: list[float] = []
    project(space, "pca", report=lambda *one: told.append(one[0]))
    assert told == [1.0]


@pytest.mark.parametrize(
    "options",
    [
        {"method": "pca"},
        {"method": "umap", "n_epochs": 20},
        {"method": "tsne", "n_iter": 50},
        {"method": "axes", "axes": ["3 - 4", "5"]},
    ],
    ids=str,
)
def test_a_sparse_space_stays_sparse(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, Any]
) -> None:
    monkeypatch.setattr(sparse, "DENSE_BYTES", 0)  # whatever writes the zeros out is refused
    space = one_hot([str(number) for number in range(60)])
    assert len(project(space, **options)) == 60


def test_the_neighbors_of_a_sparse_space_are_exact_however_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sparse, "DENSE_BYTES", 0)
    monkeypatch.setattr(graph, "EXACT_TO", 10)
    matrix = random_array((80, 40), density=0.2, rng=np.random.default_rng(0))
    space = SparseSpace([str(row) for row in range(80)], matrix)
    found = project(space, "umap", n_epochs=20)
    assert len(found) == 80
    assert found.notes == ()
