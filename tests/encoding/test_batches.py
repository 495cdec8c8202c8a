"""Batches: all rows once, within the budget; what does not fit is halved and not lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from explorer.encoding.batches import is_out_of_memory, plan, run
from explorer.errors import EncodeError


@given(st.lists(st.integers(0, 300), max_size=60), st.integers(1, 600))
def test_each_row_is_in_one_batch_and_none_exceeds_the_budget(
    lengths: list[int], budget: int
) -> None:
    batches = plan(lengths, budget)
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    for batch in batches:
        longest = max(1, *(lengths[row] for row in batch)) if batch else 0
        assert len(batch) == 1 or longest * len(batch) <= budget


class SmallMemory:
    """Computes as many rows at once as fit, and fails with torch's words for more."""

    def __init__(self, fits: int, words: str = "CUDA out of memory. Tried to allocate") -> None:
        self.fits = fits
        self.words = words
        self.tried: list[int] = []

    def __call__(self, batch: list[int]) -> NDArray[np.float32]:
        self.tried.append(len(batch))
        if len(batch) > self.fits:
            raise RuntimeError(self.words)
        return np.array([[row] for row in batch], np.float32)


@pytest.mark.parametrize("fits", [1, 2, 3, 7])
def test_a_batch_that_does_not_fit_is_halved_until_it_does(fits: int) -> None:
    memory = SmallMemory(fits)
    done = {}
    for batch, vectors in run([list(range(10)), list(range(10, 15))], memory):
        done.update(zip(batch, vectors[:, 0].tolist(), strict=True))
    assert done == {row: float(row) for row in range(15)}


def test_what_did_not_fit_once_is_not_tried_again() -> None:
    memory = SmallMemory(2)
    list(run([list(range(8)), list(range(8, 16))], memory))
    assert memory.tried.count(8) == 1


def test_a_text_that_does_not_fit_alone_is_told() -> None:
    with pytest.raises(EncodeError, match="not enough memory for a single text"):
        list(run([[0, 1]], SmallMemory(0)))


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="shapes"):
        list(run([[0, 1]], SmallMemory(0, "shapes do not match")))


def test_memory_errors_are_known_by_their_kind_and_words() -> None:
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory: 8 bytes"))
    assert is_out_of_memory(RuntimeError("MPS backend out of memory"))
