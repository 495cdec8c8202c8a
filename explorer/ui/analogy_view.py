"""The Analogies page: asking, the answer with all that tells its worth, and its picture."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.column_types import ColumnConfig

from explorer import EmbeddingSpace
from explorer.analogy import METHODS, Study, read_inputs, study
from explorer.errors import ExplorerError
from explorer.figures.analogy import plane_figure
from explorer.figures.colors import OKABE_ITO, SELECTED
from explorer.figures.marks import Marks
from explorer.formula import Term, formula_text, parse_formula
from explorer.neighbors import Neighbors
from explorer.parallelogram import PlanePicture, plane_picture
from explorer.projection import METHODS as PROJECTIONS
from explorer.ui.analogy_lessons import FORMULAS, LESSONS, Lesson
from explorer.ui.charts import show_chart
from explorer.ui.map_view import point_size
from explorer.ui.pictures import picture
from explorer.ui.plain import plain
from explorer.ui.pointcloud import Arrow, is_dark, pointcloud
from explorer.ui.words import formula_field, word_field

METHOD_TITLES = {method.title: name for name, method in METHODS.items()}
FIELDS = ("a", "b", "c", "expected")
FIELD_LABELS = ("A", "is to B", "as C", "is to … (what you expect)")
DRAWN_ANSWERS = 10
TRY: dict[str, Any] = {
    "label": "Try this",
    "icon": ":material/lightbulb:",
    "width": "stretch",
}
MAPS = ("pca", "umap")  # on which the same arrows can be drawn
PLANE = "In its own plane"
FIGURE_HEIGHT = 390
BEHIND = 0.4  # opacity of the points behind the arrows


@dataclass(frozen=True)
class How:
    """How a question is to be answered."""

    method: str
    normalize: bool
    k: int


@dataclass(frozen=True, eq=False)
class Asked:
    """A question that can be answered: its study, what is expected, and what to look at."""

    study: Study
    expected: str | None
    look: str = ""
    k: int = 10


def ask_analogy(space: EmbeddingSpace, how: How, place: DeltaGenerator) -> Asked | None:
    """Draw the fields of 'A is to B as C is to ?' and return the question once all are words.

    What to try is offered in `place`.
    """
    fitting = [lesson for lesson in LESSONS if fits(space, lesson)]
    if not any(st.query_params.get(name) or st.session_state.get(name) for name in FIELDS[:3]):
        put(fitting[0] if fitting else first_words(space))
    hint = "Say what you expect, and see at which place it stands. You may leave it empty."
    a, b, c, expected = (
        word_field(field, label, space, key=key, help=hint if key == "expected" else None)
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
    expected = word_field(target, "Expected (if any)", space, key="expected")
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
    """Return the terms as what is added and what is subtracted: B and C, and A, if it is such."""
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
        found = study(space, inputs, how.method)
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
        chosen = st.session_state["lesson"]
        if chosen:
            put(named[chosen])

    place.popover(**TRY).pills(
        "The last three fail, and each says why",
        list(named),
        key="lesson",
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
            key="how",
            bind="query-params",
            captions=[capital(METHODS[METHOD_TITLES[one]].sentence) for one in titles],
        )
        raw = st.toggle(
            "Raw vectors",
            key="raw",
            bind="query-params",
            help="Add the vectors as long as they are. Off, each is scaled to length 1 first, as "
            "word2vec's own tool does.",
        )
        k = st.slider("Answers", 3, 50, 10, key="answers", persist_state="session")
    return How(METHOD_TITLES[title or titles[0]], not raw, k)


def show_answer(asked: Asked) -> None:
    """Show the answer, its picture, and what the same space answers to less of a question."""
    found = asked.study
    answer = found.answer(asked.k)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        show_picture(found, answer)
    with right:
        tell_answer(asked, answer)
    st.dataframe(
        comparison(found, asked.k),
        hide_index=True,
        height=38 + 35 * min(asked.k, 10),
        column_config=column_config(found),
    )
    vectors = "scaled to length 1" if found.inputs.normalized else "as long as they are (raw)"
    st.caption(
        f"{METHODS[found.method].title}, vectors {vectors}, each of {len(found.space):,} rows "
        "compared. All similarities are cosines, which do not depend on length."
    )


def tell_answer(asked: Asked, answer: Neighbors) -> None:
    """Say what was found, how clearly, and how much of it is the arithmetic's doing."""
    found = asked.study
    best = answer.labels[0]
    st.markdown(f"{plain(found.inputs.formula)} ≈")
    st.markdown(f"## {plain(best)}")
    lines = []
    if len(answer) > 1:
        lines.append(
            f"**{answer.scores[0]:.3f}** {answer.score_name}, **{found.margin:.3f}** ahead of "
            f"{plain(answer.labels[1])}."
        )
    if asked.expected and asked.expected != best:
        place = found.rank(found.space.row(asked.expected))
        lines.append(
            f"**{plain(asked.expected)}**, which you expected, "
            + ("is one of the inputs." if place is None else f"comes at place **{place:,}**.")
        )
    elif asked.expected:
        lines.append(":material/check_circle: It is what you expected.")
    allowed = found.answer(1, exclude_inputs=False).labels[0]
    lines.append(
        f"With the input words allowed, the answer is **{plain(allowed)}**"
        + (
            ": the sum is still nearest to where it began."
            if allowed in found.inputs.names
            else " as well."
            if allowed == best
            else "."
        )
    )
    row = int(answer.indices[0])
    for term in alone_terms(found):
        place = found.rank(row, term)
        lines.append(
            f"Without arithmetic, {plain(best)} is the **{ordinal(place)}** nearest to "
            f"{plain(found.inputs.names[term])} alone"
            + (": the arithmetic added nothing." if place == 1 else ".")
        )
    st.markdown("\n\n".join(lines))
    if asked.look:
        st.info(asked.look, icon=":material/visibility:")


