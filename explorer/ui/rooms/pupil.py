"""A pupil's screen: the step's sentence and question, one's own answer, what all answered."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from explorer.errors import RoomError
from explorer.lessons.plan import Question
from explorer.rooms.moment import LONGEST, Moment
from explorer.rooms.room import Room
from explorer.ui.plans.bar import told
from explorer.ui.rooms import picture, tallies, who
from explorer.ui.shell import spaces
from explorer.ui.shell.frame import APP, ICON, STYLE
from explorer.ui.shell.navigation import PAGES
from explorer.ui.shell.plain import plain

LOOK_SECONDS = 1.0  # how often a phone asks whether something is new
REFUSED = "room refused"  # session state: why the last answer was not taken
TAPPED = "room tapped"  # session state: whether a tap's callback was called before this run
# A phone's screen has no navigation: whoever taps beside the question would leave the lesson.
PHONE = """<style>
.stMainBlockContainer { max-width: 34rem; padding: 0.8rem 1.1rem 2rem; }
.stMainBlockContainer .page-heading h1 { font-size: 1.3rem; padding: 0; min-height: 0; }
.stMain [class*="st-key-choice"] button { min-height: 3.2rem; font-size: 1.1rem; }
.stMain [class*="st-key-choice"] button p { white-space: normal; overflow-wrap: anywhere; }
[data-testid="stStatusWidget"] { display: none; }
</style>"""


def show(room: Room, pupil: str) -> None:
    """Draw the screen."""
    scene = room.scene
    moment = scene.moment
    st.session_state[who.SEEN] = moment.number
    st.set_page_config(page_title=f"Room {room.code} · {APP}", page_icon=ICON, layout="centered")
    count = f"Room {room.code} · step {scene.at + 1} of {len(scene.moments)}"
    heading = f"<header class='page-heading page-room'><p>{count}</p></header>"
    st.html(STYLE + PHONE + who.FORM_STYLE + heading)
    watch(room, pupil, scene.version)
    st.markdown(f"### {plain(moment.step.title)}")
    if moment.step.text:
        st.markdown(plain(moment.step.text))
    if moment.step.question is None:
        st.markdown(":material/visibility: Look at the screen in front.")
    else:
        ask_and_tell(room, pupil, moment, moment.step.question)
    if not scene.follows:
        offer_page(room, moment)
    st.button(
        "Leave the room",
        icon=":material/logout:",
        type="tertiary",
        key="room leave",
        on_click=who.leave,
        args=(room.code,),
    )


@st.fragment(run_every=LOOK_SECONDS)
def watch(room: Room, pupil: str, version: int) -> None:
    """Note that this phone is awake, and run the page again when the teacher has gone on."""
    room.heard_of(pupil)
    if room.is_past(version):
        st.rerun()


def ask_and_tell(room: Room, pupil: str, moment: Moment, question: Question) -> None:
    """Draw the question; below it the ways to answer, or the answer."""
    mine = room.answer_of(pupil, moment.number)
    st.markdown(f"**{plain(question.text)}**")
    if refused := st.session_state.pop(REFUSED, None):
        st.warning(plain(refused), icon=":material/error:")
    if moment.number in room.scene.revealed:
        tell(room, moment, question, mine)
        return
    ASK[moment.kind](room, pupil, moment, mine)
    if mine is None:
        return
    given = "Your point is set." if moment.kind == "place" else f"Your answer: {told(mine)}"
    st.markdown(f":material/check_circle: {given}")
    until = "shows the answer" if question.answer else "ends the answering"
    st.caption(f"You can change it until your teacher {until}.")
    if moment.kind == "text":
        tallies.draw(room, moment, mine)


def tell(room: Room, moment: Moment, question: Question, mine: str | None) -> None:
    """Show the answer, one's own beside it, and what all answered."""
    if question.answer and moment.kind != "place":
        st.markdown(f"Answer: {told(question.answer)} {plain(question.why)}")
    if mine is not None and moment.kind != "place":
        is_right = bool(question.answer) and question.accepts(mine)
        mark = ":material/check_circle:" if is_right else ":material/person:"
        st.markdown(f"{mark} You answered {told(mine)}")
    tallies.draw(room, moment, mine)


