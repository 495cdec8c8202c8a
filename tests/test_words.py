"""Words as visitors type them: cut into lists, and found in running text."""

from __future__ import annotations

import pytest

from explorer.words import WORD, split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("king queen", ("king", "queen")),
        ("king, queen,,pea", ("king", "queen", "pea")),
        ("New York\nParis\n", ("New York", "Paris")),
        ("king king", ("king",)),
        ("  ", ()),
        ("king,", ("king",)),
        ('"New York" Paris', ("New York", "Paris")),
        ('"Paris, Texas", Berlin', ("Paris, Texas", "Berlin")),
        ('5" 6"', ('5"', '6"')),
        ('"', ('"',)),
    ],
)
def test_words_are_split_at_commas_lines_or_spaces(text: str, words: tuple[str, ...]) -> None:
    assert split_words(text) == words


@pytest.mark.parametrize("text", ["Paris, Texas", "Paris, Texas; Berlin", "Berlin\nParis, Texas"])
def test_a_label_that_holds_a_separator_is_one_word(text: str) -> None:
    assert "Paris, Texas" in split_words(text, {"Paris, Texas", "Paris"}.__contains__)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A well-known paris.", ["A", "well-known", "paris"]),
        ("don't (stop) it’s 5", ["don't", "stop", "it’s", "5"]),
        ("New_York _now_ -- ok", ["New_York", "now", "ok"]),
    ],
)
def test_words_of_running_text(text: str, words: list[str]) -> None:
    assert WORD.findall(text) == words
