"""Each hostile file is told in a sentence, within its bound of memory."""

from __future__ import annotations

import sys

import pytest

from tests.fuzz.hostile import HOSTILE, Hostile, fits, outcome, peak


@pytest.mark.parametrize("one", HOSTILE, ids=lambda one: one.given)
def test_a_hostile_file_is_told_and_fills_no_memory(one: Hostile) -> None:
    file = one.file()
    if sys.platform == "linux":
        told, megabytes = peak(lambda: outcome(one, file))
        assert megabytes <= one.megabytes
    else:
        told = outcome(one, file)
    assert fits(one, told), told
