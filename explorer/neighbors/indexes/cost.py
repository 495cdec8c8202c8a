"""What an index would cost at another size: memory, machines, time, by formulas."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

LINK = 4  # bytes of a link or an id of a row; 8 beyond four billion rows
READ = 10e9  # bytes a second that one core reads from memory, in order
JUMP = 100e-9  # seconds to reach a vector somewhere in memory
FREE = 0.75  # share of a machine's memory that an index may take
PROBED = 32  # cells that IVF visits
WIDTH = 64  # ef of HNSW


@dataclass(frozen=True)
class Load:
    """What is asked: n vectors of d numbers of so many bytes, M links, codes of so many bytes."""

    n: int
    dim: int
    number_bytes: int = 4
    links: int = 16
    code_bytes: int = 64
    machine_bytes: int = 64 * 10**9

    @property
    def id_bytes(self) -> int:
        """Bytes of an id."""
        return LINK if self.n < 2**32 else 2 * LINK

    @property
    def cells(self) -> int:
        """Cells of IVF: 4√n."""
        return round(4 * math.sqrt(self.n))


@dataclass(frozen=True)
class Cost:
    """The answer for one index: bytes in all, machines, seconds of a query on one core."""

    title: str
    nbytes: float
    machines: int
    seconds: float
    memory_formula: str
    time_formula: str


Formula = Callable[[Load], float]

FORMULAS: dict[str, tuple[Formula, Formula, str, str]] = {
    "Exact": (
        lambda one: one.n * one.dim * one.number_bytes,
        lambda one: one.n * one.dim * one.number_bytes / READ,
        "n · d · b",
        "n · d · b / R",
    ),
    "HNSW": (
        lambda one: one.n * (one.dim * one.number_bytes + 2 * one.links * one.id_bytes * 1.1),
        lambda one: WIDTH * one.links * (JUMP + one.dim * one.number_bytes / READ),
        "n · (d · b + 2.2 · M · i)",
        "ef · M · (J + d · b / R), ef = 64",
    ),
    "IVF": (
        lambda one: (
            one.n * (one.dim * one.number_bytes + one.id_bytes)
            + one.cells * one.dim * one.number_bytes
        ),
        lambda one: (one.cells + PROBED * one.n / one.cells) * one.dim * one.number_bytes / READ,
        "n · (d · b + i) + c · d · b, c = 4√n",
        "(c + p · n / c) · d · b / R, p = 32",
    ),
    "IVF+PQ": (
        lambda one: (
            one.n * (one.code_bytes + one.id_bytes) + one.cells * one.dim * one.number_bytes
        ),
        lambda one: (
            (one.cells * one.dim * one.number_bytes + PROBED * one.n / one.cells * one.code_bytes)
            / READ
        ),
        "n · (m + i) + c · d · b",
        "(c · d · b + p · n / c · m) / R",
    ),
    "PQ": (
        lambda one: one.n * one.code_bytes,
        lambda one: one.n * one.code_bytes / READ,
        "n · m",
        "n · m / R",
    ),
    "RaBitQ": (
        lambda one: one.n * (one.dim / 8 + 8),
        lambda one: one.n * (one.dim / 8 + 8) / READ,
        "n · (d / 8 + 8)",
        "n · (d / 8 + 8) / R",
    ),
}


def costs(load: Load) -> tuple[Cost, ...]:
    """Return the cost of each index, in the order of the formulas.

    Times are lower bounds: a core that does nothing but read what the search must touch. More
    machines share the vectors, so that each reads its part at the same time.
    """
    found = []
    for title, (memory, seconds, memory_formula, time_formula) in FORMULAS.items():
        nbytes = memory(load)
        machines = max(1, -(-int(nbytes) // int(FREE * load.machine_bytes)))
        whole = seconds(load)
        shared = whole if title == "HNSW" else whole / machines
        found.append(Cost(title, nbytes, machines, shared, memory_formula, time_formula))
    return tuple(found)
