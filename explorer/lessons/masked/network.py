"""A transformer encoder of two layers that guesses hidden words (Devlin et al. 2019).

Layer norm stands before each part (Xiong et al. 2020), so that it learns without a long warm-up.
The table of words is used twice: to read words, and to score guesses (weight tying).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

WIDTH, LAYERS, HEADS = 64, 2, 4
LONGEST = 16  # words of a sentence
SPREAD = 0.1  # standard deviation of the first numbers

Parameters = Mapping[str, "torch.Tensor"]


def first_parameters(words: int, seed: int) -> dict[str, torch.Tensor]:
    """Return random parameters; the last row of the table of words stands for a hidden one."""
    import torch

    chance = torch.Generator().manual_seed(seed)

    def drawn(*shape: int) -> torch.Tensor:
        return SPREAD * torch.randn(*shape, generator=chance)

    found = {
        "words": drawn(words + 1, WIDTH),
        "places": drawn(LONGEST, WIDTH),
        "bias": torch.zeros(words),
        "norm": torch.ones(WIDTH),
    }
    for layer in range(LAYERS):
        found |= {
            f"{layer} query key value": drawn(3 * WIDTH, WIDTH),
            f"{layer} out": drawn(WIDTH, WIDTH),
            f"{layer} wide": drawn(2 * WIDTH, WIDTH),
            f"{layer} narrow": drawn(WIDTH, 2 * WIDTH),
            f"{layer} first norm": torch.ones(WIDTH),
            f"{layer} second norm": torch.ones(WIDTH),
        }
    return found


def scores(parameters: Parameters, rows: torch.Tensor) -> torch.Tensor:
    """Return the score of each word at each place.

    Parameters
    ----------
    parameters
        As `first_parameters` makes them.
    rows
        (b, l) int64 rows of words, l at most LONGEST; row V is a hidden word.

    Returns
    -------
    scores
        (b, l, V) float32; their softmax is the probability of each word.
    """
    from torch.nn import functional

    found = parameters["words"][rows] + parameters["places"][: rows.shape[1]]
    for layer in range(LAYERS):
        normed = functional.layer_norm(found, (WIDTH,), parameters[f"{layer} first norm"])
        parts = normed @ parameters[f"{layer} query key value"].T
        query, key, value = (
            part.reshape(*rows.shape, HEADS, -1).transpose(1, 2) for part in parts.chunk(3, dim=-1)
        )
        seen = functional.scaled_dot_product_attention(query, key, value)
        found = found + seen.transpose(1, 2).flatten(2) @ parameters[f"{layer} out"].T
        normed = functional.layer_norm(found, (WIDTH,), parameters[f"{layer} second norm"])
        wide = functional.gelu(normed @ parameters[f"{layer} wide"].T)
        found = found + wide @ parameters[f"{layer} narrow"].T
    found = functional.layer_norm(found, (WIDTH,), parameters["norm"])
    return found @ parameters["words"][:-1].T + parameters["bias"]


def guesses(
    parameters: Parameters, rows: NDArray[np.int64], places: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Return the probability of each word at one place of each line: (b, V) of rows (b, l)."""
    import torch

    with torch.inference_mode():
        found = scores(parameters, torch.from_numpy(rows))[torch.arange(len(rows)), places]
        shares: NDArray[np.float32] = torch.softmax(found, dim=-1).numpy()
    return shares
