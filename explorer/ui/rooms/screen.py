"""The page Room: for whoever is in none, for the teacher, for a pupil."""

from __future__ import annotations

import streamlit as st

from explorer.errors import RoomError
from explorer.rooms.codes import read_code
from explorer.ui.rooms import lobby, pupil, teacher, who
from explorer.ui.shell import signin
from explorer.ui.shell.plain import plain


def show() -> None:
    """Draw the page."""
    typed = who.current_code()
    if not typed or not signin.is_let_in():
        lobby.show()
        return
    code = read_code(typed)
    me = who.Visitor() if code is None else who.visitor(code)
    if code is not None and not me.is_known:
        st.stop()  # the browser tells in a moment
    try:
        room = who.enter(typed, me)
    except RoomError as error:
        who.leave(code or "")
        lobby.show(told=plain(str(error)))
        if code is not None:
            who.forget(code)
        return
    if st.query_params.get(who.CODE) != room.code:
        st.query_params[who.CODE] = room.code
    if room.is_teacher(me.secret):
        teacher.show(room, me.secret)
    elif me.pupil:
        pupil.show(room, me.pupil)
