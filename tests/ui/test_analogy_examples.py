"""What the Analogies page says of its examples is so on the words sample."""

from __future__ import annotations

import pytest

from explorer import EmbeddingSpace
from explorer.analogies.arithmetic import solve_analogy
from explorer.analogies.inputs import read_inputs
from explorer.formula import parse_formula
from explorer.ui.analogies.examples import FORMULAS, LESSONS, Lesson


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.title)
def test_a_lesson_succeeds_or_fails_as_it_says(words: EmbeddingSpace, lesson: Lesson) -> None:
    found = solve_analogy(words, read_inputs(words, [lesson.b, lesson.c], [lesson.a]))
    place = found.rank(words.row(lesson.expected))
    assert (place == 1) == lesson.succeeds
    assert lesson.look


def test_three_lessons_fail() -> None:
    assert sum(not lesson.succeeds for lesson in LESSONS) == 3


def test_the_first_lesson_would_answer_king(words: EmbeddingSpace) -> None:
    found = solve_analogy(words, read_inputs(words, ["king", "woman"], ["man"]))
    assert found.answer(1, exclude_inputs=False).labels == ("king",)
    assert found.rank(words.row("queen"), term=0) == 2


def test_smaller_is_the_nearest_to_small_alone(words: EmbeddingSpace) -> None:
    found = solve_analogy(words, read_inputs(words, ["bigger", "small"], ["big"]))
    assert found.alone(1, 1).labels == ("smaller",)


@pytest.mark.parametrize("text", FORMULAS)
def test_the_formulas_we_offer_can_be_read(words: EmbeddingSpace, text: str) -> None:
    assert parse_formula(words, text)
