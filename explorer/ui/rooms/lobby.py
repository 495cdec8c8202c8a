"""The page Room for whoever is in none: type a code, or start a room."""

from __future__ import annotations

import streamlit as st

from explorer.errors import RoomError
from explorer.lessons.plan import Plan
from explorer.ui.plans import ahead, underway
from explorer.ui.rooms import who
from explorer.ui.shell import address, signin
from explorer.ui.shell.frame import open_page
from explorer.ui.shell.plain import plain

START = "start"  # a parameter of the address: the lesson that the list begins with
MOST_TYPED = 20  # letters in the field for a code


def show(told: str = "") -> None:
    """Draw the page, below what went wrong before."""
    open_page("room", "Room", "A class guesses together, each on a phone.")
    st.html(who.FORM_STYLE)
    if told:
        st.warning(told, icon=":material/meeting_room:")
    left, right = st.columns(2, gap="large")
    with left, st.container(border=True, height="stretch"):
        ask_code()
    with right, st.container(border=True, height="stretch"):
        offer_start()


def ask_code() -> None:
    """Take the code of a room."""
    st.markdown("#### Join\n\nYour teacher’s screen shows five letters. You need no name.")
    with st.form("join room", border=False):
        typed = st.text_input(
            "Code", max_chars=MOST_TYPED, placeholder="five letters", key="room code typed"
        )
        pressed = st.form_submit_button("Join", type="primary", icon=":material/login:")
    if pressed and typed.strip():
        address.change(who.CODE, typed.strip())
        st.rerun()


def offer_start() -> None:
    """Start a room with a lesson, for whoever may."""
    st.markdown(
        "#### Start a room\n\nFor teachers: your class follows a lesson on phones. You see the "
        "answers grow, and show the right one to all. No names, no accounts; at the end all is "
        "erased."
    )
    if not signin.may("open"):
        signin.refuse("open")
        return
    plans, _ = underway.shelf()
    wanted = st.query_params.get(START)
    if wanted and wanted not in plans and (own := underway.find_plan(wanted)) is not None:
        plans = {wanted: own, **plans}
    listed = list(plans)
    chosen = st.selectbox(
        "Lesson",
        listed,
        index=listed.index(wanted) if wanted in plans else 0,
        format_func=lambda one: f"{plans[one].title} ({plans[one].minutes} min)",
        key="room lesson",
    )
    if st.button("Start a room", icon=":material/meeting_room:") and chosen:
        start(chosen, plans[chosen])


def start(plan_id: str, plan: Plan) -> None:
    """Start a room with a lesson and go to it; what takes long in the lesson is made ahead."""
    try:
        room, secret = who.rooms().start(plan.title, plan.steps)
    except RoomError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    ahead.begin(plan_id, plan)
    who.take_over(room, secret)
    address.change(START, None)
    address.change(who.CODE, room.code)
    st.rerun()
