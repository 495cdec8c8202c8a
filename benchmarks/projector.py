"""The map against TensorFlow's projector, in one browser: `python benchmarks/projector.py FOLDER`.

The projector is the one that TensorBoard brings along; nothing of it is needed but its files:

    pip install --no-deps --target FOLDER tensorboard

Both draw the same points in space, colored by group: the projector colors by itself only once
somebody asks, so it draws them in one color. What is measured is told in pointcloud.py. The
projector takes 100,000 points at most.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, sync_playwright
from pointcloud import CHROMIUM, DRAG, OPTIONS, clusters, open_page, serve, write_ours

SIZES = (10_000, 100_000)
RUNS = 3
FILES = Path("tensorboard/plugins/projector/tf_projector_plugin")

# The first drawing of all points, read back; and how often they were drawn.
COUNT = """
window.drawings = 0;
for (const Context of [WebGLRenderingContext, WebGL2RenderingContext]) {
    const draw = Context.prototype.drawArrays;
    Context.prototype.drawArrays = function (mode, first, count) {
        draw.call(this, mode, first, count);
        if (count < POINTS) return;
        window.drawings++;
        if (window.firstPicture) return;
        this.readPixels(0, 0, 1, 1, this.RGBA, this.UNSIGNED_BYTE, new Uint8Array(4));
        window.firstPicture = performance.now();
    };
}
"""
# The canvas is inside components inside components.
FIND = """() => {
    const canvases = root => [...root.querySelectorAll('*')].flatMap(one => [
        ...(one.tagName === 'CANVAS' ? [one] : []),
        ...(one.shadowRoot ? canvases(one.shadowRoot) : []),
    ]);
    const area = canvas => canvas.clientWidth * canvas.clientHeight;
    const [canvas] = canvases(document).sort((a, b) => area(b) - area(a));
    const find = document.querySelector.bind(document);
    document.querySelector = selector => selector === '#points' ? canvas : find(selector);
    return [canvas.clientWidth, canvas.clientHeight];
}"""


class Measured(NamedTuple):
    """Seconds to the first picture, frames a second."""

    first: float
    frames: float


def main() -> None:
    """Measure and print."""
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / FILES).is_dir():
        sys.exit("Give the folder that holds TensorBoard. How to get it stands in this file.")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        base = serve(folder)
        shutil.copytree(Path(sys.argv[1]) / FILES, folder / "projector")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        for n in SIZES:
            coordinates, codes = clusters(n, 3)
            write_ours(folder, coordinates, codes)
            write_projectors(folder / "projector", coordinates, codes)
            compare(browser, base, n)
        browser.close()


def compare(browser: Browser, base: str, n: int) -> None:
    """Measure both at one size, one after the other, and print the ratios."""
    theirs, ours = [], []
    for _ in range(RUNS):
        theirs.append(projector(browser, f"{base}/projector/projector_binary.html", n))
        ours.append(our_map(browser, f"{base}/ours.html"))
    one, other = (Measured(*np.median(runs, axis=0)) for runs in (ours, theirs))
    print(
        f"{n:9,}  picture  {one.first:6.2f} s against {other.first:6.2f} s: "
        f"{one.first / other.first:.2f} of the projector's time"
    )
    print(
        f"{'':9}  turning  {one.frames:6.1f} frames/s against {other.frames:.1f}: "
        f"{one.frames / other.frames:.1f} times the projector's"
    )


def projector(browser: Browser, url: str, n: int) -> Measured:
    """Open the projector and turn its picture."""
    page = browser.new_context(viewport={"width": 1500, "height": 720}).new_page()
    page.add_init_script(COUNT.replace("POINTS", str(n)))
    page.goto(url)
    page.wait_for_function("window.firstPicture", timeout=300_000)
    page.wait_for_timeout(3_000)  # it flies to its first view
    width, height = page.evaluate(FIND)
    drawn = page.evaluate("window.drawings")
    kinds = ["pointerdown", "pointermove", "pointerup"]
    per_second, frames = page.evaluate(DRAG, ["#points", kinds])
    drawn = page.evaluate("window.drawings") - drawn
    found = Measured(
        page.evaluate("window.firstPicture") / 1000, per_second * min(1, drawn / frames)
    )
    print(f"{'':9}  (the projector drew {drawn} of {frames} frames, on {width} × {height} pixels)")
    page.context.close()
    return found


def our_map(browser: Browser, url: str) -> Measured:
    """Open our map and turn its picture."""
    page = open_page(browser, url)
    kinds = ["pointerdown", "pointermove", "pointerup"]
    per_second, _ = page.evaluate(DRAG, [".stage", kinds])
    found = Measured(page.evaluate("window.firstPicture") / 1000, per_second)
    page.context.close()
    return found


def write_projectors(
    folder: Path, coordinates: NDArray[np.float32], codes: NDArray[np.intp]
) -> None:
    """Write what the projector asks its server for."""
    shape = list(coordinates.shape)
    embedding = {"tensorName": "points", "tensorShape": shape, "metadataPath": "metadata"}
    (folder / "runs").write_text(json.dumps(["run"]))
    (folder / "info").write_text(json.dumps({"embeddings": [embedding], "modelCheckpointPath": ""}))
    (folder / "bookmarks").write_text("[]")
    (folder / "tensor").write_bytes(coordinates.tobytes())
    lines = [f"word {row}\tgroup {code}" for row, code in enumerate(codes)]
    (folder / "metadata").write_text("\n".join(["label\tgroup", *lines]))


if __name__ == "__main__":
    main()
