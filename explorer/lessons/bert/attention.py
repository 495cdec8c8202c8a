"""Attention heads that follow a position: the token before, itself, the token after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class AttentionPattern:
    """The head that follows a pattern most: its layer and head from 1, and its mean weight."""

    layer: int
    head: int
    share: float


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
