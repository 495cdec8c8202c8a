"""The bar above other pages for whoever is in a room: the way back, and being called back."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from explorer.errors import RoomError
from explorer.rooms.codes import read_code
from explorer.rooms.room import Room
from explorer.ui.rooms import who
from explorer.ui.shell.navigation import PAGES
from explorer.ui.shell.plain import plain

LOOK_SECONDS = 1.0
STYLE = """<style>
.st-key-room-bar { padding: 0.3rem 0.9rem; }
</style>"""


def draw(page: str) -> None:
    """Draw the bar where the visitor is in a room, on any page but the room's own."""
    typed = who.current_code()
    if page == "room" or not typed:
        return
    code = read_code(typed)
    me = who.Visitor() if code is None else who.visitor(code)
    if code is None or not me.is_known:
        return  # the browser tells in a moment, and the page runs again
    try:
        room = who.enter(code, me)
    except RoomError as error:
        who.leave(code)
        st.toast(plain(str(error)), icon=":material/meeting_room:")
        return
    is_teacher = room.is_teacher(me.secret)
    seen = st.session_state.setdefault(who.SEEN, room.scene.moment.number)
    if not is_teacher and is_called(room, seen):
        go_back(room)
    st.html(STYLE)
    with (
        st.container(key="room-bar", border=True),
        st.container(horizontal=True, vertical_alignment="center", gap="small"),
    ):
        st.markdown(
            f":material/meeting_room: You are in room **{room.code}**: "
            + plain(room.scene.moment.step.title),
            width="stretch",
        )
        st.page_link(
            PAGES["room"].file,
            label="Back to the room",
            icon=":material/undo:",
            query_params={who.CODE: room.code},
        )
        if not is_teacher:
            watch(room, me.pupil, seen)


@st.fragment(run_every=LOOK_SECONDS)
def watch(room: Room, pupil: str, seen: int) -> None:
    """Bring a pupil back to the room when the teacher has gone on, or has ended it."""
    room.heard_of(pupil)
    if is_called(room, seen):
        go_back(room)


def is_called(room: Room, seen: int) -> bool:
    """Return whether the teacher wants all to follow, is at another step, or has ended the room."""
    scene = room.scene
    return scene.ended or scene.follows or scene.moment.number != seen


def go_back(room: Room) -> NoReturn:
    """Go to the room's page."""
    st.switch_page(PAGES["room"].file, query_params={who.CODE: room.code})
