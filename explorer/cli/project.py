"""The command `project`: vectors of a Parquet file of any size, to coordinates."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from explorer.cli.formats import declare_force
from explorer.jobs.pool import Jobs
from explorer.projection import METHODS, PREPARATIONS
from explorer.projection.job import SEED, Picture
from explorer.projection.large import project_parquet
from explorer.settings import load_settings


def declare_project(parser: argparse.ArgumentParser) -> None:
    """Declare what `project` takes."""
    settings = load_settings()
    parser.add_argument("source", type=Path, help="Parquet file with a column of vectors")
    parser.add_argument(
        "--output", type=Path, help="Parquet file to write (default: SOURCE with -METHOD added)"
    )
    declare_force(parser)
    methods = [name for name in METHODS if name != "axes"]
    parser.add_argument("--method", choices=methods, default="umap")
    parser.add_argument("--dimensions", type=int, choices=(2, 3), default=2)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--prepare", choices=list(PREPARATIONS), action="append", default=[])
    parser.add_argument(
        "--sample",
        type=int,
        default=50_000,
        help="rows to fit; all others are placed among these (default: %(default)s)",
    )
    parser.add_argument(
        "--scheduler",
        default=settings.scheduler,
        help="address of a Dask scheduler, such as tcp://host:8786 (default: local workers)",
    )
    parser.add_argument(
        "--workers", type=int, default=settings.workers, help="number of local workers"
    )


def run_project(given: argparse.Namespace) -> int:
    """Project a Parquet file and say what was written."""
    target = given.output or given.source.with_name(f"{given.source.stem}-{given.method}.parquet")
    wanted = Picture(given.method, given.dimensions, given.seed, tuple(given.prepare))
    jobs = Jobs(given.workers, given.scheduler)
    started = time.monotonic()

    def tell(share: float, step: str, coordinates: object = None) -> None:
        print(f"{share:4.0%} {step}", file=sys.stderr)

    try:
        done = project_parquet(
            given.source,
            target,
            wanted,
            given.sample,
            overwrite=given.force,
            jobs=jobs,
            report=tell,
        )
    finally:
        jobs.close()
    print(
        f"{done.path}: {done.rows:,} points, {done.fitted:,} of them fitted, "
        f"{done.confidence:.0%} of neighbors kept on average, "
        f"{time.monotonic() - started:.0f} s"
    )
    return 0
