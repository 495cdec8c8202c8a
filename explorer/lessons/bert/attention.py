"""Attention heads that follow a position: the token before, itself, the token after."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
WHO_IS_IT = (  # one word decides for us who “it” is (Levesque, Davis & Morgenstern 2012)
    "The cup did not fit the case because it was too big.",
    "The cup did not fit the case because it was too small.",
)
SPECIAL = re.compile(r"\[.+\]|<.+>")


@dataclass(frozen=True)
class AttentionPattern:
    """The head that follows a pattern most: its layer and head from 1, and its mean weight."""

    layer: int
    head: int
    share: float


def mean_looks(attention: Floats, row: int, pieces: Sequence[str]) -> list[tuple[str, float]]:
    """Return the other words that a token looks at, the mean over all heads, the most first.

    Special tokens and punctuation marks are left out: many heads rest on them.

    Parameters
    ----------
    attention
        (layers, heads, n, n) of one sentence.
    row
        The token that looks.
    pieces
        n tokens.
    """
    mean = attention[:, :, row].mean(axis=(0, 1))
    shown = [at for at in np.argsort(-mean, kind="stable").tolist() if at != row]
    return [
        (pieces[at], float(mean[at]))
        for at in shown
        if any(sign.isalnum() for sign in pieces[at]) and not SPECIAL.fullmatch(pieces[at])
    ]


def attention_patterns(attention: Floats) -> dict[str, AttentionPattern]:
    """Return, for each positional pattern (Clark et al. 2019), the head that follows it most.

    Parameters
    ----------
    attention
        (layers, heads, n, n) of one sentence.
    """
    n = attention.shape[-1]
    found = {}
    for what, offset in (("the token before", -1), ("itself", 0), ("the token after", 1)):
        if abs(offset) < n:
            shares = np.diagonal(attention, offset, axis1=2, axis2=3).mean(axis=-1)
            layer, head = np.unravel_index(int(shares.argmax()), shares.shape)
            found[what] = AttentionPattern(int(layer) + 1, int(head) + 1, float(shares.max()))
    return found
