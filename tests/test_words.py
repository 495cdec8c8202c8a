"""Words as visitors type them: cut into lists, and found in running text."""

from __future__ import annotations

import pytest

from explorer.words import split_words


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
