"""“Stores” without a browser: what visitors may use, and what they never see."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import streamlit as st

from explorer import EmbeddingSpace
from explorer.errors import StoreError
from explorer.stores.known import open_store
from explorer.stores.transfer import save
from explorer.ui.stores import allowed
from tests.pages.conftest import Visit, said

FILE = "pages/stores.py"
PLANTED = "pl4nted-s3cret"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of 40 rows, which the owner calls “books”."""
    path = tmp_path / f"{PLANTED}.duckdb"
    vectors = np.random.default_rng(0).standard_normal((40, 4)).astype(np.float32)
    space = EmbeddingSpace(
        [f"[w]({i})" for i in range(40)], vectors, metadata=pa.table({"n": list(range(40))})
    )
    store = open_store(str(path), write=True)
    save(store, "novels", space)
    store.close()
    monkeypatch.setenv("EXPLORER_STORES", f"books={path}")
    return path


def test_a_named_database_is_shown_searched_and_measured(visit: Visit, file: Path) -> None:
    screen = visit(FILE)
    assert not screen.exception
    assert [one.value for one in screen.metric][:2] == ["40", "4"]
    screen = screen.segmented_control(key="store action").set_value("Search there").run()
    assert not screen.exception
    button = next(one for one in screen.button if one.label == "Measure the recall")
    screen = button.click().run()
    assert not screen.exception
    assert "**100.0%** of the 10 true nearest neighbors" in said(screen)


def test_saving_is_refused_unless_a_setting_allows_it(
    visit: Visit, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = visit(FILE)
    screen = screen.segmented_control(key="store action").set_value("Save").run()
    assert "EXPLORER_ALLOW_STORE_WRITES=1" in " ".join(one.value for one in screen.info)
    assert "Save" not in [one.label for one in screen.button]
    monkeypatch.setenv("EXPLORER_ALLOW_STORE_WRITES", "1")
    screen = screen.run()
    next(one for one in screen.button if one.label == "Save").click().run()
    store = open_store(str(file))
    assert store.collections() == ("novels", "words")
    store.close()


def test_only_the_owner_alone_may_type_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_STORES", f"shop=postgresql://me:{PLANTED}@127.0.0.1:1/x")
    monkeypatch.setattr(st, "get_option", lambda name: "")  # Streamlit answers all machines
    with pytest.raises(StoreError, match="owner has named"):
        allowed.address_typed("postgresql://elsewhere/x")
    with pytest.raises(StoreError, match="There are: shop"):
        allowed.address_named("postgresql://elsewhere/x")
    monkeypatch.setattr(
        st, "get_option", lambda name: "127.0.0.1" if name == "server.address" else ""
    )
    assert allowed.address_typed("postgresql://elsewhere/x").kind.name.startswith("PostgreSQL")


def test_a_password_stands_nowhere(
    visit: Visit,
    cache_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("EXPLORER_STORES", f"shop=postgresql://me:{PLANTED}@127.0.0.1:1/x")
    screen = visit(FILE)
    assert "does not answer" in " ".join(one.value for one in screen.error)
    printed = capsys.readouterr()
    shown = [str(one) for one in screen.main.children.values()] + [said(screen)]
    assert PLANTED not in " ".join(
        [*shown, *map(str, screen.query_params.values()), caplog.text, printed.out, printed.err]
    )
    for kept in cache_dir.rglob("*"):
        assert not kept.is_file() or PLANTED.encode() not in kept.read_bytes()
