from __future__ import annotations

import re

import pytest

from explorer import EmbeddingSpace
from explorer.errors import QueryError
from explorer.neighbors.search import search_labels

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
