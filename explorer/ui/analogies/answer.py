"""The Analogies page: the answer, the evidence for and against it, and its picture."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from explorer.analogies.arithmetic import ANALOGY_METHODS, AnalogyResult
from explorer.analogies.geometry import PlanePicture, plane_picture
from explorer.figures.analogies import plane_figure
from explorer.figures.colors import SELECTED
from explorer.figures.marks import Marks
from explorer.figures.style import ink_for
from explorer.mapdata.looks import point_size
from explorer.neighbors.exact import Neighbors
from explorer.projection import METHODS
from explorer.ui.picture.drawing import picture
from explorer.ui.pointcloud import Arrow, is_dark, pointcloud
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table, table_height

DRAWN_ANSWERS = 10  # more would crowd the picture
MAPS = ("pca", "umap")  # methods on whose map the arrows can be drawn too
PLANE = "In its own plane"
FIGURE_HEIGHT = 390  # pixels: in sight beside the answer
BEHIND = 0.4  # opacity of the points behind the arrows


@dataclass(frozen=True, eq=False)
class Asked:
    """A question that can be answered: its result, what is expected, and what to look at."""

    result: AnalogyResult
    expected: str | None
    look: str = ""
    k: int = 10


def show_answer(asked: Asked) -> None:
    """Show the answer, its picture, and the answers to parts of the question."""
    found = asked.result
    answer = found.answer(asked.k)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        show_picture(found, answer)
    with right:
        tell_answer(asked, answer)
    named_table(
        comparison(found, asked.k),
        found.space.name,
        found.inputs.formula,
        height=table_height(min(asked.k, 10)),
        column_config=column_config(found),
    )
    vectors = "scaled to length 1" if found.inputs.normalized else "at their own lengths (raw)"
    st.caption(
        f"{ANALOGY_METHODS[found.method].title}, vectors {vectors}, compared with all "
        f"{len(found.space):,} rows. All similarities are cosines, which do not depend on length."
    )


def tell_answer(asked: Asked, answer: Neighbors) -> None:
    """Say what was found, by what margin, and how much of it the arithmetic explains."""
    found = asked.result
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
            + ("is one of the inputs." if place is None else f"is in place **{place:,}**.")
        )
    elif asked.expected:
        lines.append(":material/check_circle: It is what you expected.")
    allowed = found.answer(1, exclude_inputs=False).labels[0]
    lines.append(
        f"With the input words allowed, the answer is **{plain(allowed)}**"
        + (
            ": the sum is still nearest to one of its own inputs."
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
            f"Without arithmetic, {plain(best)} is the **{ordinal(place)}** nearest neighbor of "
            f"{plain(found.inputs.names[term])} alone"
            + (": the arithmetic added nothing." if place == 1 else ".")
        )
    st.markdown("\n\n".join(lines))
    if asked.look:
        st.info(asked.look, icon=":material/visibility:")


def show_picture(found: AnalogyResult, answer: Neighbors) -> None:
    """Draw the analogy in its own plane or on the map, and say what is to scale in it."""
    maps = {f"On the map ({METHODS[name].title})": name for name in MAPS}
    titles = {PLANE: "", **maps}
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
    # unseen words, which get their vectors from n-grams, are not drawn
    rows = {name: space.row(name) for name in inputs.names if name in space}
    projection = picture(space, titles[where], 2)
    if inputs.is_parallelogram:
        b, c, a = (rows.get(name) for name in inputs.names)
        steps = [(a, b), (c, best)]
    else:
        steps = [(row, best) for row in rows.values()]
    shown = [(start, end) for start, end in steps if start is not None and end is not None]
    given = ink_for(is_dark()).points
    pointcloud(
        projection,
        space,
        key="analogy map",
        marks=Marks(hits=np.array([*rows.values(), best])),
        arrows=[
            Arrow(start, end, color=SELECTED if (start, end) == steps[-1] else given)
            for start, end in shown
        ],
        size=point_size(len(space)),
        opacity=BEHIND,
        height=FIGURE_HEIGHT,
    )
    st.caption(
        "The same arrows on the map. Here lengths and angles mean little: arrows that look "
        "parallel may not be parallel in the space, and parallel arrows may not look it."
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
        "The plane through the input words. All lengths and angles in it are true"
        if drawn.is_exact
        else "No plane holds all these words. This is the closest one: lengths look too short, "
        f"and the inputs lie up to {float(drawn.inputs.distances.max()):.2f} away from it"
    )
    return (
        f"{held}: {lengths}; {angles}. Answers are projected onto this plane: {plain(best)} "
        f"really lies **{away:.2f}** off the page."
    )


def comparison(found: AnalogyResult, k: int) -> pa.Table:
    """Return the answers side by side: inputs left out, inputs allowed, and two inputs alone."""
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


def column_config(found: AnalogyResult) -> Mapping[str, ColumnConfig | str | None]:
    """Return the column titles of `comparison`."""
    score = st.column_config.NumberColumn
    named: dict[str, ColumnConfig | str | None] = {
        "place": score("", width=40),
        "answer": "Answer",
        "answer score": score(ANALOGY_METHODS[found.method].title, format="%.3f"),
        "inputs allowed": "Inputs allowed",
        "inputs allowed score": score(ANALOGY_METHODS[found.method].title, format="%.3f"),
    }
    for term in alone_terms(found):
        named[f"alone {term}"] = f"Nearest to {found.inputs.names[term]} alone"
        named[f"alone {term} score"] = score("Cosine", format="%.3f")
    return named


def alone_terms(found: AnalogyResult) -> list[int]:
    """Return which inputs to ask alone: C and B of an analogy; of a sum, the first two added."""
    added = [term for term, weight in enumerate(found.inputs.weights.tolist()) if weight > 0]
    return added[1::-1] if found.inputs.is_parallelogram else added[:2]


def ordinal(number: int | None) -> str:
    """Return '1st', '2nd', '23rd', '1,011th'."""
    if number is None:
        return "—"
    teens = 10 <= number % 100 <= 20
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"
