"""The teacher's screen: the step, the answers as they come, the code, and what is shown to all."""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import partial

import streamlit as st

from explorer.errors import RoomError
from explorer.rooms.moment import Moment, Scene
from explorer.rooms.room import Room, digest
from explorer.rooms.tally import texts
from explorer.ui.plans.bar import told
from explorer.ui.rooms import asking, door, tallies, who
from explorer.ui.rooms.pupil import page_parameters
from explorer.ui.shell.frame import open_page
from explorer.ui.shell.navigation import PAGES
from explorer.ui.shell.plain import plain

LOOK_SECONDS = 1.0
FOLLOW, AROUND = "Follow me", "Look around"
MOST_TEXTS = 50  # offered at once to be let through
HIDES = "room hides"  # session state: the toggle
ASIDE = "room texts aside"  # session state: texts that the teacher need not see any more
TOLD = "room teacher told"  # session state: why something could not be done


def show(room: Room, secret: str) -> None:
    """Draw the screen."""
    scene = room.scene  # one for all of the screen: `watch` sees when it is an old one
    open_page("room", f"Room {room.code}", html.escape(room.title))
    if wrong := st.session_state.pop(TOLD, None):
        st.warning(plain(wrong), icon=":material/error:")
    if not room.is_kept:
        st.warning(
            "The room could not be written to the disk, so a restart of this server would lose it. "
            "The lesson can go on. Is the disk full?",
            icon=":material/save:",
        )
    left, right = st.columns([2.3, 1], gap="large")
    with right:
        door.show(room, secret)
    with left:
        steer(room, secret, scene)
        with st.container(border=True):
            show_moment(room, secret, scene)
        manage(room, secret, scene)


def act(do: Callable[[], None]) -> None:
    """Do what the teacher asked for, and draw the page anew, with why it could not be done.

    Buttons are asked by their value here and not by callbacks: after the server was started again,
    Streamlit calls none for the first click.
    """
    try:
        do()
    except RoomError as error:
        st.session_state[TOLD] = str(error)
    st.rerun()


