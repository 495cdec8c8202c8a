"""The map with pictures against the same map without: `python benchmarks/picture_map.py [N]`.

50,000 made pictures of 48 pixels, in one Chromium without a GPU, on a bare page that this machine
serves; one run after the other, in turns, and the median of three:
- first picture: from the page's address to points on the screen. The pictures are sent after them,
  as the app does it, and when all that have room are shown is told too;
- frames a second while it is dragged near (4 x) and from afar, where the pictures move along;
- memory: what is sent, what the page holds more, and what stands on the graphics card.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright
from pointcloud import CHROMIUM, DONE, DRAG, FRAME, OPTIONS, serve

sys.path.insert(0, str(Path(__file__).parent.parent))

from explorer import EmbeddingSpace, Projection
from explorer.figures.colors import OKABE_ITO_ON_LIGHT, SELECTED, Categories
from explorer.mapdata.message import write_message
from explorer.mapdata.parts import column_part, labels_part, picture_parts, points_part
from explorer.mapdata.view import INKS
from explorer.pictures.column import with_pictures
from explorer.pictures.decode import shrunk
from explorer.ui.pointcloud.component import FOLDER

N, SIDE, GROUPS = 50_000, 48, 8
RUNS = 3
GOALS = (2.0, 0.7)  # times the first picture of plain points; share of their frames
KINDS = ("ellipse", "rectangle", "triangle", "line")

PAGE = f"""{FRAME}<main style='width:1200px'></main><script type=module>
{DONE}
import mount from './pointcloud.js';
const parentElement = document.querySelector('main');
const take = async name => {{
    const data = new Uint8Array(await (await fetch(name)).arrayBuffer());
    mount({{data, parentElement, setStateValue() {{}}}});
}};
const {{first, later}} = await (await fetch('PLAN')).json();
for (const name of first) await take(name);
while (!document.querySelector('.cloud[data-state=drawn]')) await frame();
await rendered();
window.firstPicture = performance.now();
for (const name of later) await take(name);
const cloud = document.querySelector('.cloud');
let before = -1;
while (later.length && (+cloud.dataset.pictures === 0 || +cloud.dataset.pictures !== before)) {{
    before = +cloud.dataset.pictures;
    await new Promise(resolve => setTimeout(resolve, 300));
}}
window.allPictures = performance.now();
</script>"""


def picture(rng: np.random.Generator, color: str) -> bytes:
    """Return a made picture as a thumbnail: a shape of a color on a pale ground."""
    image = Image.new("RGB", (SIDE, SIDE), tuple(int(one) for one in rng.integers(200, 256, 3)))
    draw = ImageDraw.Draw(image)
    x0, y0 = rng.integers(2, 16, 2).tolist()
    x1, y1 = rng.integers(30, 46, 2).tolist()
    kind = KINDS[int(rng.integers(len(KINDS)))]
    if kind == "ellipse":
        draw.ellipse((x0, y0, x1, y1), fill=color)
    elif kind == "rectangle":
        draw.rectangle((x0, y0, x1, y1), fill=color)
    elif kind == "triangle":
        draw.polygon(((x0, y1), ((x0 + x1) // 2, y0), (x1, y1)), fill=color)
    else:
        draw.line((x0, y0, x1, y1), fill=color, width=7)
    return shrunk(image, SIDE)


def made(n: int, dimensions: int = 2) -> tuple[EmbeddingSpace, NDArray[Any], NDArray[Any]]:
    """Return a space of made pictures in groups, its coordinates, and the group of each."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, GROUPS, n)
    centers = rng.normal(0, 3, (GROUPS, dimensions))
    coordinates = (centers[codes] + rng.normal(0, 1, (n, dimensions))).astype(np.float32)
    pictures = [picture(rng, OKABE_ITO_ON_LIGHT[code % len(OKABE_ITO_ON_LIGHT)]) for code in codes]
    labels = [f"picture {row}" for row in range(n)]
    metadata = with_pictures(None, "picture", pictures)
    return EmbeddingSpace(labels, coordinates, metadata=metadata), coordinates, codes


