"""A class at once: `python benchmarks/classroom.py`, thirty visitors on one server.

Each visitor is a websocket session that does what a browser does: it opens the Map, keeps
the fragments going that ask to be run again and again, and reads what it is shown. First all
ask for the same UMAP of the words, then each for one with another seed. Measured:
- how many pictures were computed, and when the first and the last visitor had the picture;
- whether those who wait see their place in the queue;
- how long another page (Analogies) takes to answer meanwhile, to one more visitor who has it open;
- how much memory of the web process a session takes.
`--visitors` and `--seconds` (to watch the second class) make it smaller.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from streamlit.proto.AutoRerun_pb2 import AutoRerun
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

ROOT = Path(__file__).parent.parent
PATIENCE = 300.0
DRAWN = "drawn so that near neighbors stay near"
ON_THE_WAY = "This picture is unfinished"
IN_LINE = re.compile(r"number \d+ in line")
MB = 1e6
SEED = 100  # that of a picture which is not shipped with the sample


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # and the app with us
    print(f"load of the machine at the start: {os.getloadavg()[0]:.1f}, cores: {os.cpu_count()}")
    with tempfile.TemporaryDirectory() as folder, running_app(Path(folder)) as (port, process):
        asyncio.run(measure(given.visitors, given.seconds, port, process, Path(folder)))


def pictures(cache: Path) -> list[Path]:
    """Return the pictures that are kept."""
    return list((cache / "store").glob("projections-v*/*"))


async def measure(visitors: int, seconds: float, port: int, process: int, cache: Path) -> None:
    """Let both classes in, one after the other."""
    async with Visitor(port, "analogies", "space=books") as probe:
        for runs in (1, 2):  # opened before, and shown once more
            await probe.until(lambda runs=runs: probe.finished >= runs)
            await probe.ask()
        await workers_warm(process)
        before = memory(process)
        shipped = len(pictures(cache))
        print(f"web process with one session: {before / MB:.0f} MB")

        started = time.perf_counter()
        together = [
            Visitor(port, "map", f"space=words&method=UMAP&seed={SEED}") for _ in range(visitors)
        ]
        async with Together(together):
            answers = asyncio.create_task(answer_times(probe, seconds=PATIENCE))
            await asyncio.gather(*(one.until(one.has_umap) for one in together))
            answers.cancel()
            await asyncio.wait([answers])
            tell("another page meanwhile", probe.answers, 1.0)
            ready = sorted(one.drawn_at - started for one in together)
            drawn = len(pictures(cache)) - shipped
            grown = (memory(process) - before) / visitors
            print(
                f"{visitors} ask for the same UMAP: {drawn} computed; the first has it after "
                f"{ready[0]:.1f} s, half of them after {ready[visitors // 2]:.1f} s, the last "
                f"after {ready[-1]:.1f} s"
            )
            print(f"memory of the web process: {grown / MB:.1f} MB a session (goal 20 MB)")

        probe.answers.clear()
        apart = [
            Visitor(port, "map", f"space=words&method=UMAP&seed={seed}")
            for seed in range(1, visitors + 1)
        ]
        before = memory(process)
        async with Together(apart):
            await answer_times(probe, seconds)
            queued = sum(one.saw_line for one in apart)
            have = sum(one.has_umap() for one in apart)
            print(
                f"{visitors} ask for different ones: after {seconds:.0f} s {have} have theirs, "
                f"and {queued} saw their place in the queue"
            )
            tell("another page meanwhile", probe.answers, 1.0)
            grown = (memory(process) - before) / visitors
            print(f"memory of the web process: {grown / MB:.1f} MB a session more (goal 20 MB)")


async def answer_times(probe: Visitor, seconds: float) -> None:
    """Have the page of one more visitor run again each second, and note how long it takes."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        asked = time.perf_counter()
        finished = probe.finished
        await probe.ask()
        try:
            await probe.until(lambda last=finished: probe.finished > last)
        finally:  # also of an answer that has not come when all the others have theirs
            probe.answers.append(time.perf_counter() - asked)
        await asyncio.sleep(1)


def tell(name: str, times: list[float], goal: float) -> None:
    """Print the median, the 95th percentile and the longest of some times."""
    if not times:
        print(f"{name}: no answer at all (goal {goal:g} s)")
        return
    middle, late = (float(np.percentile(times, share)) for share in (50, 95))
    print(
        f"{name}: {middle:.2f} s in the median, {late:.2f} s at the 95th percentile, at most "
        f"{max(times):.2f} s in {len(times)} answers (goal {goal:g} s)"
    )


