"""Step 5: one attention head on three words, with every number to change."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace
from explorer.lessons.by_hand.head import Head, attend
from explorer.ui.lessons import lesson
from explorer.ui.shell.tables import named_table

WORDS = ("dog", "bites", "man")
COLUMNS = ("a", "b", "c", "d")
VECTORS = ((2.0, 0.0, 1.0, 0.0), (0.0, 2.0, 0.0, 0.0), (2.0, 0.0, 0.0, 1.0))
QUERY, KEY, VALUE = "Query", "Key", "Value"
# What each word looks for: nouns (column a) look for verbs (column b), verbs for nouns.
MATRICES = {
    QUERY: ((0, 1, 0, 0), (1, 0, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)),
    KEY: ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)),
    VALUE: ((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 2, 0), (0, 0, 0, 2)),
}
MEANS = {
    QUERY: "what a word **looks for**",
    KEY: "what a word **offers**",
    VALUE: "what a word **hands on** to those who look at it",
}
MATRIX_STATE = "head matrix "  # session state: each matrix as it was edited


def show(space: EmbeddingSpace) -> None:
    """Draw the numbers that go in, and each step to the result."""
    switches = st.container(horizontal=True, vertical_alignment="center", gap="large")
    is_swapped = switches.toggle(
        "Swap the first and the last word", key="swapped", bind="query-params"
    )
    places = switches.toggle("Add the place", key="places", bind="query-params")
    words = WORDS[::-1] if is_swapped else WORDS
    left, right = st.columns([1, 1.7], gap="medium")
    with left:
        vectors, matrices = ask_numbers()
    if is_swapped:
        vectors = vectors[::-1]
    found = attend(vectors, *(matrices[name] for name in MEANS), places=places)
    with right:
        tell(found, words, places=places)
    lesson.try_this(
        "Look at the new vector of *bites*. Swap the words: nothing changes, as if *dog bites man* "
        "and *man bites dog* said the same. Now add the place, and swap again.",
        "Choose Query and write 0 everywhere. Which words does each word look at now?",
    )
    st.caption(
        "softmax: e to the power of each score, divided by the sum, so that the weights add up to "
        "1. The place is written in waves (Vaswani et al. 2017); BERT learns its own. "
        "A model has many heads, each with its own three matrices, which are learned."
    )


def ask_numbers() -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    """Draw the editors; return the vectors of WORDS, (3, 4), and each matrix, (4, 4)."""
    st.markdown("**The words as numbers.** Double-click to change one.")
    vectors = numbers("head words", "word", WORDS, VECTORS)
    for name, matrix in MATRICES.items():
        st.session_state.setdefault(MATRIX_STATE + name, np.array(matrix, float))
    shown = st.segmented_control(
        "The head’s three matrices", list(MEANS), default=QUERY, required=True, key="head matrix"
    )
    st.markdown(f"{shown}: {MEANS[shown]}. A word’s numbers times this matrix.")
    matrices = {name: numbers_kept(name, is_shown=name == shown) for name in MEANS}
    return vectors, matrices


def numbers_kept(name: str, *, is_shown: bool) -> NDArray[np.float64]:
    """Return a matrix, with its editor if it is the one shown; hidden ones stay as they were."""
    kept = MATRIX_STATE + name
    if is_shown:
        begun = f"{kept} begun"
        if st.session_state.get("head matrix shown") != name:
            st.session_state[begun] = st.session_state[kept]
            st.session_state["head matrix shown"] = name
        st.session_state[kept] = numbers(f"editor {name}", "from", COLUMNS, st.session_state[begun])
    found: NDArray[np.float64] = st.session_state[kept]
    return found


def numbers(key: str, title: str, names: tuple[str, ...], start: Any) -> NDArray[np.float64]:
    """Draw an editor of numbers with a name for each row; return the numbers."""
    table = np.asarray(start, float)
    edited = st.data_editor(
        {title: list(names), **{name: table[:, at].tolist() for at, name in enumerate(COLUMNS)}},
        hide_index=True,
        disabled=[title],
        key=key,
        column_config={
            name: st.column_config.NumberColumn(
                min_value=-9.0, max_value=9.0, step=0.1, format="%.1f", required=True
            )
            for name in COLUMNS
        },
    )
    return np.array([edited[name] for name in COLUMNS], float).T


def tell(found: Head, words: tuple[str, ...], *, places: bool) -> None:
    """Follow one word through the head, in numbers."""
    looking = st.segmented_control(
        "Follow the word", words, default="bites", required=True, key="head follows"
    )
    row = words.index(looking)
    added = " (its place is added)" if places else ""
    st.markdown(
        f"**1** “{looking}”{added} = {vector(found.given[row])}. Times Query: it looks for "
        f"**{vector(found.query[row])}**. Each word offers its key; multiply and add up: that is "
        "the score. Divide by √4, so that scores do not grow with the number of columns. Softmax "
        "makes weights of the scores, which add up to 1."
    )
    named_table(
        pa.table(
            {
                "it looks at": words,
                "key": [vector(one) for one in found.key],
                "query · key": found.products[row],
                "÷ √4": found.scores[row],
                "weight": found.weights[row],
                "value": [vector(one) for one in found.value],
            }
        ),
        "attention of",
        looking,
        column_config={
            "query · key": st.column_config.NumberColumn(format="%.2f"),
            "÷ √4": st.column_config.NumberColumn(format="%.2f"),
            "weight": st.column_config.ProgressColumn(
                width="small", format="%.2f", min_value=0, max_value=1
            ),
        },
    )
    total = " + ".join(
        f"{weight:.2f} × {vector(value)}"
        for weight, value in zip(found.weights[row], found.value, strict=True)
    )
    st.markdown(f"**2** Add up the values by weight: {total}")
    st.markdown(f"##### The new vector of “{looking}”: {vector(found.result[row])}")


def vector(numbers: NDArray[np.float64]) -> str:
    """Return numbers as formulas show them."""
    told = ", ".join(f"{round(float(one), 2) + 0:.3g}" for one in numbers)
    return f"({told})".replace("-", "−")
