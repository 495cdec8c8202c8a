"""What a class answered, drawn: bars, texts, or a cloud of guesses on a picture."""

from __future__ import annotations

import html

import streamlit as st

from explorer.rooms.moment import Moment
from explorer.rooms.room import Room
from explorer.rooms.tally import Bar, bars, places, texts
from explorer.ui.rooms import picture

STYLE = """<style>
.room-bars { display: grid; grid-template-columns: minmax(5rem, max-content) 1fr 2.5rem;
    gap: 0.5rem 0.8rem; align-items: center; font-size: 1.1rem; margin: 0.2rem 0 0; }
.room-bars .name { max-width: 20rem; overflow-wrap: anywhere; line-height: 1.25; margin: 0; }
.room-bars .track { background: light-dark(#e8edf0, #222b32); border-radius: 0.4rem;
    height: 1.7rem; }
.room-bars .fill { background: light-dark(#0072b2, #56b4e9); border-radius: 0.4rem; height: 100%; }
.room-bars .right .fill { background: light-dark(#00795a, #2fc79b); }
.room-bars .name.right { font-weight: 700; }
.room-bars .count { font-variant-numeric: tabular-nums; font-weight: 700; }
@media (max-width: 640px) {
.room-bars { grid-template-columns: 1fr 2rem; gap: 0.1rem 0.6rem; font-size: 1rem; }
.room-bars .name { grid-column: 1 / -1; max-width: none; margin-top: 0.4rem; }
.room-bars .track { height: 1.1rem; } }
</style>"""


def draw(room: Room, moment: Moment, mine: str | None = None) -> None:
    """Draw what all answered to a moment; the right answer is marked once it is revealed.

    Until then nothing is drawn of what the teacher wants hidden. Free texts are those that the
    teacher let through. `mine` is the visitor's own answer.
    """
    is_revealed = moment.number in room.scene.revealed
    is_hidden = room.scene.hides and not is_revealed and moment.kind != "text"
    answers = [] if is_hidden else room.answers(moment.number)
    if moment.kind in ("choice", "number"):
        draw_bars(bars(moment, answers), mine, is_revealed=is_revealed, is_hidden=is_hidden)
    elif moment.kind == "place":
        picture.cloud(moment, places(answers), mine, is_revealed=is_revealed)
    elif moment.kind == "text":
        shown = room.scene.shown.get(moment.number, frozenset())
        draw_texts([one for one in texts(answers) if one[0] in shown], mine)


def draw_bars(
    found: list[Bar], mine: str | None, *, is_revealed: bool, is_hidden: bool = False
) -> None:
    """Draw a bar for each answer; an empty one without its number while they are hidden."""
    answered = sum(one.count for one in found) or 1
    lines = []
    for one in found:
        is_right = is_revealed and one.is_right
        right = " right" if is_right else ""
        mark = ("✓ " if is_right else "") + html.escape(one.label)
        own = " (you)" if mine is not None and one.label == mine else ""
        width = 100 * one.count / answered  # a full bar is everybody who answered
        lines.append(
            f"<div class='name{right}'>{mark}{own}</div><div class='track{right}'>"
            f"<div class='fill' style='width:{width:.1f}%'></div></div>"
            f"<div class='count'>{'' if is_hidden else one.count}</div>"
        )
    if lines:
        st.html(f"{STYLE}<div class='room-bars'>{''.join(lines)}</div>")


def draw_texts(found: list[tuple[str, int]], mine: str | None) -> None:
    """Draw free texts as they were written."""
    lines = "".join(
        f"<div class='name'>{html.escape(text)}{' (you)' if text == mine else ''}</div>"
        f"<div class='count'>{count if count > 1 else ''}</div>"
        for text, count in found
    )
    if lines:
        grid = "grid-template-columns: 1fr 2.5rem"
        st.html(f"{STYLE}<div class='room-bars' style='{grid}'>{lines}</div>")
