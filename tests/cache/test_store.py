"""The store: entries are whole, the bound holds, and several processes may work on it at once."""

from __future__ import annotations

import errno
import mmap
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from explorer import cache
from explorer.cache import former, index, store
from explorer.errors import DiskError

ROOT = Path(__file__).parents[2]
THINGS = cache.Kind("things", 1)


def write(key: str, size: int, kind: cache.Kind = THINGS) -> Path:
    """Keep an entry of two files that take so many bytes together."""
    with cache.create(kind, key) as folder:
        (folder / "one").write_bytes(bytes(size // 2))
        (folder / "two").write_bytes(bytes(size - size // 2))
    return cache.place(kind, key)


def kept(kind: cache.Kind = THINGS) -> set[str]:
    folder = store.root() / kind.folder
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


@pytest.fixture
def two_thousand_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_CACHE_GB", "0.000002")


def test_an_entry_is_found_by_kind_and_key() -> None:
    assert cache.find(THINGS, "a") is None
    assert write("a", 10) == cache.find(THINGS, "a")
    assert cache.find(cache.Kind("others", 1), "a") is None


def test_another_version_finds_nothing_of_the_former_one() -> None:
    write("a", 10)
    assert cache.find(cache.Kind("things", 2), "a") is None


@pytest.mark.parametrize("key", ["../../etc", "", "a/b", ".", "a\0b", "x" * 81])
def test_a_key_is_no_path(key: str) -> None:
    assert cache.find(THINGS, key) is None
    with pytest.raises(ValueError, match="is no key"), cache.create(THINGS, key):
        pass


def test_what_fails_while_it_is_written_leaves_nothing() -> None:
    def write_half() -> None:
        with cache.create(THINGS, "a") as folder:
            (folder / "one").write_bytes(b"half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_half()
    assert cache.find(THINGS, "a") is None
    assert not any((store.root() / store.UNFINISHED).iterdir())


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (OSError(errno.EROFS, "Read-only file system"), "Read-only file system"),
        (OSError("3000 requested and 0 written"), "3000 requested and 0 written"),  # NumPy's
    ],
)
def test_a_full_disk_is_told_to_the_user_and_remains_an_os_error(error: OSError, told: str) -> None:
    with pytest.raises(DiskError, match=told) as caught, cache.create(THINGS, "a"):
        raise error
    assert isinstance(caught.value, OSError)
    assert "EXPLORER_CACHE_DIR" in str(caught.value)
    assert cache.find(THINGS, "a") is None


def test_a_file_of_somebody_elses_that_is_missing_is_no_full_disk() -> None:
    with pytest.raises(FileNotFoundError), cache.create(THINGS, "a"):
        Path("no such file").read_text()


def test_a_cache_folder_that_is_removed_while_an_entry_is_written_is_told() -> None:
    with pytest.raises(DiskError, match="removed a moment ago"), cache.create(THINGS, "a"):
        shutil.rmtree(store.root())
    assert write("a", 10) == cache.find(THINGS, "a")


def test_what_a_clock_in_the_future_used_does_not_stay_for_ever(two_thousand_bytes: None) -> None:
    write("old", 900)
    with store.changing() as entries:
        entries.put(THINGS.folder, "old", 900, time.time() + 400 * 24 * 3600)
    for key in ("first", "second", "third"):
        write(key, 900)
    assert kept() == {"second", "third"}


def test_of_two_who_write_the_same_the_first_ones_stays() -> None:
    with cache.create(THINGS, "a") as slow:
        (slow / "file").write_text("second")
        with cache.create(THINGS, "a") as fast:
            (fast / "file").write_text("first")
    assert (cache.place(THINGS, "a") / "file").read_text() == "first"


def test_the_longest_unused_entry_goes_first_and_goes_whole(two_thousand_bytes: None) -> None:
    write("old", 900)
    write("middle", 900)
    assert cache.find(THINGS, "old") is not None  # used once more
    write("new", 900)
    assert kept() == {"old", "new"}
    assert {path.name for path in cache.place(THINGS, "old").iterdir()} == {"one", "two"}


def test_an_entry_that_grew_counts_with_all_it_has(two_thousand_bytes: None) -> None:
    write("other", 900)
    growing = write("growing", 900)
    (growing / "three").write_bytes(bytes(500))
    cache.grew(THINGS, "growing")
    assert kept() == {"growing"}
    assert cache.usage() == [cache.Use("things", 1, 1400)]
    (growing / "four").write_bytes(bytes(5000))
    cache.grew(THINGS, "growing")  # larger than the bound: it is in use all the same
    assert kept() == {"growing"}


def test_an_entry_that_has_gone_cannot_grow() -> None:
    with pytest.raises(FileNotFoundError):
        cache.grew(THINGS, "gone")


def test_an_entry_larger_than_the_bound_is_kept_alone(two_thousand_bytes: None) -> None:
    write("small", 500)
    write("large", 5000)
    assert kept() == {"large"}
    write("next", 500)
    assert kept() == {"next"}


def test_room_is_made_before_something_large_is_written(two_thousand_bytes: None) -> None:
    write("a", 900)
    write("b", 900)
    with cache.create(THINGS, "c", expected_bytes=1000):
        assert kept() == {"b"}


def test_what_is_being_written_counts(two_thousand_bytes: None) -> None:
    write("a", 900)
    with cache.scratch() as folder:
        (folder / "file").write_bytes(bytes(1500))
        cache.make_room()
    assert kept() == set()
    assert not folder.exists()


def test_the_vectors_of_texts_count_and_stay(two_thousand_bytes: None) -> None:
    database = cache.folder(cache.ENCODED) / "vectors.sqlite3"
    database.write_bytes(bytes(1500))
    write("a", 400)
    write("b", 400)
    assert kept() == {"b"}
    assert database.exists()


def test_a_mapped_entry_goes_on_working_when_it_is_removed(two_thousand_bytes: None) -> None:
    with cache.create(THINGS, "mapped") as folder:
        (folder / "file").write_bytes(b"x" * 900)
    with (cache.place(THINGS, "mapped") / "file").open("rb") as stream:
        content = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    write("a", 900)
    write("b", 900)
    assert sys.platform == "win32" or "mapped" not in kept()
    assert content[:] == b"x" * 900
    content.close()


def test_an_index_that_is_lost_is_made_again_from_the_folders(two_thousand_bytes: None) -> None:
    old = write("old", 900)
    write("new", 900)
    os.utime(old, (1, 1))
    (store.root() / index.FILE).unlink()
    assert cache.usage() == [cache.Use("things", 2, 1800)]
    write("newest", 900)
    assert kept() == {"new", "newest"}


@pytest.mark.parametrize("damage", ["no database at all" * 99, ""])
def test_a_broken_index_is_made_again(damage: str) -> None:
    write("a", 900)
    (store.root() / index.FILE).write_text(damage)
    write("b", 900)
    assert cache.usage() == [cache.Use("things", 2, 1800)]


def test_an_index_broken_further_in_is_an_os_error_once() -> None:
    for number in range(400):
        with store.changing() as entries:
            entries.put("things-v1", f"{number}", 1)
    path = store.root() / index.FILE
    content = bytearray(path.read_bytes())
    content[4096:] = b"?" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(OSError, match="index of the cache"):
        cache.usage()
    assert cache.usage() == []


def test_entries_without_folder_and_folders_without_entry_are_told_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write("a", 900)
    with store.changing() as entries:
        entries.put(THINGS.folder, "a dream", 10**12)
        entries.drop(THINGS.folder, "a")
    monkeypatch.setattr(store, "_seen", set())  # as a new process
    assert cache.usage() == [cache.Use("things", 1, 900)]


def test_what_a_killed_process_left_is_removed_after_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    left, fresh = (store.root() / store.UNFINISHED / name for name in ("left", "fresh"))
    removed = store.root() / store.REMOVED / "removed"
    for folder in (left, fresh, removed):
        folder.mkdir()
        (folder / "file").write_bytes(b"half")
    day_before = time.time() - store.ABANDONED_SECONDS - 60
    for path in (left / "file", left):
        os.utime(path, (day_before, day_before))
    monkeypatch.setattr(store, "_seen", set())  # as a new process
    cache.usage()
    assert [one.exists() for one in (left, fresh, removed)] == [False, True, False]


def test_a_kind_is_emptied_in_all_its_versions() -> None:
    write("a", 10)
    write("a", 10, cache.Kind("things", 2))
    write("a", 10, cache.Kind("others", 1))
    cache.empty("things")
    assert cache.usage() == [cache.Use("others", 1, 10)]


def test_others_files_in_the_cache_folder_are_never_touched(
    cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EXPLORER_CACHE_DIR may name a folder that somebody uses for other things too."""
    theirs = [
        cache_dir / "thesis.tex",
        cache_dir / "vectors" / "mine.npy",
        cache_dir / "a-v1" / "x",
    ]
    for path in theirs:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(5000))
        os.utime(path, (1, 1))
    monkeypatch.setenv("EXPLORER_CACHE_GB", "0.000001")
    write("a", 900)
    cache.make_room(10**9)
    assert kept() == set()
    assert all(path.exists() for path in theirs)


def test_files_of_the_former_layout_go_and_training_runs_move(cache_dir: Path) -> None:
    key = "0123456789abcdef" * 2
    for path in (f"projections/{key}.npz", f"unpacked/{key}-3", f"runs/{key}/run.json"):
        (cache_dir / path).parent.mkdir(parents=True)
        (cache_dir / path).write_text("{}")
    former.clear(cache_dir, store.root())
    assert cache.find(cache.Kind("runs", 1), key) is not None
    assert {path.name for path in cache_dir.iterdir()} == {store.STORE}


def test_threads_may_write_at_once() -> None:
    threads = [threading.Thread(target=write, args=(f"{n % 4}", 100)) for n in range(16)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert cache.usage() == [cache.Use("things", 4, 400)]


BOUND = 60_000
SIZE = 5_000
PROGRAM = """
import sys
from tests.cache.test_store import evict_often, read_often, write_often
{"write": write_often, "read": read_often, "evict": evict_often}[sys.argv[1]](int(sys.argv[2]))
"""


def write_often(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(30):
        letter = rng.choice("abcdefghijklmnopqrstuvwxyz")
        with cache.create(THINGS, letter * 8) as folder:
            for name in ("one", "two"):
                (folder / name).write_bytes(letter.encode() * SIZE)


def read_often(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(150):
        letter = rng.choice("abcdefghijklmnopqrstuvwxyz")
        folder = cache.find(THINGS, letter * 8)
        if folder is None:
            continue
        for name in ("one", "two"):
            try:
                content = (folder / name).read_bytes()
            except FileNotFoundError:  # removed as a whole meanwhile
                assert not folder.exists() or cache.find(THINGS, letter * 8) is not None
                break
            assert content == letter.encode() * SIZE


def evict_often(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(20):
        cache.make_room(rng.randrange(BOUND))
        cache.discard(THINGS, rng.choice("abcdefghijklmnopqrstuvwxyz") * 8)


def test_processes_that_write_read_and_evict_at_once_harm_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EXPLORER_CACHE_GB", str(BOUND / 1e9))
    roles = ("write", "write", "read", "read", "evict")
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, role, str(seed)],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed, role in enumerate(roles)
    ]
    largest = 0
    while any(one.poll() is None for one in running):
        with store.changing():  # while nobody can put or remove an entry
            folder = store.root() / THINGS.folder
            largest = max(largest, store.bytes_in(folder))
            for entry in folder.iterdir() if folder.is_dir() else ():
                assert {one.name for one in entry.iterdir()} == {"one", "two"}
        time.sleep(0.2)  # so that they get the lock
    told = [one.communicate()[1] for one in running]
    assert [one.returncode for one in running] == [0] * len(roles), told
    assert 0 < largest <= BOUND
    (use,) = cache.usage() or [cache.Use("things", 0, 0)]
    assert use.bytes == store.bytes_in(store.root() / THINGS.folder) <= BOUND
    assert not any((store.root() / store.UNFINISHED).iterdir())


def test_a_lock_that_is_not_given_back_is_an_os_error(monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a", 10)
    monkeypatch.setattr(store, "TOUCH_SECONDS", 0.01)
    monkeypatch.setattr(index, "WAIT_SECONDS", 0.01)
    holder = sqlite3.connect(store.root() / index.FILE, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert cache.find(THINGS, "a") == path  # reading waits for nobody
    with pytest.raises(OSError, match="locked"), store.changing(0.01):
        pass
    holder.close()
