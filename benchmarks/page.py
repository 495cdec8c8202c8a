"""A map of 100,000 points as a page of its own: its size, and how soon its picture stands.

`python benchmarks/page.py`, or with another number of points. The page is opened from the disk in
Chromium without a GPU, and beside it the same points in the map as the app draws it, alone on a
bare page that this machine serves: the app itself, with Streamlit around the map, takes longer.
Both are timed from the address until the frame after the points were drawn.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from playwright.sync_api import Browser, sync_playwright
from pointcloud import CHROMIUM, OPTIONS, clusters, serve, write_ours

sys.path.insert(0, str(Path(__file__).parent.parent))

from explorer import EmbeddingSpace, Projection
from explorer.mapdata.looks import color_of
from explorer.webpage.page import Drawn, page_of

N = 100_000
GOAL = 15_000_000  # bytes
RUNS = 5
WATCH = """(async () => {
const frame = () => new Promise(requestAnimationFrame);
while (!document.querySelector('.cloud[data-state=drawn]')) await frame();
await frame();
window.first = performance.now();
document.documentElement.dataset.first = "yes";
while (!document.querySelector('main[data-state=complete]')) await frame();
window.complete = performance.now();
document.documentElement.dataset.complete = "yes";
})()"""


def main() -> None:
    """Measure and print."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else N
    coordinates, codes = clusters(n, 2)
    space = made(n, codes)
    projection = Projection(coordinates, "umap")
    started = time.perf_counter()
    drawn = Drawn(space, projection, color_of(space, "group"))
    page = page_of(drawn, title="made", quality=None, most_bytes=GOAL)
    seconds = time.perf_counter() - started
    print(
        f"{n:,} points: {len(page) / 1e6:.1f} MB (goal {GOAL / 1e6:.0f}), made in {seconds:.1f} s"
    )
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        (folder / "map.html").write_bytes(page)
        write_ours(folder, coordinates, codes)
        base = serve(folder)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        pages, maps = [], []
        for _ in range(RUNS):
            pages.append(timed(browser, (folder / "map.html").as_uri(), "complete"))
            maps.append(timed(browser, f"{base}/ours.html", "first"))
        first, complete = (statistics.median(one) for one in zip(*pages, strict=True))
        alone = statistics.median(one for one, _ in maps)
        print(f"first picture: {first:.2f} s; the app's map alone: {alone:.2f} s")
        print(f"labels and all columns: {complete:.2f} s")
        browser.close()


def timed(browser: Browser, url: str, until: str) -> tuple[float, float]:
    """Return the seconds until a page's picture stands, and until all of it is there if waited."""
    page = browser.new_context(viewport={"width": 920, "height": 720}).new_page()
    page.add_init_script(WATCH)
    page.goto(url)
    page.locator(f"html[data-{until}]").wait_for(state="attached", timeout=300_000)
    first, complete = page.evaluate("[window.first / 1000, (window.complete || 0) / 1000]")
    page.context.close()
    return first, complete


def made(n: int, codes: np.ndarray) -> EmbeddingSpace:
    """Return points with labels of 12 to 60 letters, and columns: categories, numbers."""
    rng = np.random.default_rng(0)
    syllables = np.array([f"{a}{b}" for a in "bdfgklmnprstvz" for b in "aeiou"])
    lengths = rng.integers(6, 31, n)
    ends = np.cumsum(lengths)
    drawn = syllables[rng.integers(0, len(syllables), ends[-1])]
    labels = ["".join(drawn[end - size : end]) for end, size in zip(ends, lengths, strict=True)]
    metadata = pa.table(
        {
            "group": [f"group {code}" for code in codes],
            "country": [f"country {one}" for one in rng.integers(0, 40, n)],
            "shop": [f"shop {one}" for one in rng.integers(0, 100, n)],
            "price": rng.lognormal(3, 1, n).round(2),
            "year": rng.integers(1990, 2026, n),
        }
    )
    return EmbeddingSpace(labels, rng.random((n, 2)), name="made", metadata=metadata)


if __name__ == "__main__":
    main()
