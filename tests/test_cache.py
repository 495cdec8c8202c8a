"""The cache: what was kept comes back, what is broken is made again, and it stays in its bound."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from explorer import EmbeddingSpace, Projection, cache, project


def test_a_key_is_equal_for_equal_parts_in_any_order() -> None:
    assert cache.content_key(a=1, b={"c": 2, "d": 3}) == cache.content_key(b={"d": 3, "c": 2}, a=1)


def test_a_key_differs_for_other_parts() -> None:
    assert cache.content_key(a=1) != cache.content_key(a=2)


@pytest.mark.parametrize(
    "projection",
    [
        Projection(np.ones((4, 2), np.float32), "umap", {"min_dist": 0.1, "n_epochs": None}, 7),
        Projection(np.ones((4, 3), np.float32), "pca", {}, None, np.array([0.5, 0.25, 0.125])),
    ],
    ids=["umap", "pca"],
)
def test_a_kept_projection_comes_back_whole(projection: Projection) -> None:
    cache.save_projection("key", projection)
    found = cache.load_projection("key")
    assert found is not None
    np.testing.assert_array_equal(found.coordinates, projection.coordinates)
    assert (found.method, found.seed) == (projection.method, projection.seed)
    assert dict(found.params) == dict(projection.params)
    if projection.variance_share is None:
        assert found.variance_share is None
    else:
        np.testing.assert_array_equal(found.variance_share, projection.variance_share)


def test_what_was_not_kept_is_none() -> None:
    assert cache.load_projection("unknown") is None


@pytest.mark.parametrize("damage", ["empty", "cut off", "other bytes"])
def test_a_broken_file_is_none_and_can_be_kept_anew(
    space: EmbeddingSpace, cache_dir: Path, damage: str
) -> None:
    projection = project(space, "pca")
    cache.save_projection("key", projection)
    (path,) = (cache_dir / "projections").iterdir()
    content = path.read_bytes()
    path.write_bytes({"empty": b"", "cut off": content[:-40], "other bytes": b"?" * 99}[damage])
    assert cache.load_projection("key") is None
    cache.save_projection("key", projection)
    assert cache.load_projection("key") is not None


def test_vectors_can_be_mapped_from_their_file(space: EmbeddingSpace) -> None:
    path = cache.vectors_file(space)
    np.testing.assert_array_equal(np.load(path, mmap_mode="r"), space.vectors)


def test_equal_content_is_written_once(space: EmbeddingSpace) -> None:
    path = cache.vectors_file(space)
    written = path.stat().st_ino
    assert cache.vectors_file(EmbeddingSpace(space.labels, space.vectors, name="same")) == path
    assert path.stat().st_ino == written


def test_what_fails_while_it_is_written_leaves_nothing(cache_dir: Path) -> None:
    def fail(stream: object) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        cache.keep("vectors", "a.npy", fail)
    assert list((cache_dir / "vectors").iterdir()) == []


def test_what_was_not_used_for_longest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_CACHE_GB", "0.000002")  # 2,000 bytes
    kept = {}
    for age, name in enumerate(("new", "middle", "old")):
        kept[name] = cache.keep("vectors", name, lambda stream: stream.write(bytes(900)))
        os.utime(kept[name], (1_000_000 - age, 1_000_000 - age))
    cache.keep("vectors", "old", lambda stream: None)  # used once more
    cache.make_room()
    assert {name for name, path in kept.items() if path.exists()} == {"new", "old"}