def steer(room: Room, secret: str, scene: Scene) -> None:
    """Draw the ways back and on."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button("Back", icon=":material/arrow_back:", key="room back", disabled=scene.at == 0):
            act(lambda: room.go(secret, scene.at - 1))
        st.markdown(
            f"**Step {scene.at + 1} of {len(scene.moments)}: {plain(scene.moment.step.title)}**",
            width="stretch",
        )
        if st.button(
            "Next",
            icon=":material/arrow_forward:",
            key="room next",
            type="primary" if scene.is_revealed or scene.moment.kind == "look" else "secondary",
            disabled=scene.at == len(scene.moments) - 1,
        ):
            act(lambda: room.go(secret, scene.at + 1))


def show_moment(room: Room, secret: str, scene: Scene) -> None:
    """Draw the question, the answers as they come, and the button that shows the right one."""
    moment = scene.moment
    question = moment.step.question
    if moment.step.text:
        st.markdown(plain(moment.step.text))
    if question is not None:
        st.markdown(f"#### {plain(question.text)}")
    watch(room, secret, scene.version)
    if question is None:
        return
    if scene.is_revealed:
        if not question.answer:
            st.caption("No more answers are taken.")
        if question.answer and moment.kind != "place":
            st.markdown(f"Answer: {told(question.answer)} {plain(question.why)}")
        if moment.step.look:
            page = PAGES[moment.step.page].title
            st.markdown(
                f":material/visibility: **Open the page** {plain(page)} below, and look at "
                f"{plain(moment.step.look)}"
            )
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if st.button(
            "Show the answer to all" if question.answer else "End the answering",
            icon=":material/lightbulb:" if question.answer else ":material/block:",
            key="room reveal",
            type="primary",
        ):
            act(lambda: room.reveal(secret, moment.number))
        if moment.kind != "text":
            offer_hiding(room, secret, scene)


def offer_hiding(room: Room, secret: str, scene: Scene) -> None:
    """Let the teacher hide what is answered until then."""
    st.session_state[HIDES] = scene.hides
    st.toggle(
        "Hide what they answer until then",
        key=HIDES,
        help="So that the first answers do not lead the others. How many have answered is shown.",
        on_change=set_hiding,
        args=(room, secret),
    )


@st.fragment(run_every=LOOK_SECONDS)
def watch(room: Room, secret: str, version: int) -> None:
    """Draw what comes in; run the page again when another browser of the teacher has gone on."""
    if room.is_past(version):
        st.rerun()
    moment = room.scene.moment
    present = room.presence()
    parts = [f":material/group: **{present.joined}** joined"]
    if asleep := present.joined - present.awake:
        parts.append(f"{asleep} asleep or gone")
    if moment.kind != "look":
        parts.append(f"**{len(room.answers(moment.number))}** answered")
    if present.waited_for:
        parts.append(f"waiting for **{present.waited_for}**")
    st.markdown(" · ".join(parts))
    tallies.draw(room, moment)
    if moment.kind == "text":
        review(room, secret, moment)


def review(room: Room, secret: str, moment: Moment) -> None:
    """Let the teacher read the free texts, and let them through one by one."""
    shown = room.scene.shown.get(moment.number, frozenset())
    found = texts(room.answers(moment.number))
    aside: set[tuple[int, str]] = st.session_state.setdefault(ASIDE, set())
    waiting = [one for one, _ in found if one not in shown and (moment.number, one) not in aside]
    st.markdown(
        f":material/rate_review: **{len(waiting)}** to read. Nobody sees a text until you let it "
        "through. Is this screen on the projector? Then read them by your own link on your phone."
    )
    # A name that does not change: an expander with another name would fold while one reads.
    with st.expander("Read the texts", key=f"texts {moment.number}"):
        for text, count in found[:MOST_TEXTS]:
            if (moment.number, text) in aside and text not in shown:
                continue
            is_shown = text in shown
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(plain(text) + (f" (×{count})" if count > 1 else ""), width="stretch")
                label = "Take back" if is_shown else "Let through"
                key = f"{moment.number} {digest(text)}"  # what is read is let through
                if st.button(label, key=f"let {key}"):
                    act(partial(room.let_through, secret, moment.number, text, shown=not is_shown))
                if not is_shown and st.button("Set aside", key=f"aside {key}"):
                    aside.add((moment.number, text))
                    st.rerun()
        if any(number == moment.number for number, _ in aside) and st.button(
            "Show what was set aside", type="tertiary", key=f"all texts {moment.number}"
        ):
            st.session_state[ASIDE] = {one for one in aside if one[0] != moment.number}
            st.rerun()


def manage(room: Room, secret: str, scene: Scene) -> None:
    """Draw what is needed less often: looking around, the step's page, a question, the end."""
    moment = scene.moment
    st.session_state["room mode"] = FOLLOW if scene.follows else AROUND
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.segmented_control(
            "Pupils",
            (FOLLOW, AROUND),
            key="room mode",
            required=True,
            label_visibility="collapsed",
            on_change=lead,
            args=(room, secret),
        )
        st.page_link(
            PAGES[moment.step.page].file,
            label="Open the page",
            icon=":material/open_in_browser:",
            query_params=page_parameters(room, moment),
        )
        asked = f"room ask {scene.version}"  # a new one, and so a closed one, once it was asked
        with st.popover("Ask", icon=":material/add_comment:", key=asked):
            asking.ask(room, secret)
        with st.popover("End the room", icon=":material/stop_circle:"):
            st.markdown("End the room? All answers are erased, here and on all phones.")
            if st.button("End it and erase all", type="primary", key="room end"):
                act(lambda: who.rooms().end(room, secret))


def set_hiding(room: Room, secret: str) -> None:
    """Hide what is answered, or let it be seen, as was chosen."""
    try:
        room.hide(secret, hides=st.session_state[HIDES])
    except RoomError as error:
        st.session_state[TOLD] = str(error)


def lead(room: Room, secret: str) -> None:
    """Have pupils follow or look around, as was chosen."""
    try:
        room.lead(secret, follows=st.session_state["room mode"] == FOLLOW)
    except RoomError as error:
        st.session_state[TOLD] = str(error)
