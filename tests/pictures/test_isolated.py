"""Pictures decoded in a process of their own."""

from __future__ import annotations

import io
import subprocess

import numpy as np
import psutil
import pytest
from PIL import Image

from explorer.errors import PictureError
from explorer.pictures import isolated
from explorer.pictures.isolated import decoded_picture, decoded_pictures


def png(color: tuple[int, int, int], size: tuple[int, int] = (6, 4)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "PNG")
    return out.getvalue()


def test_pictures_come_in_order_and_a_broken_one_is_told_and_skipped() -> None:
    items = [
        ("a.png", png((1, 2, 3))),
        ("b.png", b"no picture"),
        ("c.png", b""),
        ("d.png", png((4, 5, 6), (30, 10))),
    ]
    found = list(decoded_pictures(items, thumbnail=10))
    assert [one.name for one in found] == ["a.png", "b.png", "c.png", "d.png"]
    assert [bool(one.error) for one in found] == [False, True, True, False]
    first, text, empty, last = found
    assert first.pixels is not None
    assert last.pixels is not None
    assert np.array_equal(first.pixels, np.full((4, 6, 3), [1, 2, 3]))
    assert last.pixels.shape == (10, 30, 3)
    assert "b.png is a text" in text.error
    assert "0 bytes" in empty.error
    assert Image.open(io.BytesIO(last.thumbnail)).size == (10, 3)


def test_pixels_are_sent_only_where_they_are_asked_for() -> None:
    (one,) = decoded_pictures([("a.png", png((1, 2, 3)))], pixels=False)
    assert one.pixels is None
    assert one.thumbnail


def test_one_picture_alone_is_given_or_refused() -> None:
    assert decoded_picture(png((1, 2, 3)), "a.png").thumbnail
    with pytest.raises(PictureError, match="is a text"):
        decoded_picture(b"hello", "a.png")


def children() -> list[psutil.Process]:
    return [
        one
        for one in psutil.Process().children()
        if "explorer.pictures.process" in " ".join(one.cmdline())
    ]


CRASHES = """
import os
from explorer.pictures import process
decode = process.decode
process.decode = lambda data, name, fit: os._exit(1) if name == "b.png" else decode(data, name, fit)
process.main()
"""


def test_a_picture_that_ends_the_process_is_told_and_the_next_are_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    popen = subprocess.Popen
    monkeypatch.setattr(
        isolated.subprocess,
        "Popen",
        lambda command, **how: popen([command[0], "-c", CRASHES], **how),
    )
    items = [(name, png((1, 1, 1))) for name in ("a.png", "b.png", "c.png")]
    errors = [one.error for one in decoded_pictures(items, thumbnail=None)]
    assert [bool(error) for error in errors] == [False, True, False]
    assert "b.png could not be decoded: it crashed" in errors[1]


def test_a_picture_that_takes_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated, "START_SECONDS", 0.001)
    found = list(decoded_pictures([("a.png", png((1, 1, 1))), ("b.png", b"")]))
    assert "longer than" in found[0].error


def test_the_process_ends_with_the_iterator() -> None:
    found = decoded_pictures([("a.png", png((1, 1, 1)))] * 3)
    next(found)
    assert children()
    found.close()  # type: ignore[attr-defined]
    assert not children()


def test_the_memory_of_the_process_is_bounded() -> None:
    found = decoded_pictures([("a.png", png((1, 1, 1)))] * 2)
    next(found)
    (child,) = children()
    assert child.rlimit(psutil.RLIMIT_DATA)[0] == 2 << 30
    assert child.rlimit(psutil.RLIMIT_FSIZE)[0] == 0
    found.close()  # type: ignore[attr-defined]
