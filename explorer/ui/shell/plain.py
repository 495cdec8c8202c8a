"""Strangers' text in Markdown: shown as it is, never as formatting, links or icons."""

from __future__ import annotations

import re

from explorer.ui.shell.glossary import PATTERN

PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# Streamlit looks for :icons: and bare addresses also in text that is escaped; a word
# joiner, which has no width, keeps it from finding any.
JOINED = re.compile(r"(\\[:@]|\bwww)", re.IGNORECASE)
WORD_JOINER = "\u2060"
TERM = re.compile(PATTERN)  # a label is no term of the glossary, however it is spelled


def plain(text: str) -> str:
    """Return the text such that Markdown shows it letter by letter, on one line."""
    unmarked = TERM.sub(lambda term: f"{term[0][0]}{WORD_JOINER}{term[0][1:]}", text)
    escaped = PUNCTUATION.sub(r"\\\1", " ".join(unmarked.split()))
    return JOINED.sub(rf"\1{WORD_JOINER}", escaped)
