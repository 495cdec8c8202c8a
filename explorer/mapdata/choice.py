"""What is selected on a map in the browser, as its program tells it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def chosen_rows(choice: Mapping[str, Any] | None, labels: str, n: int) -> NDArray[np.intp]:
    """Return the rows of a choice, the one chosen first at the head.

    Parameters
    ----------
    choice
        `rows`, and `of`: the id of the labels they are of. Many rows come as `bits`, eight a byte
        in base64, with the first of them in `rows`.
    labels
        The id of the labels that are shown now; rows of others are none.
    n
        How many points there are; rows beyond are left out.
    """
    if not choice or choice.get("of") != labels:
        return np.empty(0, np.intp)
    rows = np.asarray(choice.get("rows", []), np.int64)
    if choice.get("bits"):
        bits = np.frombuffer(base64.b64decode(choice["bits"]), np.uint8)
        marked = np.flatnonzero(np.unpackbits(bits, bitorder="little"))
        rows = np.concatenate([rows, marked[marked != rows[0]]]) if len(rows) else marked
    return rows[(rows >= 0) & (rows < n)].astype(np.intp)
