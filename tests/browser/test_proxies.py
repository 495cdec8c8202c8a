"""The app below /explorer/ behind the real nginx and Caddy, by the samples in deploy/."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT, expect_heading, stop, wait_until_healthy

pytestmark = [pytest.mark.browser, pytest.mark.recipes]

DEPLOY = ROOT / "deploy"
NAME = "explorer.localhost"  # leads here in each browser; the app was started by another name
PROGRAMS = os.pathsep.join(  # where `make recipes` puts them, then the system's
    [str(ROOT / "build/proxies/usr/sbin"), str(ROOT / "build/proxies/usr/bin"), os.environ["PATH"]]
)


def replaced(text: str, *pairs: tuple[str, str]) -> str:
    """Return a sample with another name and other ports; each must be in it once or more."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def nginx(folder: Path, port: int, app: int) -> list[str]:
    """Write nginx's files and return its command."""
    site = replaced(
        (DEPLOY / "nginx.conf").read_text(encoding="utf-8"),
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("server_name explorer.example.org;", f"server_name {NAME};"),
        ("    server 127.0.0.1:8501;", f"    server 127.0.0.1:{app};"),
    )
    (folder / "site.conf").write_text(site, encoding="utf-8")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log stderr; events {{}} "
        f"http {{ access_log off; {temporary} include {folder}/site.conf; }}",
        encoding="utf-8",
    )
    return ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]


def caddy(folder: Path, port: int, app: int) -> list[str]:
    """Write Caddy's file and return its command."""
    site = replaced(
        (DEPLOY / "Caddyfile").read_text(encoding="utf-8"),
        ("explorer.example.org {", f"http://{NAME}:{port} {{"),
        ("127.0.0.1:8501", f"127.0.0.1:{app}"),
    )
    (folder / "Caddyfile").write_text("{\n\tadmin off\n}\n" + site, encoding="utf-8")
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


PROXIES = {"nginx": nginx, "caddy": caddy}


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Proxy:
    """A running proxy, which can be restarted."""

    command: list[str]
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The app's address as visitors know it."""
        return f"http://{NAME}:{self.port}/explorer"

    def start(self) -> None:
        """Start it and wait until it answers."""
        environment = {**os.environ, "HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder)}
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.folder, env=environment, stdout=log, stderr=log
            )
        url = f"http://127.0.0.1:{self.port}/explorer"
        wait_until_healthy(url, self.process, self.folder / "log")

    def end(self) -> None:
        """Stop it."""
        if self.process is not None:
            stop(self.process)
            self.process = None


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The app below /explorer/, as the samples tell to start it; its port."""
    folder = tmp_path_factory.mktemp("app")
    port = free_port()
    command = [sys.executable, "-m", "explorer.cli", "serve"]
    command += ["--base-path", "explorer", "--port", str(port), "--address", "127.0.0.1"]
    environment = {**os.environ, "EXPLORER_CACHE_DIR": str(folder), "EXPLORER_WORKERS": "0"}
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            wait_until_healthy(f"http://127.0.0.1:{port}/explorer", process, folder / "log")
            yield port
        finally:
            stop(process)


@pytest.fixture(params=PROXIES)
def proxy(request: pytest.FixtureRequest, app: int, tmp_path: Path) -> Iterator[Proxy]:
    """A proxy with its sample, before the app."""
    write: Callable[[Path, int, int], list[str]] = PROXIES[request.param]
    port = free_port()
    command = write(tmp_path, port, app)
    program = shutil.which(command[0], path=PROGRAMS)
    if program is None:
        pytest.fail(f"No {command[0]} found. `make recipes` fetches it on Debian.")
    started = Proxy([program, *command[1:]], tmp_path, port)
    started.start()
    yield started
    started.end()


def test_upload_link_and_restart_work_through_the_proxy(
    proxy: Proxy, page: Page, tmp_path: Path
) -> None:
    page.goto(proxy.url)  # without the last slash
    expect(page.get_by_role("heading", name="See what vectors mean")).to_be_visible()

    page.goto(f"{proxy.url}/map?space=books&selected=Jane+Eyre")  # a link from somebody else
    expect_heading(page, "Jane Eyre")

    page.goto(f"{proxy.url}/open")
    large = tmp_path / "large.npy"
    np.save(large, np.random.default_rng(0).random((500_000, 100), np.float32))
    page.locator("input[type=file]").set_input_files(large)
    expect(page.get_by_text("is read as NumPy array").first).to_be_visible()
    large.unlink()

    proxy.end()
    time.sleep(1)  # the browser hears that its websocket is gone
    proxy.start()
    page.get_by_test_id("stSidebar").get_by_role("link", name="Analogies").click()
    expect(page.get_by_role("heading", name="Analogies")).to_be_visible()


@pytest.mark.parametrize("proxy", ["nginx"], indirect=True)  # Caddy counts while it reads
def test_a_body_above_the_bound_is_refused_before_it_is_sent(proxy: Proxy) -> None:
    asked = urllib.request.Request(
        f"http://127.0.0.1:{proxy.port}/explorer/_stcore/upload_file/a/b", method="PUT"
    )
    asked.add_header("Content-Length", str(3 << 30))
    with pytest.raises(urllib.error.HTTPError, match="413"):
        urllib.request.urlopen(asked, timeout=30)
