"""Label search: by substring, regular expression or prefix, or a whole list of words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.errors import QueryError
from explorer.space import EmbeddingSpace

Completion = Callable[[str], NDArray[np.float32] | None]


def search_labels(space: EmbeddingSpace, text: str, *, regex: bool = False) -> NDArray[np.intp]:
    """Return rows whose label contains the text, or matches a regular expression, ignoring case.

    Exact matches come first, then labels that begin with the text, then the others, each in row
    order. Expressions are RE2's, which match in linear time: none can stall the server.

    Returns
    -------
    rows
        (m,) intp.

    Raises
    ------
    QueryError
        The text is not a valid regular expression.

    Examples
    --------
    >>> space = EmbeddingSpace(["kings", "king", "queen"], [[1.0], [2.0], [3.0]])
    >>> search_labels(space, "KING").tolist()
    [1, 0]
    >>> search_labels(space, "^q.*n$", regex=True).tolist()
    [2]
    """
    return search_texts(space.label_array, text, regex=regex)


def search_texts(
    texts: pa.Array | pa.ChunkedArray, text: str, *, regex: bool = False
) -> NDArray[np.intp]:
    """Return the rows of an Arrow column of texts, as `search_labels` does of labels."""
    if not text:
        return np.empty(0, np.intp)
    labels = pc.fill_null(texts, "")
    if regex:
        try:
            mask = pc.match_substring_regex(labels, text, ignore_case=True)
        except pa.ArrowInvalid as error:
            reason = str(error).removeprefix("Invalid regular expression: ")
            raise QueryError(
                f"“{text}” is not a regular expression: {reason}. "
                "Escape signs such as ( [ * + ? with a backslash, or search as plain text."
            ) from error
        return np.flatnonzero(mask.to_numpy(zero_copy_only=False))
    lower = pc.utf8_lower(labels)
    needle = text.lower()
    hits = np.flatnonzero(pc.match_substring(lower, needle).to_numpy(zero_copy_only=False))
    found = lower.take(pa.array(hits))
    equal = pc.equal(found, needle).to_numpy(zero_copy_only=False)
    begins = pc.starts_with(found, needle).to_numpy(zero_copy_only=False)
    rank = 2 - equal.astype(np.intp) - begins
    return hits[np.argsort(rank, kind="stable")]


def complete_label(space: EmbeddingSpace, text: str, n: int = 6) -> tuple[str, ...]:
    """Return up to n labels that begin with the text, ignoring case, in row order.

    Most files sort words by frequency, so the first rows are the likeliest.

    Examples
    --------
    >>> space = EmbeddingSpace(["queen", "king", "kings"], [[1.0], [2.0], [3.0]])
    >>> complete_label(space, "Ki")
    ('king', 'kings')
    """
    if not text:
        return ()
    begins = pc.starts_with(pc.utf8_lower(space.label_array), text.lower())
    rows = np.flatnonzero(begins.to_numpy(zero_copy_only=False))
    return tuple(dict.fromkeys(space.labels_at(rows[: 4 * n])))[:n]


@dataclass(frozen=True, eq=False)
class FoundWords:
    """The result of looking words up in a space.

    Attributes
    ----------
    space
        The words found, labelled as typed; None if none was found.
    forms
        The label under which each was found: as typed, or in lower case.
    unknown
        Words without a vector.
    completed
        Words that the space lacks, whose vectors `complete` supplied.
    """

    space: EmbeddingSpace | None
    forms: tuple[str, ...]
    unknown: tuple[str, ...]
    completed: tuple[str, ...]


def no_completion(word: str) -> None:
    """Supply no vector: the default of `find_words`."""


def find_words(
    space: EmbeddingSpace, words: Sequence[str], complete: Completion = no_completion
) -> FoundWords:
    """Look words up in a space, as typed and then in lower case.

    Parameters
    ----------
    space
        Where to look.
    words
        What to look up.
    complete
        Called with each word that the space lacks; returns a (d,) vector or None.
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
        source = replace(space.source, steps=(*space.source.steps, "words chosen"))
        chosen = EmbeddingSpace(
            tuple(found),
            np.stack(list(found.values())),
            name=f"{len(found)} of {space.name}",
            source=source,
        )
    return FoundWords(chosen, tuple(forms), tuple(unknown), tuple(completed))
