"""The local workers: `python -m explorer.workers N THREADS` is a Dask cluster of its own.

It is a program and not a `LocalCluster` inside the app, because starting processes from
a Streamlit script would run that script again, and because a crash in here must not take
the web server down. It writes the scheduler's address to standard output and lives until
its standard input closes, that is, no longer than the process that started it.

`Connection` is the app's side: it starts that program, or uses a cluster by its address.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

from explorer.errors import JobError

CONNECT_SECONDS = 10
KEPT_ARRAYS = 4  # on the workers of a cluster, for the next job on the same space


class Connection:
    """A client of local workers, or of the cluster at an address."""

    def __init__(self, workers: int, scheduler: str = "", threads: int = 1) -> None:
        self._workers = workers
        self._threads = threads  # jobs at once in a worker: more than 1 only where they may share
        self._scheduler = scheduler
        self._connecting = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._client: Any = None
        self._arrays: OrderedDict[str, Any] = OrderedDict()

    def client(self) -> Any:
        """Return the client; starts or finds the cluster first. Raises JobError."""
        from distributed import Client

        with self._connecting:
            if self._is_alive():
                return self._client
            self.close()
            address = self._scheduler or self._start_local()
            try:
                self._client = Client(  # type: ignore[no-untyped-call]
                    address,
                    set_as_default=False,
                    name="embedding-explorer",
                    timeout=CONNECT_SECONDS,
                )
            except (OSError, ValueError) as error:
                raise JobError(
                    f"No Dask scheduler answers at {address}. Start one there "
                    "(`dask scheduler`), or unset EXPLORER_SCHEDULER to compute on this machine."
                ) from error
            atexit.register(self.close)
            return self._client

    def reachable(self, given: Any) -> Any:
        """Return an argument as the workers can use it: arrays of files are sent to a cluster."""
        from explorer.jobs import ArrayFile

        if not self._scheduler or not isinstance(given, ArrayFile):
            return given
        if given.path not in self._arrays:
            # to every worker: when one dies, the others still have it
            self._arrays[given.path] = self._client.scatter(
                given.load(), broadcast=True, hash=False
            )
            while len(self._arrays) > KEPT_ARRAYS:
                self._arrays.popitem(last=False)
        self._arrays.move_to_end(given.path)
        return self._arrays[given.path]

    def forget_arrays(self) -> None:
        """Send arrays anew with the next job."""
        self._arrays.clear()

    def close(self) -> None:
        """Leave the cluster; one of our own ends."""
        self._arrays.clear()
        if self._client is not None:
            self._client.close(timeout=2)
        if self._process is not None:
            with self._process as process:  # closes its pipes and waits for its end
                process.kill()
        self._client = self._process = None

    def _is_alive(self) -> bool:
        if self._client is None or self._client.status not in ("running", "connecting"):
            return False
        return bool(self._scheduler) or (self._process is not None and self._process.poll() is None)

    def _start_local(self) -> str:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "explorer.workers", f"{self._workers}", f"{self._threads}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=Path(__file__).parent.parent,
        )
        assert self._process.stdout is not None
        address = self._process.stdout.readline().strip()
        if not address:
            raise JobError("The worker processes did not start. Is there enough memory?")
        return address


def main() -> None:
    """Serve until standard input closes."""
    import dask
    from distributed import LocalCluster

    dask.config.set(
        {
            # A job whose process died is tried once more, and then given up.
            "distributed.scheduler.allowed-failures": 1,
            # What jobs told on their way is not kept: pictures are among it.
            "distributed.admin.low-level-log-length": 4,
        }
    )
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
    # One thread of arithmetic per worker would waste the other cores while only one job
    # runs; as many as there are cores is what one job alone would take.
    os.environ.setdefault("NUMBA_NUM_THREADS", str(os.cpu_count() or 1))
    main()