def ask_choice(room: Room, pupil: str, moment: Moment, mine: str | None) -> None:
    """Draw a button for each choice."""
    question = moment.step.question
    assert question is not None
    is_recorded = st.session_state.pop(TAPPED, False)
    with st.container(gap="small"):
        for place, choice in enumerate(question.choices):
            pressed = st.button(
                plain(choice),
                key=f"choice {moment.number} {place}",
                type="primary" if choice == mine else "secondary",
                icon=":material/check:" if choice == mine else None,
                width="stretch",
                on_click=tapped,  # before the page runs: nothing can come between
                args=(room, pupil, moment, choice),
            )
            if pressed and not is_recorded:  # no callback: see `give`
                give(room, pupil, moment, choice)


def ask_number(room: Room, pupil: str, moment: Moment, mine: str | None) -> None:
    """Draw a field for a number."""
    question = moment.step.question
    assert question is not None
    assert question.low is not None
    assert question.high is not None
    whole = question.low == int(question.low) and "." not in question.answer
    with st.form(f"number {moment.number}", border=False):
        found = st.number_input(
            f"{question.low:g} to {question.high:g}",
            float(question.low),
            float(question.high),
            value=None if mine is None else float(mine),
            step=1.0 if whole else 0.05,
            format="%.0f" if whole else "%.2f",
        )
        pressed = st.form_submit_button("Send", type="primary", width="stretch")
    if pressed and found is not None:
        give(room, pupil, moment, f"{found:g}")


def ask_text(room: Room, pupil: str, moment: Moment, mine: str | None) -> None:
    """Draw a field for a free answer."""
    with st.form(f"text {moment.number}", border=False):
        found = st.text_area("Your answer", value=mine or "", max_chars=LONGEST, height=90)
        pressed = st.form_submit_button("Send", type="primary", width="stretch")
    st.caption("Others see it only if your teacher lets it through. Nobody sees who wrote it.")
    if pressed and found.strip():
        give(room, pupil, moment, found)


def ask_place(room: Room, pupil: str, moment: Moment, mine: str | None) -> None:
    """Draw the picture to tap on."""
    st.caption("Tap on the picture.")
    placed = picture.place_point(moment, mine)
    if placed is not None and placed != mine:
        give(room, pupil, moment, placed)


ASK = {"choice": ask_choice, "number": ask_number, "text": ask_text, "place": ask_place}


def record(room: Room, pupil: str, moment: Moment, answer: str) -> None:
    """Send an answer; why it was not taken is told on the screen."""
    try:
        room.answer(pupil, moment.number, answer)
    except RoomError as error:
        st.session_state[REFUSED] = str(error)


def tapped(room: Room, pupil: str, moment: Moment, answer: str) -> None:
    """Send an answer; of several taps before a run, each in turn."""
    st.session_state[TAPPED] = True
    record(room, pupil, moment, answer)


def give(room: Room, pupil: str, moment: Moment, answer: str) -> NoReturn:
    """Send an answer and draw the screen anew.

    For what has no callback; and after the server was started again, Streamlit calls none for the
    first tap.
    """
    record(room, pupil, moment, answer)
    st.rerun()


def offer_page(room: Room, moment: Moment) -> None:
    """Draw the link to the step's page, for looking around."""
    step = moment.step
    st.page_link(
        PAGES[step.page].file,
        label=f"Look around: {PAGES[step.page].title}",
        icon=":material/explore:",
        query_params=page_parameters(room, moment),
    )


def page_parameters(room: Room, moment: Moment) -> dict[str, str]:
    """Return the parameters of a link to the step's page, which leads back to the room."""
    return {"space": spaces.DEFAULT, **moment.step.address, who.CODE: room.code}
