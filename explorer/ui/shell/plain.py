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


def broken(term: re.Match[str]) -> str:
    """Return a term with a joiner after its first letter."""
    return f"{term[0][0]}{WORD_JOINER}{term[0][1:]}"


def plain(text: str) -> str:
    """Return the text such that Markdown shows it letter by letter, on one line."""
    is_ours = text.endswith(".")  # our own messages come here too, and labels are no sentences
    unmarked = text if is_ours else TERM.sub(broken, text)
    escaped = PUNCTUATION.sub(r"\\\1", " ".join(unmarked.split()))
    return JOINED.sub(rf"\1{WORD_JOINER}", escaped)
