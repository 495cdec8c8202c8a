"""The first screen: a question to a map of books, its answer, and three doors."""

from __future__ import annotations

import streamlit as st

from explorer.ui.picture.drawing import picture
from explorer.ui.shell import projector, spaces
from explorer.ui.shell.frame import open_page
from explorer.ui.shell.navigation import door
from explorer.ui.start import question, recorded

MAP_SPACE = "books"  # the space that is asked


def show() -> None:
    """Draw the first screen."""
    open_page("start", "See what vectors mean", "Ask 338 books a question that no title answers.")
    books = spaces.sample_space(MAP_SPACE)
    left, right = st.columns([1.8, 1], gap="large")
    with left:
        asked = question.ask()
        projection = picture(books, spaces.best_method(books), 2)
        found = question.answer(books, projection, asked)
        question.draw_map(books, projection, found)
    with right:
        with st.container(
            height="content" if projector.is_on() else 340,  # pixels: what is told moves no door
            border=False,
            gap="small",
            key="answer",
        ):
            question.tell_answer(books, found)
            if found is not None and st.button(
                "Where do the numbers come from?", icon=":material/play_circle:"
            ):
                recorded.show()
        door("lessons", "Take the lesson", "Nine ideas: guess first, then look.")
        door("map", "Play", "10,000 words: search, compare, calculate.", space_id="words")
        door("open", "My own data", "word2vec, NumPy, CSV, Parquet and more.")
