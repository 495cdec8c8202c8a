"""A question of the teacher's own: in words, with choices, or a point on the picture."""

from __future__ import annotations

import streamlit as st

from explorer.errors import RoomError
from explorer.lessons.plan import Question
from explorer.lessons.reading import MOST_CHOICES
from explorer.rooms.moment import LONGEST
from explorer.rooms.room import Room
from explorer.ui.shell import spaces
from explorer.ui.shell.plain import plain

WORDS, CHOICES, PICTURE = "In words", "With choices", "On the picture"


def ask(room: Room, secret: str) -> None:
    """Take a question and put it to the class."""
    kind = st.segmented_control(
        "How do they answer?",
        (WORDS, CHOICES, PICTURE),
        default=WORDS,
        required=True,
        key="room ask kind",
    )
    with st.form("room ask", border=False):
        if kind == PICTURE:
            text = st.text_input(
                "The word that your class places on the picture of the words",
                max_chars=LONGEST,
                key="room ask place",
            )
        else:
            text = st.text_input("Question", max_chars=LONGEST, key="room ask text")
        choices = ""
        if kind == CHOICES:
            choices = st.text_input(
                f"2 to {MOST_CHOICES} choices, with commas between them; the right one first",
                max_chars=LONGEST,
                key="room ask choices",
            )
        pressed = st.form_submit_button("Ask all", type="primary")
    if not pressed:
        return
    try:
        put(room, secret, kind, text.strip(), choices)
    except RoomError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    st.rerun()


def put(room: Room, secret: str, kind: str, text: str, choices: str) -> None:
    """Put a question to the class; raises RoomError where it is none."""
    step = room.scene.moment.step
    if kind == PICTURE:
        space = spaces.find_space(step.address.get("space", spaces.DEFAULT))
        if space is None or text not in space:
            raise RoomError(
                f"“{text}” is not in the space of this step. Take a word that its map shows."
            )
        question = Question(f"Where does “{text}” lie on the picture?", text, "")
        room.ask(secret, question, step, place=text)
        return
    if kind == WORDS:
        room.ask(secret, Question(text, "", ""), step)
        return
    given = tuple(dict.fromkeys(" ".join(one.split()) for one in choices.split(",") if one.strip()))
    if not 2 <= len(given) <= MOST_CHOICES:
        raise RoomError(f"Give 2 to {MOST_CHOICES} different choices, with commas between them.")
    room.ask(secret, Question(text, given[0], "", choices=tuple(sorted(given))), step)
