"""Fields for words of a space, with completions: a selectbox would send the whole vocabulary."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer import EmbeddingSpace
from explorer.formula import LONGEST, SIGNS
from explorer.neighbors.search import complete_label
from explorer.ui.shell.plain import plain

LIVE = "300ms"  # pause in typing before completions are offered
OFFERED = 6  # completions: about one line of buttons
LONGEST_WORD = 500  # characters: labels may be whole sentences
LONGEST_LIST = 10_000  # characters of a list of words
LAST_WORD = re.compile(rf"[^{re.escape(SIGNS)}]*$")


def word_field(
    place: DeltaGenerator,
    label: str,
    space: EmbeddingSpace,
    *,
    key: str,
    placeholder: str = "",
    help: str | None = None,
    unseen: bool = True,
) -> str | None:
    """Draw a field for one word and return it if the space has a vector for it.

    What is typed is kept in the address under the key. Below an unknown word stand those that begin
    like it, or are spelled like it: a click takes one. With `unseen`, a word that the space lacks
    is accepted if its subwords give it a vector; else a label in other upper and lower case is.
    """
    text = place.text_input(
        label,
        key=key,
        bind="query-params",
        live=LIVE,
        placeholder=placeholder,
        help=help,
        max_chars=LONGEST_WORD,
    )
    word = (text or "").strip()
    if not word or word in space:
        return word or None
    if not (unseen and space.has_vector(word)) and (same := in_other_case(space, word)):
        return same
    offer(place, space, word, key=key, take=lambda chosen: chosen)
    return word if unseen and space.has_vector(word) else None


def in_other_case(space: EmbeddingSpace, word: str) -> str | None:
    """Return the first label that differs from a word in upper and lower case only, or None."""
    begin = complete_label(space, word, OFFERED)
    return next((label for label in begin if label.casefold() == word.casefold()), None)


def formula_field(label: str, space: EmbeddingSpace, *, key: str, placeholder: str = "") -> str:
    """Draw a field for a formula and return it; its last word is completed."""
    text = st.text_input(
        label,
        key=key,
        bind="query-params",
        live=LIVE,
        placeholder=placeholder,
        icon=":material/calculate:",
        max_chars=LONGEST,
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
    if space.has_vector(word):
        tell_unseen(shelf, space, [word])
    elif not offered:
        shelf.caption(f":material/search_off: “{plain(word)}” is not in {plain(space.name)}.")
    if not offered:
        return
    told = (
        "Words that begin like this" if begin else f"“{plain(word)}” is not here. Similar spellings"
    )
    picked = f"{key} offered {word}"

    def put() -> None:
        chosen = st.session_state[picked]
        if chosen is not None:
            st.session_state[key] = take(chosen)

    shelf.pills(told, offered, key=picked, on_change=put, format_func=plain)


def tell_unseen(place: Any, space: EmbeddingSpace, words: Sequence[str]) -> None:
    """Say which words have vectors made from their parts."""
    place.caption(
        f":material/extension: Not among the words of {plain(space.name)}, with a vector made "
        "from their parts (n-grams): "
        f"{plain(', '.join(words[:20]))}{' …' if len(words) > 20 else ''}"
    )


def words_of(space: EmbeddingSpace, words: Sequence[str]) -> list[str]:
    """Return the words that the space has a vector for; tell the others, and those unseen."""
    known = [word for word in words if space.has_vector(word)]
    missing = [word for word in words if not space.has_vector(word)]
    if unseen := [word for word in known if word not in space]:
        tell_unseen(st, space, unseen)
    if missing:
        closest = {word: space.closest_labels(word, 1) for word in missing[:5]}
        told = ", ".join(
            plain(word) + (f" ({plain(closest[word][0])}?)" if closest.get(word) else "")
            for word in missing[:20]
        )
        more = " …" if len(missing) > 20 else ""
        st.caption(f":material/search_off: Not in {plain(space.name)}: {told}{more}")
    return known
