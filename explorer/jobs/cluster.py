"""The local workers: `python -m explorer.jobs.cluster N THREADS` runs a Dask cluster.

It is a program of its own and not a `LocalCluster` in the app, because starting processes from
a Streamlit script would run that script again, and because a crash here must not take the web
server down. It writes one line to standard output, with the scheduler's address and TLS key. It
ends when its standard input closes, so it does not outlive the process that started it.

Whoever can reach a Dask scheduler can run code through it. So this one listens on the loopback
interface only and requires TLS with a key that is made at each start and stays in these
processes' memory. Other users and programs of the machine are refused. The HTTP ports that Dask
opens beside are closed.

`Connection` is the app's side: it starts that program, or connects to a cluster by its address.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import multiprocessing
import os
import subprocess
import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from explorer.errors import JobError
from explorer.jobs.certificate import make_certificate
from explorer.jobs.files import JobFile

CONNECT_SECONDS = 10.0  # to a cluster given by its address
START_SECONDS = 120.0  # for local workers, on a busy machine
SEND_SECONDS = 300.0  # for an array to reach a cluster's workers
ANSWER_SECONDS = 10.0  # for a scheduler to list its workers
CLOSE_SECONDS = 2.0
LOST = "The connection to the workers was lost. Start the computation again."
NICENESS = 10  # of 19: pages come first, and workers still advance on a busy machine
LINES_KEPT = 20  # of the cluster program's standard error
REASON = 300  # characters of a line that a message shows
# Schedulers and workers open an HTTP port that answers anybody, without TLS, and no setting keeps
# them from it. Dask runs this text in each of them as it starts.
CLOSE_HTTP = "def dask_setup(server):\n    server.http_server.stop()\n"
KEPT_ARRAYS = 4  # arrays that stay on a cluster's workers for further jobs on the same space


class Connection:
    """A client of local workers, or of the cluster at an address."""

    def __init__(self, workers: int, scheduler: str = "", threads: int = 1) -> None:
        self._workers = workers
        self._threads = threads  # jobs at once per worker
        self._scheduler = scheduler
        self._connecting = threading.Lock()
        self._sending = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._client: Any = None
        self._arrays: OrderedDict[str, Any] = OrderedDict()

    @property
    def advice(self) -> str:
        """What to do when there are no workers."""
        if self._scheduler:
            return f"Start some at {self._scheduler} (`dask worker {self._scheduler}`)."
        return "Is there enough memory? Try fewer points, or EXPLORER_WORKERS=1."

    def client(self) -> Any:
        """Return the client; starts the cluster or connects first if needed. Raises JobError."""
        with self._connecting:
            if self._is_alive():
                return self._client
            self.close()
            if self._scheduler:
                self._client = self._connect(self._scheduler, CONNECT_SECONDS)
            else:
                address, key, certificate = self._start_local()
                security = as_security(key, certificate)
                self._client = self._connect(address, 3 * CONNECT_SECONDS, security=security)
            atexit.register(self.close)
            return self._client

    def workers(self) -> list[str]:
        """Return the addresses of the current workers; none if the scheduler does not answer."""
        client = self._client
        if client is None or client.status == "closed":
            raise JobError(LOST)
        try:
            found = client.sync(client.scheduler.ncores, callback_timeout=ANSWER_SECONDS)
        except RuntimeError as error:  # its event loop has ended
            raise JobError(LOST) from error
        except (OSError, AttributeError):  # no answer, or no scheduler while it reconnects
            return []
        return list(found)

    def send(self, value: Any) -> Any:
        """Send a value to all workers once; return a future to pass to jobs in its place."""
        client = self.client()
        # broadcast: when one worker dies, the others still have it
        return within(
            SEND_SECONDS,
            lambda: client.scatter(value, broadcast=True, hash=False),
            f"The data did not reach the workers within {SEND_SECONDS:.0f} seconds. {self.advice}",
        )

    def reachable(self, given: Any) -> Any:
        """Return a job's argument as workers can use it: a cluster gets the content of files."""
        if not self._scheduler or not isinstance(given, JobFile):
            return given
        with self._sending:  # once for jobs that start together
            sent = self._arrays.pop(given.path, None) or self.send(given.load())
            self._arrays[given.path] = sent  # at the end: the last to be dropped
            while len(self._arrays) > KEPT_ARRAYS:
                self._arrays.popitem(last=False)
        return sent

    def forget_arrays(self) -> None:
        """Forget which arrays were sent: the next job sends its own again."""
        with self._sending:
            self._arrays.clear()

    def give_up(self) -> None:
        """End workers of our own that do not come back, so that the next job starts new ones.

        Dask replaces a worker that died, but on a busy machine it sometimes gives up (seen in tests
        at a load of 5 on two cores).
        """
        if not self._scheduler:
            with self._connecting:
                self.close()

    def close(self) -> None:
        """Disconnect; a local cluster is stopped."""
        atexit.unregister(self.close)
        client, process = self._client, self._process
        self._client = self._process = None
        self._arrays = OrderedDict()
        if client is not None:
            with contextlib.suppress(Exception):  # it may be gone already, or not answer
                client.close(timeout=CLOSE_SECONDS)
        if process is not None:
            with process:  # closes its pipes and waits for its end
                process.kill()

    def _is_alive(self) -> bool:
        if self._client is None:
            return False
        if self._scheduler:  # a remote scheduler may come back
            return self._client.status in ("running", "connecting")
        # a local client that is reconnecting is lost: its cluster is just ending
        return (
            self._client.status == "running"
            and self._process is not None
            and self._process.poll() is None
        )

    def _connect(self, address: str, seconds: float, **options: Any) -> Any:
        import dask
        from distributed import Client

        # parts of a large file are sent with their jobs on purpose
        dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"})
        try:
            return Client(  # type: ignore[no-untyped-call]
                address, set_as_default=False, name="embedding-explorer", timeout=seconds, **options
            )
        except (OSError, ValueError) as error:
            if address != self._scheduler:
                raise JobError(f"The worker processes do not answer. {self.advice}") from error
            raise JobError(
                f"No Dask scheduler answers at {address}. Start one there "
                "(`dask scheduler`), or unset EXPLORER_SCHEDULER to compute on this machine."
            ) from error

    def _start_local(self) -> tuple[str, str, str]:
        """Start the cluster program; return the scheduler's address, key and certificate."""
        # our own pipe: closing one of Popen's would wait for the thread that reads it
        read_end, write_end = os.pipe()
        said: deque[str] = deque(maxlen=LINES_KEPT)
        listener = threading.Thread(target=keep_lines, args=(read_end, said), daemon=True)
        listener.start()
        self._process = process = subprocess.Popen(
            [sys.executable, "-m", "explorer.jobs.cluster", f"{self._workers}", f"{self._threads}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=write_end,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        os.close(write_end)
        assert process.stdout is not None
        clock = threading.Timer(START_SECONDS, process.kill)  # which unblocks `readline` below
        clock.daemon = True
        clock.start()
        try:
            line = process.stdout.readline()
        finally:
            clock.cancel()
        if not line:
            self.close()
            listener.join(CLOSE_SECONDS)  # for the rest of its standard error
            raise JobError(f"The worker processes did not start. {reason(said)}{self.advice}")
        told = json.loads(line)
        return told["address"], told["key"], told["certificate"]


def no_workers_here() -> str:
    """Return why worker processes cannot start on this machine; nothing where they can.

    They share semaphores, which on Linux are files in /dev/shm. In a container that folder may be
    missing, read-only or full: no worker would ever start.
    """
    try:
        multiprocessing.get_context("spawn").Lock()
    except (OSError, ImportError) as error:
        return (
            f"No worker process can start here ({error}): the folder /dev/shm must be there and "
            "writable. Until then, long computations run in the web process, one at a time."
        )
    return ""


def keep_lines(read_end: int, lines: deque[str]) -> None:
    """Collect the last lines of a pipe until it closes."""
    with os.fdopen(read_end, errors="replace") as stream:
        for line in stream:
            if line.strip():
                lines.append(line.strip()[:REASON])


def reason(lines: Sequence[str]) -> str:
    """Return a sentence with the last line of a program's standard error that is no warning."""
    told = [one for one in lines if "Warning: " not in one and "warnings.warn(" not in one]
    return f"Their last message: “{told[-1]}”. " if told else ""


def within(seconds: float, work: Callable[[], Any], otherwise: str) -> Any:
    """Call `work` with a time limit; raises JobError with the message `otherwise` beyond it."""
    answers: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()

    def run() -> None:
        try:
            answers.put((work(), None))
        except BaseException as error:
            answers.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        result, error = answers.get(timeout=seconds)
    except Empty:
        raise JobError(otherwise) from None
    if error is not None:
        raise error
    return result


def as_security(key: str, certificate: str) -> Any:
    """Return Dask's TLS settings for processes that share one key."""
    from distributed import Security

    roles = ("client", "scheduler", "worker")
    return Security(  # type: ignore[no-untyped-call]
        require_encryption=True,
        tls_ca_file=certificate,
        **{f"tls_{role}_cert": certificate for role in roles},
        **{f"tls_{role}_key": key for role in roles},
    )


def main() -> None:
    """Serve until standard input closes."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # workers' prints go to standard error: standard output is for the answer
    give_way()
    import dask
    from distributed import LocalCluster

    dask.config.set(
        {
            # retry a job once if its process dies
            "distributed.scheduler.allowed-failures": 1,
            # keep few progress events: some hold pictures
            "distributed.admin.low-level-log-length": 4,
            # for dashboards that nobody opens, Dask samples each worker's stack 100 times a second
            # and ticks each event loop 50 times: 14 % of a core for nothing
            "distributed.worker.profile.enabled": False,
            "distributed.admin.tick.interval": "1s",
            "distributed.admin.system-monitor.interval": "5s",
            "distributed.scheduler.preload": [CLOSE_HTTP],
            "distributed.worker.preload": [CLOSE_HTTP],
        }
    )
    key, certificate = make_certificate()
    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=int(sys.argv[1]),
        # 1 for projections: numba's parallel code (umap-learn's) in two threads at once can abort
        # the process. Encoding takes more, which share one model.
        threads_per_worker=int(sys.argv[2]),
        processes=True,
        dashboard_address="127.0.0.1:0",  # any free port; None would still take 8787
        host="127.0.0.1",
        security=as_security(key, certificate),
        silence_logs=50,
    ) as cluster:
        told = {"address": cluster.scheduler_address, "key": key, "certificate": certificate}
        answers.write(json.dumps(told) + "\n")
        answers.close()
        sys.stdin.read()


def give_way() -> None:
    """Lower this process's priority, so that pages answer while workers compute."""
    import psutil

    lower = getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", NICENESS)  # a class on Windows only
    with contextlib.suppress(psutil.Error):
        psutil.Process().nice(lower)


if __name__ == "__main__":
    main()
