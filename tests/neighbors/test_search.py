from __future__ import annotations

import re

import numpy as np
import pytest

from explorer import EmbeddingSpace
from explorer.errors import QueryError
from explorer.neighbors.search import find_words, search_labels

LABELS = ["making", "kingdom", "King", "queen", "a.b", "\u00e9t\u00e9"]


@pytest.fixture
def labelled() -> EmbeddingSpace:
    return EmbeddingSpace(LABELS, [[float(row)] for row in range(1, len(LABELS) + 1)])


def found(space: EmbeddingSpace, text: str, *, regex: bool = False) -> list[str]:
    return [space.labels[row] for row in search_labels(space, text, regex=regex)]


def test_whole_labels_come_first_then_beginnings_then_parts(labelled: EmbeddingSpace) -> None:
    assert found(labelled, "king") == ["King", "kingdom", "making"]


def test_plain_text_has_no_special_signs(labelled: EmbeddingSpace) -> None:
    assert found(labelled, "a.b") == ["a.b"]
    assert found(labelled, ".") == ["a.b"]


def test_case_is_ignored_beyond_ascii(labelled: EmbeddingSpace) -> None:
    assert found(labelled, "\u00c9T") == ["\u00e9t\u00e9"]


@pytest.mark.parametrize("pattern", ["^k", "n$", "^[a-m]", "ki?ng", "."])
def test_expressions_find_what_pythons_find(labelled: EmbeddingSpace, pattern: str) -> None:
    expected = [label for label in LABELS if re.search(pattern, label, re.IGNORECASE)]
    assert found(labelled, pattern, regex=True) == expected


def test_nothing_searched_is_nothing_found(labelled: EmbeddingSpace) -> None:
    assert found(labelled, "") == []


def test_a_broken_expression_is_told_with_what_to_do(labelled: EmbeddingSpace) -> None:
    with pytest.raises(QueryError, match=r"not a regular expression.*backslash"):
        search_labels(labelled, "(", regex=True)


def test_an_expression_that_stalls_backtracking_engines_answers_at_once() -> None:
    space = EmbeddingSpace(["a" * 5000 + "!"], [[1.0]])
    assert found(space, "(a+)+$", regex=True) == []


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
