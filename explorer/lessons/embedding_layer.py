"""What an embedding layer is: a table of numbers, looked up by row and trained row by row.

A page shows the source of the first two functions. They need only PyTorch, so readers can copy
and run them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from explorer.wording import number_below

VOCABULARY, DIM = 10_000, 256
PADDING = 0


def look_up(ids: list[int]) -> dict[str, Any]:
    """Look rows up, multiply by one-hot, compare."""
    from timeit import repeat

    import torch
    from torch import nn

    seed = torch.Generator().manual_seed(42)
    layer = nn.Embedding(10_000, 256)
    nn.init.normal_(layer.weight, generator=seed)
    table = layer.weight.detach()
    tokens = torch.tensor(ids)
    one_hot = nn.functional.one_hot(tokens, 10_000)
    one_hot = one_hot.float()

    def best(run: Any) -> float:  # of seven, in seconds
        return min(repeat(run, number=1, repeat=7))

    rows = layer(tokens).detach()  # copied out of the table
    product = one_hot @ table  # each row x 0 or 1, summed
    return {
        "table": table,
        "rows": rows,
        "difference": (rows - product).abs().max().item(),
        "lookup_seconds": best(lambda: layer(tokens)),
        "product_seconds": best(lambda: one_hot @ table),
    }


def train_step(ids: list[int], rate: float) -> dict[str, Any]:
    """One step: pull the rows towards all ones."""
    import torch
    from torch import nn

    seed = torch.Generator().manual_seed(42)
    layer = nn.Embedding(10_000, 256, padding_idx=0)
    with torch.no_grad():
        nn.init.normal_(layer.weight, generator=seed)
        layer.weight[0] = 0  # row 0: "no word here"
    before = layer.weight.detach().clone()

    rows = layer(torch.tensor(ids))
    loss = ((rows - 1) ** 2).sum() / 2
    loss.backward()  # of a row: row - 1, each time
    gradient = torch.as_tensor(layer.weight.grad)
    after = before - rate * gradient
    return {
        "loss": loss.item(),
        "before": before,
        "gradient": gradient,
        "after": after,
        "moved": gradient.any(dim=1).nonzero().flatten(),
    }


def code_of(function: Callable[..., Any], call: str) -> str:
    """Return a function's source and the line that calls it, ready to copy and run."""
    return f"from typing import Any\n\n\n{inspect.getsource(function)}\n\nresult = {call}\n"


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
        if (row := number_below(token, VOCABULARY)) is not None:
            found.append(row)
        elif token.isdecimal() or token.lower() not in places:
            unknown.append(token)
        else:
            found.append(places[token.lower()])
    return found, unknown
