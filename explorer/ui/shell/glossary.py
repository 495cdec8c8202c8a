"""The glossary on each page: terms underlined, their sentence on hover or tap; and as a list."""

from __future__ import annotations

import re
from pathlib import Path

import streamlit as st

from explorer.glossary import EVERYDAY, TERMS


def spelled(term: str) -> str:
    """Return an expression for a term: any case where it has no capitals; with a plural s."""
    letters = re.escape(term)
    if term == term.lower():
        letters = "".join(
            f"[{one}{one.upper()}]" if one.isalpha() and at == 0 else re.escape(one)
            for at, one in enumerate(term)
        )
    return f"{letters}s?" if term[-1].isalnum() else letters


MARKED = sorted(TERMS.keys() - EVERYDAY, key=len, reverse=True)  # the longest spelling first
PATTERN = rf"(?<![\w-])(?:{'|'.join(map(spelled, MARKED))})(?![\w-])"
mark_terms = st.components.v2.component(
    "embedding-explorer-glossary",
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
)


@st.dialog("Glossary", width="large")
def show() -> None:
    """List all terms; those that contain what is typed."""
    wanted = st.text_input("Find a term", key="glossary term", max_chars=40).strip().lower()
    found = {
        term: sentence
        for term, sentence in sorted(TERMS.items(), key=lambda one: one[0].lower().strip("["))
        if wanted in term.lower() or wanted in sentence.lower()
    }
    if not found:
        st.info("No term of this glossary has it. Try a shorter word.")
    st.markdown("\n\n".join(f"**{name(term)}** · {told}" for term, told in found.items()))


def name(term: str) -> str:
    """Return a term for Markdown, which reads brackets."""
    return term.replace("[", r"\[")


def draw() -> None:
    """Draw the door to the list, and mark the terms on the page."""
    if st.button("Glossary", icon=":material/dictionary:", type="tertiary"):
        show()
    mark_terms(key="glossary", data={"terms": TERMS, "pattern": PATTERN}, height=1, width=1)
