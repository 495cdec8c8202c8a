"""Custom axes: a word, a difference, or groups; what cannot be read is told."""

from __future__ import annotations

import numpy as np
import pytest

from explorer import EmbeddingSpace, project
from explorer.errors import ExplorerError
from explorer.formula import formula_vector, parse_formula
from explorer.projection.out_of_sample import place


def along(space: EmbeddingSpace, direction: np.ndarray) -> np.ndarray:
    return space.vectors @ (direction / np.linalg.norm(direction))


def test_a_point_stands_where_its_vector_points(space: EmbeddingSpace) -> None:
    found = project(space, "axes", axes=["king - queen", "pea"])
    vectors = {label: space[label].values for label in space.labels}
    np.testing.assert_allclose(
        found.coordinates[:, 0], along(space, vectors["king"] - vectors["queen"]), atol=1e-6
    )
    np.testing.assert_allclose(found.coordinates[:, 1], along(space, vectors["pea"]), atol=1e-6)
    assert found.axis_names == ("king − queen", "pea")
    assert found.has_axes


def test_a_side_may_be_the_mean_of_several(space: EmbeddingSpace) -> None:
    found = project(space, "axes", axes=["king, queen − man,woman", "pea"])
    rows = {label: space[label].values for label in space.labels}
    direction = (rows["king"] + rows["queen"]) / 2 - (rows["man"] + rows["woman"]) / 2
    np.testing.assert_allclose(found.coordinates[:, 0], along(space, direction), atol=1e-6)
    assert found.axis_names[0] == "king, queen − man, woman"


def test_labels_with_hyphens_commas_and_signs_are_labels() -> None:
    labels = ["well-known", "Paris, France", "a - b", "c"]
    space = EmbeddingSpace(labels, np.eye(4))
    found = project(space, "axes", 3, axes=["well-known", "Paris, France − c", "a - b"])
    assert found.axis_names == ("well-known", "Paris, France − c", "a - b")


@pytest.mark.parametrize(
    ("axes", "words"),
    [
        ([], "0 axes for 2 dimensions"),
        (["king", ""], "1 axes for 2 dimensions"),
        (["king - king", "pea"], "no direction"),
        (["king - ,", "pea"], "a label is missing before “,”"),
        (["kng", "pea"], "“kng” is not in five words. The closest labels are “king”"),
    ],
)
def test_what_is_no_axis_is_told(space: EmbeddingSpace, axes: list[str], words: str) -> None:
    with pytest.raises(ExplorerError, match=words):
        project(space, "axes", axes=axes)


def test_an_axis_is_any_formula(space: EmbeddingSpace) -> None:
    found = project(space, "axes", axes=["king - man + 2*woman", "king+queen"])
    vectors = {label: space[label].values for label in space.labels}
    mixed = vectors["king"] - vectors["man"] + 2 * vectors["woman"]
    np.testing.assert_allclose(found.coordinates[:, 0], along(space, mixed), atol=1e-6)
    added = vectors["king"] + vectors["queen"]
    np.testing.assert_allclose(found.coordinates[:, 1], along(space, added), atol=1e-6)
    assert found.axis_names == ("king − man + 2 × woman", "king + queen")


@pytest.mark.parametrize("text", ["king - man", "king, queen - man, woman", "(king - man) / 2"])
def test_an_axis_is_read_as_an_analogy_is(space: EmbeddingSpace, text: str) -> None:
    expected = formula_vector(space, parse_formula(space, text)).values
    found = project(space, "axes", axes=[text, "pea"])
    np.testing.assert_allclose(found.coordinates[:, 0], along(space, expected), atol=1e-6)


@pytest.mark.parametrize("prepared", [(), ("center", "unit")])
def test_an_axis_may_be_an_unseen_word(unseen: EmbeddingSpace, prepared: tuple[str, ...]) -> None:
    found = project(unseen, "axes", axes=["kingdom", "queens - king"], prepared=prepared)
    placed = place(unseen, found, unseen["kingdom"].values).coordinates[0]
    if prepared:  # its own unit vector, along itself
        assert placed[0] == pytest.approx(1, abs=1e-5)
    else:
        assert placed[0] == pytest.approx(np.linalg.norm(unseen["kingdom"].values), abs=1e-5)
