"""The app as strangers install it: from a wheel, outside the clone."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Wheel, stop, wait_until_healthy

SHIPPED = re.compile(r"app\.py|pages/[^/]+\.py|sample_data/[^/]+|\.streamlit/config\.toml")
BUILD_ONLY = "explorer/ui/pointcloud/frontend/"  # the map's sources; built/ has the program


def test_each_file_of_the_app_is_in_the_wheel_and_no_other(wheel: Wheel) -> None:
    expected = {
        f"explorer/shipped/{name}" if SHIPPED.fullmatch(name) else name
        for name in wheel.sources
        if SHIPPED.fullmatch(name)
        or (name.startswith("explorer/") and not name.startswith(BUILD_ONLY))
    }
    held = {name for name in zipfile.ZipFile(wheel.path).namelist() if ".dist-info/" not in name}
    assert held == expected


@pytest.mark.browser
@pytest.mark.skipif(os.name != "posix", reason="the browser's stand-in is a shell script")
def test_the_installed_app_opens_in_the_browser_outside_the_clone(
    installed: Path, tmp_path: Path, page: Page
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {opened}.part && mv {opened}.part {opened}\n')
    browser.chmod(0o755)
    log = tmp_path / "log"
    environment = {
        **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        "BROWSER": f"{browser} %s",
        "EXPLORER_CACHE_DIR": str(tmp_path / "cache"),
        "EXPLORER_WORKERS": "0",
    }
    command = [str(installed / "embedding-explorer"), f"--port={port}"]
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=output, stderr=output
        ) as app,
    ):
        try:
            url = f"http://localhost:{port}"
            wait_until_healthy(url, app, log)
            deadline = time.monotonic() + 30
            while not opened.exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            assert opened.read_text() == url
            page.goto(url)
            expect(page.get_by_role("heading", name="See what vectors mean")).to_be_visible()
            page.goto(f"{url}/map?space=books")
            expect(page.get_by_text(re.compile(r"338"))).not_to_have_count(0)
            expect(page.locator("canvas").first).to_be_visible()
            taken = subprocess.run(
                command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
            )
            assert taken.returncode == 2
            assert taken.stderr.startswith(f"embedding-explorer: Port {port} is in use")
        finally:
            stop(app)
    with contextlib.suppress(OSError):
        urllib.request.urlopen(f"{url}/_stcore/health", timeout=2)
        pytest.fail("The server was left running.")
