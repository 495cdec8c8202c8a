"""The map against Plotly's `scattergl`, in one browser: `python benchmarks/pointcloud.py`.

Both draw the same points on a bare page, served from this machine, in Chromium without a GPU:
- first picture: from the page's address to points on the screen, program and data included;
  of more than 150,000 points ours shows an even sample first, and then all: both are told;
- frames a second, and what one costs: while the picture is dragged, each frame a step on.
  While it moves, ours draws as many points as the machine manages, and all once it rests;
- hover and memory: of ours alone, against the goals.

Sizes can be given: `python benchmarks/pointcloud.py 10000 100000`.
"""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import statistics
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, sync_playwright
from plotly.offline import get_plotlyjs

sys.path.insert(0, str(Path(__file__).parent.parent))

from explorer import EmbeddingSpace, Projection
from explorer.figures.colors import OKABE_ITO_ON_LIGHT, Categories
from explorer.figures.marks import Marks
from explorer.mapdata.parts import column_part, labels_part, points_part
from explorer.mapdata.view import colored, view_message
from explorer.ui.pointcloud.component import FOLDER

SIZES = (10_000, 100_000, 1_000_000)
GOALS = {10_000: (0.6, 1.5), 100_000: (0.33, 2.5), 1_000_000: (0.15, 2.5)}  # share, multiple
RUNS = 3
HOVER_GOAL = 100  # milliseconds
MEMORY_GOAL = 100  # bytes a point
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
OPTIONS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--js-flags=--expose-gc",
]


class Measured(NamedTuple):
    """Seconds to the first picture and to all points, frames a second, their cost, hover in ms."""

    first: float
    whole: float
    frames: float
    cost: float
    hover: float


FRAME = "<!DOCTYPE html><meta charset=utf-8><body style='margin:0'>"
DONE = """
const frame = () => new Promise(requestAnimationFrame);
const rendered = async () => {
    await frame();
    await frame();
    // one pixel read back: the points are drawn, not merely asked for
    for (const canvas of document.querySelectorAll('canvas')) {
        const gl = canvas.getContext('webgl2') || canvas.getContext('webgl');
        if (gl) gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
    }
};
"""
OURS = f"""{FRAME}<main style='width:900px'></main><script type=module>
{DONE}
import mount from './pointcloud.js';
const parentElement = document.querySelector('main');
const names = ['points', 'labels', 'codes', 'view'];
const got = names.map(async name => (await fetch(name)).arrayBuffer());
for (const data of await Promise.all(got)) {{
    mount({{data: new Uint8Array(data), parentElement, setStateValue() {{}}}});
}}
while (!document.querySelector('.cloud[data-state=drawn]')) await frame();
await rendered();
window.firstPicture = performance.now();
while (!document.querySelector('.cloud[data-detail="1"]')) await frame();
await rendered();
window.wholePicture = performance.now();
</script>"""
PLOTLYS = f"""{FRAME}<div id=plot style='width:900px;height:560px'></div>
<script src=plotly.js></script><script type=module>
{DONE}
const {{data, layout}} = await (await fetch('figure.json')).json();
await Plotly.newPlot('plot', data, layout, {{scrollZoom: true}});
await rendered();
window.firstPicture = window.wholePicture = performance.now();
</script>"""

# Drags in small circles, one step a frame, and counts the frames of three seconds.
DRAG = """async ([selector, kinds]) => {
    const target = document.querySelector(selector);
    const box = target.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const fire = (kind, dx, dy, to = target) => to.dispatchEvent(new (kind.startsWith('p')
        ? PointerEvent : MouseEvent)(kind, {bubbles: true, composed: true, cancelable: true,
        clientX: x + dx, clientY: y + dy, button: 0, buttons: 1, pointerId: 1}));
    fire(kinds[0], 0, 0);
    let frames = 0;
    const begin = performance.now();
    let last = begin;
    while (last - begin < 3000) {
        await new Promise(requestAnimationFrame);
        const on = document.querySelector('.dragcover') || target;
        fire(kinds[1], 60 * Math.sin(frames / 4) + 8, 60 * Math.cos(frames / 4), on);
        frames++;
        last = performance.now();
    }
    fire(kinds[2], 0, 0, document.querySelector('.dragcover') || target);
    return [1000 * frames / (last - begin), frames];
}"""

