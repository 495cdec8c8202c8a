"""Who a visitor is to a room: a pupil by a token of the browser's own, or the teacher."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from explorer.rooms.registry import FOLDER, Rooms
from explorer.rooms.room import TOKEN, Room
from explorer.settings import load_settings
from explorer.ui.shell import address

CODE, DOOR, TEACHER, PUPIL = "room", "door", "teacher", "pupil"  # parameters of the address
IN_ROOM = "room code"  # session state: the room that this visitor is in
SEEN = "room moment seen"  # session state: the moment that the page Room showed last
KNOWN = "room visitors"  # session state: by code, who this visitor is
SECRET = re.compile(r"[A-Za-z0-9_-]{0,64}")
# the browser's part has no height, and must leave no gap
STYLE = "<style>[class*='st-key-room-keeper'] { position: absolute; }</style>"
# The frame puts a page's form first on a phone; here it stands where it is drawn.
FORM_STYLE = """<style>
.stMainBlockContainer:has(.page-room) [data-testid="stLayoutWrapper"]:has(> .stForm) { order: 0; }
</style>"""
ask_browser = st.components.v2.component(
    "embedding-explorer-room-keeper",
    js=Path(__file__).with_name("keeper.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Visitor:
    """A visitor of a room: the pupil's token, and the teacher's secret; each may be nothing yet."""

    pupil: str = ""
    secret: str = ""

    @property
    def is_known(self) -> bool:
        """Whether the browser has told anything."""
        return bool(self.pupil or self.secret)


@st.cache_resource(show_spinner=False)
def rooms() -> Rooms:
    """Return this server's rooms."""
    return Rooms(load_settings().cache_dir / FOLDER)


def current_code() -> str:
    """Return the code in the address, or of the room that the visitor is in, or nothing."""
    return str(st.query_params.get(CODE) or st.session_state.get(IN_ROOM) or "")


def visitor(code: str) -> Visitor:
    """Return who the visitor is to the room of a code; nobody until the browser has told.

    A browser that keeps nothing can carry its token in the address (`pupil`), and the teacher's
    link carries the secret (`teacher`).
    """
    kept: dict[str, Visitor] = st.session_state.setdefault(KNOWN, {})
    known = kept.get(code, Visitor())
    named = checked({"pupil": st.query_params.get(PUPIL), "secret": st.query_params.get(TEACHER)})
    st.html(STYLE)
    found = ask_browser(
        key=f"room keeper {code}",
        data={"code": code, "secret": known.secret, "forget": False, "known": asdict(known)},
        default={"told": None},
        on_told_change=lambda: None,
        height=1,
    )
    told = checked(found.told)
    return Visitor(
        named.pupil or known.pupil or told.pupil, named.secret or known.secret or told.secret
    )


def checked(told: Any) -> Visitor:
    """Return what a browser told, as far as it is a token and a secret."""
    if not hasattr(told, "get"):
        return Visitor()
    pupil, secret = str(told.get("pupil") or ""), str(told.get("secret") or "")
    return Visitor(
        pupil if TOKEN.fullmatch(pupil) else "", secret if SECRET.fullmatch(secret) else ""
    )


def enter(code: str, who: Visitor) -> Room:
    """Return the room of a code, and remember that the visitor is in it; raises RoomError."""
    room = rooms().enter(
        code,
        network_address(),
        door=st.query_params.get(DOOR, "")[:64],
        pupil=who.pupil,
        secret=who.secret,
    )
    is_teacher = room.is_teacher(who.secret)
    kept: dict[str, Visitor] = st.session_state.setdefault(KNOWN, {})
    kept[room.code] = Visitor(who.pupil, who.secret if is_teacher else "")
    st.session_state[IN_ROOM] = room.code
    if is_teacher and TEACHER in st.query_params:  # the address is on the projector
        address.change(TEACHER, None)
    if not is_teacher and who.pupil:
        room.join(who.pupil)
    return room


def take_over(room: Room, secret: str) -> None:
    """Remember that this visitor has started a room."""
    kept: dict[str, Visitor] = st.session_state.setdefault(KNOWN, {})
    kept[room.code] = Visitor("", secret)
    st.session_state[IN_ROOM] = room.code


def leave(code: str) -> None:
    """Forget the room, in the session, the address and, if it has ended, in the browser."""
    for name in (IN_ROOM, SEEN):
        st.session_state.pop(name, None)
    st.session_state.get(KNOWN, {}).pop(code, None)
    for name in (CODE, DOOR, TEACHER):
        if name in st.query_params:
            address.change(name, None)


def forget(code: str) -> None:
    """Have the browser forget its token and secret of a room that has ended."""
    nobody = asdict(Visitor())
    ask_browser(
        key=f"room keeper {code} gone",
        data={"code": code, "secret": "", "forget": True, "known": nobody},
        default={"told": None},
        on_told_change=lambda: None,
        height=1,
    )


def network_address() -> str:
    """Return where a visitor comes from: whose wrong codes are counted.

    Behind a proxy all have the proxy's address, so what it says about them counts. A visitor can
    make that up; the bound of the whole server holds all the same.
    """
    said = st.context.headers.get("X-Forwarded-For", "")[:64]
    return f"{said} {st.context.ip_address or ''}".strip() or "this machine"
