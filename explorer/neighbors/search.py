"""Finding labels by text or by regular expression."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.errors import QueryError
from explorer.space import EmbeddingSpace


def search_labels(space: EmbeddingSpace, text: str, *, regex: bool = False) -> NDArray[np.intp]:
    """Return the rows whose label holds the text, or matches the expression, case ignored.

    Rows whose label is the text come first, then those that begin with it, then the
    others, each in row order. Expressions are RE2's: whoever types one cannot stall the
    server with it, as one could with Python's own.

    Raises
    ------
    QueryError
        The expression is not a valid one.

    Examples
    --------
    >>> space = EmbeddingSpace(["kings", "king", "queen"], [[1.0], [2.0], [3.0]])
    >>> search_labels(space, "KING").tolist()
    [1, 0]
    >>> search_labels(space, "^q.*n$", regex=True).tolist()
    [2]
    """
    if not text:
        return np.empty(0, np.intp)
    labels = space.label_array
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
    """Return up to n labels that begin with the text, case ignored, in row order.

    Files usually begin with what is frequent, so the first are a fair guess.

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
