"""A list of words as a visitor types it, and the vectors that a space has for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.space import EmbeddingSpace, Source

Completion = Callable[[str], NDArray[np.float32] | None]


def split_words(text: str) -> tuple[str, ...]:
    """Return the words of a text, each once: cut at commas and line ends, or else at spaces.

    Examples
    --------
    >>> split_words("king queen  king")
    ('king', 'queen')
    >>> split_words("New York, Paris")
    ('New York', 'Paris')
    """
    at = r"[,;\n\t]" if re.search(r"[,;\n\t]", text.strip()) else r"\s"
    words = (" ".join(word.split()) for word in re.split(at, text))
    return tuple(dict.fromkeys(word for word in words if word))


@dataclass(frozen=True, eq=False)
class FoundWords:
    """Words with the vectors that a space has for them.

    Attributes
    ----------
    space
        The words found, under the labels typed; None if none was.
    forms
        The label that each of them has in the space where it was looked up.
    unknown
        Words without a vector.
    completed
        Words found, but not in the space: their vectors come from elsewhere.
    """

    space: EmbeddingSpace | None
    forms: tuple[str, ...]
    unknown: tuple[str, ...]
    completed: tuple[str, ...]


def no_completion(word: str) -> None:
    """Know no further word."""


def find_words(
    space: EmbeddingSpace, words: Sequence[str], complete: Completion = no_completion
) -> FoundWords:
    """Look words up in a space, as they stand and then in lower case.

    Parameters
    ----------
    space
        Where to look.
    words
        What to look up.
    complete
        Asked for a word that the space lacks: its (d,) vector, or None.
    """
    found: dict[str, NDArray[np.float32]] = {}
    forms, unknown, completed = [], [], []
    for word in words:
        known = next((form for form in (word, word.lower()) if form in space), None)
        vector = complete(word) if known is None else space.vector_at(space.row(known))
        if vector is None:
            unknown.append(word)
            continue
        found[word] = vector
        forms.append(known or word)
        if known is None:
            completed.append(word)
    chosen = None
    if found:
        source = Source(
            space.source.origin, space.source.format, (*space.source.steps, "words chosen")
        )
        chosen = EmbeddingSpace(
            tuple(found),
            np.stack(list(found.values())),
            name=f"{len(found)} of {space.name}",
            source=source,
        )
    return FoundWords(chosen, tuple(forms), tuple(unknown), tuple(completed))
