"""How much memory a picture takes at its peak: `python -m benchmarks.memory`.

Each picture is drawn in a process of its own, which has imported what the app has by then. What it
grows by, in megabytes, stands beside the bound of `explorer.projection.memory_needed`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
from pathlib import Path
from typing import Self

SIZES = ((1_000, 384), (5_000, 384), (10_000, 384), (20_000, 100), (30_000, 384), (100_000, 100))
METHODS = ("pca", "umap", "tsne", "quality", "encode")
MB = 1 << 20


def main() -> None:
    """Measure all, or what is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--method", choices=METHODS)
    parser.add_argument("--points", type=int)
    parser.add_argument("--dim", type=int, default=384)
    parser.add_argument("--again", action="store_true", help="after a toy picture")
    given = parser.parse_args()
    if given.method and given.points:
        print(f"{grown(given.method, given.points, given.dim, again=given.again):.0f}")
        return
    print("| Method | Points | Dimensions | Grew by, MB | Bound, MB |\n|---|--:|--:|--:|--:|")
    for method in METHODS:
        for points, dim in SIZES:
            told = subprocess.run(
                [
                    sys.executable,
                    __file__,
                    "--method",
                    method,
                    f"--points={points}",
                    f"--dim={dim}",
                ],
                capture_output=True,
                text=True,
                check=True,
            )
            from explorer.projection.memory_needed import picture_bytes

            bound = picture_bytes(method, points, dim) / MB
            row = (method, f"{points:,}", dim, told.stdout.strip(), f"{bound:.0f}")
            print("| " + " | ".join(map(str, row)) + " |", flush=True)


def grown(method: str, points: int, dim: int, *, again: bool = False) -> float:
    """Draw a picture and return how many megabytes this process grew at its peak.

    `again`: after a toy picture, which loads and compiles what is needed.
    """
    import numpy as np
    import streamlit  # the app's process has it

    from explorer import EmbeddingSpace, encode
    from explorer.projection import project, projection_quality

    assert streamlit
    rows = np.random.default_rng(0).normal(size=(points, dim)).astype(np.float32)

    def draw(many: int) -> None:
        space = EmbeddingSpace([str(row) for row in range(many)], rows[:many])
        if method == "encode":
            encode(["A sentence of some words, as a description has them."] * many)
        elif method == "quality":
            projection_quality(space, project(space, "pca"))
        else:
            project(space, method)

    project(EmbeddingSpace(["a", "b", "c", "d"], rows[:4]), "pca")
    if again:
        draw(100)
    with Peak() as peak:
        draw(points)
    return (peak.most - peak.before) / 1024


class Peak:
    """The most anonymous memory of this process within a `with` block, looked at each 5 ms.

    Mapped files, such as libraries, do not count: the system drops their pages where it needs room.
    """

    def __enter__(self) -> Self:
        self.before = self.most = anonymous()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.005):
            self.most = max(self.most, anonymous())


def anonymous() -> int:
    """Return the anonymous memory of this process in kB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("RssAnon")).split()[1])


if __name__ == "__main__":
    main()