def write_pages(folder: Path, n: int) -> int:
    """Write the data and both pages; return the bytes of all pictures."""
    space, coordinates, codes = made(n)
    names = tuple(f"group {code}" for code in range(GROUPS))
    colors = Categories("group", names, OKABE_ITO_ON_LIGHT[:GROUPS], codes)
    points = points_part(Projection(coordinates, "pca"))
    labels, column, pictures = labels_part(space), column_part(colors), picture_parts(space)
    for program in (FOLDER / "built").glob("*.js"):
        shutil.copy(program, folder)
    for name, one in (("points", points), ("labels", labels), ("codes", column)):
        (folder / name).write_bytes(one.data)
    for place, one in enumerate(pictures):
        (folder / f"pictures{place}").write_bytes(one.data)
    for kind in ("plain", "pictured"):
        ids = [one.id for one in pictures] if kind == "pictured" else []
        (folder / f"{kind}.view").write_bytes(view((points.id, labels.id, column.id), colors, ids))
        later = [f"pictures{place}" for place in range(len(ids))]
        first = ["points", "labels", "codes", f"{kind}.view"]
        plan = repr({"first": first, "later": later}).replace("'", '"')
        (folder / f"{kind}.json").write_text(plan)
        (folder / f"{kind}.html").write_text(PAGE.replace("PLAN", f"{kind}.json"))
    return sum(len(one.data) for one in pictures)


def view(ids: tuple[str, str, str], colors: Categories, pictures: list[str]) -> bytes:
    """Return the view that both pages show, of points, labels and codes of these ids."""
    points, labels, column = ids
    header = {
        "kind": "view",
        "key": "map",
        "picture": points,
        "points": points,
        "labels": labels,
        "hover": [],
        "pictures": pictures,
        "color": {
            "part": column,
            "title": colors.column,
            "colors": list(colors.colors),
            "low": 0,
            "high": 0,
        },
        "sizes": None,
        "opacities": None,
        "plain": SELECTED,
        "size": 3,
        "opacity": 0.7,
        "height": 600,
        "dark": False,
        "inks": INKS,
        "selected": None,
        "answered": 0,
        "lines": True,
        "arrows": [],
        "axes": None,
        "alt": "",
        "name": "pictures",
        "canPick": True,
    }
    nothing = np.empty(0, np.uint32)
    return write_message(header, dict.fromkeys(("hits", "neighbors", "lost", "order"), nothing))


def opened(browser: Browser, url: str) -> Page:
    """Open a page for itself, and wait until all of it is there."""
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.goto(url)
    page.wait_for_function("window.allPictures", timeout=300_000)
    return page


def measure(browser: Browser, url: str) -> dict[str, float]:
    """Return seconds to the first and to all pictures, and frames a second from afar and near."""
    page = opened(browser, url)
    found = dict(
        zip(
            ("first", "all"),
            page.evaluate("[window.firstPicture / 1000, window.allPictures / 1000]"),
            strict=True,
        )
    )
    kinds = ["pointerdown", "pointermove", "pointerup"]
    found["afar"] = page.evaluate(DRAG, [".stage", kinds])[0]
    found["shown afar"] = float(page.locator(".cloud").get_attribute("data-pictures") or 0)
    page.evaluate(
        "() => { const {camera} = document.querySelector('.cloud').pointcloud;"
        " camera.zoomAt(600, 300, 4); }"
    )
    page.evaluate(DRAG, [".stage", kinds])  # the pictures that come into sight are decoded
    found["near"] = page.evaluate(DRAG, [".stage", kinds])[0]
    found["shown near"] = float(page.locator(".cloud").get_attribute("data-pictures") or 0)
    page.evaluate("window.gc && window.gc()")
    found["memory"] = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
    page.context.close()
    return found


def main() -> None:
    """Measure and print."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else N
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        sent = write_pages(folder, n)
        base = serve(folder)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        runs: dict[str, list[dict[str, float]]] = {"plain": [], "pictured": []}
        for _ in range(RUNS):
            for kind, found in runs.items():
                found.append(measure(browser, f"{base}/{kind}.html"))
        browser.close()
    plain, pictured = (
        {key: statistics.median(run[key] for run in found) for key in found[0]}
        for found in runs.values()
    )
    times = pictured["first"] / plain["first"]
    print(f"{n:,} pictures of {SIDE} px, {sent / 1e6:.0f} MB sent after the points")
    print(
        f"first picture {pictured['first']:.2f} s against {plain['first']:.2f} s: {times:.2f} "
        f"times (goal {GOALS[0]}); pictures all shown after {pictured['all']:.2f} s"
    )
    for where in ("afar", "near"):
        share = pictured[where] / plain[where]
        print(
            f"frames {where:5} {pictured[where]:.1f} a second against {plain[where]:.1f}: "
            f"{share:.2f} (goal {GOALS[1]}), {pictured[f'shown {where}']:.0f} pictures shown"
        )
    print(
        f"memory: {pictured['memory'] - plain['memory']:.0f} MB more in the page's heap "
        "(what is sent lies beside it); 34 MB on the graphics card"
    )


if __name__ == "__main__":
    main()
