"""Words as visitors type them, and what a space has for them."""

from __future__ import annotations

import numpy as np
import pytest

from explorer import EmbeddingSpace
from explorer.neighbors.wordlist import find_words, split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("king queen", ("king", "queen")),
        ("king, queen,,pea", ("king", "queen", "pea")),
        ("New York\nParis\n", ("New York", "Paris")),
        ("king king", ("king",)),
        ("  ", ()),
        ("king,", ("king",)),
    ],
)
def test_words_are_split_at_commas_lines_or_spaces(text: str, words: tuple[str, ...]) -> None:
    assert split_words(text) == words


def test_words_are_found_as_they_stand_or_in_lower_case(space: EmbeddingSpace) -> None:
    found = find_words(space, ["King", "queen", "blorp"])
    assert found.space is not None
    assert found.space.labels == ("King", "queen")
    assert found.forms == ("king", "queen")
    assert found.unknown == ("blorp",)
    np.testing.assert_array_equal(found.space.vectors, space.vectors[:2])


def test_a_completion_is_asked_for_what_is_missing(space: EmbeddingSpace) -> None:
    more = {"bean": np.ones(3, np.float32)}
    found = find_words(space, ["bean", "blorp", "pea"], more.get)
    assert found.completed == ("bean",)
    assert found.unknown == ("blorp",)
    assert found.space is not None
    assert found.space["bean"].values.tolist() == [1, 1, 1]


def test_no_known_word_gives_no_space(space: EmbeddingSpace) -> None:
    assert find_words(space, ["blorp"]).space is None
