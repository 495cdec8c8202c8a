"""Step 1: hide a word of a sentence; what the transformer guesses, and what a bag of words does."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from explorer.beyond.course import Course
from explorer.figures import masked as figures
from explorer.lessons.masked import baselines
from explorer.lessons.masked.network import LONGEST, guesses
from explorer.lessons.masked.text import HiddenText, hidden_text
from explorer.lessons.masked.training import TOP, parameters_of
from explorer.training.corpus import split_words
from explorer.ui.lessons import lesson
from explorer.ui.lessons.masked.learned import ask_course
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import address
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain

SENTENCE = "the king of the kingdom is in his palace"
LETTERS = 200


def show() -> None:
    """Ask for a sentence and the word to hide, and show the guesses."""
    text = hidden_text()
    field, place_field = st.columns([2, 1], vertical_alignment="bottom")
    typed = field.text_input(
        "A sentence of the small language",
        SENTENCE,
        max_chars=LETTERS,
        key="hidden_sentence",
        bind="query-params",
    )
    words = split_words(typed or "")[:LONGEST]
    unknown = [word for word in words if word not in text.words]
    if unknown or len(words) < 2:
        tell_unknown(text, unknown)
        return
    number = place_field.number_input(
        "Hide word number",
        1,
        len(words),
        min(8, len(words)),
        key=address.number("hidden_place", 1, len(words)),
        bind="query-params",
    )
    place = int(number) - 1
    shown = [
        f":violet-background[**{'?' * 5}**]" if at == place else word
        for at, word in enumerate(words)
    ]
    st.markdown(f"### {' '.join(shown)}")
    rows = text.ids(words)

    def draw(course: Course) -> None:
        left, right = st.columns(2, gap="large")
        with left:
            tell_transformer(course, text, rows, place)
        with right:
            tell_bag(text, rows, place)

    ask_course(draw)
    lesson.try_this(
        "Write *queen* for *king*: who notices? Three words on each side do not reach it.",
        "Hide word 2. Which words does the transformer think of, and what do they have in common?",
        "Swap two words beside the hidden one. Whose guesses stay the same?",
    )
    st.caption(
        "A language of 173 words, made by a grammar, so that it can be learned in a minute. BERT "
        "did the same on 3.3 billion words of books and Wikipedia (Devlin et al. 2019)."
    )


def tell_unknown(text: HiddenText, unknown: list[str]) -> None:
    """Say which words the small language has."""
    if unknown:
        st.warning(
            f"The small language has no {lesson.listed(unknown)}. It has "
            f"these {len(text.words)} words:",
            icon=":material/help:",
        )
        st.caption(", ".join(map(plain, text.words)))
    else:
        st.info(f"Type 2 to {LONGEST} words.", icon=":material/edit:")


def tell_transformer(course: Course, text: HiddenText, rows: NDArray[np.int64], place: int) -> None:
    """Show the transformer's five guesses."""
    given = rows.copy()
    given[place] = len(text.words)
    shares = guesses(parameters_of(course), given[None], np.array([place]))[0]
    st.markdown(
        "**The transformer** sees the whole sentence, in order."
        + ("" if course.is_over else f" After epoch {course.epoch} of {course.epochs}:")
    )
    bars(text, shares, int(rows[place]), "transformer")


def tell_bag(text: HiddenText, rows: NDArray[np.int64], place: int) -> None:
    """Show what skip-gram sees: the neighbors in no order, and the guesses from them."""
    near = sorted(text.words[row] for row in baselines.neighbors(rows, place))
    st.markdown(f"**Skip-gram** sees a bag of neighbors: {', '.join(near)}.")
    bars(text, baselines.guess(text, baselines.BAG, rows, place), int(rows[place]), "bag")


def bars(text: HiddenText, shares: NDArray[np.floating], right: int, key: str) -> None:
    """Draw five guesses as bars."""
    best = np.argsort(-shares)[:TOP]
    words = [text.words[row] for row in best]
    show_chart(
        figures.guesses_figure(words, shares[best], text.words[right], dark=is_dark()),
        f"The five likeliest words: {', '.join(words)}",
        pa.table({"word": words, "probability": shares[best]}),
        key=f"guesses {key}",
    )
