"""The Open page as a new user meets it: ten files, three of them broken."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from explorer.ui.shell.navigation import PAGES
from tests.browser.conftest import Server, expect_heading, expect_page
from tests.formats.written import WRITTEN

pytestmark = pytest.mark.browser

HOSTILE = ("<img src=x onerror=alert(1)>", "[x](javascript:alert(2))", "$\\frac{1}{2}$", ":smile:")
OPENED = ("Parquet table", "HDF5", "Excel workbook", "JSON Lines", "NumPy archive", "safetensors")


def drop(page: Page, *paths: Path) -> None:
    """Drop files on the uploader of a fresh page."""
    page.locator("input[type=file]").set_input_files(list(paths))


def test_ten_files_are_told_about_three_of_them_broken(
    server: Server, page: Page, tmp_path: Path
) -> None:
    page.goto(f"{server.url}/open")
    told: dict[str, tuple[list[bytes], str]] = {}
    for name in OPENED:
        file = WRITTEN[name]()
        told[file.name] = ([file.content], f"is read as {name}")
    pair = WRITTEN["Embedding Projector vectors"]()
    told[pair.name] = ([pair.content, pair.beside[0].content], "is read as Embedding Projector")
    told["cut.npy"] = ([WRITTEN["NumPy array"]().content[:-9]], "Was it cut off?")
    told["bomb.txt.gz"] = ([gzip.compress(b"0 " * (100 << 20))], "to protect this machine")
    told["words.pkl"] = ([WRITTEN["Python pickle"]().content], "A pickle is a program")
    for name, (contents, words) in told.items():
        paths = [tmp_path / name, tmp_path / "metadata.tsv"][: len(contents)]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content)
        drop(page, *paths)
        expect(page.get_by_text(words).first).to_be_visible()
        page.reload()
        page.locator("input[type=file]").wait_for(state="attached")


def test_each_page_opens_by_its_link_and_hostile_labels_are_plain_text_on_all(
    server: Server, page: Page, tmp_path: Path
) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    path = tmp_path / "hostile.jsonl"
    lines = [
        json.dumps({"word": label, "v": [row, row * row % 5, 1]})
        for row, label in enumerate(HOSTILE)
    ]
    path.write_text("\n".join(lines) + "\n")
    page.goto(f"{server.url}/open")
    drop(page, path)
    page.get_by_role("button", name="Open this space").click()
    expect(page.get_by_text("From hostile.jsonl")).to_be_visible()
    for label in HOSTILE:  # what the Map says of each goes through Markdown
        page.goto(f"{page.url.split('&')[0]}&selected={quote(label)}")
        expect_heading(page, label)
    links = page.locator('[data-testid="stSidebar"] nav a')
    expect(links).to_have_count(len(PAGES))
    # by their addresses: links of a folded section are there, but cannot be clicked
    addresses = links.evaluate_all("all => all.map(link => link.href)")
    for address, one in zip(addresses, PAGES.values(), strict=True):
        page.goto(address)
        expect_page(page, one.title)
        expect(page.get_by_text("From hostile.jsonl")).to_be_visible()
        expect(page.locator("img[src=x]")).to_have_count(0)
        expect(page.locator('a[href^="javascript:"]')).to_have_count(0)
    assert dialogs == []
