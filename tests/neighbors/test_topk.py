"""Top-k selection, compared with NumPy's sort."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explorer.neighbors.topk import CHUNK, FEW, topk

numbers = st.integers(-3, 3).map(float) | st.floats(width=32, allow_nan=False)


@given(
    arrays(np.float32, st.tuples(st.integers(1, 4), st.integers(1, 3 * CHUNK)), elements=numbers),
    st.data(),
)
def test_they_are_those_of_a_stable_sort(block: np.ndarray, data: st.DataObject) -> None:
    k = data.draw(st.integers(1, block.shape[1]))
    expected = np.argsort(block, axis=1, kind="stable")[:, :k]
    np.testing.assert_array_equal(topk(block, k), expected)


@pytest.mark.parametrize("order", ["C", "F"])
def test_blocks_in_any_order_of_memory_are_read(order: str) -> None:
    block = np.random.default_rng(0).normal(size=(7, 500)).astype(np.float32, order=order)
    expected = np.argsort(block, axis=1)[:, :12]
    np.testing.assert_array_equal(topk(block, 12), expected)


@pytest.mark.parametrize("k", [FEW, FEW + 1, 1000])
def test_many_are_those_of_a_stable_sort_too(k: int) -> None:
    block = np.random.default_rng(0).integers(0, 90, size=(3, 1000)).astype(np.float32)
    expected = np.argsort(block, axis=1, kind="stable")[:, :k]
    np.testing.assert_array_equal(topk(block, k), expected)
