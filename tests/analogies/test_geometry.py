"""The picture of an analogy: lengths and angles in its plane are those of the space."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explorer import EmbeddingSpace
from explorer.analogies.arithmetic import AnalogyResult, solve_analogy
from explorer.analogies.geometry import PlanePicture, angle, plane_picture, plane_through
from explorer.analogies.inputs import read_inputs
from explorer.formula import parse_formula

POINTS = arrays(np.float64, (3, 6), elements=st.floats(-2, 2)).filter(
    lambda points: np.linalg.svd(points[1:] - points[0])[1].min() > 0.01
)


def classic(words: EmbeddingSpace) -> tuple[AnalogyResult, PlanePicture]:
    found = solve_analogy(words, read_inputs(words, ["king", "woman"], ["man"]))
    return found, plane_picture(found, found.answer(5))


@given(POINTS)
def test_lengths_and_angles_of_three_points_are_true(points: np.ndarray) -> None:
    plane = plane_through(points)
    places, distances = plane.place(points)
    assert plane.is_exact
    np.testing.assert_allclose(distances, 0, atol=1e-7)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        true = np.linalg.norm(points[i] - points[j])
        assert np.linalg.norm(places[i] - places[j]) == pytest.approx(true, abs=1e-7)
    drawn = angle(places[1] - places[0], places[2] - places[0])
    assert drawn == pytest.approx(angle(points[1] - points[0], points[2] - points[0]), abs=1e-4)
    np.testing.assert_allclose(places[0], 0, atol=1e-9)
    assert places[1, 0] > 0
    assert places[1, 1] == pytest.approx(0, abs=1e-9)
    assert places[2, 1] > 0


@given(POINTS, arrays(np.float64, (4, 6), elements=st.floats(-2, 2)))
def test_place_and_distance_make_up_the_whole(points: np.ndarray, others: np.ndarray) -> None:
    plane = plane_through(points)
    places, distances = plane.place(others)
    whole = np.linalg.norm(others - plane.origin, axis=1)
    np.testing.assert_allclose(np.hypot(np.linalg.norm(places, axis=1), distances), whole)


def test_the_parallelogram_is_one_and_its_figures_are_the_spaces(words: EmbeddingSpace) -> None:
    found, picture = classic(words)
    assert picture.is_parallelogram
    assert picture.is_exact
    assert picture.inputs.names == ("man", "king", "woman")
    a, b, c = picture.inputs.places
    np.testing.assert_allclose(picture.result.places[0], b - a + c, atol=1e-6)
    np.testing.assert_allclose(picture.result.distances, 0, atol=1e-6)
    king, woman, man = found.inputs.values.astype(np.float64)
    queen = words["queen"].unit().values.astype(np.float64)
    lengths = dict(picture.lengths)
    assert lengths["man → king"] == pytest.approx(np.linalg.norm(king - man))
    assert lengths["woman → queen"] == pytest.approx(np.linalg.norm(queen - woman), abs=1e-6)
    assert np.hypot(
        np.linalg.norm(picture.answers.places[0] - c), picture.answers.distances[0]
    ) == pytest.approx(lengths["woman → queen"], abs=1e-6)
    assert [degrees for _, degrees in picture.angles] == pytest.approx(
        [angle(king - man, woman - man), angle(king - man, queen - woman)], abs=1e-3
    )


@pytest.mark.parametrize(
    ("formula", "is_exact"), [("snow", True), ("snow + sea", True), ("snow + sea - 2*ice", False)]
)
def test_other_sums_are_laid_tip_to_tail(
    words: EmbeddingSpace, formula: str, is_exact: bool
) -> None:
    found = solve_analogy(words, read_inputs(words, parse_formula(words, formula)))
    picture = plane_picture(found, found.answer(5))
    assert not picture.is_parallelogram
    assert picture.is_exact == is_exact
    steps = [arrow for arrow in picture.arrows if arrow.kind == "given"]
    assert len(steps) == len(found.inputs.names)
    for before, after in pairwise(steps):
        assert before.end == after.start
    assert steps[-1].end == pytest.approx(tuple(picture.result.places[0]), abs=1e-6)


def test_words_on_one_line_have_a_picture_too() -> None:
    space = EmbeddingSpace(["a", "b", "c", "d"], [[1.0], [2.0], [3.0], [4.0]])
    found = solve_analogy(space, read_inputs(space, ["b", "c"], ["a"], normalize=False))
    picture = plane_picture(found, found.answer(1))
    assert picture.is_exact
    np.testing.assert_allclose(picture.inputs.places[:, 0], [0, 1, 2], atol=1e-9)
