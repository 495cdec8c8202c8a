"""How long a visitor waits for the first map: `python benchmarks/first_picture.py`.

Two figures, each the median of several runs:
- seconds from `make run` (already installed) to a server that answers;
- seconds from opening the address in a browser with an empty cache to the drawn words
  map, first for a server's very first visitor, then for those after.
"""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent
URL = "http://localhost:8501"
RUNS = 5
GOALS = {"server answers": 4.0, "first visitor": 3.0, "later visitors": 3.0}
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


def main() -> None:
    """Measure and print."""
    found: dict[str, list[float]] = {name: [] for name in GOALS}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        for _ in range(RUNS):
            start = time.perf_counter()
            app = subprocess.Popen(
                ["make", "run"], cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL
            )
            try:
                wait_for_server(app)
                found["server answers"].append(time.perf_counter() - start)
                found["first visitor"].append(seconds_to_map(browser))
                found["later visitors"].append(seconds_to_map(browser))
            finally:
                os.killpg(app.pid, signal.SIGTERM)
                app.wait()
        browser.close()
    for name, seconds in found.items():
        low, middle, high = min(seconds), statistics.median(seconds), max(seconds)
        print(
            f"{name:15} {middle:5.2f} s  (goal {GOALS[name]:.0f} s; "
            f"{low:.2f} to {high:.2f} in {RUNS} runs)"
        )


def wait_for_server(app: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers."""
    while app.poll() is None:
        try:
            with urllib.request.urlopen(f"{URL}/_stcore/health", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise SystemExit("`make run` ended before the server answered.")


def seconds_to_map(browser: Browser) -> float:
    """Return the seconds from an empty browser cache to the drawn map."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})  # its own empty cache
    page = context.new_page()
    start = time.perf_counter()
    page.goto(URL, wait_until="commit")
    page.wait_for_function(DRAWN, polling="raf", timeout=60_000)
    seconds = time.perf_counter() - start
    context.close()
    return seconds


if __name__ == "__main__":
    main()
