"""Compressed files and archives: opened within bounds, never a path, never nested."""

from __future__ import annotations

import ast
import bz2
import errno
import gzip
import io
import lzma
import pickle
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from explorer import inspect_file, open_space
from explorer.errors import (
    DiskError,
    FormatError,
    LabelCountError,
    ParseError,
    RefusedError,
    UnknownFormatError,
)
from explorer.formats import arrays, bounds, unpack
from explorer.formats.file import File
from tests.formats.written import LABELS, WRITTEN, labels_txt, metadata_tsv, npy, projector_vectors
from tests.fuzz import hostile

GLOVE = b"king 1 0.5\nqueen 1 -0.5\npea 0 0\n"


def zstd(content: bytes) -> bytes:
    return bytes(pa.compress(content, "zstd", asbytes=True))


CODECS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstd,
}


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def files_below(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("suffix", CODECS)
def test_a_compressed_file_is_opened_under_its_inner_name(suffix: str) -> None:
    file = File(f"royals.txt{suffix}", content=CODECS[suffix](GLOVE))
    space = open_space(file)
    assert (space.name, space.labels) == ("royals", ("king", "queen", "pea"))
    assert inspect_file(file).format == "GloVe text"


def test_a_file_without_a_name_in_an_archive_is_passed_over() -> None:
    nameless = hostile.zipped({"x.txt": GLOVE, "@": b""}).replace(b"@", b"\0")  # a name ends at \0
    assert open_space(File("a.zip", content=nameless)).labels == ("king", "queen", "pea")


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz"])
def test_streams_that_follow_each_other_are_read_as_one(suffix: str) -> None:
    content = CODECS[suffix](GLOVE) + CODECS[suffix](b"man 1 1\n")
    assert len(open_space(File(f"a{suffix}", content=content))) == 4


@pytest.mark.parametrize("suffix", CODECS)
def test_a_cut_off_file_is_told(suffix: str) -> None:
    content = CODECS[suffix](GLOVE * 100)
    with pytest.raises(ParseError, match=r"cannot be unpacked|2 numbers"):
        open_space(File(f"a.txt{suffix}", content=content[: len(content) // 2]))


def test_an_array_and_its_labels_are_opened_from_one_archive() -> None:
    content = zipped({"a/words.npy": npy().content, "b/words.txt": labels_txt().content})
    assert open_space(content).labels == LABELS


def test_the_projectors_pair_is_opened_from_one_archive() -> None:
    pair = {"vectors.tsv": projector_vectors().content, "metadata.tsv": metadata_tsv().content}
    space = open_space(zipped(pair))
    assert space.labels == LABELS
    assert space.metadata is not None


def test_what_macos_adds_to_an_archive_is_passed_over() -> None:
    files = {"words.txt": GLOVE, "__MACOSX/._words.txt": b"\0\0", ".DS_Store": b"\0"}
    assert len(open_space(zipped(files))) == 3


@pytest.mark.parametrize(
    "name", ["../../evil.txt", "/etc/evil.txt", "..\\..\\evil.txt", "C:\\evil.txt", "a/../evil.txt"]
)
def test_a_name_in_an_archive_is_no_path(tmp_path: Path, cache_dir: Path, name: str) -> None:
    before = files_below(tmp_path)
    space = open_space(zipped({name: GLOVE}))
    assert space.source.origin == "evil.txt"
    assert all(cache_dir in path.parents for path in files_below(tmp_path) - before)


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(gzip.compress(GLOVE)),
        gzip.compress(zipped({"a.txt": GLOVE})),
        zipped({"a.txt.gz": gzip.compress(GLOVE)}),
        zipped({"a.zip": zipped({"a.txt": GLOVE})}),
    ],
    ids=["gz in gz", "zip in gz", "gz in zip", "zip in zip"],
)
def test_an_archive_in_an_archive_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedError, match="compressed once more"):
        open_space(content)


@pytest.mark.parametrize("suffix", [*CODECS, ".zip"])
def test_what_unpacks_to_many_times_its_size_is_refused(
    cache_dir: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    monkeypatch.setattr(unpack, "UNPACKED_FREE", 1 << 16)
    monkeypatch.setattr(unpack, "BLOCK_BYTES", 1 << 16)
    bomb = b"0 " * (1 << 20)
    content = zipped({"a.txt": bomb}) if suffix == ".zip" else CODECS[suffix](bomb)
    with pytest.raises(RefusedError, match="250 times its size"):
        open_space(File(f"a.txt{suffix}", content=content))
    assert files_below(cache_dir / "store" / unpack.UNPACKED.folder) == set()


@pytest.mark.parametrize("suffix", [*CODECS, ".zip"])
def test_what_does_not_fit_into_the_cache_is_refused(
    cache_dir: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    monkeypatch.setenv("EXPLORER_CACHE_GB", "0.00001")
    many = b"".join(b"w%d 0.%d 1\n" % (row, row) for row in range(2000))
    content = zipped({"a.txt": many}) if suffix == ".zip" else CODECS[suffix](many)
    with pytest.raises(RefusedError, match="EXPLORER_CACHE_GB"):
        open_space(File(f"a.txt{suffix}", content=content))
    assert files_below(cache_dir / "store" / unpack.UNPACKED.folder) == set()


def test_a_size_that_an_archive_states_falsely_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    honest = zipped({"a.txt": GLOVE * 1000})
    size = (len(GLOVE) * 1000).to_bytes(4, "little")
    lying = honest.replace(size, (10).to_bytes(4, "little"))
    assert lying != honest
    with pytest.raises(FormatError):
        open_space(lying)


def test_an_encrypted_archive_is_told() -> None:
    content = bytearray(zipped({"a.txt": GLOVE}))
    content[6] |= 1
    content[content.find(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ParseError, match=r"encrypted\. Unpack it yourself"):
        open_space(bytes(content))


@pytest.mark.parametrize("content", [zipped({}), zipped({"folder/": b""})], ids=["none", "folder"])
def test_an_archive_without_files_is_told(content: bytes) -> None:
    with pytest.raises(ParseError, match="without any file"):
        open_space(content)


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        ("MEMBERS", "Archives of up to 3 are opened"),
        ("MEMBERS_UNPACKED", "up to 3 files are"),
    ],
)
def test_too_many_files_in_an_archive_are_refused(
    monkeypatch: pytest.MonkeyPatch, bound: str, words: str
) -> None:
    monkeypatch.setattr(unpack, bound, 3)
    with pytest.raises(RefusedError, match=words):
        open_space(zipped({f"{index}.txt": GLOVE for index in range(4)}))


def test_a_list_of_too_many_files_is_refused_before_it_is_read() -> None:
    archive = hostile.zip_of_names(100_000).content
    held = tracemalloc_peak(lambda: refused(archive, "The list of the files"))
    assert held < 3 * len(archive)


def test_the_members_of_an_archive_share_one_bound(
    cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each member alone stays below 250 times the archive's size, and all together do not."""
    monkeypatch.setattr(unpack, "UNPACKED_FREE", 1 << 16)
    archive = zipped({f"{index}.txt": b"0 " * (1 << 18) for index in range(8)})
    assert (1 << 19) < 250 * len(archive) < 8 << 19
    refused(archive, "250 times")
    assert files_below(cache_dir / "store" / unpack.UNPACKED.folder) == set()


def test_the_arrays_of_an_npz_share_one_bound(
    cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpack, "UNPACKED_FREE", 1 << 16)
    stream = io.BytesIO()
    np.savez_compressed(stream, **{f"a{index}": np.zeros((512, 256)) for index in range(8)})
    refused(stream.getvalue(), "250 times")
    assert files_below(cache_dir) == set()


def test_an_array_of_an_npz_is_mapped_from_the_disk_and_not_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(unpack, "BLOCK_BYTES", 1 << 16)
    values = np.random.default_rng(0).random((4000, 500), np.float32)  # 8 MB
    stream = io.BytesIO()
    np.savez_compressed(stream, values)
    file = File("a.npz", content=stream.getvalue())
    with unpack.open_zip(file) as archive:
        (array,) = arrays.npz_arrays(file, archive)
        held = tracemalloc_peak(lambda: array.read(np.arange(5)))
        assert held < values.nbytes
        np.testing.assert_array_equal(array.read(None), values)


def test_an_npz_of_an_array_a_word_is_opened_once_and_leaves_nothing_on_the_disk(
    cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    class Counted(zipfile.ZipFile):
        def __init__(self, *given: Any, **options: Any) -> None:
            opened.append(given)
            super().__init__(*given, **options)

    stream = io.BytesIO()
    np.savez(stream, **{f"w{index}": np.full(4, index, np.float32) for index in range(50)})
    monkeypatch.setattr(zipfile, "ZipFile", Counted)
    space = open_space(stream.getvalue())
    assert space.labels[:2] == ("w0", "w1")
    np.testing.assert_array_equal(space.vectors[:, 0], range(50))
    assert len(opened) < 10
    assert files_below(cache_dir / "store" / unpack.UNPACKED.folder) == set()


def test_labels_that_do_not_fit_an_npz_are_told_and_not_taken_for_a_broken_zip() -> None:
    stream = io.BytesIO()
    np.savez(stream, vectors=np.eye(3))
    labels = File("a.txt", content=b"king\n")
    with pytest.raises(LabelCountError, match="1 label for 3 vectors"):
        open_space(File("a.npz", content=stream.getvalue(), beside=(labels,)))


def test_an_xz_that_asks_for_more_memory_than_the_bound_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(unpack, "XZ_MEMORY", 1 << 20)
    with pytest.raises(ParseError, match=r"[Mm]emory"):
        open_space(File("a.txt.xz", content=lzma.compress(GLOVE * 1000)))


def test_a_name_in_an_archive_puts_no_line_into_the_code_that_is_told() -> None:
    name = "m\nimport os; os.remove('all')\n.kv"
    told = refused(zipped({name: pickle.dumps({"king": [1.0]}, 4)}), "is a Python pickle")
    lines = told.partition("\n")[2]
    assert lines
    assert not any(line.startswith("import os") for line in lines.split("\n"))
    assert len(ast.parse(lines).body) == lines.count("\n") + 1


def refused(content: bytes, words: str) -> str:
    """Return what is told of an archive that is refused with such words."""
    with pytest.raises(RefusedError, match=words) as caught:
        open_space(content)
    return str(caught.value)


def tracemalloc_peak(work: Callable[[], object]) -> int:
    """Return how many bytes of Python's memory the work held at its peak."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_an_archive_is_unpacked_once(cache_dir: Path) -> None:
    content = gzip.compress(GLOVE)
    open_space(content)
    (once,) = files_below(cache_dir / "store" / unpack.UNPACKED.folder)
    stamp = once.stat().st_ino
    open_space(content)
    assert once.stat().st_ino == stamp


def test_the_bound_is_never_more_than_half_the_free_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_CACHE_GB", "1e9")
    import shutil

    free = shutil.disk_usage(Path.cwd()).free
    assert bounds.unpacked_bytes() < 0.6 * free


@pytest.mark.parametrize("name", ["Excel workbook", "NumPy archive"])
def test_a_format_that_is_a_zip_is_opened_from_within_an_archive(name: str) -> None:
    file = WRITTEN[name]()
    assert len(open_space(zipped({file.name: file.content}))) == 5


def test_a_readme_in_an_archive_is_not_taken_for_the_vectors() -> None:
    def archive(**files: bytes) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as made:
            made.writestr("readme.md", "# What is in here")
            for name, content in files.items():
                made.writestr(f"{name}.csv", content)
        return stream.getvalue()

    table = b"word,x0,x1\na,1,2\nb,3,4\n"
    assert open_space(archive(words=table), name="z").labels == ("a", "b")
    with pytest.raises(UnknownFormatError, match=r"words\.csv, others\.csv"):
        open_space(archive(words=table, others=table), name="z")


def test_a_full_disk_is_not_told_as_a_broken_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("explorer.cache.store.tempfile.mkdtemp", full)
    for file in (File("a.txt.gz", content=gzip.compress(GLOVE)), WRITTEN["Parquet table"]()):
        with pytest.raises(DiskError, match="No space left"):
            open_space(file)
