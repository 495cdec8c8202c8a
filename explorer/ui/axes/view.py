"""The Axes page: words on one axis or two, and the effect of removing a direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace
from explorer.errors import ExplorerError
from explorer.figures.axes import axis_figure, removal_figure, spread_figure, two_axes_figure
from explorer.probes.semantic_axis import (
    SemanticAxis,
    SpreadTest,
    ends_of_axis,
    place_on_axis,
    removal,
    semantic_axis,
    separation,
    spread_test,
)
from explorer.ui.axes.examples import AXIS_LESSONS
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table
from explorer.ui.shell.word_fields import LONGEST_LIST, words_of
from explorer.words import split_words

FIRST, SECOND = "male ↔ female", "bad ↔ good"
FIELDS = ("low", "high", "place")  # their names in the address
MOST_WORDS = 200  # more would not fit on the axis
NEIGHBORS = 20  # of each word, before and after the removal


@dataclass(frozen=True, eq=False)
class Placed:
    """An axis with the words to place on it, and what to look at."""

    axis: SemanticAxis
    words: list[str]
    look: str


def ask_axis(space: EmbeddingSpace) -> Placed | None:
    """Draw the fields for the poles and the words, and return them where the space has them."""
    start(space)
    offer()
    low, high = st.columns(2)
    lows = pole_field(low, "One pole", "low")
    highs = pole_field(high, "The other pole", "high")
    words = pole_field(st, "Words to place", "place")
    axis = read_axis(space, lows, highs)
    known = words_of(space, split_words(words, space.__contains__)[:MOST_WORDS])
    if axis is None:
        return None
    if not known:
        st.info("Write some words to place on the axis, with commas between them.")
        return None
    lesson = AXIS_LESSONS.get(st.session_state.get("axis lesson") or "")
    return Placed(axis, known, lesson.look if lesson and lesson.low == lows else "")


def offer() -> None:
    """Draw the axes to try."""

    def put() -> None:
        chosen = st.session_state["axis lesson"]
        if chosen:
            lesson = AXIS_LESSONS[chosen]
            for name, value in zip(FIELDS, (lesson.low, lesson.high, lesson.words), strict=True):
                st.session_state[name] = value

    st.pills(
        "Try this",
        list(AXIS_LESSONS),
        key="axis lesson",
        on_change=put,
        label_visibility="collapsed",
    )


def start(space: EmbeddingSpace) -> None:
    """Fill the fields at the first visit: with a lesson, or with the space's own first labels."""
    if any(st.query_params.get(name) or st.session_state.get(name) for name in FIELDS):
        return
    lesson = AXIS_LESSONS[FIRST]
    values = [lesson.low, lesson.high, lesson.words]
    st.session_state["axis lesson"] = FIRST
    if not any(word in space for word in split_words(lesson.low)):
        labels = list(dict.fromkeys(space.labels[:60]))
        values = [*[*labels, ""][:2], "; ".join(labels[2:14])]  # a space may have one label
        st.session_state["axis lesson"] = None
    for name, value in zip(FIELDS, values, strict=True):
        st.session_state[name] = value


def read_axis(space: EmbeddingSpace, lows: str, highs: str) -> SemanticAxis | None:
    """Return the axis between two lists of words, or tell why there is none."""
    try:
        return semantic_axis(
            space,
            words_of(space, split_words(lows, space.__contains__)),
            words_of(space, split_words(highs, space.__contains__)),
        )
    except ExplorerError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None


def pole_field(place: Any, label: str, key: str) -> str:
    """Draw a field for a list of words, kept in the address, and return its text."""
    text = place.text_input(label, key=key, bind="query-params", max_chars=LONGEST_LIST)
    return text or ""


def show_axis(space: EmbeddingSpace, placed: Placed) -> None:
    """Draw the words on the axis, and say how far the axis can be trusted."""
    axis = placed.axis
    places = place_on_axis(space, axis, placed.words)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        show_chart(
            axis_figure(
                axis,
                placed.words,
                places,
                (place_on_axis(space, axis, axis.low), place_on_axis(space, axis, axis.high)),
                dark=is_dark(),
            ),
            f"{len(placed.words)} words placed on the axis {axis.name}",
            key="axis picture",
        )
        st.caption(
            "Each word stands at its cosine similarity to the axis. The dotted line is halfway "
            "between the poles. All other differences between the words are left out: an axis is "
            "one direction of many."
        )
    with right:
        if placed.look:
            st.info(placed.look, icon=":material/visibility:")
        tell_separation(space, axis)
        tell_spread(space, placed)
        with st.expander("Farthest out of all words, and the table"):
            low, high = ends_of_axis(space, axis)
            st.markdown(f"**{plain(axis.low[0])}**: {plain(', '.join(low))}")
            st.markdown(f"**{plain(axis.high[0])}**: {plain(', '.join(high))}")
            named_table(
                table(placed.words, {"place": places}),
                space.name,
                f"on the axis {placed.axis.name}",
            )


def tell_separation(space: EmbeddingSpace, axis: SemanticAxis) -> None:
    """Say whether the poles' own words fall on their own sides."""
    found = separation(space, axis)
    if not found.asked:
        st.markdown(
            "**Do the poles separate?** A pole of one word cannot be tested, because the test "
            "leaves pole words out. Add two or three words of the same kind to each."
        )
        return
    st.markdown(
        "**Do the poles separate?** Each pole word, placed on an axis made without it: "
        f"**{found.right} of {found.asked}** fall on their own side (effect size "
        f"{found.effect_size:.1f}). Poles mixed at random rarely lie as far apart: "
        f"{probability(found.p_value)}."
        if found.p_value < 0.05
        else "**Do the poles separate?** Each pole word, placed on an axis made without it: only "
        f"**{found.right} of {found.asked}** fall on their own side. Poles mixed at random "
        f"often lie as far apart, so this may be chance: {probability(found.p_value)}."
    )


