"""The app as a visitor meets it: a real server, and the system's Chromium without a GPU."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
)
PATIENCE = 60_000  # milliseconds; what is waited for comes earlier, unless it never does
# milliseconds for what workers compute: they start first, and give way to all else
WORK = 800_000


@dataclass(frozen=True)
class Server:
    """A running app."""

    url: str


@contextlib.contextmanager
def running_server(cache_dir: Path, **settings: str) -> Iterator[Server]:
    """Start the app on a free port and stop it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    environment = {**os.environ, "EXPLORER_CACHE_DIR": str(cache_dir), **settings}
    log = cache_dir / "server.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output) as app,
    ):
        try:
            url = f"http://localhost:{port}"
            wait_until_healthy(url, app, log)
            yield Server(url)
        finally:
            stop(app)


def stop(app: subprocess.Popen[bytes]) -> None:
    """End the app; one that does not end when told to is a failure, and nothing to wait for."""
    app.terminate()
    try:
        app.wait(PATIENCE / 1000)
    except subprocess.TimeoutExpired:
        app.kill()
        pytest.fail("The app did not stop when it was told to.")


def wait_until_healthy(url: str, app: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers; fail with its log if it ends or never does."""
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline and app.poll() is None:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.05)
    pytest.fail(f"The app did not start:\n{log.read_text(errors='replace')}")


def expect_heading(page: Page, label: str) -> None:
    """Expect a label as a heading, sign for sign: neither formula nor icon came of it."""
    shown = re.compile("".join(f"{re.escape(one)}\u2060?" for one in label))  # see plain.py
    expect(page.get_by_role("heading", name=shown)).to_be_visible()


def expect_page(page: Page, title: str) -> None:
    """Expect a page as a whole, and nothing over it: no “page not found”."""
    heading = page.locator("h1")
    expect(heading).to_be_visible()
    heading.click(trial=True)
    facts = page.get_by_test_id("stSidebar").get_by_text(re.compile("vectors of .* dimensions"))
    expect(facts).to_be_visible()
    current = page.get_by_role("navigation", name="Pages").locator("[aria-current=page]")
    expect(current).to_have_accessible_name(title)
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that do not need a fresh one."""
    with running_server(tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[Server]:
    """A server that nobody has visited yet."""
    with running_server(tmp_path) as started:
        yield started


@pytest.fixture
def idle_server(tmp_path: Path) -> Iterator[Server]:
    """A server that nobody has visited yet, and that will not warm workers for what comes."""
    with running_server(tmp_path, EXPLORER_WORKERS="0") as started:
        yield started


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's browser; its absence is a failure and no reason to skip."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        pytest.fail("No Chromium found. `make test` installs it; on Debian: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_OPTIONS))
        yield browser
        browser.close()


Visitor = Callable[..., Page]


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[Visitor]:
    """Open the page of one more visitor, who has a browser of their own."""
    contexts = []
    expect.set_options(timeout=PATIENCE)

    def opened(**options: Any) -> Page:
        context = chromium.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        return context.new_page()

    yield opened
    for one in contexts:
        one.close()


@pytest.fixture
def page(visitor: Visitor) -> Page:
    """A new visitor's page, as wide as a classroom's projector."""
    return visitor(viewport={"width": 1280, "height": 720})


def expect_soon(page: Page, is_so: Callable[[], bool]) -> None:
    """Expect what only Python can compare; it is asked again until it is so."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not is_so():
        assert time.monotonic() < deadline
        page.wait_for_timeout(50)


def opened_space(chromium: Browser, server: Server, path: Path) -> str:
    """Open a file as a visitor does, for several tests; return the space's id."""
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{server.url}/open")
    page.locator("input[type=file]").first.set_input_files(path)
    page.get_by_role("button", name="Open this space").click()
    page.wait_for_url("**/map?**space=*~*")
    space_id = parse_qs(urlsplit(page.url).query)["space"][0]
    context.close()
    return space_id


def stop_button(page: Page) -> Locator:
    """The page's own Stop: Streamlit shows one as well, above the page, while a script runs."""
    return page.get_by_test_id("stMain").get_by_role("button", name="Stop")


def copied_sources(folder: Path) -> list[str]:
    """Copy what git has, or would take, to a folder; return the paths.

    Without what .dockerignore keeps from the image, so that one build shows both.
    """
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {line.removeprefix("!") for line in lines if line.startswith("!")}
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    found = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = [
        name
        for name in found.split("\0")
        if name.split("/")[0] in allowed and (ROOT / name).is_file()
    ]
    for name in names:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    return names


@dataclass(frozen=True)
class Wheel:
    """The built wheel, and the files that it was built from."""

    path: Path
    sources: list[str]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Wheel:
    """Build the wheel in a copy, where nothing is left from an earlier build."""
    folder = tmp_path_factory.mktemp("sources")
    out = tmp_path_factory.mktemp("dist")
    sources = copied_sources(folder)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    built = subprocess.run(
        [*command, "--disable-pip-version-check", "--wheel-dir", str(out), str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = out.glob("*.whl")
    return Wheel(path, sources)


@pytest.fixture(scope="session")
def installed(wheel: Wheel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of programs of a new environment with the wheel in it.

    What the wheel depends on is read from this environment, by a path file.
    """
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=sys.platform != "win32")
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    places = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)})
    shared = Path(places["purelib"]) / "shared.pth"
    shared.write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    command = [sys.executable, "-m", "pip", "--python", str(programs / "python"), "install"]
    subprocess.run(
        [*command, "--quiet", "--no-deps", "--no-index", str(wheel.path)], check=True, timeout=120
    )
    return programs
