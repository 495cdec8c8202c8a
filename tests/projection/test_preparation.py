"""Preparation: what each step does, and that it does the same to other vectors."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from explorer import EmbeddingSpace, project
from explorer.errors import ProjectionError
from explorer.projection.preparation import prepare


def test_no_step_leaves_the_space_as_it_is(space: EmbeddingSpace) -> None:
    assert prepare(space, ())[0] is space


def test_centered_vectors_have_no_mean(space: EmbeddingSpace) -> None:
    ready, _ = prepare(space, ["center"])
    np.testing.assert_allclose(ready.vectors.mean(axis=0), 0, atol=1e-6)


def test_unit_vectors_have_length_one_and_zeros_stay() -> None:
    ready, _ = prepare(EmbeddingSpace(["a", "b"], [[3, 4], [0, 0]]), ["unit"])
    np.testing.assert_allclose(ready.vectors, [[0.6, 0.8], [0, 0]], atol=1e-6)


def test_all_but_the_top_leaves_out_one_direction_per_hundred_dimensions(
    words: EmbeddingSpace,
) -> None:
    some = words.take(range(500), name="some", step="first 500")
    ready, _ = prepare(some, ["all-but-the-top"])
    top = PCA(4).fit(some.vectors)  # 384 dimensions: four
    expected = some.vectors - top.mean_ - top.transform(some.vectors) @ top.components_
    np.testing.assert_allclose(ready.vectors, expected, atol=1e-5)


def test_steps_are_done_in_one_order_and_to_other_vectors_too(words: EmbeddingSpace) -> None:
    some = words.take(range(200), name="some", step="first 200")
    ready, apply = prepare(some, ["unit", "center"])
    centered = some.vectors - some.vectors.mean(axis=0)
    lengths = np.linalg.norm(centered, axis=1, keepdims=True)
    np.testing.assert_allclose(ready.vectors, centered / lengths, atol=1e-5)
    np.testing.assert_allclose(apply(some.vectors[:3]), ready.vectors[:3], atol=1e-6)


def test_a_picture_tells_how_its_vectors_were_prepared(space: EmbeddingSpace) -> None:
    found = project(space, "pca", prepared=["unit", "center"])
    assert found.params == {"prepared": ["center", "unit"]}
    expected = project(prepare(space, ["center", "unit"])[0], "pca")
    np.testing.assert_array_equal(found.coordinates, expected.coordinates)


def test_an_unknown_step_is_told(space: EmbeddingSpace) -> None:
    with pytest.raises(ProjectionError, match=r"“whiten” is unknown. Known: center, all-but"):
        project(space, "pca", prepared=["whiten"])