def tell_spread(space: EmbeddingSpace, placed: Placed) -> None:
    """Say whether random axes spread the words as far."""
    try:
        found: SpreadTest = spread_test(space, placed.axis, placed.words)
    except ExplorerError as error:
        st.caption(plain(str(error)))
        return
    larger = int((found.random_spreads >= found.spread).sum())
    st.markdown(
        f"**Would any axis do?** {larger:,} of {len(found.random_spreads):,} axes between random "
        f"words spread these words as far. This axis counts as one, so p = ({larger:,} + 1) / "
        f"({len(found.random_spreads):,} + 1) = {max(found.p_value, 0.001):.3f}.",
        help="Without the + 1, p could be 0, which no number of trials can show (Phipson & Smyth "
        "2010).",
    )
    show_chart(
        spread_figure(found, height=190, dark=is_dark()),
        f"Histogram of the spread on random axes; this axis has {found.spread:.3f}",
        key="spread",
    )


def ask_second_axis(space: EmbeddingSpace) -> SemanticAxis | None:
    """Draw the fields for the poles of a second axis."""
    lesson = AXIS_LESSONS[SECOND]
    for name, value in (("low2", lesson.low), ("high2", lesson.high)):
        if not (st.query_params.get(name) or st.session_state.get(name)):
            st.session_state[name] = value
    low, high = st.columns(2)
    lows = pole_field(low, "Second axis: one pole", "low2")
    highs = pole_field(high, "The other pole of it", "high2")
    return read_axis(space, lows, highs)


def show_two_axes(space: EmbeddingSpace, placed: Placed, second: SemanticAxis) -> None:
    """Draw the words on two axes."""
    across = place_on_axis(space, placed.axis, placed.words)
    up = place_on_axis(space, second, placed.words)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        show_chart(
            two_axes_figure(
                placed.axis, second, placed.words, np.stack([across, up], axis=1), dark=is_dark()
            ),
            f"{len(placed.words)} words on the axes {placed.axis.name} and {second.name}",
            key="two axes",
        )
    with right:
        cosine = float(placed.axis.direction @ second.direction)
        st.markdown(
            f"The two axes have the cosine similarity **{round(cosine, 2) + 0:.2f}**. "
            + (
                "They are nearly at right angles, as the picture draws them."
                if abs(cosine) < 0.2
                else "The picture draws them at right angles, but they are **not**: each contains "
                "a part of the other."
            )
        )
        named_table(
            table(placed.words, {"across": across, "up": up}),
            space.name,
            f"on the axes {placed.axis.name} and {second.name}",
            column_config={"across": placed.axis.name, "up": second.name},
        )


def show_removal(space: EmbeddingSpace, placed: Placed) -> None:
    """Show the words before and after the axis's direction is removed from all vectors."""
    axis = placed.axis
    try:
        found = removal(space, axis, placed.words, min(NEIGHBORS, len(space) - 1))
    except ExplorerError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        show_chart(
            removal_figure(found, dark=is_dark()),
            "Share of neighbors on the high side, before and after",
            key="removal",
        )
    with right:
        st.markdown(
            f"**What went away.** Every word's place on {plain(axis.name)} is now 0. The largest "
            f"was {np.abs(found.before).max():.2f}, and is {np.abs(found.after).max():.2f}. "
            "This is the “neutralize” step of Bolukbasi et al. 2016."
        )
        st.markdown(
            f"**What did not.** The words keep **{found.kept.mean():.0%}** of their "
            f"{len(found.neighbors_before[0])} nearest neighbors. "
            + (
                "A word’s old place still predicts on which side its new neighbors stand: "
                f"correlation **{found.lean_left:.2f}**. "
                if not np.isnan(found.lean_left)
                else ""
            )
            + "So the neighbors still give the side away. Gonen & Goldberg 2019 called this "
            "“lipstick on a pig”: removing the direction hides the difference, but does not "
            "remove it."
        )
        named_table(
            table(
                placed.words,
                {
                    "place before": found.before,
                    "place after": found.after,
                    "neighbors kept": found.kept,
                },
                {
                    "neighbors before": [", ".join(one[:5]) for one in found.neighbors_before],
                    "neighbors after": [", ".join(one[:5]) for one in found.neighbors_after],
                },
            ),
            space.name,
            f"without the axis {axis.name}",
            column_config={
                "neighbors kept": st.column_config.NumberColumn(format="percent"),
                "place after": st.column_config.NumberColumn(format="%.2f"),
            },
        )


def table(
    words: list[str],
    numbers: dict[str, NDArray[np.float64]],
    texts: dict[str, list[str]] | None = None,
) -> pa.Table:
    """Return words with numbers, sorted by the first column of numbers."""
    order = np.argsort(next(iter(numbers.values())))
    return pa.table(
        {
            "word": [words[row] for row in order],
            **{name: np.round(values[order], 3) for name, values in numbers.items()},
            **{name: [values[row] for row in order] for name, values in (texts or {}).items()},
        }
    )


def probability(p: float) -> str:
    """Return a p-value as text."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
