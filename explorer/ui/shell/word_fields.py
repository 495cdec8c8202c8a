"""Fields for words of a space: completed while one types, never a list of the vocabulary."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer import EmbeddingSpace
from explorer.formula import SIGNS
from explorer.neighbors.search import complete_label
from explorer.ui.shell.plain import plain

LIVE = "300ms"  # a pause in typing after which the words that begin so are offered
OFFERED = 6
LAST_WORD = re.compile(rf"[^{re.escape(SIGNS)}]*$")


def word_field(
    place: DeltaGenerator,
    label: str,
    space: EmbeddingSpace,
    *,
    key: str,
    placeholder: str = "",
    help: str | None = None,
) -> str | None:
    """Draw a field for one word and return it if the space has it.

    What is typed is kept in the address under the key. Below an unknown word stand
    those that begin like it, or are spelled like it: a click takes one.
    """
    text = place.text_input(
        label, key=key, bind="query-params", live=LIVE, placeholder=placeholder, help=help
    )
    word = (text or "").strip()
    if not word or word in space:
        return word or None
    offer(place, space, word, key=key, take=lambda chosen: chosen)
    return None


def formula_field(label: str, space: EmbeddingSpace, *, key: str, placeholder: str = "") -> str:
    """Draw a field for a formula and return it; its last word is completed."""
    text = st.text_input(
        label,
        key=key,
        bind="query-params",
        live=LIVE,
        placeholder=placeholder,
        icon=":material/calculate:",
    )
    typed = text or ""
    last = LAST_WORD.search(typed)
    word = last.group().strip() if last else ""
    if word and word not in space and not word.replace(".", "").isdigit():
        start = typed[: len(typed) - len(last.group())] if last else ""
        offer(st, space, word, key=key, take=lambda chosen: f"{start} {chosen}".strip())
    return typed


def offer(
    place: DeltaGenerator | object,
    space: EmbeddingSpace,
    word: str,
    *,
    key: str,
    take: Callable[[str], str],
) -> None:
    """Draw the words that could be meant; a click puts `take(word)` into the field."""
    begin = complete_label(space, word, OFFERED)
    offered = begin or space.closest_labels(word, OFFERED)
    shelf = place if isinstance(place, DeltaGenerator) else st
    if not offered:
        shelf.caption(f":material/search_off: “{plain(word)}” is not in {plain(space.name)}.")
        return
    told = "Words that begin so" if begin else f"“{plain(word)}” is not here. Spelled like it"
    picked = f"{key} offered {word}"

    def put() -> None:
        chosen = st.session_state[picked]
        if chosen is not None:
            st.session_state[key] = take(chosen)

    shelf.pills(told, offered, key=picked, on_change=put, format_func=plain)


def words_of(space: EmbeddingSpace, words: Sequence[str]) -> list[str]:
    """Return the words that the space has; tell the others."""
    known = [word for word in words if word in space]
    missing = [word for word in words if word not in space]
    if missing:
        closest = {word: space.closest_labels(word, 1) for word in missing[:5]}
        told = ", ".join(
            plain(word) + (f" ({plain(closest[word][0])}?)" if closest.get(word) else "")
            for word in missing[:20]
        )
        more = " …" if len(missing) > 20 else ""
        st.caption(f":material/search_off: Not in {plain(space.name)}: {told}{more}")
    return known
