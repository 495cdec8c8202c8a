"""“Describe a book without naming it”: the question of the first screen, and its answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace, Projection
from explorer.errors import ExplorerError
from explorer.figures.marks import Marks
from explorer.neighbors.exact import neighbors_of_row
from explorer.projection.out_of_sample import Landing, land
from explorer.ui.encode import jobs
from explorer.ui.map import neighboring, view
from explorer.ui.map.landing import is_far, landing_arrows, landing_marks, vector_of
from explorer.ui.open.telling import tell
from explorer.ui.pointcloud import pointcloud
from explorer.ui.shell import spaces
from explorer.ui.shell.plain import plain

QUESTION = "a scientist makes a living monster"  # its vector comes along: question.npy
LONGEST = 300  # letters
ASKED = "asked on the first screen"  # session state: the question whose answer stands there
PICKED = "picked on the first screen"  # session state: the row of the book that was clicked
NEXT_LISTED = 2
MAP_HEIGHT = 400  # pixels: map and question are in sight at 720


@dataclass(frozen=True, eq=False)
class Answer:
    """What a question found: where its text landed, or what went wrong."""

    text: str
    landing: Landing | None = None
    error: ExplorerError | None = None


def ask() -> str | None:
    """Draw the field and its button; return the question that was asked last, if any."""
    with st.form("question", border=False):
        field, button = st.columns([4, 1], vertical_alignment="bottom")
        text = field.text_input(
            "Describe a book without naming it. What will it find? Guess, then press.",
            QUESTION,
            max_chars=LONGEST,
            key="question",
            persist_state="session",
            icon=":material/menu_book:",
        )
        pressed = button.form_submit_button(
            "Find it", type="primary", icon=":material/search:", width="stretch"
        )
    if pressed and text and text.strip():
        st.session_state[ASKED] = text.strip()
        st.session_state.pop(PICKED, None)
    asked: str | None = st.session_state.get(ASKED)
    return asked


def answer(books: EmbeddingSpace, projection: Projection, text: str | None) -> Answer | None:
    """Return what a question finds; None where nothing was asked."""
    if text is None:
        return None
    try:
        if text == QUESTION:
            vector = prepared_vector()
            jobs.devices_known()  # the model is loaded meanwhile, for the next question
        else:
            with st.spinner("The model reads it …"):
                vector = vector_of(text, books.source)
        return Answer(text, land(books, projection, text, vector))
    except ExplorerError as error:
        return Answer(text, error=error)


def prepared_vector() -> NDArray[np.float32]:
    """Return the vector of QUESTION, made once by the model of the books."""
    made: NDArray[np.float32] = np.load(spaces.SAMPLE_FOLDER / "question.npy", allow_pickle=False)
    return made


def draw_map(books: EmbeddingSpace, projection: Projection, found: Answer | None) -> None:
    """Draw the books, and where the text landed among them."""
    row = st.session_state.get(PICKED)
    marks = Marks()
    if row is not None:
        near = neighbors_of_row(books, row, neighboring.USUAL).indices
        marks = Marks(selected=row, neighbors=near)
    landing = found.landing if found else None
    pointcloud(
        projection,
        books,
        key="first map",  # a key of its own: sharing the Map's would clear what is selected there
        **view.first_look(books),
        marks=landing_marks(marks, landing),
        arrows=landing_arrows(projection, landing),
        height=MAP_HEIGHT,
        on_pick=lambda row: st.session_state.update({PICKED: row}),
    )
    st.caption(
        f"{len(books)} books, each a point: its description was read by a small language model. "
        "Books alike in meaning lie near each other. Click one."
    )


def tell_answer(books: EmbeddingSpace, found: Answer | None) -> None:
    """Say what was found, and what an embedding is."""
    row = st.session_state.get(PICKED)
    if row is not None:
        tell_book(books, row)
    elif found is None:
        st.markdown(
            "#### A search without a common word\n\nNo title is typed, and hardly a word of "
            "the book’s description. It is found all the same, by meaning. **Guess which.**"
        )
    elif found.error is not None:
        tell(found.error)
    elif found.landing is not None:
        tell_found(books, found.landing)


def tell_found(books: EmbeddingSpace, landing: Landing) -> None:
    """Name the nearest book in large type, the next ones, and say in a sentence how."""
    labels = [plain(label) for label in landing.neighbors.labels]
    far = is_far(landing)
    heading = "Nothing here is near. The least far is" if far else "It finds"
    st.markdown(f"{heading}\n## {labels[0]}")
    usual = landing.usual[len(landing.usual) // 2]
    st.markdown(
        f"{by(books, int(landing.neighbors.indices[0]))} Cosine similarity "
        f"**{landing.nearness:.2f}**; two neighboring books have {usual:.2f}. Then come "
        + ", ".join(f"*{label}*" for label in labels[1 : 1 + NEXT_LISTED])
        + "."
    )
    st.markdown(
        f"Every text became **{books.dim} numbers**; similar meaning, similar numbers. "
        "That is an **embedding**."
    )


def tell_book(books: EmbeddingSpace, row: int) -> None:
    """Name the clicked book and those that are truly nearest to it."""
    near = neighbors_of_row(books, row, NEXT_LISTED + 1)
    st.markdown(f"You clicked\n## {plain(books.label(row))}")
    names = ", ".join(f"*{plain(label)}*" for label in near.labels)
    st.markdown(
        f"{by(books, row)} Of all {len(books)} books, the most similar in meaning are {names}. "
        "Lines lead to its neighbors."
    )


def by(books: EmbeddingSpace, row: int) -> str:
    """Say who wrote a book, and when."""
    if books.metadata is None:
        return ""
    known = books.metadata.slice(row, 1).to_pylist()[0]
    year = f"{-known['year']} BCE" if known["year"] < 0 else str(known["year"])
    return f"{plain(known['author'])}, {year}."
