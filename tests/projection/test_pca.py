"""PCA: the coordinates, shares and signs of scikit-learn's exact solver."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from explorer import EmbeddingSpace, project
from explorer.errors import ProjectionError
from explorer.projection import pca


def reference(vectors: Any, n_components: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return scikit-learn's coordinates and shares, computed in float64."""
    fitted = PCA(n_components, svd_solver="full")
    coordinates = fitted.fit_transform(np.asarray(vectors, np.float64))
    return coordinates, fitted.explained_variance_ratio_


def random_space(n: int, d: int, offset: float = 0.0) -> EmbeddingSpace:
    scales = np.linspace(3, 0.5, d)  # no two axes with equal variance: their order is certain
    vectors = offset + scales * np.random.default_rng(7).normal(size=(n, d))
    return EmbeddingSpace([str(row) for row in range(n)], vectors)


@pytest.mark.parametrize("n_components", [2, 3])
@pytest.mark.parametrize(("n", "d"), [(200, 5), (5, 200), (40, 40)], ids=["tall", "wide", "square"])
def test_coordinates_signs_and_shares_are_scikit_learns(n: int, d: int, n_components: int) -> None:
    space = random_space(n, d)
    coordinates, share = reference(space.vectors, n_components)
    found = project(space, "pca", n_components)
    np.testing.assert_allclose(found.coordinates, coordinates, atol=1e-5)
    assert found.variance_share is not None
    np.testing.assert_allclose(found.variance_share, share, rtol=1e-6)


def test_the_words_lie_where_scikit_learn_puts_them(words: EmbeddingSpace) -> None:
    coordinates, share = reference(words.vectors, 2)
    found = project(words, "pca")
    np.testing.assert_allclose(found.coordinates, coordinates, atol=1e-5)
    np.testing.assert_allclose(found.variance_share, share, rtol=1e-6)  # type: ignore[arg-type]


@pytest.mark.parametrize(("n", "d"), [(200, 5), (5, 200)], ids=["tall", "wide"])
def test_points_far_from_the_origin_keep_their_digits(n: int, d: int) -> None:
    space = random_space(n, d, offset=30_000)
    coordinates, _ = reference(space.vectors, 2)
    np.testing.assert_allclose(project(space, "pca").coordinates, coordinates, atol=1e-4)


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_the_picture_does_not_depend_on_the_unit(scale: float) -> None:
    space = random_space(5, 200)
    scaled = EmbeddingSpace(space.labels, space.vectors * np.float32(scale))
    expected = project(space, "pca").coordinates
    np.testing.assert_allclose(project(scaled, "pca").coordinates / scale, expected, atol=1e-4)


def test_blocks_do_not_change_the_picture(
    space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = project(space, "pca").coordinates
    monkeypatch.setattr(pca, "BLOCK_BYTES", 48)
    np.testing.assert_allclose(project(space, "pca").coordinates, whole, atol=1e-6)


@pytest.mark.parametrize(
    "vectors",
    [
        [[1, 2, 3]],
        [[1], [2], [4]],
        [[1, 2], [1, 2], [1, 2]],
        [[0, 0, 1], [2, 0, 1], [4, 0, 1]],
        [[1, 2, 3, 4], [2, 4, 6, 8]],
    ],
    ids=["one point", "one dimension", "one place", "on a line", "two points"],
)
def test_axes_that_hold_nothing_stay_at_zero(vectors: list[list[int]]) -> None:
    found = project(EmbeddingSpace([str(v) for v in vectors], vectors), "pca", 3)
    assert found.coordinates.shape == (len(vectors), 3)
    assert found.variance_share is not None
    empty = found.variance_share < 1e-9
    assert empty.any()
    np.testing.assert_allclose(found.coordinates[:, empty], 0, atol=1e-6)


def test_the_seed_changes_nothing(space: EmbeddingSpace) -> None:
    one, other = project(space, "pca", seed=1), project(space, "pca", seed=2)
    np.testing.assert_array_equal(one.coordinates, other.coordinates)
    assert one.seed is None


def test_axes_are_named_with_their_share() -> None:
    space = EmbeddingSpace(["a", "b", "c"], [[0, 0], [2, 0], [4, 0]])
    assert project(space, "pca").axis_names == (
        "PC 1 (100.0% of the variance)",
        "PC 2 (0.0% of the variance)",
    )


def test_components_can_be_chosen() -> None:
    space = random_space(200, 8)
    first = project(space, "pca", 3)
    chosen = project(space, "pca", components=[3, 1])
    np.testing.assert_allclose(chosen.coordinates, first.coordinates[:, [2, 0]], atol=1e-5)
    assert chosen.axis_names == (first.axis_names[2], first.axis_names[0])


@pytest.mark.parametrize("components", [[1], [0, 1], [1, 11], []])
def test_components_that_cannot_be_are_told(components: list[int]) -> None:
    with pytest.raises(ProjectionError, match="Give 2 numbers from 1 to 10"):
        project(random_space(20, 12), "pca", components=components)
