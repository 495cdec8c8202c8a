"""What Start and the Map cost a visitor: `python benchmarks/page_cost.py [--rounds 5]`.

`--beside FOLDER` measures another checkout of this app too, say one without a change.

For machines that have other work: the pages are opened in turn, in one browser with an empty cache
each time, and what is told does not depend on the load, or little: processor time of the
page's renderer and of the server until the picture is there, messages and bytes of the WebSocket,
requests, bytes of scripts. Seconds are told too. A fresh server's first visitor is measured
apart, once a round.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from first_picture import CHROMIUM, DRAWN, EMPTY_PAGE, OPTIONS, ROOT, WRITTEN, wait_for_server
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

SETTLED_SECONDS = 8.0  # after the first visitor; the workers have started by then


@dataclass(frozen=True)
class Cost:
    """What one visit took until its picture was there: seconds."""

    seconds: float
    renderer: float
    server: float


@dataclass(frozen=True)
class Traffic:
    """What came over the network until a picture was there."""

    requests: int
    script_bytes: int
    messages: int
    message_bytes: int


@dataclass(frozen=True)
class Subject:
    """A page to measure: its server's process, its address, and what shows that it is there."""

    name: str
    process: psutil.Process
    url: str
    until: str


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--beside", type=Path, metavar="FOLDER", help="another checkout")
    given = parser.parse_args()
    folders = {"": ROOT} | ({" there": given.beside.resolve()} if given.beside else {})
    costs: dict[str, list[Cost]] = {}
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as made:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        empty = Path(made) / "empty.py"
        empty.write_text(EMPTY_PAGE, encoding="utf-8")
        for _ in range(given.rounds):
            for suffix, folder in folders.items():
                with running(folder, Path("app.py")) as (process, url):
                    first = Subject(f"Start{suffix}, first visitor", process, url, DRAWN)
                    costs.setdefault(first.name, []).append(visit(browser, first))
        with contextlib.ExitStack() as stack:
            process, url = stack.enter_context(running(Path(made), empty))
            subjects = [Subject("an empty page", process, url, WRITTEN)]
            for suffix, folder in folders.items():
                process, url = stack.enter_context(running(folder, Path("app.py")))
                subjects.append(Subject(f"Start{suffix}", process, url, DRAWN))
                subjects.append(Subject(f"the Map{suffix}", process, f"{url}/map", DRAWN))
            traffic = {one.name: visit_counting(browser, one) for one in subjects}
            time.sleep(SETTLED_SECONDS)
            for _ in range(given.rounds):
                for one in subjects:
                    costs.setdefault(one.name, []).append(visit(browser, one))
        browser.close()
    print_table(costs, traffic)


def print_table(costs: dict[str, list[Cost]], traffic: dict[str, Traffic]) -> None:
    """Print medians, the range of the renderer's time, and what came over the network."""
    bare = median("renderer", costs["an empty page"])
    for name, measured in costs.items():
        renderer = median("renderer", measured)
        low, high = (pick(one.renderer for one in measured) for pick in (min, max))
        print(
            f"{name:28} {median('seconds', measured):5.2f} s; renderer {renderer:.2f} s "
            f"({low:.2f} to {high:.2f}), {renderer / bare:.2f} times the empty page; "
            f"server {median('server', measured):.2f} s"
        )
    for name, counted in traffic.items():
        print(
            f"{name:28} {counted.requests} requests, {counted.script_bytes / 1e6:.2f} MB of "
            f"scripts; {counted.messages} messages of {counted.message_bytes / 1e3:.0f} kB"
        )


def median(field: str, measured: list[Cost]) -> float:
    """Return the median of one of the costs."""
    return statistics.median(getattr(one, field) for one in measured)


@contextlib.contextmanager
def running(folder: Path, script: Path) -> Iterator[tuple[psutil.Process, str]]:
    """Run an app on a free port with an empty cache; yield its process and address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"]
    url = f"http://localhost:{port}"
    with tempfile.TemporaryDirectory() as cache:
        app = subprocess.Popen(
            [*command, "--server.headless=true", "--browser.gatherUsageStats=false"],
            cwd=folder,
            env={**os.environ, "EXPLORER_CACHE_DIR": cache},
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_for_server(app, url)
            yield psutil.Process(app.pid), url
        finally:
            app.terminate()
            app.wait()


def visit(browser: Browser, one: Subject) -> Cost:
    """Open a page with an empty cache; return what it took until its picture was there."""
    whole = browser.new_browser_cdp_session()
    with new_page(browser) as page:
        rendered, served = renderers(whole), server_seconds(one.process)
        begun = time.perf_counter()
        page.goto(one.url, wait_until="commit")
        page.wait_for_function(one.until, polling="raf", timeout=120_000)
        seconds = time.perf_counter() - begun
        spent = sum(used - rendered.get(process, 0.0) for process, used in renderers(whole).items())
        cost = Cost(seconds, spent, server_seconds(one.process) - served)
    whole.detach()
    return cost


@contextlib.contextmanager
def new_page(browser: Browser) -> Iterator[Page]:
    """Open a page of a visitor whose browser has nothing kept."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    try:
        yield context.new_page()
    finally:
        context.close()


def renderers(whole: CDPSession) -> dict[int, float]:
    """Return the processor time of each of the browser's renderers so far, in seconds."""
    found = whole.send("SystemInfo.getProcessInfo")["processInfo"]
    return {one["id"]: float(one["cpuTime"]) for one in found if one["type"] == "renderer"}


def server_seconds(process: psutil.Process) -> float:
    """Return the processor time of a server so far, without that of its workers."""
    used = process.cpu_times()
    return float(used.user + used.system)


def visit_counting(browser: Browser, one: Subject) -> Traffic:
    """Open a page and count what comes; the counting costs time, so none is taken."""
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}
    messages: list[int] = []

    def answered(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["type"]

    def came(event: dict[str, Any]) -> None:
        name = event["requestId"]
        sizes[name] = sizes.get(name, 0) + event["dataLength"]

    def heard(event: dict[str, Any]) -> None:
        messages.append(len(event["response"]["payloadData"]) * 3 // 4)  # base64

    with new_page(browser) as page:
        session = page.context.new_cdp_session(page)
        session.on("Network.responseReceived", answered)
        session.on("Network.dataReceived", came)
        session.on("Network.webSocketFrameReceived", heard)
        session.send("Network.enable")
        page.goto(one.url, wait_until="commit")
        page.wait_for_function(one.until, polling="raf", timeout=120_000)
    scripts = sum(size for name, size in sizes.items() if kinds.get(name) == "Script")
    return Traffic(len(kinds), scripts, len(messages), sum(messages))


if __name__ == "__main__":
    main()
