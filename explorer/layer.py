"""What an embedding layer is: a table of numbers, looked up by row and trained row by row.

The two functions are shown on a page as they stand here, and run when copied elsewhere:
they need PyTorch and nothing else.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

VOCABULARY, DIM = 10_000, 256
PADDING = 0


def look_up(ids: list[int]) -> dict[str, Any]:
    """Look tokens up in an embedding layer, and get the same by one-hot times matrix."""
    import timeit

    import torch

    layer = torch.nn.Embedding(10_000, 256)
    torch.nn.init.normal_(layer.weight, generator=torch.Generator().manual_seed(42))
    tokens = torch.tensor(ids)
    one_hot = torch.nn.functional.one_hot(tokens, 10_000).float()
    with torch.no_grad():
        looked_up = layer(tokens)  # the layer's rows, copied
        multiplied = one_hot @ layer.weight  # every row times 0 or 1, added up
        seconds_lookup = min(timeit.repeat(lambda: layer(tokens), number=1, repeat=7))
        seconds_product = min(timeit.repeat(lambda: one_hot @ layer.weight, number=1, repeat=7))
    return {
        "table": layer.weight.detach(),
        "rows": looked_up,
        "difference": (looked_up - multiplied).abs().max().item(),
        "seconds_lookup": seconds_lookup,
        "seconds_product": seconds_product,
    }


def train_step(ids: list[int], learning_rate: float) -> dict[str, Any]:
    """Take one training step by hand: pull the looked-up rows towards all ones."""
    import torch

    layer = torch.nn.Embedding(10_000, 256, padding_idx=0)  # row 0 stands for "no word here"
    with torch.no_grad():
        torch.nn.init.normal_(layer.weight, generator=torch.Generator().manual_seed(42))
        layer.weight[0] = 0
    before = layer.weight.detach().clone()
    loss = ((layer(torch.tensor(ids)) - 1) ** 2).sum() / 2
    loss.backward()  # the gradient of a row: (row − 1), once for each time it was looked up
    gradient = torch.as_tensor(layer.weight.grad)
    with torch.no_grad():
        layer.weight -= learning_rate * gradient
    return {
        "loss": loss.item(),
        "before": before,
        "gradient": gradient,
        "after": layer.weight.detach(),
        "rows_with_gradient": gradient.any(dim=1).nonzero().flatten().tolist(),
    }


def code_of(function: Callable[..., Any], call: str) -> str:
    """Return a function's code as it ran, with the line that called it: ready to copy."""
    source = textwrap.dedent(inspect.getsource(function)).replace("dict[str, Any]", "dict")
    return f"{source}\n\nresult = {call}\n"


def row_ids(tokens: Sequence[str], vocabulary: Sequence[str]) -> tuple[list[int], list[str]]:
    """Return the table's row of each token, and the tokens that have none.

    A number is a row itself; a word's row is its place in the vocabulary.

    Examples
    --------
    >>> row_ids(["1", "queen", "blorp", "10000"], ["king", "man", "queen"])
    ([1, 2], ['blorp', '10000'])
    """
    places = {word: row for row, word in enumerate(vocabulary)}
    found, unknown = [], []
    for token in tokens:
        if token.isdecimal() and int(token) < VOCABULARY:
            found.append(int(token))
        elif token.isdecimal() or token.lower() not in places:
            unknown.append(token)
        else:
            found.append(places[token.lower()])
    return found, unknown
