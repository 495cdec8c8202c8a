"""“Stores” in a browser: a collection is opened on the Map, and no address is in sight."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from explorer.space import EmbeddingSpace
from explorer.stores.known import open_store
from explorer.stores.transfer import save
from tests.browser.conftest import running_server

pytestmark = pytest.mark.browser
PLANTED = "pl4nted-s3cret"


def test_a_collection_is_opened_on_the_map_and_its_address_is_nowhere(
    page: Page, tmp_path: Path
) -> None:
    vectors = np.random.default_rng(0).standard_normal((60, 8)).astype(np.float32)
    file = tmp_path / f"{PLANTED}.duckdb"
    store = open_store(str(file), write=True)
    save(store, "novels", EmbeddingSpace([f"novel {i}" for i in range(60)], vectors))
    store.close()
    cache = tmp_path / "cache"  # the server's log is there too
    cache.mkdir()
    stores = f"books={file};shop=postgresql://me:{PLANTED}@127.0.0.1:1/x"
    with running_server(cache, EXPLORER_STORES=stores) as server:
        page.goto(f"{server.url}/stores")
        expect(page.get_by_text("The first rows")).to_be_visible()
        page.get_by_role("button", name="Open these rows").click()
        page.wait_for_url("**/map?**novels**")
        expect(page.get_by_test_id("stSidebar")).to_contain_text("the collection “novels”")
        assert PLANTED not in page.url + page.content()
        page.goto(f"{server.url}/stores")
        expect(page.get_by_text("The first rows")).to_be_visible()
        page.get_by_test_id("stMain").get_by_role("combobox").first.click()
        page.get_by_role("option", name="shop").click()
        expect(page.get_by_text("PostgreSQL does not answer")).to_be_visible()
        assert PLANTED not in page.url + page.content()
    for kept in cache.rglob("*"):
        assert not kept.is_file() or PLANTED.encode() not in kept.read_bytes()
