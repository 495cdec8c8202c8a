"""The local workers: `python -m explorer.workers N THREADS` is a Dask cluster of its own.

It is a program and not a `LocalCluster` inside the app, because starting processes from
a Streamlit script would run that script again, and because a crash in here must not take
the web server down. It writes the scheduler's address to standard output and lives until
its standard input closes, that is, no longer than the process that started it.
"""

from __future__ import annotations

import os
import sys

# One thread of arithmetic per worker would waste the other cores while only one job
# runs; as many as there are cores is what one job alone would take.
os.environ.setdefault("NUMBA_NUM_THREADS", str(os.cpu_count() or 1))


def main() -> None:
    """Serve until standard input closes."""
    import dask
    from distributed import LocalCluster

    # A job whose process died is tried once more, and then given up.
    dask.config.set({"distributed.scheduler.allowed-failures": 1})
    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=int(sys.argv[1]),
        # concurrent UMAP in threads can abort the process; encoding shares its model in them
        threads_per_worker=int(sys.argv[2]),
        processes=True,
        dashboard_address="127.0.0.1:0",  # None would take port 8787 all the same
        host="127.0.0.1",
        silence_logs=50,
    ) as cluster:
        print(cluster.scheduler_address, flush=True)  # noqa: T201 - this program's one output
        sys.stdin.read()


if __name__ == "__main__":
    main()
