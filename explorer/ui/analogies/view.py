"""The Analogies page: asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer import EmbeddingSpace
from explorer.analogies.arithmetic import ANALOGY_METHODS, solve_analogy
from explorer.analogies.inputs import read_inputs
from explorer.errors import ExplorerError
from explorer.formula import Term, formula_text, parse_formula
from explorer.ui.analogies.answer import Asked
from explorer.ui.analogies.examples import FORMULAS, LESSONS, Lesson
from explorer.ui.shell import address
from explorer.ui.shell.plain import plain
from explorer.ui.shell.word_fields import formula_field, word_field

METHOD_TITLES = {method.title: name for name, method in ANALOGY_METHODS.items()}
FIELDS = ("a", "b", "c", "expected")
FIELD_LABELS = ("A", "is to B", "as C", "is to … (what you expect)")
TRY: dict[str, Any] = {
    "label": "Try this",
    "icon": ":material/lightbulb:",
    "width": "stretch",
}


@dataclass(frozen=True)
class How:
    """How a question is to be answered."""

    method: str
    normalize: bool
    k: int


def ask_analogy(space: EmbeddingSpace, how: How, place: DeltaGenerator) -> Asked | None:
    """Draw the fields of 'A is to B as C is to ?' and return the question once all are words.

    What to try is offered in `place`.
    """
    fitting = [lesson for lesson in LESSONS if fits(space, lesson)]
    if not any(st.query_params.get(name) or st.session_state.get(name) for name in FIELDS[:3]):
        put(fitting[0] if fitting else first_words(space))
    hint = "Type the answer you expect, to see its place among the answers. You may leave it empty."
    a, b, c, expected = (
        word_field(
            field,
            label,
            space,
            key=key,
            help=hint if key == "expected" else None,
            unseen=key != "expected",
        )
        for field, label, key in zip(st.columns(4), FIELD_LABELS, FIELDS, strict=True)
    )
    offer_lessons(fitting, place)
    if not (a and b and c):
        return None
    look = next((one.look for one in fitting if (one.a, one.b, one.c) == (a, b, c)), "")
    return question(space, [b, c], [a], how, expected=expected, look=look)


def ask_formula(space: EmbeddingSpace, how: How, place: DeltaGenerator) -> Asked | None:
    """Draw the field for a formula and return the question once it can be read."""
    field, target = st.columns([3, 1])
    fitting = [one for one in FORMULAS if can_read(space, one)]
    if not (st.session_state.get("formula") or st.query_params.get("formula")):
        st.session_state["formula"] = fitting[0] if fitting else first_formula(space)
    with field:
        text = formula_field("Formula", space, key="formula", placeholder="king - man + 2*woman")
    expected = word_field(target, "Expected (if any)", space, key="expected", unseen=False)
    if fitting:
        place.popover(**TRY).pills(
            "Try this",
            fitting,
            key="formula tried",
            on_change=lambda: take("formula", "formula tried"),
            label_visibility="collapsed",
            format_func=plain,
        )
    try:
        terms = parse_formula(space, text)
    except ExplorerError as error:
        field.caption(f":material/error: {plain(str(error))}")
        return None
    return question(space, *sides(terms), how, expected=expected)


def sides(terms: Sequence[Term]) -> tuple[list[Term], list[str]]:
    """Return the terms to add and those to subtract: for an analogy, B and C, then A."""
    added = [term for term in terms if term.weight == 1]
    taken = [term.label for term in terms if term.weight == -1]
    is_analogy = len(added) == 2 and len(taken) == 1 and len(terms) == 3
    return (added, taken) if is_analogy else (list(terms), [])


def question(
    space: EmbeddingSpace,
    positive: Sequence[str | Term],
    negative: Sequence[str],
    how: How,
    *,
    expected: str | None,
    look: str = "",
) -> Asked | None:
    """Return the question, or tell why it cannot be asked."""
    try:
        inputs = read_inputs(space, positive, negative, normalize=how.normalize)
        found = solve_analogy(space, inputs, how.method)
        if not len(found.answer(1)):
            st.info("Every word of this space is one of the inputs: no answer is left.")
            return None
    except ExplorerError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None
    return Asked(found, expected, look, how.k)


def offer_lessons(fitting: Sequence[Lesson], place: DeltaGenerator) -> None:
    """Draw the questions to try: those that succeed, and those that fail."""
    if not fitting:
        return
    named = {lesson.title: lesson for lesson in fitting}

    def tell() -> None:
        chosen = st.session_state["analogies lesson"]
        if chosen:
            put(named[chosen])

    place.popover(**TRY).pills(
        "The last three fail, and each says why",
        list(named),
        key="analogies lesson",
        on_change=tell,
        format_func=lambda title: (
            plain(title) if named[title].succeeds else f":material/heart_broken: {plain(title)}"
        ),
    )


def ask_how(*, directions: bool) -> How:
    """Draw the choice of method, of vectors and of how many answers."""
    titles = [one for one, name in METHOD_TITLES.items() if directions or name != "direction"]
    with st.popover("How", icon=":material/tune:", width="stretch"):
        title = st.radio(
            "Method",
            titles,
            key=address.choice("how", titles),
            bind="query-params",
            captions=[capital(ANALOGY_METHODS[METHOD_TITLES[one]].sentence) for one in titles],
        )
        raw = st.toggle(
            "Raw vectors",
            key="raw",
            bind="query-params",
            help="On: add the vectors at their own lengths. Off: scale each to length 1 first, as "
            "the original word2vec tool does.",
        )
        k = st.slider("Answers", 3, 50, 10, key="answers", persist_state="session")
    return How(METHOD_TITLES[title or titles[0]], not raw, k)


def fits(space: EmbeddingSpace, lesson: Lesson) -> bool:
    """Whether the space has all words of a lesson."""
    return all(word in space for word in (lesson.a, lesson.b, lesson.c, lesson.expected))


def can_read(space: EmbeddingSpace, text: str) -> bool:
    """Whether the space has all words of a formula."""
    try:
        return bool(parse_formula(space, text))
    except ExplorerError:
        return False


def first_words(space: EmbeddingSpace) -> Lesson:
    """Return a question of the space's own first labels, where it has none of ours."""
    labels = list(dict.fromkeys(space.labels[:50]))[:3]
    a, b, c = (labels * 3)[:3]
    return Lesson(a, b, c, "", "")


def first_formula(space: EmbeddingSpace) -> str:
    """Return a formula of the space's own first labels."""
    labels = list(dict.fromkeys(space.labels[:50]))[:2]
    return formula_text([Term(label) for label in labels])


def put(lesson: Lesson) -> None:
    """Put a lesson's words into the fields."""
    for name in FIELDS:
        st.session_state[name] = getattr(lesson, name)


def take(field: str, source: str) -> None:
    """Put what was picked into a field."""
    if st.session_state[source]:
        st.session_state[field] = st.session_state[source]


def capital(sentence: str) -> str:
    """Return the sentence with a capital letter."""
    return sentence[:1].upper() + sentence[1:]
