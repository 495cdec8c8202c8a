"""Comparing two spaces of 200,000 x 384: seconds and memory of the measures, in this process.

    python benchmarks/compare.py [rows]

Memory is what the process holds at its peak beyond the two matrices, which lie in memory here.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from explorer import EmbeddingSpace
from explorer.comparison.compare import compare


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
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    steps: dict[str, float] = {}

    def report(share: float, step: str) -> None:
        steps.setdefault(step, time.perf_counter() - began)

    found = compare(old, new, report=report)
    order = found.order
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{n:,} x {d}: {seconds:.0f} s, the processor {time.process_time():.0f} s in all")
    print(f"memory at the peak {peak / 1e6:.2f} GB, before {before / 1e6:.2f} GB")
    print(f"overlap {found.agreement:.3f}, CKA {found.cka:.3f}, first {order[:3].tolist()}")
    for step, at in steps.items():
        print(f"{at:7.1f} s  {step}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
