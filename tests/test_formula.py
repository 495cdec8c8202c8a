"""Formulas of labels: what is read, what is refused, and that nothing is evaluated."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer import EmbeddingSpace
from explorer.errors import ExplorerError, QueryError, UnknownLabelError
from explorer.formula import (
    SIGNS,
    Term,
    formula_text,
    formula_vector,
    parse_formula,
    parse_vector,
)
from explorer.words import SIGNS_IN_LABEL, scan

LABELS = (
    *("king", "man", "woman", "well-known", "The Hobbit", "1984", "C++", "a*b", "__import__"),
    *("Paris, Texas", "-man", "king - man?"),
)


@pytest.fixture(scope="module")
def shelf() -> EmbeddingSpace:
    """Labels that hold signs, spaces and digits."""
    return EmbeddingSpace(LABELS, np.eye(len(LABELS)), name="shelf")


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("king - man + woman", {"king": 1, "man": -1, "woman": 1}),
        ("king-man+woman", {"king": 1, "man": -1, "woman": 1}),
        ("king − man – woman", {"king": 1, "man": -1, "woman": -1}),
        ("2*king + man*3 - woman/2", {"king": 2, "man": 3, "woman": -0.5}),
        ("2 × king ÷ 4", {"king": 0.5}),
        ("-king", {"king": -1}),
        ("-(king - man)/2", {"king": -0.5, "man": 0.5}),
        ("2*(king - (man + woman))", {"king": 2, "man": -2, "woman": -2}),
        ("king + king - man", {"king": 2, "man": -1}),
        ("well-known - king", {"well-known": 1, "king": -1}),
        ("well-known-king", {"well-known": 1, "king": -1}),
        ("The Hobbit - king", {"The Hobbit": 1, "king": -1}),
        ("The Hobbit - 1984", {"The Hobbit": 1, "1984": -1}),
        ('2*"1984"', {"1984": 2}),
        ("“The Hobbit” + «C++»", {"The Hobbit": 1, "C++": 1}),
        ("C++ - a*b", {"C++": 1, "a*b": -1}),
        (".5*king", {"king": 0.5}),
        ("king, man - woman", {"king": 0.5, "man": 0.5, "woman": -1}),
        ("2*(king, man)", {"king": 1, "man": 1}),
        ("king -man", {"king": 1, "man": -1}),
        ("Paris, Texas - king", {"Paris, Texas": 1, "king": -1}),
        ("king - man?", {"king - man?": 1}),
    ],
)
def test_a_formula_is_read(shelf: EmbeddingSpace, text: str, terms: dict[str, float]) -> None:
    assert {term.label: term.weight for term in parse_formula(shelf, text)} == terms


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("king -", "label is missing at the end"),
        ("king + * man", "label is missing before"),
        ("(king", "never closed"),
        ("king)", "not expected"),
        ('"king', "never closes"),
        ("king * man", "cannot be multiplied"),
        ("king / man", "cannot be multiplied or divided"),
        ("king / 0", "divided by 0"),
        ("2 * 3", "number alone"),
        ("king - king", "cancels out"),
        ("9" * 400 + "*king", "too large"),
        ("(" * 40 + "king", "parentheses"),
        ("king + " * 400 + "king", "characters"),
        ("king,", "label is missing at the end"),
        ("king, 2*man", "cannot be multiplied"),
        ("*".join(["9" * 200] * 2) + "*king", "too large"),
    ],
)
def test_what_cannot_be_read_is_told(shelf: EmbeddingSpace, text: str, reason: str) -> None:
    with pytest.raises(QueryError, match=reason):
        parse_formula(shelf, text)


@pytest.mark.parametrize("piece", ["-", "- ", "a-", "(", '"-', "“", ", "])
def test_reading_takes_linear_time(piece: str) -> None:
    """Counted in labels looked up: a run of 2,000 dashes once took 84 seconds."""
    asked: list[str] = []

    def is_label(text: str) -> bool:
        asked.append(text)
        return False

    text = (piece * 2_000)[:2_000]
    scan(text, SIGNS, is_label)
    assert len(asked) <= SIGNS_IN_LABEL * len(text)
    assert sum(map(len, asked)) <= SIGNS_IN_LABEL**2 * len(text)


def test_a_formula_is_named_as_it_was_typed(shelf: EmbeddingSpace) -> None:
    assert parse_vector(shelf, "king,man-2*woman").name == "king, man − 2 × woman"


def test_a_word_made_of_subwords_is_a_term(unseen: EmbeddingSpace) -> None:
    assert parse_formula(unseen, "kingdom - king") == (Term("kingdom"), Term("king", -1.0))
    expected = unseen["kingdom"].values - unseen["king"].values
    np.testing.assert_array_equal(parse_vector(unseen, "kingdom - king").values, expected)


def test_an_unknown_label_comes_with_the_nearest_spelling(shelf: EmbeddingSpace) -> None:
    with pytest.raises(UnknownLabelError) as raised:
        parse_formula(shelf, "kingg - man")
    assert raised.value.suggestions[0] == "king"


@pytest.mark.parametrize(
    "text", ["__import__('os').system('true')", "king.__class__", "[king]", "king; man", "king**2"]
)
def test_code_is_no_formula(shelf: EmbeddingSpace, text: str) -> None:
    with pytest.raises(ExplorerError):
        parse_formula(shelf, text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    space = EmbeddingSpace(LABELS, np.eye(len(LABELS)))
    with contextlib.suppress(ExplorerError):
        assert parse_formula(space, text)


WEIGHTS = st.sampled_from([-3.0, -1.0, -0.25, 0.5, 1.0, 2.0, 17.0])


@given(st.dictionaries(st.sampled_from(LABELS), WEIGHTS, min_size=1))
def test_what_is_written_is_read_back(weights: dict[str, float]) -> None:
    space = EmbeddingSpace(LABELS, np.eye(len(LABELS)))
    terms = tuple(Term(label, weight) for label, weight in weights.items())
    assert parse_formula(space, formula_text(terms)) == terms


@given(st.dictionaries(st.sampled_from(LABELS), WEIGHTS, min_size=1))
def test_the_vector_of_a_formula_is_the_weighted_sum(weights: dict[str, float]) -> None:
    space = EmbeddingSpace(LABELS, np.eye(len(LABELS)))
    terms = [Term(label, weight) for label, weight in weights.items()]
    expected = np.array([weights.get(label, 0) for label in LABELS], np.float32)
    np.testing.assert_array_equal(formula_vector(space, terms).values, expected)


def test_the_vector_of_a_formula_carries_its_name(space: EmbeddingSpace) -> None:
    terms = parse_formula(space, "2*king - man + 0.5*woman")
    assert formula_vector(space, terms).name == "2 × king − man + 0.5 × woman"
    assert formula_vector(space, terms, normalize=True).labels == ("king", "man", "woman")
