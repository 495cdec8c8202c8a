"""Lesson plans: what is read, and what is told of files with mistakes."""

from __future__ import annotations

import pytest

from explorer.errors import PlanError
from explorer.lessons.plan import Plan
from explorer.lessons.reading import MOST_BYTES, read_plan

PAGES = ("map", "axes")
GOOD = """title: A lesson
minutes: 10
level: beginner
idea: One idea.
steps:
  - title: First
    page: map
    address:
      space: words
      dims: 3D
    text: Look at it.
    question: How many?
    number: 0 to 15
    answer: 3
    why: Because.
    measured: {kept in PCA: [king]}
    look: the map
    teacher: A note.
  - title: Second
    page: axes
    text: No question here.
"""


def read(text: str) -> Plan:
    return read_plan(text.encode(), PAGES, lambda name: name == "words")


def mistakes(text: str) -> tuple[tuple[int, str], ...]:
    with pytest.raises(PlanError) as told:
        read(text)
    return told.value.mistakes


def test_a_plan_is_read_whole() -> None:
    plan = read(GOOD)
    assert (plan.title, plan.minutes, plan.level, plan.idea) == (
        "A lesson",
        10,
        "beginner",
        "One idea.",
    )
    first, second = plan.steps
    assert (first.page, dict(first.address)) == ("map", {"space": "words", "dims": "3D"})
    assert (first.look, first.teacher) == ("the map", "A note.")
    assert first.question is not None
    assert (first.question.low, first.question.high, first.question.answer) == (0, 15, "3")
    assert first.question.measured is not None
    assert first.question.measured.labels == ("king",)
    assert second.question is None


def test_words_that_yaml_takes_for_something_else_stay_words() -> None:
    text = GOOD.replace("number: 0 to 15", "choices: [no, null, 2026-01-01]").replace(
        "answer: 3", "answer: null"
    )
    question = read(text).steps[0].question
    assert question is not None
    assert question.choices == ("no", "null", "2026-01-01")
    assert question.answer == "null"


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("minutes: 10", "minutes: soon", 2, "from 1 to 240"),
        ("minutes: 10", "minutes: 241", 2, "from 1 to 240"),
        ("level: beginner", "level: hard", 3, "Known: beginner"),
        ("idea: One idea.", "idea: ''", 4, "empty"),
        ("idea: One idea.", "", 1, "no “idea”"),
        ("idea: One idea.", "ideas: One idea.", 4, "“ideas” is no field"),
        ("idea: One idea.", "title: Again", 4, "second time"),
        ("idea: One idea.", f"idea: {'x' * 401}", 4, "at most 400"),
        ("page: map", "page: mop", 7, "no page “mop”"),
        ("space: words", "space: wards", 9, "“wards” is not open"),
        ("dims: 3D", "plan_step: 3", 10, "cannot be set here"),
        ("dims: 3D", "space: words", 10, "not twice"),
        ("dims: 3D", "<b>: 3", 10, "no name of a parameter"),
        ("text: Look at it.", "text: [a, b]", 11, "to be a text"),
        ("    question: How many?\n", "", 12, "without a “question”"),
        ("number: 0 to 15", "number: many", 13, "like: 0 to 15"),
        ("number: 0 to 15", "number: 15 to 0", 13, "like: 0 to 15"),
        ("number: 0 to 15", "choices: [one, two]", 14, "none of the choices"),
        ("number: 0 to 15", "choices: ['3']", 13, "at least two"),
        ("number: 0 to 15", "choices: ['3', '3']", 13, "twice"),
        ("number: 0 to 15", "choices: [1, 2, 3, 4, 5, 6, 7]", 13, "at most 6"),
        ("answer: 3", "answer: 16", 14, "no number from 0 to 15"),
        ("answer: 3", "answer: nan", 14, "no number from 0 to 15"),
        ("why: Because.", "look: Because.", 6, "no “why”"),
        ("{kept in PCA: [king]}", "{kept in PCA: [king, queen]}", 16, "at most 1"),
        ("{kept in PCA: [king]}", "{kept in PCO: [king]}", 16, "“kept in PCO” is no field"),
        ("{kept in PCA: [king]}", "king", 16, "fields"),
        ("title: Second", "title: &a Second", 19, "Anchors"),
        ("title: Second", "title: !!python/name:os.system x", 19, "Tags"),
        ("title: Second", "title: [[[[[[[[x]]]]]]]]", 19, "deeper than 8"),
        ("title: Second", "title: 'Second", 22, "no YAML"),
        ("title: Second", "title: Second: more", 19, "no YAML"),
        ("title: Second", "\ttitle: Second", 19, "no YAML"),
        ("No question here.\n", "No question here.\n---\ntitle: another\n", 22, "second document"),
        ("One idea.", "One \x07 idea.", 4, "not allowed"),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, line: int, told: str) -> None:
    assert old in GOOD
    found = mistakes(GOOD.replace(old, new, 1))
    assert [one for one in found if one[0] == line and told in one[1]], found


def test_all_mistakes_are_told_at_once_in_the_order_of_lines() -> None:
    text = GOOD.replace("minutes: 10", "minutes: soon").replace("page: axes", "page: exes")
    assert [line for line, _ in mistakes(text)] == [2, 20]


@pytest.mark.parametrize("text", ["", "# nothing", "just a text", "[a, b]", "steps: []"])
def test_what_is_no_plan_is_refused(text: str) -> None:
    assert mistakes(text)


def test_what_is_no_utf8_is_told_with_its_line() -> None:
    with pytest.raises(PlanError) as told:
        read_plan(b"title: A\nidea: caf\xe9\n", PAGES)
    assert told.value.mistakes[0][0] == 2


def test_a_file_too_large_is_not_read() -> None:
    with pytest.raises(PlanError, match="at most"):
        read_plan(b"#" * (MOST_BYTES + 1), PAGES)


def test_steps_are_bounded() -> None:
    steps = "".join(f"  - {{title: S{n}, page: map, text: t}}\n" for n in range(41))
    head = GOOD[: GOOD.index("  - title: First")]
    assert "1 to 40 steps" in mistakes(head + steps)[0][1]


def test_a_bundle_of_aliases_does_not_unfold() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(9))
    assert "Anchors" in mistakes(bomb)[0][1]


@pytest.mark.parametrize(
    ("guess", "right"), [("3", True), ("3.75", True), ("3.8", False), ("16", False), ("x", False)]
)
def test_a_number_is_right_within_a_twentieth_of_the_range(guess: str, right: bool) -> None:
    question = read(GOOD).steps[0].question
    assert question is not None
    assert question.accepts(guess) == right


def test_words_are_right_whatever_their_case() -> None:
    free = GOOD.replace("    number: 0 to 15\n", "").replace("answer: 3", "answer: Queen")
    question = read(free).steps[0].question
    assert question is not None
    assert question.accepts("queen")
