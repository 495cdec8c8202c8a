"""Take the documentation's pictures from the running app: `make pictures`.

A picture is an entry of PICTURES; docs/tour.md and README.md show them.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from explorer import open_space, save_space
from tests.browser.conftest import CHROMIUM, CHROMIUM_OPTIONS, PATIENCE, ROOT, running_server

OUT = ROOT / "docs" / "tour"
STILL = 3  # equal pictures in a row, after which nothing moves
EVERY = 700  # milliseconds between two looks
LOOKS = 60


@dataclass(frozen=True)
class Picture:
    """A picture: its file's name, the address, what to wait for, and what to do before."""

    name: str
    address: str
    text: str
    prepare: Callable[[Page], None] = lambda page: None


def ask_the_question(page: Page) -> None:
    """Ask what the field suggests."""
    page.get_by_role("button", name="Find it").click()
    page.get_by_text("Where do the numbers come from?").wait_for()


def drop_a_file(page: Page) -> None:
    """Drop two thousand words as a word2vec text, and look at what was recognized."""
    with tempfile.TemporaryDirectory() as folder:
        space = open_space(ROOT / "sample_data" / "words.npy")
        file = Path(folder) / "my-words.vec"
        save_space(space.take(np.arange(2_000), name="my-words", step="the first 2,000"), file)
        page.locator("input[type=file]").first.set_input_files(file)
        page.get_by_role("button", name="Open this space").wait_for()


PICTURES = (
    Picture("start", "", "Guess which.", ask_the_question),
    Picture("open", "open", "Drop", drop_a_file),
    Picture("map", "map?space=words&method=UMAP&color=cluster&selected=king", "true"),
    Picture("trust", "map?space=words&method=UMAP&color=neighbors+kept", "true neighbors"),
    Picture("filter", "map?space=books&method=UMAP&color=genre&filter=year+%3E+1900", "true"),
    Picture("check", "check?space=books", "deserve a look"),
    Picture("analogies", "analogies?space=words", "It is what you expected"),
    Picture("axes", "axes?space=words", "Do the poles separate?"),
    Picture("search", "search?space=words", "Measure"),
    Picture("lessons", "lessons", "Why embeddings?"),
)


def still(page: Page) -> bytes:
    """Return the page's picture when it has stopped moving; fails if it never does."""
    before, equal = b"", 1
    for _ in range(LOOKS):
        page.wait_for_timeout(EVERY)
        now = page.screenshot()
        equal = equal + 1 if now == before else 1
        before = now
        if equal == STILL:
            return now
    raise TimeoutError(f"{page.url} does not stand still.")


def take(page: Page, server: str, one: Picture) -> Path:
    """Take a picture and write it, as small as its letters stay sharp."""
    page.goto(f"{server}/{one.address}")
    page.get_by_test_id("stMain").get_by_text(one.text).first.wait_for()
    one.prepare(page)
    file = OUT / f"{one.name}.webp"
    Image.open(io.BytesIO(still(page))).convert("RGB").save(file, quality=80, method=6)
    return file


def main(wanted: list[str]) -> None:
    """Take the pictures of these names, or all."""
    OUT.mkdir(exist_ok=True)
    path = next(filter(None, map(shutil.which, CHROMIUM)))
    with (
        tempfile.TemporaryDirectory() as cache,
        running_server(Path(cache)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_OPTIONS))
        for one in PICTURES:
            if wanted and one.name not in wanted:
                continue
            context = browser.new_context(
                viewport={"width": 1280, "height": 720}, color_scheme="light"
            )
            context.set_default_timeout(PATIENCE)
            began = time.monotonic()
            file = take(context.new_page(), server.url, one)
            seconds = time.monotonic() - began
            print(
                f"{file.relative_to(ROOT)}: {file.stat().st_size:,} bytes, {seconds:.0f} s",
                flush=True,
            )
            context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
