"""Numbers as sentences say them: counts with their nouns, row numbers, sizes in bytes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ROWS_NAMED = 5  # rows that a message names before “…”


def count(n: int, singular: str, plural: str = "") -> str:
    """Return the number with its words: '1 label', '2,000 labels', '1 row is', '2 rows are'."""
    return f"{n:,} {singular if n == 1 else plural or singular + 's'}"


def rows_named(rows: NDArray[np.intp]) -> str:
    """Return 'row 3' or 'rows 3, 7, 9 …': the first few, counted from 0."""
    named = ", ".join(f"{row:,}" for row in rows[:ROWS_NAMED])
    more = " …" if len(rows) > ROWS_NAMED else ""
    return f"row{'s' if len(rows) > 1 else ''} {named}{more}"


def readable_bytes(n: int) -> str:
    """Return a size as people say it.

    Examples
    --------
    >>> readable_bytes(51_200_000), readable_bytes(12), readable_bytes(400 * 10**12)
    ('51.2 MB', '12 bytes', '400.0 TB')
    """
    size, units = float(n), ["bytes", "KB", "MB", "GB", "TB", "PB"]
    while size >= 1000 and len(units) > 1:
        size, units = size / 1000, units[1:]
    return f"{size:.0f} {units[0]}" if units[0] == "bytes" else f"{size:.1f} {units[0]}"


def readable_seconds(seconds: float) -> str:
    """Return a time as people say it.

    Examples
    --------
    >>> readable_seconds(12.3), readable_seconds(200)
    ('12 s', '3 minutes')
    """
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} minutes"


def number_below(text: str, bound: int) -> int | None:
    """Return the number that a text of digits is, or None if it is none or not below the bound.

    Python refuses to read more than 4,300 digits.

    Examples
    --------
    >>> number_below("12", 40), number_below("-1", 40), number_below("9" * 5000, 40)
    (12, None, None)
    """
    number = int(text) if text.isdecimal() and len(text) <= len(str(bound)) + 9 else bound
    return number if number < bound else None
