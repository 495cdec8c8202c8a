"""A server to harm, and pages visited by websocket as browsers do."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import psutil
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.classroom import Visitor

ROOT = Path(__file__).parents[2]
PATIENCE = 180.0
GIGABYTE = 1 << 30
BYTES_A_SECOND = 20 << 20
PIECE = 1 << 18


@dataclass
class Server:
    """A running app."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path
    cache: Path

    def memory(self) -> float:
        """Return the bytes that the web process holds."""
        return float(psutil.Process(self.process.pid).memory_info().rss)

    def unnamed_bytes(self) -> int:
        """Return the bytes of files that it has open and that no folder lists: those spooled."""
        total = 0
        for path in Path(f"/proc/{self.process.pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if "(deleted)" in str(path.readlink()):
                    total += path.stat().st_size
        return total

    def tracebacks(self) -> list[str]:
        """Return the last line of each traceback in the log."""
        parts = self.log.read_text(errors="replace").split("Traceback (most recent call last)")[1:]
        return [next((x for x in part.split("\n") if x[:1].strip()), "") for part in parts]


@contextlib.contextmanager
def started(cache: Path, prefix: list[str] | None = None, **settings: str) -> Iterator[Server]:
    """Start the app and end it, and what it has started."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    cache.mkdir(exist_ok=True)
    command = [*(prefix or []), sys.executable, "-m", "streamlit", "run", "app.py"]
    command += [f"--server.port={port}", "--server.headless=true"]
    environment = {**os.environ, "EXPLORER_CACHE_DIR": str(cache), **settings}
    log = cache.parent / f"log-{port}"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output
        ) as process,
    ):
        try:
            wait_until_healthy(port, process)
            yield Server(port, process, log, cache)
        finally:
            process.kill()


def wait_until_healthy(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers; raises RuntimeError if it ends or never does."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=2)
            return
        time.sleep(0.05)
    raise RuntimeError("The server did not start.")


class Watcher(Visitor):
    """A visitor who notes exceptions and errors on the page."""

    def __init__(self, port: int, page: str, query: str) -> None:
        super().__init__(port, page, query)
        self.exceptions: list[str] = []
        self.errors: list[str] = []

    def _look(self, message: ForwardMsg) -> None:
        super()._look(message)
        element = message.delta.new_element
        match element.WhichOneof("type"):
            case "exception":
                trace = " ".join(element.exception.stack_trace[-2:])
                self.exceptions.append(f"{self._page}: {element.exception.message} {trace}")
            case "alert" if element.alert.format == element.alert.ERROR:
                self.errors.append(element.alert.body)
                if "The computation failed" in element.alert.body:
                    self.exceptions.append(element.alert.body)


class Pages:
    """Pages open at the same time, in a thread with an event loop of its own."""

    def __init__(self, port: int, visits: list[tuple[str, str]]) -> None:
        self._visitors = [Watcher(port, page, query) for page, query in visits]
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> Pages:
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        for one in self._visitors:
            self._do(one.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._visitors:
            with contextlib.suppress(Exception):
                self._do(one.__aexit__())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def wait_for_all(self) -> None:
        """Wait until each page was drawn once."""
        for one in self._visitors:
            self._do(one.until(lambda one=one: one.finished > 0))

    def wait_for_picture(self) -> bool:
        """Wait until one page shows the finished UMAP; tell whether it did."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if any(one.has_umap() for one in self._visitors):
                return True
            time.sleep(0.2)
        return False

    @property
    def session(self) -> str:
        """The name of the first page's session."""
        return self._visitors[0].session

    @property
    def exceptions(self) -> list[str]:
        """What ended a page."""
        return [told for one in self._visitors for told in one.exceptions]

    @property
    def errors(self) -> list[str]:
        """The errors of ours that were shown."""
        return [told for one in self._visitors for told in one.errors]


def upload_that_breaks_off(port: int, session: str, sent: int) -> None:
    """Say that 1 GB is uploaded, send a part of it at 20 MB/s, and close the connection."""
    with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health") as answer:
        cookies = SimpleCookie(answer.headers.get("Set-Cookie", ""))
    token = cookies["_streamlit_xsrf"].value if "_streamlit_xsrf" in cookies else ""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="big.npy"\r\n\r\n'
    request = (
        f"PUT /_stcore/upload_file/{session or 'none'}/chaos HTTP/1.1\r\nHost: localhost:{port}\r\n"
        f"Cookie: _streamlit_xsrf={token}\r\nX-Xsrftoken: {token}\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {GIGABYTE}\r\n\r\n"
    )
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as line:
        line.settimeout(10)
        line.sendall(request.encode() + head)
        for _ in range(sent // PIECE):
            line.sendall(bytes(PIECE))
            time.sleep(PIECE / BYTES_A_SECOND)
        line.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            if answer := line.recv(200):
                raise RuntimeError(f"The upload was refused: {answer!r}")
