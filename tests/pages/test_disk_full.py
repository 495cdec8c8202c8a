"""A full disk, or a cache that cannot be written, ends no page and loses no picture."""

from __future__ import annotations

import errno
from typing import Any

import pytest

from explorer.cache import store
from explorer.ui.lessons import same_words
from tests.pages.conftest import Visit, finished, said


def full(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def disk_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store.tempfile, "mkdtemp", full)
    monkeypatch.setattr(store, "changing", full)


@pytest.mark.usefixtures("disk_full")
@pytest.mark.parametrize("file", ["app.py", "pages/check.py", "pages/two_spaces.py"])
def test_a_page_comes_with_a_full_disk(visit: Visit, file: str) -> None:
    screen = visit(file, space="books")
    assert not screen.exception
    assert not finished(screen).exception


@pytest.mark.usefixtures("disk_full")
def test_a_picture_is_drawn_with_a_full_disk(visit: Visit) -> None:
    screen = finished(visit("pages/map.py", space="books", method="UMAP", seed="5"))
    assert not screen.exception
    assert "near neighbors stay near" in said(screen)


@pytest.mark.usefixtures("disk_full")
def test_a_page_that_cannot_do_without_the_disk_tells_it_in_a_sentence(visit: Visit) -> None:
    same_words.text_kept.clear()  # another test may have come to the page
    screen = visit("pages/same_words.py")
    assert not screen.exception
    assert "No space left on device" in said(screen)
