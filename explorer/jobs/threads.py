"""Threads: NumPy work on all cores by blocks, torch on one for small matrices."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Block = TypeVar("Block")

MOST = 16  # threads: each holds a block in memory


def cores() -> int:
    """Return how many cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):  # Linux: a process may be limited to some cores
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_threads(work: Callable[[Block], None], blocks: Iterable[Block]) -> Iterator[None]:
    """Do NumPy work on each block, on all cores; yield in order as each block is done.

    With one block per core, NumPy's single-threaded operations (comparing, sorting) run in
    parallel too. Matrix products need no BLAS threads, which would spin-wait for each other
    where two processes share the machine. Closing the generator cancels blocks that have not
    started and waits for the others.
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
    """Limit torch to one thread within the `with` block.

    Matrices of a sentence or a small vocabulary are too small to gain from a second thread. On
    a busy machine, threads that wait for each other take many times longer.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
