"""How fast GloVe text opens, against gensim in the same run: `python benchmarks/open_text.py`.

Makes GloVe text of 200,000 x 300 numbers, and opens it in processes of their own: by
reading its bytes alone, by gensim, by us, and by us once more from the cache. Prints
each time and memory peak over the imports, and the ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent
ROWS, DIMENSIONS = 200_000, 300
BLOCK = 5_000
RUNS = 3
MEASURE = """
import json, resource, sys, time
{imports}
def high():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
before = high()
start = time.perf_counter()
result = {work}
seconds = time.perf_counter() - start
print(json.dumps([seconds, high() - before]))
"""
WORK = {
    "reading the bytes": (
        "stream = open(sys.argv[1], 'rb', buffering=0)\nbuffer = bytearray(1 << 24)",
        "sum(iter(lambda: stream.readinto(buffer), 0))",
    ),
    "gensim": (
        "from gensim.models import KeyedVectors",
        "KeyedVectors.load_word2vec_format(sys.argv[1], no_header=True)",
    ),
    "Embedding Explorer": (
        "import explorer, polars, pyarrow.ipc",
        "explorer.open_space(sys.argv[1])",
    ),
    "opened again": (
        "import explorer, polars, pyarrow.ipc",
        "explorer.open_space(sys.argv[1])",
    ),
}


def main() -> None:
    """Make the file, open it in each way, and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="of each, except gensim's one")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "glove.txt"
        make(path)
        print(f"{ROWS:,} x {DIMENSIONS}, {path.stat().st_size / 1e6:,.0f} MB of text, {load()}")
        time.sleep(2.5)  # a file that changed just now is not trusted to stay
        seconds, memory = {}, {}
        for name in WORK:
            found = []
            for run in range(1 if name == "gensim" else given.runs):
                # the first opening has an empty cache each time, the last one the same as before
                cache = "cache" if name == "opened again" else f"cache {run}"
                if name == "opened again" and run == 0:
                    measure("Embedding Explorer", path, Path(folder) / cache)
                found.append(measure(name, path, Path(folder) / cache))
            seconds[name] = statistics.median(one[0] for one in found)
            memory[name] = statistics.median(one[1] for one in found)
            told = ", ".join(f"{one[0]:.2f}" for one in found)
            print(f"{name:20} {seconds[name]:6.2f} s   {memory[name] / 1e6:6,.0f} MB  ({told})")
    print(f"at the end {load()}")
    ours, matrix = seconds["Embedding Explorer"], 4 * ROWS * DIMENSIONS
    print(f"gensim / ours            {seconds['gensim'] / ours:5.1f}  (goal: at least 15)")
    print(f"our peak / the matrix    {memory['Embedding Explorer'] / matrix:5.2f}  (goal: up to 2)")
    print(f"ours / reading the bytes {ours / seconds['reading the bytes']:5.1f}")
    print(f"opened again             {seconds['opened again']:5.2f} s (goal: 0.3 s)")


def load() -> str:
    """Return how busy the machine is: a figure taken beside other work says little."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def make(path: Path) -> None:
    """Write GloVe text of random numbers."""
    random = np.random.default_rng(0)
    with path.open("w") as stream:
        for start in range(0, ROWS, BLOCK):
            block = random.normal(0, 0.4, (BLOCK, DIMENSIONS)).tolist()
            for row, values in enumerate(block, start):
                stream.write(f"word{row} " + " ".join(map("%.5f".__mod__, values)) + "\n")


def measure(name: str, path: Path, cache: Path) -> tuple[float, float]:
    """Return the seconds and the bytes that one way to open the file takes, in a new process."""
    imports, work = WORK[name]
    answer = subprocess.run(
        [sys.executable, "-c", MEASURE.format(imports=imports, work=work), str(path)],
        cwd=ROOT,
        env={**os.environ, "EXPLORER_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, memory = json.loads(answer.stdout)
    return float(seconds), float(memory)


if __name__ == "__main__":
    main()
