"""Comparing two spaces of 200,000 x 384: seconds and memory of the measures, in this process.

    python benchmarks/compare.py [rows]

Memory is the peak while they are compared, less what the process held before with the two matrices
in it. A small comparison comes first, so that libraries (torch too) are loaded and compiled. Linux
only.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from explorer import EmbeddingSpace
from explorer.comparison.compare import compare

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def gigabytes(field: str) -> float:
    """Return what the process holds (VmRSS), or held at its peak (VmHWM)."""
    line = next(one for one in STATUS.read_text().splitlines() if one.startswith(f"{field}:"))
    return int(line.split()[1]) * 1024 / 1e9


def main(n: int = 200_000, d: int = 384) -> None:
    """Compare a clustered space with itself turned and a little moved, and print what it took."""
    random = np.random.default_rng(0)
    centers = random.normal(size=(500, d)).astype(np.float32)
    kind = random.integers(500, size=n)
    one = centers[kind] + 0.5 * random.standard_normal((n, d), dtype=np.float32)
    turn = np.linalg.qr(random.normal(size=(d, d)))[0].astype(np.float32)
    other = one @ turn
    other += 0.05 * random.standard_normal((n, d), dtype=np.float32)
    labels = [str(row) for row in range(n)]
    for matrix in (one, other):
        matrix.flags.writeable = False
    old, new = (
        EmbeddingSpace(labels, matrix, name=name) for matrix, name in ((one, "a"), (other, "b"))
    )
    loaded = [EmbeddingSpace(labels[:31_000], matrix[:31_000, :8]) for matrix in (one, other)]
    compare(*loaded)
    del loaded
    CLEAR.write_text("5")  # the peak counts from here
    before = gigabytes("VmRSS")
    began = time.perf_counter()
    steps: dict[str, float] = {}
    held: dict[str, float] = {}

    def report(share: float, step: str) -> None:
        steps.setdefault(step, time.perf_counter() - began)
        held[step] = max(held.get(step, 0.0), gigabytes("VmRSS"))

    found = compare(old, new, report=report)
    order = found.order
    seconds = time.perf_counter() - began
    peak = gigabytes("VmHWM")
    print(f"{n:,} x {d}: {seconds:.0f} s, the processor {time.process_time():.0f} s in all")
    print(f"memory at the peak {peak:.2f} GB, before {before:.2f} GB: {peak - before:.2f} GB more")
    print(f"overlap {found.agreement:.3f}, CKA {found.cka:.3f}, first {order[:3].tolist()}")
    for step, at in steps.items():
        print(f"{at:7.1f} s  {held[step]:.2f} GB  {step}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
