"""How fast pictures come: `python benchmarks/projection.py`, a ratio to umap-learn on each line.

Both sides do the same work in this one run, on the words sample of 10,000 x 384:
- a server just started, its warming included, against a cold `umap.UMAP(metric="cosine")`;
- both warm, without and with a seed, at the trustworthiness that each reaches;
- from the click to the first points (PCA) and to the first frame of UMAP on a warmed server;
- what it takes to measure a picture.
`--large` adds 50,000 x 256 made vectors to the warm comparison. `--only warm` and the like
run a part of it. `--all 400000 1000000` draws so many vectors of 128 dimensions, all of them, and
nothing else; `--border 20000 50000` compares exact neighbors with the index's, and nothing else.
Both use vectors that are harder than those of `--large`: overlapping clusters of 200.
Processor time stands beside the seconds: on a busy machine it says more.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
PATIENCE = 1800.0
COLD = """
import sys, time
start = time.perf_counter()
import numpy as np
vectors = np.load(sys.argv[1])
import umap
found = umap.UMAP(metric="cosine").fit_transform(vectors)
print(time.perf_counter() - start)
np.save(sys.argv[2], found)
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--only", choices=list(PARTS))
    parser.add_argument("--all", type=int, nargs="+", default=[])
    parser.add_argument("--border", type=int, nargs="+", default=[])
    given = parser.parse_args()
    print(f"load of the machine at the start: {os.getloadavg()[0]:.1f}, cores: {os.cpu_count()}")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EXPLORER_CACHE_DIR"] = folder  # nothing is there already
        for n in given.all:
            draw_all(overlapping(n, 128))
        for n in given.border:
            exact_or_index(overlapping(n, 256))
        if given.all or given.border:
            return
        for name, part in PARTS.items():
            if given.only in (None, name):
                part()
        if given.large:
            compare_warm(made(50_000, 256), "50,000 x 256")


def words() -> Any:
    """Return the sample."""
    from explorer import open_space

    return open_space(ROOT / "sample_data" / "words.npy", name="words")


def made(n: int, d: int) -> Any:
    """Return made vectors: 200 groups of points around random centers."""
    from explorer import EmbeddingSpace

    rng = np.random.default_rng(0)
    centers = rng.normal(size=(200, d))
    vectors = centers[rng.integers(200, size=n)] + rng.normal(size=(n, d))
    return EmbeddingSpace([str(row) for row in range(n)], vectors, name="made")


