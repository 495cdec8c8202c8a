"""A file of a million vectors: `python benchmarks/large.py`, by the command line as users have it.

Made vectors, 200 groups of points around random centers, are written to a Parquet file and
projected by `embedding-explorer project` on two local workers: UMAP of a sample of 50,000, the
rest placed among them. Printed for 100,000 rows and more, so that one sees how it grows: the time,
the mean confidence, and the most memory that the command and its workers took together.
`--rows 100000 1000000`, `--dim 128` and `--sample 50000` change it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq

PART = 50_000  # rows made at a time
MB = 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 300_000, 1_000_000])
    parser.add_argument("--dim", type=int, default=128)
    parser.add_argument("--sample", type=int, default=50_000)
    given = parser.parse_args()
    print(f"load of the machine at the start: {os.getloadavg()[0]:.1f}, cores: {os.cpu_count()}")
    first: tuple[int, float] | None = None
    for rows in given.rows:
        with tempfile.TemporaryDirectory() as folder:
            os.environ["EXPLORER_CACHE_DIR"] = folder
            source, target = Path(folder) / "vectors.parquet", Path(folder) / "places.parquet"
            make(source, rows, given.dim)
            seconds, memory = run(source, target, given.sample)
            table = pq.read_table(target)
            assert table.num_rows == rows
            confidence = float(np.mean(table["confidence"].to_numpy()))
        first = first or (rows, seconds)
        print(
            f"{rows:,} x {given.dim}: {seconds:.0f} s "
            f"({seconds / first[1]:.1f} times that of {first[0]:,}), "
            f"confidence {confidence:.2f}, at most {memory / MB:,.0f} MB",
            flush=True,
        )


def make(path: Path, rows: int, dim: int) -> None:
    """Write made vectors to a Parquet file."""
    rng = np.random.default_rng(0)
    centers = rng.normal(size=(200, dim)).astype(np.float32)
    schema = pa.schema({"label": pa.string(), "vector": pa.list_(pa.float32(), dim)})
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, rows, PART):
            numbers = np.arange(start, min(start + PART, rows))
            vectors = centers[rng.integers(200, size=len(numbers))]
            vectors = vectors + rng.normal(size=vectors.shape).astype(np.float32)
            column = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), dim)
            writer.write_table(pa.table([pa.array(numbers.astype(str)), column], schema=schema))


def run(source: Path, target: Path, sample: int) -> tuple[float, float]:
    """Return the seconds that the command took, and the most bytes that its processes held."""
    command = [sys.executable, "-m", "explorer.cli", "project", str(source), "--method", "umap"]
    command += ["--sample", str(sample), "--output", str(target)]
    started = time.perf_counter()
    with subprocess.Popen(
        command, cwd=Path(__file__).parent.parent, stdout=subprocess.DEVNULL
    ) as process:
        most = 0.0
        ended = threading.Event()

        def watch() -> None:
            nonlocal most
            while not ended.wait(0.5):
                most = max(most, held(process.pid))

        threading.Thread(target=watch, daemon=True).start()
        failed = process.wait()
        ended.set()
        if failed:
            raise SystemExit("the command failed")
    return time.perf_counter() - started, most


def held(command: int) -> float:
    """Return the bytes that a process and all it started hold, each for itself."""
    total = 0.0
    with contextlib.suppress(psutil.Error):  # one ended meanwhile
        process = psutil.Process(command)
        for one in (process, *process.children(recursive=True)):
            total += one.memory_full_info().uss
    return total


if __name__ == "__main__":
    main()
