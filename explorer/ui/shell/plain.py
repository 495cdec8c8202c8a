"""Strangers' text in Markdown: shown as it is, never as formatting, links or icons."""

from __future__ import annotations

import re

PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# Streamlit looks for :icons: and bare addresses also in text that is escaped; a word
# joiner, which has no width, keeps it from finding any.
JOINED = re.compile(r"(\\[:@]|\bwww)", re.IGNORECASE)
WORD_JOINER = "\u2060"


def plain(text: str) -> str:
    """Return the text such that Markdown shows it letter by letter, on one line."""
    escaped = PUNCTUATION.sub(r"\\\1", " ".join(text.split()))
    return JOINED.sub(rf"\1{WORD_JOINER}", escaped)