def overlapping(n: int, d: int) -> Any:
    """Return made vectors: clusters of 200 that overlap, in 16 dimensions, with noise in all."""
    from explorer import EmbeddingSpace

    rng = np.random.default_rng(0)
    plane = rng.normal(size=(16, d)).astype(np.float32) / np.float32(d**0.5)
    centers = rng.normal(size=(n // 200, 16)).astype(np.float32)
    inner = centers[rng.integers(len(centers), size=n)]
    inner += np.float32(0.5) * rng.normal(size=inner.shape).astype(np.float32)
    vectors = inner @ plane
    vectors += np.float32(0.05) * rng.standard_normal(vectors.shape, np.float32)
    return EmbeddingSpace([str(row) for row in range(n)], vectors, name="overlapping")


def trust(space: Any, coordinates: Any) -> float:
    """Return how trustworthy a picture is."""
    from explorer import Projection, projection_quality

    return projection_quality(space, Projection(coordinates, "umap")).trustworthiness


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that some work took, and its result."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def tell(name: str, ours: float, theirs: float, goal: float, more: str = "") -> None:
    """Print one ratio."""
    print(
        f"{name}: {ours:.2f} s, umap-learn {theirs:.2f} s, "
        f"ratio {ours / theirs:.2f} (goal {goal:g}){more}",
        flush=True,
    )


def cold() -> None:
    """A server just started, against umap-learn in a process just started."""
    from explorer.jobs.pool import Jobs
    from explorer.projection.job import Picture, start, warm_up

    space = words()
    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder) / "drawn.npy"
        source = str(ROOT / "sample_data" / "words.npy")
        done = subprocess.run(
            [sys.executable, "-c", COLD, source, str(drawn)],
            capture_output=True,
            text=True,
            check=True,
        )
        theirs, their_picture = float(done.stdout.split()[-1]), np.load(drawn)

    def ours() -> Any:
        jobs = Jobs(workers=2)
        jobs.start(warm_up)
        try:
            return start(jobs, space, Picture("umap")).result(PATIENCE)
        finally:
            jobs.close()

    seconds, picture = timed(ours)
    one, other = trust(space, picture.coordinates), trust(space, their_picture)
    tell("cold", seconds, theirs, 0.25, f"; trustworthiness {one:.4f} and {other:.4f}")


def warm() -> None:
    """Both warm, on the words."""
    compare_warm(words(), "10,000 x 384")


def compare_warm(space: Any, name: str) -> None:
    """Both compiled before: without a seed and with one."""
    from umap import UMAP

    from explorer import project
    from explorer.neighbors.graph import EXACT_TO

    # what compiles for few points, and, where an index is used, for many
    few = space.take(
        range(200 if len(space) <= EXACT_TO else EXACT_TO + 1), name="few", step="some"
    )
    for seed, goal in ((None, 1.0), (42, 0.8 if len(space) <= EXACT_TO else 0.35)):
        jobs = {"random_state": seed, **({} if seed is None else {"n_jobs": 1})}
        UMAP(metric="cosine", **jobs).fit_transform(few.vectors)
        project(few, "umap", seed=seed)
        processor = [time.process_time()]
        ours, picture = timed(lambda s=seed: project(space, "umap", seed=s))
        processor.append(time.process_time())
        theirs, peer = timed(lambda j=jobs: UMAP(metric="cosine", **j).fit_transform(space.vectors))
        processor.append(time.process_time())
        computing, peers = np.diff(processor)
        one, other = trust(space, picture.coordinates), trust(space, peer)
        tell(
            f"warm, {name}, {'no seed' if seed is None else 'a seed'}",
            ours,
            theirs,
            goal,
            f"; processor time {computing:.2f} s and {peers:.2f} s, ratio {computing / peers:.2f}"
            f"; trustworthiness {one:.4f} and {other:.4f}",
        )


def first_frames() -> None:
    """From the click to the first points, and to the first frame of UMAP."""
    from explorer import project
    from explorer.jobs.pool import Jobs
    from explorer.projection.job import Picture, start, warm_up

    space = words()
    seconds, _ = timed(lambda: project(space, "pca"))
    print(f"PCA, the first points without the browser: {seconds:.2f} s (goal 0.5 s)")
    jobs = Jobs(workers=2)
    jobs.start(warm_up)
    while not jobs.is_warm():
        time.sleep(0.1)
    started = time.perf_counter()
    job = start(jobs, space, Picture("umap"))
    while not any(frame.step.startswith("epoch") for frame in job.frames):
        time.sleep(0.01)
    print(f"first UMAP frame, warmed: {time.perf_counter() - started:.2f} s (goal 1.5 s)")
    jobs.close()


def quality() -> None:
    """Measuring a picture."""
    from explorer import project, projection_quality

    space = words()
    picture = project(space, "pca")
    processor = time.process_time()
    seconds, _ = timed(lambda: projection_quality(space, picture))
    processor = time.process_time() - processor
    print(f"quality of 10,000 x 384: {seconds:.2f} s, {processor:.2f} s of it computing (goal 5 s)")


def index() -> None:
    """What the index finds among the words, which few as they are get exact neighbors."""
    exact_or_index(words())


def exact_or_index(space: Any) -> None:
    """Print what exact neighbors take, what the index takes, and what share of them it finds."""
    from explorer.neighbors.exact import neighbor_graph
    from explorer.neighbors.inverted import inverted_graph

    neighbor_graph(space.take(range(100), name="few", step="some"), 5)  # compiles
    processor = [time.process_time()]
    seconds, found = timed(lambda: inverted_graph(space, 15, "cosine", 42))
    processor.append(time.process_time())
    longer, (_, distances) = timed(lambda: neighbor_graph(space, 15, "cosine"))
    processor.append(time.process_time())
    share = (found.distances <= distances[:, -1:] + 1e-6).mean()
    print(
        f"neighbors of {len(space):,} x {space.dim}: index {seconds:.1f} s "
        f"({processor[1] - processor[0]:.1f} s of processor time), exact {longer:.1f} s "
        f"({processor[2] - processor[1]:.1f} s); the index found {share:.3f} (goal 0.98) "
        f"and tells {found.recall:.3f}",
        flush=True,
    )


def draw_all(space: Any) -> None:
    """UMAP of all points, with a seed: when the first frame came, and when the picture was done."""
    from explorer import project

    project(space.take(range(200), name="few", step="some"), "umap")  # compiles
    started, processor = time.perf_counter(), time.process_time()
    steps: dict[str, float] = {}
    epochs = 0

    def report(share: float, step: str, coordinates: Any = None) -> None:
        nonlocal epochs
        epochs += step.startswith("epoch")
        name = "the optimization" if step.startswith("epoch") else step
        steps.setdefault(name, time.perf_counter() - started)

    picture = project(space, "umap", report=report)
    seconds, processor = time.perf_counter() - started, time.process_time() - processor
    begun = ", ".join(f"{name} from {begin:.0f} s" for name, begin in steps.items())
    print(
        f"UMAP of all {len(space):,} x {space.dim}: {seconds:.0f} s ({processor:.0f} s of "
        f"processor time), {epochs} frames; {begun}; {' '.join(picture.notes)}",
        flush=True,
    )
    print(f"  trustworthiness {trust(space, picture.coordinates):.4f}", flush=True)


PARTS = {
    "quality": quality,
    "frames": first_frames,
    "warm": warm,
    "cold": cold,
    "index": index,
}


if __name__ == "__main__":
    main()
