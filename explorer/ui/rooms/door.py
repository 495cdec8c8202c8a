"""How pupils come in: the code, the QR code, the address; and the teacher's own link."""

from __future__ import annotations

import html
from urllib.parse import urlsplit

import segno
import streamlit as st

from explorer.rooms.reach import is_loopback, join_link, network_addresses, with_host
from explorer.rooms.room import Room
from explorer.ui.rooms import who
from explorer.ui.shell import owner

STYLE = """<style>
.room-door { text-align: center; }
.room-door img { width: min(100%, 15rem); height: auto; background: #fff; border-radius: 0.5rem; }
.room-door .code { font-size: 2.6rem; font-weight: 700; letter-spacing: 0.25em; line-height: 1.2;
    margin: 0.3rem 0 0 0.25em; }
.room-door .at { overflow-wrap: anywhere; }
.room-door.large img { width: min(100%, 52vh); }
.room-door.large .code { font-size: 4.5rem; }
.room-door.large .at { font-size: 1.6rem; }
</style>"""


# How the app is started so that phones reach it: as it was installed, or from a clone.
FOR_ALL = (
    "embedding-explorer --address 0.0.0.0",
    "streamlit run app.py --server.address 0.0.0.0",
)


def show(room: Room, secret: str) -> None:
    """Draw the code, the QR code and the address that pupils type."""
    page, others = pages()
    link = join_link(page, room.code, room.door)
    draw(room, link, page, large=False)
    with st.container(horizontal=True, horizontal_alignment="center"):
        if st.button("Large", icon=":material/fullscreen:", key="room large"):
            large(room, link, page)
        with st.popover("Your link", icon=":material/key:"):
            st.markdown(
                "Opens this screen in another browser, on your phone for example. Whoever has it "
                "can lead and end this room: do not show it."
            )
            st.code(f"{page}?{who.CODE}={room.code}&{who.TEACHER}={secret}", language=None)
    tell_reach(page, others)


@st.dialog("Join the room", width="large")
def large(room: Room, link: str, page: str) -> None:
    """Show the code for the last row, or why no phone can come."""
    draw(room, link, page, large=True)
    if is_loopback(urlsplit(page).hostname or ""):
        tell_reach(page, [])


def draw(room: Room, link: str, page: str, *, large: bool) -> None:
    """Draw the QR code, the code and the address."""
    code = segno.make(link, error="m", micro=False)
    drawn = code.svg_data_uri(scale=8, border=3, dark="#000", light="#fff", omitsize=True)
    parts = urlsplit(page)
    st.html(
        f"{STYLE}<div class='room-door{' large' if large else ''}'>"
        f"<img src='{html.escape(drawn)}' alt='QR code of {html.escape(link)}'>"
        f"<div class='code'>{room.code}</div>"
        f"<div class='at'>{html.escape(parts.netloc + parts.path)}</div></div>"
    )


def pages() -> tuple[str, list[str]]:
    """Return the address of this page that phones can reach, and others to try."""
    here = (st.context.url or f"http://localhost:{st.get_option('server.port')}/room").split("?")[0]
    if not is_loopback(urlsplit(here).hostname or "") or not owner.answers_others():
        return here, []
    found = [with_host(here, one) for one in network_addresses()]
    return (found[0], found[1:]) if found else (here, [])


def tell_reach(page: str, others: list[str]) -> None:
    """Say how to let phones in, where they cannot come, and what else to try."""
    if is_loopback(urlsplit(page).hostname or ""):
        if owner.answers_others():
            st.warning(
                "This computer is in no network, so no phone can reach it. Join the school’s "
                "network, or open a hotspot on this computer or on your phone. Then reload.",
                icon=":material/wifi_off:",
            )
        else:
            st.warning(
                "Phones cannot come in yet: this server answers this computer alone. Stop it, and "
                "start it by one of these; the room stays as it is.",
                icon=":material/wifi_off:",
            )
            st.code("\n".join(FOR_ALL), language=None, wrap_lines=True)
    elif others:
        also = ", ".join(urlsplit(one).netloc for one in others[:3])
        st.caption(f"If phones do not find it, try {also}; all must be in one network.")
