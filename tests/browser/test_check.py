"""“Check” in a browser: from a finding to the filter on the Map."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pyarrow as pa
import pytest
from playwright.sync_api import Page, expect

from explorer import EmbeddingSpace, save_space
from tests.browser.conftest import WORK, Server

pytestmark = pytest.mark.browser


def test_a_finding_is_a_filter_of_the_map(page: Page, server: Server, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(200, 8))
    vectors[7] = vectors[3]
    kinds = pa.table({"kind": np.array(["sea", "land"])[np.arange(200) % 2]})
    file = tmp_path / "things.parquet"
    save_space(
        EmbeddingSpace([f"thing {row}" for row in range(200)], vectors, metadata=kinds), file
    )
    page.goto(f"{server.url}/open")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Open this space").click()
    expect(page.get_by_text("From things.parquet")).to_be_visible()

    page.get_by_role("link", name="Check", exact=True).click()
    expect(page.get_by_text("Equal vectors.")).to_be_visible(timeout=WORK)
    expect(page.get_by_text(re.compile(r"rows of 200 deserve a look"))).to_be_visible()
    page.get_by_role("button", name="List").first.click()
    expect(page.get_by_text("thing 3 (row 3) beside thing 7 (row 7)")).to_be_visible()

    page.get_by_role("button", name="Show on the map").first.click()
    page.wait_for_url(re.compile(r"/map\?.*filter="))
    expect(page.get_by_role("heading", name="Map", exact=True)).to_be_visible()
    assert parse_qs(urlsplit(page.url).query)["filter"] == ['"check_copies" > 1']
    expect(page.get_by_test_id("stException")).to_have_count(0)