class Visitor:
    """One browser tab, as the server sees it."""

    def __init__(self, port: int, page: str, query: str) -> None:
        self._url = f"ws://localhost:{port}/_stcore/stream"
        self._origin = f"http://localhost:{port}"
        self._page, self._query = page, query
        self._socket: ClientConnection | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._fragments: dict[str, asyncio.Task[None]] = {}
        self._announced: set[str] = set()
        self._texts: list[str] = []
        self._news = asyncio.Event()
        self._hash = ""
        self.session = ""
        self.answers: list[float] = []
        self.finished = 0
        self.drawn_at = 0.0
        self.saw_line = False

    async def __aenter__(self) -> Visitor:
        self._socket = await connect(
            self._url,
            subprotocols=["streamlit"],
            origin=self._origin,
            max_size=None,
            ping_interval=None,  # as browsers do  # type: ignore[arg-type,list-item]
        )
        self._tasks.append(asyncio.create_task(self._read()))
        await self.ask()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in (*self._tasks, *self._fragments.values()):
            task.cancel()
        if self._socket is not None:
            await self._socket.close()

    async def ask(self, fragment: str = "") -> None:
        """Have the page run, or a fragment of it."""
        message = BackMsg()
        wanted = message.rerun_script
        wanted.query_string = self._query
        wanted.page_name = self._page
        wanted.page_script_hash = self._hash
        wanted.fragment_id = fragment
        wanted.is_auto_rerun = bool(fragment)
        assert self._socket is not None
        await self._socket.send(message.SerializeToString())

    def has_umap(self) -> bool:
        """Whether the finished picture was shown."""
        return self.drawn_at > 0

    async def until(self, holds: object) -> None:
        """Wait until something holds that a message can change."""
        assert callable(holds)
        async with asyncio.timeout(PATIENCE):
            while not holds():
                if self._tasks and self._tasks[0].done():
                    raise RuntimeError(f"A visitor lost the server: {self._tasks[0].exception()}")
                self._news.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), 1)

    async def _read(self) -> None:
        assert self._socket is not None
        async for data in self._socket:
            message = ForwardMsg()
            message.ParseFromString(data)  # type: ignore[arg-type]
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.session = message.new_session.initialize.session_id or self.session
                self._texts.clear()
                self._announced.clear()
            elif kind == "navigation":
                self._hash = message.navigation.page_script_hash
            elif kind == "delta":
                self._look(message)
            elif kind == "auto_rerun":
                self._repeat_from_now(message.auto_rerun)
            elif kind == "script_finished":
                self._finish(message)
            self._news.set()

    def _look(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "markdown":
            self._texts.append(element.markdown.body)
        elif kind == "progress":
            self.saw_line |= IN_LINE.search(element.progress.text) is not None

    def _finish(self, message: ForwardMsg) -> None:
        if message.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
            return  # of a fragment, or cut short by the next run
        self.finished += 1
        for gone in set(self._fragments) - self._announced:
            self._fragments.pop(gone).cancel()
        shown = "\n".join(self._texts)
        if not self.drawn_at and DRAWN in shown and ON_THE_WAY not in shown:
            self.drawn_at = time.perf_counter()

    def _repeat_from_now(self, wished: AutoRerun) -> None:
        """Ask for a fragment as often as it wishes, as the browser does."""

        async def repeat() -> None:
            while True:
                await asyncio.sleep(wished.interval)
                await self.ask(wished.fragment_id)

        self._announced.add(wished.fragment_id)
        if (old := self._fragments.pop(wished.fragment_id, None)) is not None:
            old.cancel()
        self._fragments[wished.fragment_id] = asyncio.create_task(repeat())


class Together(contextlib.AsyncExitStack):
    """Visitors who come at the same moment and leave together."""

    def __init__(self, visitors: list[Visitor]) -> None:
        super().__init__()
        self._visitors = visitors

    async def __aenter__(self) -> Together:
        await super().__aenter__()
        await asyncio.gather(*(self.enter_async_context(one) for one in self._visitors))
        return self


async def workers_warm(process: int) -> None:
    """Wait until the workers have compiled: they no longer use a processor."""
    quiet = 0
    used = children_seconds(process)
    async with asyncio.timeout(PATIENCE):
        while quiet < 3:
            await asyncio.sleep(1)
            now = children_seconds(process)
            quiet = quiet + 1 if now - used < 0.2 and now > 3 else 0
            used = now


def children_seconds(process: int) -> float:
    """Return the processor seconds of all processes that a process started."""
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            number = int(path.parent.name)
            parents[number] = int(fields[1])
            ticks = os.sysconf("SC_CLK_TCK")
            seconds[number] = (int(fields[11]) + int(fields[12])) / ticks

    def is_below(number: int) -> bool:
        while number in parents:
            number = parents[number]
            if number == process:
                return True
        return False

    return sum(seconds[number] for number in parents if is_below(number))


def memory(process: int) -> float:
    """Return the bytes of memory that a process holds."""
    text = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", text)
    return 1024 * float(found[1]) if found else 0.0


@contextlib.contextmanager
def running_app(cache: Path) -> Iterator[tuple[int, int]]:
    """Start the app with an empty cache; give its port and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    environment = {**os.environ, "EXPLORER_CACHE_DIR": str(cache)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as app:
        try:
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline and app.poll() is None:
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=1)
                    break
                time.sleep(0.05)
            yield port, app.pid
        finally:
            app.kill()


if __name__ == "__main__":
    main()
