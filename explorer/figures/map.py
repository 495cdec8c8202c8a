"""What all Plotly figures have in common: the colors that are not data, and strangers' text."""

from __future__ import annotations

import html
from dataclasses import dataclass

HOVER_LENGTH = 60
LABEL_LENGTH = 28


@dataclass(frozen=True)
class Ink:
    """The colors that are not data."""

    text: str
    quiet: str
    grid: str
    halo: str
    veil: str
    points: str  # where no column colors them


LIGHT = Ink("#1b242c", "#52606d", "#e4e7eb", "#ffffff", "rgba(255,255,255,0.65)", "#0072B2")
DARK = Ink("#e4e9ed", "#9aa5b1", "#2a343d", "#0f1418", "rgba(15,20,24,0.65)", "#56B4E9")


def plain_hover(text: str) -> str:
    """Return the text such that Plotly, which reads some HTML, shows it as it is."""
    return shown_text(text, HOVER_LENGTH)


def shown_text(text: str, length: int) -> str:
    """Return the text cut to a length, on one line, with HTML's signs escaped."""
    line = " ".join(text.split()) if text.strip() else repr(text)
    cut = line if len(line) <= length else f"{line[: length - 1]}…"
    return html.escape(cut, quote=False)