# The slowest of twenty points far from each other.
HOVER = """async () => {
    const map = document.querySelector('.cloud');
    const stage = map.querySelector('.stage');
    const times = [];
    for (let step = 0; step < 20; step++) {
        stage.dispatchEvent(new PointerEvent('pointerleave'));
        await new Promise(resolve => setTimeout(resolve, 60));
        const {x, y} = map.pointcloud.placeOf(step * 37);
        const begin = performance.now();
        const shown = new Promise(resolve => new MutationObserver((_, all) => {
            all.disconnect();
            resolve();
        }).observe(map, {attributes: true, attributeFilter: ['data-hover']}));
        stage.dispatchEvent(new PointerEvent('pointermove', {clientX: x, clientY: y}));
        await shown;
        times.push(performance.now() - begin);
    }
    return Math.max(...times);
}"""


def main() -> None:
    """Measure and print."""
    sizes = [int(one) for one in sys.argv[1:]] or SIZES
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        base = serve(Path(folder))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        write_pages(Path(folder), 10)
        idle = memory(browser, f"{base}/ours.html")
        for n in sizes:
            write_pages(Path(folder), n)
            compare(browser, base, n)
            if n == max(SIZES):  # of fewer points the program itself weighs more
                used = (memory(browser, f"{base}/ours.html") - idle) / n
                print(f"{'':9}  memory   {used:6.0f} bytes a point  (goal {MEMORY_GOAL})")
        browser.close()


def compare(browser: Browser, base: str, n: int) -> None:
    """Measure both at one size, one after the other, and print the ratios."""
    runs = RUNS if n < 1_000_000 else 1
    ours: list[Measured] = []
    plotlys: list[Measured] = []
    for _ in range(runs):
        plotlys.append(measure(browser, f"{base}/plotly.html", ".nsewdrag", "mouse"))
        ours.append(measure(browser, f"{base}/ours.html", ".stage", "pointer"))
    one, other = median(ours), median(plotlys)
    share, multiple = GOALS.get(n, (1.0, 1.0))
    print(
        f"{n:9,}  picture  {one.first:6.2f} s against {other.first:6.2f} s: "
        f"{one.first / other.first:.2f} of Plotly's time  (goal {share})"
    )
    print(f"{'':9}  all      {one.whole:6.2f} s until all points are drawn")
    print(
        f"{'':9}  dragging {one.frames:6.1f} frames/s against {other.frames:.1f}: "
        f"{one.frames / other.frames:.1f} times Plotly's  (goal {multiple})"
    )
    print(
        f"{'':9}  a frame  {one.cost:6.0f} ms of processor time against {other.cost:.0f}: "
        f"{other.cost / one.cost:.1f} times less"
    )
    hover = max(one.hover for one in ours)
    print(f"{'':9}  hover    {hover:6.0f} ms at most  (goal {HOVER_GOAL})")


def median(runs: list[Measured]) -> Measured:
    """Return each figure's median."""
    return Measured(*(statistics.median(values) for values in zip(*runs, strict=True)))


def measure(browser: Browser, url: str, selector: str, kind: str) -> Measured:
    """Open a page, drag its picture and, where it is ours, hover over points."""
    page = open_page(browser, url)
    first, whole = page.evaluate("[window.firstPicture / 1000, window.wholePicture / 1000]")
    kinds = [f"{kind}{what}" for what in ("down", "move", "up")]
    before = processor_seconds(browser)
    per_second, frames = page.evaluate(DRAG, [selector, kinds])
    cost = 1000 * (processor_seconds(browser) - before) / frames
    hover = page.evaluate(HOVER) if kind == "pointer" else 0.0
    page.context.close()
    return Measured(first, whole, per_second, cost, hover)


