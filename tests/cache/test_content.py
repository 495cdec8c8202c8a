"""Entries are read back as written, and broken ones are written again."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest

from explorer import cache

THINGS = cache.Kind("things", 1)


def test_a_key_is_equal_for_equal_parts_in_any_order() -> None:
    assert cache.content_key(a=1, b={"c": 2, "d": 3}) == cache.content_key(b={"d": 3, "c": 2}, a=1)


def test_a_key_differs_for_other_parts() -> None:
    assert cache.content_key(a=1) != cache.content_key(a=2)


def test_arrays_and_facts_come_back() -> None:
    cache.save_arrays(THINGS, "key", {"a": np.arange(3), "b": np.eye(2)}, {"name": "né", "n": None})
    found = cache.load_arrays(THINGS, "key")
    assert found is not None
    np.testing.assert_array_equal(found[0]["a"], np.arange(3))
    np.testing.assert_array_equal(found[0]["b"], np.eye(2))
    assert found[1] == {"name": "né", "n": None}


def test_what_was_not_kept_is_none() -> None:
    assert cache.load_arrays(THINGS, "unknown") is None
    assert cache.load_json(THINGS, "unknown") is None


@pytest.mark.parametrize("damage", ["empty", "cut off", "other bytes", "gone"])
@pytest.mark.parametrize("name", ["arrays.npz", "facts.json"])
def test_a_broken_entry_is_none_and_can_be_kept_anew(name: str, damage: str) -> None:
    cache.save_arrays(THINGS, "key", {"a": np.arange(99)}, {"b": [1, 2]})
    path = cache.place(THINGS, "key") / name
    content = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes({"empty": b"", "cut off": content[:-4], "other bytes": b"?" * 99}[damage])
    assert cache.load_arrays(THINGS, "key") is None
    cache.save_arrays(THINGS, "key", {"a": np.arange(99)}, {"b": [1, 2]})
    assert cache.load_arrays(THINGS, "key") is not None


def test_objects_are_not_unpickled() -> None:
    """A cache folder may be shared: what somebody else wrote there must not run."""
    with cache.create(THINGS, "key") as folder:
        np.savez(folder / "arrays.npz", a=np.array([{"an": "object"}], object))
        (folder / "facts.json").write_text("{}")
    assert cache.load_arrays(THINGS, "key") is None


def test_a_kept_file_is_written_once() -> None:
    path = cache.keep(THINGS, "key", "file", lambda stream: stream.write(b"first"))
    again = cache.keep(THINGS, "key", "file", lambda stream: stream.write(b"second"))
    assert again == path
    assert path.read_bytes() == b"first"


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")

    def write_half() -> None:
        with cache.temporary(path) as stream:
            stream.write(b"half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="full"):
        write_half()
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == ["file"]
    assert path.read_bytes() == b"before"


def test_an_entry_that_cannot_be_opened_for_now_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.save_arrays(THINGS, "key", {"a": np.arange(9)}, {"b": 1})

    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refused)
        patch.setattr(Path, "read_text", refused)
        assert cache.load_arrays(THINGS, "key") is None
        assert cache.load_json(THINGS, "key") is None
    assert cache.load_arrays(THINGS, "key") is not None
