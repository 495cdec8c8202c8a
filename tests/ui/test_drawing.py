"""Pictures of samples, which come with the program, for a class that opens one at once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from explorer import EmbeddingSpace, Projection
from explorer.projection import shipped
from explorer.projection.job import Picture
from explorer.ui.picture.drawing import fast_projection, shipped_projection
from explorer.ui.shell.spaces import sample_space


def test_a_class_that_asks_for_a_samples_picture_at_once_has_it_unpacked_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[str] = []
    unpacked: list[str] = []
    draw, keep = Picture.draw, shipped.keep

    def counted(self: Picture, space: EmbeddingSpace) -> Projection:
        drawn.append(self.method)
        return draw(self, space)

    def unpack(space: EmbeddingSpace, path: Path, compared: Projection) -> bool:
        unpacked.append(path.name)
        return keep(space, path, compared)

    monkeypatch.setattr(Picture, "draw", counted)
    monkeypatch.setattr(shipped, "keep", unpack)
    fast_projection.clear()  # of what other tests have drawn
    space, found = sample_space("books"), []
    pupils = [
        threading.Thread(target=lambda: found.append(shipped_projection(space))) for _ in range(4)
    ]
    for one in pupils:
        one.start()
    for one in pupils:
        one.join()
    assert [one.method for one in found if one is not None] == ["umap"] * 4
    assert drawn == ["pca"]
    assert unpacked == ["books.umap.npz"]
