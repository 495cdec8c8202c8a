"""AdamW's state, which a run that was stopped goes on from, and the rate at which it learns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.beyond.course import Arrays

WARM = 0.1  # share of all steps in which the learning rate rises
PARAMETER = "parameter "
MEANS = {"first ": "exp_avg", "second ": "exp_avg_sq"}  # of gradients, and of their squares


def rate_at(share: float) -> float:
    """Return the learning rate, 0 to 1, at a share of all steps: it rises, then falls to zero.

    Examples
    --------
    >>> rate_at(0.05), rate_at(0.1), rate_at(1.0)
    (0.5, 1.0, 0.0)
    """
    if share < WARM:
        return share / WARM
    return float(0.5 + 0.5 * np.cos(np.pi * (share - WARM) / (1 - WARM)))


def state_of(parameters: Mapping[str, Any], optimizer: Any) -> Arrays:
    """Return copies of named torch parameters, and of what AdamW keeps of each."""
    found: Arrays = {}
    for name, one in parameters.items():
        kept = optimizer.state.get(one, {})
        found[PARAMETER + name] = one.detach().numpy().copy()
        for prefix, part in MEANS.items():
            if part in kept:
                found[prefix + name] = kept[part].numpy().copy()
        found["steps"] = np.array(float(kept.get("step", 0)))
    return found


def restore(
    parameters: Mapping[str, Any], optimizer: Any, state: Mapping[str, NDArray[Any]]
) -> None:
    """Set parameters, and what AdamW keeps of them, to a state that `state_of` returned."""
    import torch

    for name, one in parameters.items():
        with torch.no_grad():
            one.copy_(torch.from_numpy(state[PARAMETER + name]))
        means = {
            part: torch.from_numpy(state[prefix + name].copy())
            for prefix, part in MEANS.items()
            if prefix + name in state
        }
        if means:
            optimizer.state[one] = {"step": torch.tensor(float(state["steps"])), **means}
