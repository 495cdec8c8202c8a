"""Structures on the page: drawings in a row, each with its name and what was measured."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from explorer.beyond.molecules.drawing import as_address, draw_svg
from explorer.beyond.molecules.molecules import Structure
from explorer.ui.pointcloud import is_dark

WIDTH, HEIGHT = 106, 84  # pixels of a card's drawing
LARGE_BOND = 58.0  # pixels
NAME_LENGTH = 34
ROW = (
    "display:flex;flex-wrap:wrap;gap:0.4rem 0.5rem;align-items:flex-start;margin:0;padding:0;"
    "list-style:none"
)


@dataclass(frozen=True)
class Card:
    """A structure, its name, and a line below it."""

    structure: Structure
    name: str
    line: str


def show_cards(cards: Sequence[Card], *, width: int = WIDTH, height: int = HEIGHT) -> None:
    """Draw structures side by side; names are shown as text, whatever they hold."""
    items = "".join(card_html(card, width, height) for card in cards)
    st.html(f'<ul style="{ROW}">{items}</ul>')


def card_html(card: Card, width: int, height: int) -> str:
    """Return one structure as HTML."""
    source = as_address(draw_svg(card.structure, width=width, height=height, dark=is_dark()))
    name = card.name if len(card.name) <= NAME_LENGTH else card.name[: NAME_LENGTH - 1] + "…"
    return (
        f'<li style="width:{width}px;margin:0;line-height:1.25;font-size:0.85rem">'
        f'<img src="{source}" width="{width}" height="{height}" '
        f'alt="{html.escape(f"Structure of {card.name}", quote=True)}">'
        f'<div style="overflow-wrap:anywhere">{html.escape(name)}</div>'
        f"<strong>{html.escape(card.line)}</strong></li>"
    )


def show_structure(
    structure: Structure, name: str, parts: Sequence[float], *, width: int = 320, height: int = 210
) -> None:
    """Draw one structure with its atoms' parts, each from -1 to 1."""
    svg = draw_svg(
        structure, width=width, height=height, parts=parts, dark=is_dark(), bond=LARGE_BOND
    )
    st.html(
        f'<img src="{as_address(svg)}" width="{width}" height="{height}" style="max-width:100%" '
        f'alt="{html.escape(f"Structure of {name}, each atom colored by its part", quote=True)}">'
    )
