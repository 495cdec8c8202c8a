"""The visitor's own words in both encodings, with a message for unknown words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from explorer import EmbeddingSpace
from explorer.encoding.classical import one_hot
from explorer.encoding.subwords import whole_word_vector
from explorer.neighbors.search import FoundWords, find_words, no_completion
from explorer.sparse import SparseSpace
from explorer.ui.lessons import lesson
from explorer.ui.shell import spaces
from explorer.ui.shell.plain import plain
from explorer.ui.shell.word_fields import LONGEST_LIST
from explorer.words import split_words

WORDS = "king queen man woman banana apple paris france"
MOST_WORDS = 500  # all pairs are compared: 250,000 cells in a figure
SUGGESTED = 3  # unknown words for which spellings are suggested


@dataclass(frozen=True, eq=False)
class Lesson:
    """The words to look at, in both encodings.

    `wide` has a column for each word of the vocabulary, `own` only for the words shown.
    """

    wide: SparseSpace
    own: SparseSpace
    dense: EmbeddingSpace
    vocabulary: EmbeddingSpace
    completed: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The words."""
        return self.dense.labels

    @property
    def title(self) -> str:
        """What the pages call the dense space, safe in Markdown."""
        return plain(self.vocabulary.name)


def ask_words(space: EmbeddingSpace, steps: Sequence[str]) -> tuple[Lesson | None, str]:
    """Draw the field for the words and the steps; return both encodings and the open step."""
    field, choice = st.columns([1, 1.35], vertical_alignment="center")
    text = field.text_input(
        "Your words",
        WORDS,
        key="words",
        bind="query-params",
        max_chars=LONGEST_LIST,
        placeholder="king queen banana …",
        label_visibility="collapsed",
    )
    with choice:
        step = lesson.choose_step(steps, key="one_hot_step")
    words = split_words(text or "")
    if not words:
        st.info("Type some words, with spaces or commas between them.", icon=":material/edit:")
        return None, step
    if len(words) > MOST_WORDS:
        st.info(f"These are {len(words):,} words; here are the first {MOST_WORDS}.")
        words = words[:MOST_WORDS]
    found, vocabulary = look_up(space, words)
    tell_unknown(found, vocabulary)
    if found.space is None:
        return None, step
    wide = one_hot(found.forms, (*vocabulary.labels, *found.completed))
    return Lesson(wide, one_hot(found.space.labels), found.space, vocabulary, found.completed), step


def look_up(space: EmbeddingSpace, words: tuple[str, ...]) -> tuple[FoundWords, EmbeddingSpace]:
    """Return the words' vectors in the current space, or in the sample if it has none of them."""
    sample = spaces.sample_space(spaces.DEFAULT)
    if space is not sample:
        found = find_words(space, words, no_completion)
        if found.space is not None and not space.is_sparse:
            return found, space
        lack = "is sparse itself" if space.is_sparse else "holds none of these words"
        st.info(
            f"{plain(space.name)} {lack}: the dense vectors are those of the sample "
            f"“{spaces.DEFAULT}”.",
            icon=":material/info:",
        )
    return find_words(sample, words, whole_word_vector), sample


def tell_unknown(found: FoundWords, vocabulary: EmbeddingSpace) -> None:
    """Say which words have no vector, with the closest spellings."""
    if found.unknown:
        close = {word: vocabulary.closest_labels(word) for word in found.unknown[:SUGGESTED]}
        hint = "".join(
            f" Spelled like “{plain(word)}”: {lesson.listed(spellings)}."
            for word, spellings in close.items()
            if spellings
        )
        st.warning(
            f"The space “{plain(vocabulary.name)}” has no vector for "
            f"{lesson.listed(found.unknown)}: left out below.{hint} "
            "The step “Unseen words” shows what can be done.",
            icon=":material/help:",
        )