def show_picture(found: Study, answer: Neighbors) -> None:
    """Draw the analogy in its own plane or on the map, with what is true in it."""
    titles = {PLANE: "", **{f"On the map ({PROJECTIONS[name].title})": name for name in MAPS}}
    where = st.segmented_control(
        "Picture",
        list(titles),
        default=PLANE,
        required=True,
        key="where",
        label_visibility="collapsed",
    )
    if where in (None, PLANE):
        drawn = plane_picture(found, found.answer(DRAWN_ANSWERS))
        show_chart(
            plane_figure(drawn, height=FIGURE_HEIGHT, dark=is_dark()),
            plane_in_words(drawn),
            key="plane",
        )
        st.caption(plane_in_words(drawn))
        return
    space, inputs = found.space, found.inputs
    best = int(answer.indices[0])
    rows = {name: space.row(name) for name in inputs.names}
    projection = picture(space, titles[where], 2)
    if inputs.is_parallelogram:
        b, c, a = (rows[name] for name in inputs.names)
        steps = [(a, b), (c, best)]
    else:
        steps = [(row, best) for row in rows.values()]
    given = OKABE_ITO[4 if is_dark() else 0]
    pointcloud(
        projection,
        space,
        key="analogy map",
        marks=Marks(hits=np.array([*rows.values(), best])),
        arrows=[
            Arrow(start, end, color=SELECTED if number == len(steps) - 1 else given)
            for number, (start, end) in enumerate(steps)
        ],
        size=point_size(len(space)),
        opacity=BEHIND,
        height=FIGURE_HEIGHT,
    )
    st.caption(
        "The same arrows on the map. Here their lengths and angles mean little: the map was not "
        "made for them. Arrows that are parallel here need not be so in the space, nor the reverse."
    )


def plane_in_words(drawn: PlanePicture) -> str:
    """Say what the picture in its own plane shows."""
    lengths = ", ".join(f"{plain(name)} {length:.2f} long" for name, length in drawn.lengths)
    angles = ", ".join(
        f"{degrees:.0f}° {plain(name)}" for name, degrees in drawn.angles if not math.isnan(degrees)
    )
    best = drawn.answers.names[0]
    away = float(drawn.answers.distances[0])
    held = (
        "The plane that the inputs span: in it all lengths and angles are true"
        if drawn.is_exact
        else "No plane holds all these words. This is the nearest one: its lengths are "
        f"too short, the inputs lie up to {float(drawn.inputs.distances.max()):.2f} beside it"
    )
    return (
        f"{held}: {lengths}; {angles}. The answers stand where they fall on it; {plain(best)} is "
        f"**{away:.2f}** away from it, off the page."
    )


def comparison(found: Study, k: int) -> pa.Table:
    """Return the answers side by side: the inputs left out, allowed, and each of two alone."""
    lists = {
        "answer": found.answer(k),
        "inputs allowed": found.answer(k, exclude_inputs=False),
        **{f"alone {term}": found.alone(term, k) for term in alone_terms(found)},
    }
    length = max(map(len, lists.values()))
    columns: dict[str, pa.Array] = {"place": pa.array(range(1, length + 1))}
    for name, one in lists.items():
        pad = length - len(one)
        columns[name] = pa.array([*one.labels, *[None] * pad], pa.string())
        columns[f"{name} score"] = pa.array([*one.scores.tolist(), *[None] * pad], pa.float32())
    return pa.table(columns)


def column_config(found: Study) -> Mapping[str, ColumnConfig | str | None]:
    """Return how the columns of `comparison` are called."""
    score = st.column_config.NumberColumn
    named: dict[str, ColumnConfig | str | None] = {
        "place": score("", width=40),
        "answer": "Answer",
        "answer score": score(METHODS[found.method].title, format="%.3f"),
        "inputs allowed": "Inputs allowed",
        "inputs allowed score": score(METHODS[found.method].title, format="%.3f"),
    }
    for term in alone_terms(found):
        named[f"alone {term}"] = f"Nearest to {found.inputs.names[term]} alone"
        named[f"alone {term} score"] = score("Cosine", format="%.3f")
    return named


def alone_terms(found: Study) -> list[int]:
    """Return which inputs to ask alone: C and B of an analogy; of a sum, the first two added."""
    added = [term for term, weight in enumerate(found.inputs.weights.tolist()) if weight > 0]
    return added[1::-1] if found.inputs.is_parallelogram else added[:2]


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


def ordinal(number: int | None) -> str:
    """Return '1st', '2nd', '23rd', '1,011th'."""
    if number is None:
        return "—"
    teens = 10 <= number % 100 <= 20
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"
