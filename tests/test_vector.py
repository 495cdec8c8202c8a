"""Vector: arithmetic that equals NumPy's, and the formula that it carries."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explorer import EmbeddingSpace, Vector
from explorer.errors import QueryError

THREE = arrays(np.float32, 3, elements=st.floats(-1000, 1000, width=32))
FACTOR = st.floats(-100, 100).filter(lambda factor: abs(factor) > 0.01)


def vector(name: str, *values: float) -> Vector:
    return Vector(name, np.array(values, np.float32))


@given(THREE, THREE)
def test_sum_difference_and_negation_are_numpys(a: np.ndarray, b: np.ndarray) -> None:
    x, y = Vector("x", a), Vector("y", b)
    np.testing.assert_array_equal((x + y).values, a + b)
    np.testing.assert_array_equal((x - y).values, a - b)
    np.testing.assert_array_equal((-x).values, -a)


@given(THREE, FACTOR)
def test_scaling_is_numpys(a: np.ndarray, factor: float) -> None:
    x = Vector("x", a)
    np.testing.assert_array_equal((factor * x).values, a * np.float32(factor))
    np.testing.assert_array_equal((x * factor).values, a * np.float32(factor))
    np.testing.assert_array_equal((x / factor).values, a / np.float32(factor))


@given(THREE.filter(lambda a: float(np.abs(a).max()) > 0.001))
def test_unit_has_length_one_and_the_same_direction(a: np.ndarray) -> None:
    unit = Vector("x", a).unit().values
    assert np.linalg.norm(unit) == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(unit * np.linalg.norm(a), a, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("formula", "name"),
    [
        (lambda a, b, c: a - b + c, "a − b + c"),
        (lambda a, b, c: a - (b + c), "a − (b + c)"),
        (lambda a, b, c: a + (b - c), "a + b − c"),
        (lambda a, b, c: 2 * (a - b), "2 × (a − b)"),
        (lambda a, b, c: 2 * a - b, "2 × a − b"),
        (lambda a, b, c: (a + b) / 2, "(a + b) / 2"),
        (lambda a, b, c: -a + b, "−a + b"),
        (lambda a, b, c: a - -b, "a − (−b)"),
        (lambda a, b, c: -1.5 * a, "−1.5 × a"),
        (lambda a, b, c: a / -2, "a / −2"),
        (lambda a, b, c: (a - b).unit() - c, "a − b − c"),
        (lambda a, b, c: c - (a - b).unit(), "c − (a − b)"),
    ],
)
def test_name_is_the_formula(formula: Callable[..., Vector], name: str) -> None:
    a, b, c = vector("a", 1.0, 2.0), vector("b", 0.0, 1.0), vector("c", 3.0, 0.0)
    assert formula(a, b, c).name == name


def test_a_hyphen_in_a_label_stays_a_hyphen() -> None:
    assert (2 * vector("well-being", 1.0)).name == "2 × well-being"


def test_labels_are_the_inputs_each_once(space: EmbeddingSpace) -> None:
    formula = space["king"] - space["man"] + 2 * space["king"]
    assert formula.labels == ("king", "man")


def test_values_are_a_read_only_copy() -> None:
    given_values = np.ones(2, np.float32)
    made = Vector("x", given_values)
    given_values[0] = 7
    assert made.values.tolist() == [1, 1]
    assert not made.values.flags.writeable


def test_vectors_of_two_spaces_cannot_be_added() -> None:
    with pytest.raises(QueryError, match=r"a is 1-dimensional and b 2-dimensional: “\+”"):
        vector("a", 1.0) + vector("b", 1.0, 2.0)


def test_a_label_in_place_of_a_vector_is_told(space: EmbeddingSpace) -> None:
    with pytest.raises(TypeError, match="“king − 'man'” needs a vector on both sides"):
        space["king"] - "man"  # type: ignore[operator]


def test_vectors_cannot_be_multiplied() -> None:
    with pytest.raises(TypeError):
        vector("a", 1.0) * vector("b", 1.0)  # type: ignore[operator]


def test_zero_vector_has_no_unit() -> None:
    with pytest.raises(QueryError, match="a − a is the zero vector"):
        (vector("a", 1.0) - vector("a", 1.0)).unit()
