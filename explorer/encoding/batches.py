"""Batches of about equal token count, longest texts first, halved when memory runs out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from explorer.errors import EncodeError

Rows: TypeAlias = list[int]


def plan(lengths: Sequence[int], budget: int) -> list[Rows]:
    """Return batches of rows, longest first: rows times their longest stays within the budget.

    A single row longer than the budget is a batch of its own.

    >>> plan([2, 9, 3, 2], budget=6)
    [[1], [2, 0], [3]]
    """
    batches: list[Rows] = []
    longest = 0
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        if batches and (len(batches[-1]) + 1) * longest <= budget:
            batches[-1].append(row)
        else:
            batches.append([row])
            longest = max(1, lengths[row])
    return batches


def run(
    batches: Sequence[Rows],
    compute: Callable[[Rows], NDArray[np.float32]],
    what: str = "text",
) -> Iterator[tuple[Rows, NDArray[np.float32]]]:
    """Compute batch after batch; one that runs out of memory is halved, and so are later ones.

    Raises EncodeError where a single row, which is called `what`, does not fit.
    """
    waiting = [list(batch) for batch in reversed(batches)]
    most: float = float("inf")
    while waiting:
        batch = waiting.pop()
        if len(batch) > most:
            half = (len(batch) + 1) // 2
            waiting += [batch[half:], batch[:half]]
            continue
        try:
            vectors = compute(batch)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            if len(batch) == 1:
                raise EncodeError(
                    f"There is not enough memory for a single {what}. Choose the processor as "
                    "device, or a smaller model."
                ) from error
            most = (len(batch) + 1) // 2
            waiting.append(batch)
        else:
            yield batch, vectors
            continue
        free_memory()  # after `except`: in it, the traceback still holds the batch's tensors


def is_out_of_memory(error: Exception) -> bool:
    """Return whether an error means that the GPU or the machine ran out of memory."""
    words = str(error).lower()
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"
        or "out of memory" in words
        or "can't allocate memory" in words
    )


def free_memory() -> None:
    """Empty the cache of the GPU's allocator."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()
