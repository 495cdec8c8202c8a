"""What was read is kept: mapped, shared, by content, within the bound; and read in isolation."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from safetensors.numpy import save_file

from explorer import inspect_file, open_space
from explorer.errors import JobCancelled, ParseError
from explorer.formats import digest, isolated, kept, text
from explorer.formats.file import File, as_file
from tests.formats.written import WRITTEN


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A text file that is large enough to be kept, and old enough to be trusted."""
    path = tmp_path / "large.txt"
    rows = (f"w{row} {row / 7:.6f} {row % 11} {row % 13}" for row in range(60_000))
    path.write_text("\n".join(rows) + "\n")
    os.utime(path, (1, 1))
    return path


def kept_files(cache_dir: Path) -> list[Path]:
    return sorted((cache_dir / "store").glob("parsed-v*/*/contents.arrow"))


def test_a_file_is_parsed_once(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = open_space(large)
    monkeypatch.setattr(text, "parse_columns", None)  # a second parsing would fail
    again = open_space(large)
    assert again.digest == first.digest
    assert again.notes == first.notes


def test_the_vectors_are_mapped_and_shared(large: Path) -> None:
    open_space(large)
    one, other = open_space(large), open_space(large)
    assert not one.vectors.flags.owndata
    assert not one.vectors.flags.writeable
    maps = Path("/proc/self/maps")
    if maps.exists():
        assert f"/{kept.PARSED.folder}/" in maps.read_text()
    np.testing.assert_array_equal(one.vectors, other.vectors)


def test_the_key_is_the_content_and_not_the_name(
    large: Path, cache_dir: Path, tmp_path: Path
) -> None:
    open_space(large)
    copy = tmp_path / "copy.txt"
    copy.write_bytes(large.read_bytes())
    assert open_space(copy).name == "copy"
    assert open_space(large.read_bytes()).name == "untitled"
    assert len(kept_files(cache_dir)) == 1


def test_a_changed_file_is_read_anew(large: Path, cache_dir: Path) -> None:
    before = open_space(large)
    content = large.read_bytes().replace(b"w0 0.000000", b"w0 5.000000")
    large.write_bytes(content)
    os.utime(large, (1, 1))  # even where its time stamp stays
    assert open_space(large).vectors[0, 0] == 5
    assert before.vectors[0, 0] == 0
    assert len(kept_files(cache_dir)) == 2


def test_a_kept_digest_is_used_only_while_the_file_is_the_same(
    large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file with its old size and its old time of change has another time of status change."""
    monkeypatch.setattr(digest, "KEPT_BYTES", 0)
    file = as_file(large)
    before = digest.file_digest(file)
    with monkeypatch.context() as patched:
        patched.setattr(digest, "hashed", None)  # what is kept is used: to hash again would fail
        assert digest.file_digest(file) == before
    large.write_bytes(large.read_bytes().replace(b"w0 0.000000", b"w0 5.000000"))
    os.utime(large, (1, 1))
    assert digest.file_digest(file) != before


def test_what_is_broken_in_the_cache_is_read_anew(large: Path, cache_dir: Path) -> None:
    known = open_space(large).digest
    (path,) = kept_files(cache_dir)
    path.write_bytes(path.read_bytes()[:1000])
    assert open_space(large).digest == known
    path.write_bytes(b"")
    assert open_space(large).digest == known


def test_the_oldest_unused_goes_first(
    large: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_space(large)
    (old,) = kept_files(cache_dir)
    monkeypatch.setenv("EXPLORER_CACHE_GB", str(1.5 * old.stat().st_size / 1e9))
    open_space(large, skip_broken=True)
    assert old not in kept_files(cache_dir)


def test_a_report_can_stop_the_reading(large: Path) -> None:
    def stop(share: float, step: str) -> None:
        raise JobCancelled("stopped")

    with pytest.raises(JobCancelled):
        open_space(large, report=stop)


@pytest.mark.parametrize("bound", ["CHILD_BYTES", "CHILD_SECONDS"])
def test_a_reader_that_passes_its_bounds_is_ended_and_it_is_told(
    monkeypatch: pytest.MonkeyPatch, bound: str, cache_dir: Path
) -> None:
    monkeypatch.setattr(isolated, bound, 1 << 26 if bound == "CHILD_BYTES" else 0.05)
    stream = io.BytesIO()
    zeros = np.zeros(1_000_000)  # hardly any bytes in the file
    pl.DataFrame({"x": zeros, "y": zeros, "z": zeros}).write_parquet(stream)
    with pytest.raises(ParseError, match=r"memory"):
        open_space(File("zeros.parquet", content=stream.getvalue()))
    assert kept_files(cache_dir) == []


@pytest.mark.parametrize(("seconds", "memory"), [(60.0, 100 << 20), (0.2, None), (0.2, 1 << 40)])
def test_a_process_is_ended_when_it_passes_a_bound(seconds: float, memory: int | None) -> None:
    """As on macOS and Windows, where the system keeps no bound on the memory."""
    program = "held = bytearray(200 << 20); import time; time.sleep(20)"
    with subprocess.Popen([sys.executable, "-c", program], stdin=-1, stdout=-1, text=True) as grown:
        isolated.watch(grown, seconds, memory, threading.Event())
        assert grown.wait() == -signal.SIGKILL  # and not its own end, which is far off


def test_what_a_library_makes_of_a_broken_file_is_told_as_an_error_of_ours() -> None:
    file = WRITTEN["Parquet table"]()
    broken = File("a.parquet", content=file.content[:40] + b"\0" * 60 + file.content[100:])
    with pytest.raises(ParseError, match=r"a\.parquet"):
        open_space(broken)


def test_a_note_names_the_file_as_its_visitor_does(tmp_path: Path, cache_dir: Path) -> None:
    """Another visitor's name for the same content, salaries-2024-layoffs.h5, is a secret."""
    import h5py

    secret, plain = tmp_path / "salaries-2024-layoffs.h5", tmp_path / "a.h5"
    with h5py.File(secret, "w") as root:
        root["vectors"] = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    plain.write_bytes(secret.read_bytes())
    for path in (secret, plain):
        told = (open_space(path).notes, inspect_file(path).warnings)
        assert [f"came with {path.name}" in " ".join(notes) for notes in told] == [True, True]
    assert b"salaries" not in b"".join(path.read_bytes() for path in kept_files(cache_dir))
    assert not open_space(plain, labels=[f"{row}" for row in range(50)]).notes


MAPPED = {
    "npy": (np.save, "vectors.npy"),
    "fortran npy": (lambda path, rows: np.save(path, np.asfortranarray(rows)), "vectors.npy"),
    "safetensors": (lambda path, rows: save_file({"a": rows}, path), "vectors.safetensors"),
    "fvecs": (lambda path, rows: with_dimensions(rows).tofile(path), "vectors.fvecs"),
}


def with_dimensions(rows: np.ndarray) -> np.ndarray:
    stated = np.full((len(rows), 1), rows.shape[1], "<i4").view("<f4")
    return np.hstack([stated, rows])


@pytest.mark.parametrize("rows", [50, 9000], ids=["small", "large"])
@pytest.mark.parametrize("name", list(MAPPED))
def test_who_changes_or_cuts_off_a_file_changes_no_open_space(
    tmp_path: Path, name: str, rows: int
) -> None:
    write, file_name = MAPPED[name]
    path = tmp_path / file_name
    vectors = np.random.default_rng(0).normal(size=(rows, 40)).astype(np.float32)
    write(path, vectors)
    report = inspect_file(path)
    space = open_space(path)
    np.testing.assert_array_equal(space.vectors, vectors)
    assert report.rows == rows
    with path.open("r+b") as stream:  # where it lies: a new file of that name is another file
        stream.seek(-40, os.SEEK_END)
        stream.write(bytes(40))
    np.testing.assert_array_equal(space.vectors, vectors)
    assert open_space(path).digest != space.digest
    with path.open("r+b") as stream:
        stream.truncate(200)
    np.testing.assert_array_equal(space.vectors, vectors)  # a mapped one ended the process here


def test_only_files_in_the_cache_are_mapped(large: Path) -> None:
    maps = Path("/proc/self/maps")
    if not maps.exists():
        pytest.skip("only Linux tells what is mapped")
    path = large.with_name("other.npy")
    np.save(path, np.ones((9000, 40), np.float32))
    spaces = [open_space(large), open_space(path)]
    found = maps.read_text()
    assert str(path) not in found
    assert str(large) not in found
    assert f"/{kept.COPIES.folder}/" in found
    assert len(spaces) == 2


def test_a_file_that_changes_while_it_is_read_is_not_kept_under_its_former_digest(
    large: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse = text.parse_columns

    def change_and_parse(*given: object) -> object:
        large.write_bytes(large.read_bytes() + b"more 1 2 3\n")
        return parse(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(text, "parse_columns", change_and_parse)
        with pytest.raises(ParseError, match="was changed while it was read"):
            open_space(large)
    assert kept_files(cache_dir) == []


def test_a_file_that_changes_while_it_is_copied_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "vectors.npy"
    np.save(path, np.ones((9000, 40), np.float32))
    copy = kept.shutil.copyfile

    def change_and_copy(source: Path, target: Path) -> None:
        with path.open("r+b") as stream:
            stream.seek(-4, os.SEEK_END)
            stream.write(b"\0\0\0\0")
        copy(source, target)

    monkeypatch.setattr(kept.shutil, "copyfile", change_and_copy)
    with pytest.raises(ParseError, match="was changed while it was read"):
        open_space(path)
