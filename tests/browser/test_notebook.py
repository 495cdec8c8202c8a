"""The map in a real JupyterLab: shown, clicked, and heard by the next cell."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE, ROOT, stop

pytestmark = [pytest.mark.browser, pytest.mark.notebook]

SHOW = """\
import explorer
space = explorer.open_space("sample_data/books.npy")
widget = explorer.show(space, "pca", color="genre", height=300)
widget"""
HEAR = """\
print("heard:", [space.label(row) for row in widget.selected])"""
FILTER = """\
widget.filter = "year < 1800"
print("kept:", len(space.filter(widget.filter)))"""


@contextlib.contextmanager
def running_lab(folder: Path) -> Iterator[str]:
    """Start JupyterLab on a free port of this machine, without token, and stop it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1"),
        *(f"--ServerApp.port={port}", f"--ServerApp.root_dir={folder}"),
        *("--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True"),
        *(
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            "--ServerApp.allow_root=True",
        ),
        "--LabApp.extension_manager=readonly",
    ]
    own = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    environment = {
        **os.environ,
        **{name: str(folder / name.lower()) for name in (*own, "EXPLORER_CACHE_DIR")},
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "PYTHONPATH": str(ROOT),
    }
    log = folder / "lab.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(command, env=environment, stdout=output, stderr=output) as lab,
    ):
        try:
            deadline = time.monotonic() + PATIENCE / 1000
            while not answers(f"http://127.0.0.1:{port}/api"):
                if time.monotonic() > deadline or lab.poll() is not None:
                    pytest.fail(f"JupyterLab did not start:\n{log.read_text(errors='replace')}")
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}/lab"
        finally:
            stop(lab)


def answers(url: str) -> bool:
    """Return whether a server is there."""
    try:
        with urllib.request.urlopen(url, timeout=1):
            return True
    except OSError:
        return False


def write_notebook(path: Path, *cells: str) -> None:
    """Write a notebook of code cells."""
    empty = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    notebook = {
        "cells": [{**empty, "id": f"cell{at}", "source": one} for at, one in enumerate(cells)],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(notebook))


def run_cell(page: Page, at: int) -> None:
    """Run the cell at a place of the notebook."""
    page.locator(".jp-Notebook .jp-Cell").nth(at).locator(".cm-content").click()
    page.keyboard.press("Control+Enter")


def test_a_click_is_heard_by_the_next_cell_and_a_filter_fades_points(
    page: Page, tmp_path: Path
) -> None:
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    write_notebook(tmp_path / "map.ipynb", SHOW, HEAR, FILTER)
    with running_lab(tmp_path) as url:
        page.goto(f"{url}/tree/map.ipynb")
        page.locator(".jp-Notebook .jp-Cell").nth(2).wait_for()
        run_cell(page, 0)
        cloud = page.locator(".cloud[data-state=drawn]")
        expect(cloud).to_have_attribute("data-points", "338")
        cloud.scroll_into_view_if_needed()
        place = cloud.evaluate("map => map.pointcloud.placeOf(0)")
        page.mouse.click(place["x"], place["y"])
        expect(cloud).to_have_attribute("data-neighbors", "15")  # the kernel has found them
        run_cell(page, 1)
        expect(page.get_by_text("heard: ['Jane Eyre']")).to_be_visible()
        run_cell(page, 2)
        expect(page.get_by_text("kept: 121")).to_be_visible()
        expect(cloud).to_have_attribute("data-outside", f"{338 - 121}")
