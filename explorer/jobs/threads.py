"""Threads: all cores for the blocks of a large matrix, one for small ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Block = TypeVar("Block")

MOST = 16  # threads; each holds a block


def cores() -> int:
    """Return how many cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):  # Linux, where it may be fewer than there are
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_threads(work: Callable[[Block], None], blocks: Iterable[Block]) -> Iterator[None]:
    """Do some NumPy work on each block, on all cores; yield, in order, as each is done.

    With a block on each core, what NumPy does on one core (to compare, to sort) runs side by
    side as well, and a matrix product needs no threads of its own, which in two processes
    that share a machine would wait for each other by spinning. Closing the generator cancels
    the blocks that have not begun, and waits for those that have.
    """
    with ThreadPoolExecutor(min(cores(), MOST)) as pool:
        futures = [pool.submit(work, block) for block in blocks]
        try:
            for future in futures:
                yield future.result()
        finally:
            for future in futures:
                future.cancel()


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute on one thread meanwhile.

    Matrices of a sentence or of a small vocabulary are done before a second thread has begun;
    where others want the cores too, threads that wait for each other take many times longer.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
