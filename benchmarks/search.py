"""Exact search and indexes: `python benchmarks/search.py [exact] [recall] [million] [kinds]`.

- exact: our exact search beside faiss `IndexFlatIP`, 100,000 x 300, one thread;
- recall: our figure beside one computed by hand from faiss's own answers, 10,000 queries;
- million: four indexes over 1,000,000 x 128 made vectors, built on all cores, as the page does it;
- kinds: all indexes over the sample “words”.

Without arguments, all of them. Searches use one thread; times are medians.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ.setdefault("EXPLORER_CACHE_DIR", tempfile.mkdtemp())

import faiss

from explorer import open_space
from explorer.neighbors.batch import nearest_rows
from explorer.neighbors.indexes.data import NOISE, Made
from explorer.neighbors.indexes.job import Measured, Wanted, measure_file
from explorer.neighbors.indexes.known import INDEXES, processor, search_threads
from explorer.neighbors.indexes.measure import recall, true_neighbors

ROUNDS = 7
FOUR = ("exact", "ivf", "hnsw", "rabitq")
ROOT = Path(__file__).parents[1]


def main() -> None:
    """Measure what is asked for, and print."""
    print(f"{processor()}, load {' '.join(f'{load:.1f}' for load in os.getloadavg())}")
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()


def exact() -> None:
    """Print our exact search beside faiss's, in turns, so that both meet the same machine."""
    points, queries = Made(100_000, 300, NOISE).split(1000)
    flat = faiss.IndexFlatIP(300)
    flat.add(points)
    with search_threads(1):
        for asked in (1, 10, 100, 1000):
            some = queries[:asked]
            ours, theirs = [], []
            for _ in range(ROUNDS):
                ours.append(seconds(lambda some=some: nearest_rows(points, some, 10)))
                theirs.append(seconds(lambda some=some: flat.search(some, 10)))
            mine, other = statistics.median(ours), statistics.median(theirs)
            print(
                f"exact, {asked:5} queries: ours {1e3 * mine / asked:.3f} ms each, faiss "
                f"{1e3 * other / asked:.3f}, ratio {mine / other:.2f} "
                f"(fastest {min(ours) / min(theirs):.2f})"
            )


def seconds(work: Callable[[], object]) -> float:
    """Return how long something takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def by_hand() -> None:
    """Print our recall beside that of faiss's own answers, by sets of rows."""
    points, queries = Made(100_000, 128).split(10_000)
    flat = faiss.IndexFlatIP(128)
    flat.add(points)
    true = flat.search(queries, 10)[1]
    index = faiss.index_factory(128, "IVF1024,Flat")
    index.train(points)
    index.add(points)
    similarities = true_neighbors(points, queries, 10)[1]
    for nprobe in (1, 8, 64):
        index.nprobe = nprobe
        found = index.search(queries, 10)[1]
        hand = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(found, true, strict=True)])
        ours = recall(points, queries, found, similarities)
        print(f"recall, nprobe {nprobe}: ours {ours:.5f}, by hand {hand:.5f}")


def million() -> None:
    """Print four indexes over a million vectors, and how long all of it took."""
    begin = time.perf_counter()
    made = measure_file(None, Wanted(Made(1_000_000, 128)), FOUR)
    tell(made)
    print(f"million: {time.perf_counter() - begin:.0f} s in all")


def kinds() -> None:
    """Print all indexes over the words."""
    space = open_space(ROOT / "sample_data" / "words.npy")
    tell(measure_file(space.vectors, Wanted(space.digest), tuple(INDEXES)))


def tell(made: dict[str, Measured]) -> None:
    """Print every point, times beside those of exact search."""
    (whole,) = made["exact"].points
    for one in (point for measured in made.values() for point in measured.points):
        print(
            f"{INDEXES[one.index].title:15} {one.setting:22} recall {one.recall:.3f}  alone "
            f"{1e6 * one.seconds_alone:9.1f} µs "
            f"({whole.seconds_alone / one.seconds_alone:6.1f} x)  together "
            f"{1e6 * one.seconds:8.1f} µs ({whole.seconds / one.seconds:5.1f} x)  memory "
            f"{one.nbytes / whole.nbytes:.2f}  build {one.build_seconds:.1f} s"
        )


PARTS = {"exact": exact, "recall": by_hand, "kinds": kinds, "million": million}

if __name__ == "__main__":
    main()
