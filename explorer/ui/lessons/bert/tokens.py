"""Step 1: a sentence becomes word pieces with their ids."""

from __future__ import annotations

import html

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.lessons.bert.forward import Reading
from explorer.lessons.bert.model import describe
from explorer.ui.lessons.bert.shown import code, table
from explorer.ui.lessons.bert.visit import Visit

LOOK_FOR = (
    "**Look for** a word that falls into pieces: the vocabulary has {pieces:,} pieces, and every "
    "other word is built from them. Try *unbelievableness*, or an emoji."
)
KINDS = {  # a kind of piece, its color, and what it means
    "word": ("#0072B2", "a whole word"),
    "part": ("#E69F00", "a part of a word that is not in the vocabulary"),
    "unknown": ("#D55E00", "not in the vocabulary: all such characters share one vector"),
    "special": ("#999999", "added by the model: start and end"),
}
JOINS = {  # a sign in front of pieces, and what it says
    "##": "joins a piece to the one before it",
    "Ġ": "stands for the space before a piece",
    "▁": "stands for the space before a piece",
}
STYLE = """<style>
.pieces { display: flex; flex-wrap: wrap; gap: 6px; margin: 2px 0 10px; }
.piece { border: 2px solid; border-radius: 8px; padding: 2px 8px; text-align: center; }
.piece b { display: block; font-size: 1.15rem; font-weight: 600; white-space: pre; }
.piece small { font-size: 0.95rem; opacity: 0.75; }
</style>"""


def draw(visit: Visit, picture: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Draw the pieces, what their colors mean, and a table of them."""
    with picture.container(height=440, border=False):
        st.html(STYLE + "".join(chips(reading) for reading in visit.readings))
        st.html("<br>".join(legend(visit.readings)))
        table(
            "word pieces",
            {
                "piece": [piece for one in visit.readings for piece in one.tokens.pieces],
                "id": [number for one in visit.readings for number in one.tokens.ids],
                "sentence": [
                    number
                    for number, one in enumerate(visit.readings, 1)
                    for _ in range(len(one.tokens))
                ],
                "what it is": [KINDS[kind][1] for one in visit.readings for kind in kinds(one)],
            },
        )
    beside.markdown(LOOK_FOR.format(pieces=len(visit.bert.tokenizer)))
    code(beside, "tokens", visit)
    beside.caption(describe(visit.bert))


def kinds(reading: Reading) -> list[str]:
    """Return the kind of each piece."""
    tokens = reading.tokens
    found = []
    for at, word in enumerate(tokens.words):
        if word is None:
            found.append("special")
        elif tokens.unknown[at]:
            found.append("unknown")
        else:
            found.append("part" if tokens.words.count(word) > 1 else "word")
    return found


def chips(reading: Reading) -> str:
    """Return the pieces as HTML: a box each, its id below; strangers' text is escaped."""
    boxes = [
        f'<span class="piece" style="border-color:{KINDS[kind][0]}">'
        f"<b>{html.escape(piece)}</b><small>{number}</small></span>"
        for piece, number, kind in zip(
            reading.tokens.pieces, reading.tokens.ids, kinds(reading), strict=True
        )
    ]
    return f'<div class="pieces">{"".join(boxes)}</div>'


def legend(readings: tuple[Reading, ...]) -> list[str]:
    """Return a line of HTML for each kind of piece that is there, and for each joining sign."""
    shown = {kind for reading in readings for kind in kinds(reading)}
    lines = [
        f'<span style="color:{color}">■</span> {meaning}'
        for kind, (color, meaning) in KINDS.items()
        if kind in shown
    ]
    pieces = [piece for reading in readings for piece in reading.tokens.pieces]
    lines += [
        f"<b>{sign}</b> {meaning}"
        for sign, meaning in JOINS.items()
        if any(piece.startswith(sign) and piece != sign for piece in pieces)
    ]
    return lines
