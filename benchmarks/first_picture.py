"""How long a visitor waits for the first map: `python benchmarks/first_picture.py [--runs 5]`.

Figures of a server just started, each the median of several runs:
- seconds from `make run` (already installed) to a server that answers;
- seconds from opening the address in a browser with an empty cache to the drawn words
  map, first for a server's very first visitor, then for those after;
- the same for the Map, and for an empty Streamlit page, until its words are there: what all that is
  ours costs on top of what Streamlit does, as a ratio;
- on the words map, when the workers have warmed up: seconds from the click on "3D" to the points
  of that PCA, and from the click on "UMAP" to the first frame that has grown out of it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
URL = "http://localhost:8501"
EMPTY_PORT = 8502
EMPTY_PAGE = "import streamlit as st\nst.write('Nothing here')\n"
MOST_TIMES_EMPTY = 1.3
GOALS = {
    "server answers": 4.0,
    "first visitor": 3.0,
    "later visitors": 3.0,
    "click to PCA": 0.5,
    "click to UMAP": 1.5,
}
COMPARED = ("an empty page", "later visitors", "the Map")
WARM_UP_SECONDS = 12.0
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
OPTIONS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
# Drawn: the map says that its points are there, and the browser has painted two frames since.
DRAWN = """() => {
    const drawn = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
        .some(one => one.shadowRoot?.querySelector('.cloud[data-state=drawn]'));
    if (!drawn) return false;
    window.frames_since = (window.frames_since || 0) + 1;
    return window.frames_since > 2;
}"""

# The words of an empty page are there, and the browser has painted two frames since.
WRITTEN = """() => {
    if (!document.body?.innerText.includes('Nothing here')) return false;
    window.frames_since = (window.frames_since || 0) + 1;
    return window.frames_since > 2;
}"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="servers started, one after another")
    runs: int = parser.parse_args().runs
    found: dict[str, list[float]] = {name: [] for name in (*GOALS, *COMPARED)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        for _ in range(runs):
            folder = tempfile.mkdtemp()  # nothing is computed yet
            start = time.perf_counter()
            app = subprocess.Popen(
                ["make", "run"],
                cwd=ROOT,
                env={**os.environ, "EXPLORER_CACHE_DIR": folder},
                start_new_session=True,
                stdout=subprocess.DEVNULL,
            )
            try:
                wait_for_server(app)
                found["server answers"].append(time.perf_counter() - start)
                found["first visitor"].append(seconds_to_map(browser))
                found["later visitors"].append(seconds_to_map(browser))
                found["the Map"].append(seconds_to_map(browser, f"{URL}/map"))
                found["an empty page"].append(seconds_to_empty(browser, Path(folder)))
                time.sleep(WARM_UP_SECONDS)
                pca, umap = seconds_from_clicks(browser)
                found["click to PCA"].append(pca)
                found["click to UMAP"].append(umap)
            finally:
                os.killpg(app.pid, signal.SIGTERM)
                app.wait()
                shutil.rmtree(folder, ignore_errors=True)
        browser.close()
    for name, seconds in found.items():
        low, middle, high = min(seconds), statistics.median(seconds), max(seconds)
        goal = f"goal {GOALS[name]:g} s; " if name in GOALS else ""
        print(f"{name:15} {middle:5.2f} s  ({goal}{low:.2f} to {high:.2f} in {runs} runs)")
    empty = statistics.median(found["an empty page"])
    for name in COMPARED[1:]:
        times = statistics.median(found[name]) / empty
        print(f"{name:15} {times:5.2f} times an empty page (goal {MOST_TIMES_EMPTY})")


def wait_for_server(app: subprocess.Popen[bytes], url: str = URL) -> None:
    """Wait until the server answers."""
    while app.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise SystemExit(f"The server of {url} ended before it answered.")


def seconds_to_empty(browser: Browser, folder: Path) -> float:
    """Return the seconds from an empty browser cache to a page that holds two words."""
    file = folder / "empty.py"
    file.write_text(EMPTY_PAGE, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        f"{file}",
        "--server.port",
        f"{EMPTY_PORT}",
    ]
    app = subprocess.Popen([*command, "--server.headless", "true"], stdout=subprocess.DEVNULL)
    url = f"http://localhost:{EMPTY_PORT}"
    try:
        wait_for_server(app, url)
        seconds_to_map(browser, url, WRITTEN)  # a server's first page is slower than all others
        return seconds_to_map(browser, url, WRITTEN)
    finally:
        app.terminate()
        app.wait()


def seconds_to_map(browser: Browser, url: str = URL, until: str = DRAWN) -> float:
    """Return the seconds from an empty browser cache to the drawn map."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})  # its own empty cache
    page = context.new_page()
    start = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.wait_for_function(until, polling="raf", timeout=60_000)
    seconds = time.perf_counter() - start
    context.close()
    return seconds


def seconds_from_clicks(browser: Browser) -> tuple[float, float]:
    """Return the seconds from a click to PCA's points in 3D, and to UMAP's first frame."""
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.goto(f"{URL}/map?space=words&method=PCA")
    page.wait_for_function(DRAWN, polling="raf", timeout=60_000)
    pca = seconds_from_click(page, "3D", "cloud.dataset.dimensions === '3'")
    page.wait_for_timeout(3000)  # what PCA keeps is measured meanwhile
    # PCA stands there meanwhile: what moves is UMAP growing out of it
    umap = seconds_from_click(page, "UMAP", "cloud.dataset.state === 'moving'")
    page.context.close()
    return pca, umap


def seconds_from_click(page: Page, label: str, holds: str) -> float:
    """Return the seconds from a click until something holds of the map, as the page sees both."""
    page.evaluate(
        """holds => { window.took = new Promise(done => {
            const is_there = new Function("cloud", `return ${holds}`);
            const cloud = () => [...document.querySelectorAll("[data-testid*=BidiComponent]")]
                .map(one => one.shadowRoot?.querySelector(".cloud")).find(one => one);
            addEventListener("click", () => {
                const clicked = performance.now();
                const look = () => {
                    const found = cloud();
                    if (found && is_there(found)) done((performance.now() - clicked) / 1000);
                    else requestAnimationFrame(look);
                };
                look();
            }, { capture: true, once: true });
        }); }""",
        holds,
    )
    page.get_by_role("radio", name=label, exact=True).click()
    return float(page.evaluate("window.took"))


if __name__ == "__main__":
    main()