def processor_seconds(browser: Browser) -> float:
    """Return the processor time that the browser's processes have used (Linux).

    Other programs on the machine change how fast frames come, and hardly what they cost.
    """
    ticks = 0
    for one in processes(browser):
        fields = Path(f"/proc/{one['id']}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def processes(browser: Browser) -> list[dict[str, Any]]:
    """Return the browser's processes: their kinds and ids."""
    session = browser.new_browser_cdp_session()
    found: list[dict[str, Any]] = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return found


def memory(browser: Browser, url: str) -> int:
    """Return the bytes that the page's process holds, after it has tidied up (Linux)."""
    page = open_page(browser, url)
    page.wait_for_timeout(500)
    page.evaluate("gc()")
    held = [resident(one["id"]) for one in processes(browser) if one["type"] == "renderer"]
    page.context.close()
    return max(held)


def resident(pid: int) -> int:
    """Return a process's resident memory in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(one for one in status.splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


def open_page(browser: Browser, url: str) -> Page:
    """Open a page in a new context, with an empty cache, and wait for its picture."""
    page = browser.new_context(viewport={"width": 920, "height": 720}).new_page()
    page.goto(url)
    page.wait_for_function("window.wholePicture", timeout=300_000)
    return page


def write_pages(folder: Path, n: int) -> None:
    """Write both pages and their data: clusters of points in eight colors."""
    coordinates, codes = clusters(n, 2)
    write_ours(folder, coordinates, codes)
    write_plotlys(folder, coordinates, codes)


def clusters(n: int, dimensions: int) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Return points around eight places, and the place of each."""
    rng = np.random.default_rng(42)
    codes = rng.integers(0, 8, n)
    centers = rng.normal(size=(8, dimensions)) * 3
    return (centers[codes] + rng.normal(size=(n, dimensions))).astype(np.float32), codes


def write_ours(folder: Path, coordinates: NDArray[np.float32], codes: NDArray[np.intp]) -> None:
    """Write our page and its data."""
    n = len(coordinates)
    labels = [f"word {row}" for row in range(n)]
    projection = Projection(coordinates, "umap")
    space = EmbeddingSpace(labels, coordinates, name="points")
    names = tuple(f"group {code}" for code in range(8))
    parts = {
        "points": points_part(projection),
        "labels": labels_part(space),
        "codes": column_part(Categories("group", names, OKABE_ITO_ON_LIGHT, codes)),
    }
    colors = Categories("group", names, OKABE_ITO_ON_LIGHT, codes)
    message = view_message(
        projection,
        space,
        key="map",
        points=parts["points"],
        labels=parts["labels"],
        hover=[],
        color=colored(colors, parts["codes"]),
        marks=Marks(),
        size=3,
        opacity=0.7,
        height=560,
        dark=False,
        can_pick=True,
    )
    for name, one in parts.items():
        (folder / name).write_bytes(one.data)
    (folder / "view").write_bytes(message)
    shutil.copytree(FOLDER / "built", folder, dirs_exist_ok=True)
    (folder / "ours.html").write_text(OURS)


def write_plotlys(folder: Path, coordinates: NDArray[np.float32], codes: NDArray[np.intp]) -> None:
    """Write Plotly's page and its data."""
    figure = go.Figure(
        [
            go.Scattergl(
                x=coordinates[codes == code, 0],
                y=coordinates[codes == code, 1],
                mode="markers",
                marker={"size": 3, "color": color, "opacity": 0.7},
                text=[f"word {row}" for row in np.flatnonzero(codes == code)],
                hoverinfo="text",
            )
            for code, color in enumerate(OKABE_ITO_ON_LIGHT)
        ],
        {"dragmode": "pan", "width": 900, "height": 560, "template": "none"},
    )
    (folder / "figure.json").write_text(str(figure.to_json()))
    (folder / "plotly.js").write_text(get_plotlyjs(), encoding="utf-8")
    (folder / "plotly.html").write_text(PLOTLYS)


def serve(folder: Path) -> str:
    """Serve a folder on a free port and return its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


if __name__ == "__main__":
    main()
