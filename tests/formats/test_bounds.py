"""Each bound of the readers, held by a test that sees it go."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from explorer import EmbeddingSpace, open_space, save_space
from explorer.errors import ParseError, RefusedError
from explorer.formats import (
    arrays,
    bundle,
    contents,
    data_folder,
    excel,
    hdf5,
    isolated,
    json_table,
    labels,
    parquet,
    parse_json,
    projector,
    safetensors,
    table,
    text,
    unpack,
)
from explorer.formats.columns import find_vectors, series_of
from explorer.formats.contents import Options
from explorer.formats.file import File
from explorer.formats.kept import kept_key
from tests.formats.written import LABELS, VECTORS, WRITTEN, labels_txt, npy
from tests.fuzz.hostile import arrow_with_a_patched_offset, zipped

CONFIG = "Embedding Projector configuration"
PASSED = (  # where the bound stands, what it becomes, and what the reader of a format then tells
    (excel, "SHEET_CELLS", 10, excel.read, "Excel workbook", "more than 10 cells"),
    (parse_json, "JSON_BYTES", 10, json_table.read, "JSON", "JSON is read up to 10"),
    (table, "COLUMNS", 3, table.read, "CSV or TSV table", "4 columns"),
    (contents, "DIMENSIONS", 2, arrays.read_npy, "NumPy array", "3 dimensions"),
    (contents, "DIMENSIONS", 2, text.read, "GloVe text", "3 dimensions"),
    (contents, "ROWS", 4, arrays.read_npy, "NumPy array", "holds 5 vectors"),
    (contents, "ROWS", 4, text.read, "GloVe text", "holds 5 vectors"),
    (contents, "ROWS", 4, parquet.read_parquet, "Parquet table", "holds 5 vectors"),
    (labels, "LABEL_FILE_BYTES", 10, arrays.read_npy, "NumPy array", "too many for a file"),
    (safetensors, "ARRAYS", 0, safetensors.read, "safetensors", "1 tensors"),
    (hdf5, "DATASETS", 1, hdf5.read, "HDF5", "more than 1 datasets"),
    (safetensors, "HEADER_BYTES", 10, safetensors.read, "safetensors", "header should have"),
    (projector, "CONFIG_BYTES", 10, projector.read_config, CONFIG, "names files has up to 10"),
)


@pytest.mark.parametrize("case", PASSED, ids=lambda case: f"{case[1]} {case[4]}")
def test_what_passes_a_bound_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: tuple[Any, ...]
) -> None:
    module, bound, value, read, name, words = case
    file = WRITTEN[name]()
    path = tmp_path / file.name
    path.write_bytes(file.content)
    file = File(file.name, path=path, beside=file.beside)
    read(file, Options(isolated=True))
    monkeypatch.setattr(module, bound, value)
    with pytest.raises(ParseError, match=words):
        read(file, Options(isolated=True))


def test_the_line_of_a_text_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.formats.encodings.LINE_BYTES", 100)
    monkeypatch.setattr("explorer.formats.encodings.BLOCK_BYTES", 50)
    content = b"king 1 0\nqueen 1 1\n" + b"w" * 300 + b" 1 1\n"
    with pytest.raises(ParseError, match="has a line of more than"):
        open_space(File("a.txt", content=content))


def test_the_members_of_an_archive_fit_into_the_cache_together(
    monkeypatch: pytest.MonkeyPatch, cache_dir: Path
) -> None:
    monkeypatch.setenv("EXPLORER_CACHE_GB", "0.00001")
    half = np.random.default_rng(0).bytes(6000)
    with pytest.raises(RefusedError, match="EXPLORER_CACHE_GB"):
        open_space(zipped({"a.bytes": half, "b.bytes": half}))
    assert not any((cache_dir / "store" / unpack.UNPACKED.folder).glob("*"))


def test_a_workbook_that_unpacks_to_many_times_its_size_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(unpack, "UNPACKED_FREE", 0)
    monkeypatch.setattr(unpack, "UNPACKED_RATIO", 1)
    with pytest.raises(RefusedError, match="1 times its size"):
        excel.read(WRITTEN["Excel workbook"](), Options())


def test_a_reader_can_write_no_more_than_the_disk_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated, "unpacked_bytes", lambda: 1 << 18)  # the cache's index has less
    stream = io.BytesIO()
    ones = np.ones(100_000, np.float32)
    pq.write_table(pa.table({"x": ones, "y": ones}), stream)
    with pytest.raises(ParseError, match="File too large"):
        open_space(File("a.parquet", content=stream.getvalue()))


def test_groups_of_hdf5_are_followed_to_a_depth(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as root:
        root.create_dataset("a/b/c/vectors", data=VECTORS)
    file = File("a.h5", path=path)
    hdf5.read(file, Options())
    monkeypatch.setattr(hdf5, "DEPTH", 2)
    with pytest.raises(ParseError, match="nested deeper than 2"):
        hdf5.read(file, Options())


def test_what_was_never_written_into_hdf5_is_not_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as root:
        root.create_dataset("v", (100_000, 16), "f4", chunks=(1000, 16))
    monkeypatch.setattr(hdf5, "UNPACKED_FREE", 1 << 20)
    with pytest.raises(RefusedError, match="250 times"):
        hdf5.read(File("a.h5", path=path), Options())


def test_the_folder_of_the_server_is_listed_up_to_a_bound(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for index in range(4):
        (tmp_path / f"{index}.npy").write_bytes(npy().content)
    monkeypatch.setenv("EXPLORER_DATA_DIR", str(tmp_path))
    assert len(data_folder.list_files()) == 4
    monkeypatch.setattr(data_folder, "LISTED", 3)
    assert len(data_folder.list_files()) == 3


def test_an_arrow_offset_beyond_its_buffer_is_found() -> None:
    broken = pa.ipc.open_stream(arrow_with_a_patched_offset()).read_all()
    with pytest.raises(pa.ArrowInvalid):
        parquet.as_frame(broken)


def test_a_column_of_sixty_thousand_digits_is_no_work() -> None:
    """A regular expression took quadratic time: minutes, in which nobody got an answer."""
    assert series_of("1" * 5_000_000 + "x") is None
    assert series_of("dim_12") == series_of("dim13") == "dim"
    assert series_of("a") is None


def test_a_first_line_of_five_thousand_digits_is_told_or_read() -> None:
    assert not table.has_header(b"9" * 5000 + b",1\n", b",")


@pytest.mark.parametrize(
    "changed",
    [
        {"label_column": "word"},
        {"array": "v"},
        {"skip_broken": True},
        {"metadata_columns": ("year",)},
        {"kind": "look"},
        {"format_name": "GloVe text"},
        {"beside": (File("words.txt", content=b"a\nb\n"),)},
        {"content": b"other"},
    ],
    ids=lambda one: next(iter(one)),
)
def test_what_decides_a_reading_is_in_its_key(changed: dict[str, Any]) -> None:
    def key(
        format_name: str = "NumPy array",
        kind: str = "read",
        content: bytes = b"same",
        beside: tuple[File, ...] = (labels_txt(),),
        **options: Any,
    ) -> str:
        return kept_key(
            File("a", content=content, beside=beside), format_name, Options(**options), kind
        )

    assert key() == key()
    assert key(**changed) != key()


def test_many_labels_are_read_in_a_process_of_their_own(
    monkeypatch: pytest.MonkeyPatch, cache_dir: Path
) -> None:
    monkeypatch.setattr(labels, "READ_HERE_BYTES", 0)
    monkeypatch.setattr(parse_json, "parse_json", None)  # to parse it here would fail
    lines = "word\trank\n" + "".join(f"{one}\t{place}\n" for place, one in enumerate(LABELS))
    for name, content in (
        ("words.json", b'["king", "queen", "new york", "na\xc3\xafve", "pea"]'),
        ("words.txt", labels_txt().content),
        ("words.txt", b"word\n" + labels_txt().content),
        ("words.tsv", lines.encode()),
    ):
        file = File("words.npy", content=npy().content, beside=(File(name, content=content),))
        space = open_space(file)
        assert space.labels == LABELS
    assert space.metadata is not None
    assert space.metadata.column_names == ["rank"]
    assert len(list((cache_dir / "store").glob("parsed-v*/*/table.arrow"))) == 4


def test_many_labels_that_were_saved_here_come_back_as_they_were(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And a stranger's of the same content, which the cache keeps too, stay as they are."""
    monkeypatch.setattr(labels, "READ_HERE_BYTES", 0)
    space = EmbeddingSpace(["=a", "'-x", "b"], np.eye(3))
    _, beside = save_space(space, tmp_path / "a.tsv")
    np.save(tmp_path / "v.npy", np.eye(3))
    (tmp_path / "v.tsv").write_bytes(beside.read_bytes())
    assert open_space(tmp_path / "v.npy").labels == ("'=a", "''-x", "b")
    assert open_space(tmp_path / "a.tsv").labels == space.labels


def test_a_long_header_of_safetensors_is_read_in_a_process_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from safetensors.numpy import save_file

    path = tmp_path / "a.safetensors"
    labels_kept = '["king", "queen", "new york", "na\\u00efve", "pea"]'
    save_file({"w": VECTORS, "b": np.ones(3, np.float32)}, path, {"labels": labels_kept})
    here = open_space(path)
    monkeypatch.setattr(safetensors, "READ_HERE_BYTES", 0)
    monkeypatch.setattr(safetensors, "parse_json", None)  # to parse it here would fail
    there = open_space(path)
    assert there.labels == here.labels == LABELS
    np.testing.assert_array_equal(there.vectors, VECTORS)
    assert there.notes == here.notes


def test_texts_of_an_array_become_arrow_strings() -> None:
    assert bundle.texts(np.array(["a", "né"])).to_pylist() == ["a", "né"]
    assert bundle.texts(np.array([b"a", b"\xff"])).to_pylist() == ["a", "�"]


def test_numbered_columns_are_found_as_before() -> None:
    import polars as pl

    frame = pl.DataFrame({"word": ["a"], "x.1": [1.0], "x.2": [2.0], "price": [3.0]})
    assert find_vectors(frame)[0].columns == ("x.1", "x.2")


def test_a_stated_size_of_a_tensor_is_checked() -> None:
    stream = io.BytesIO()
    text_ = b'{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,64]}}'
    stream.write(struct.pack("<Q", len(text_)) + text_ + bytes(64))
    with pytest.raises(ParseError, match="Was it cut off"):
        open_space(File("a.safetensors", content=stream.getvalue()))


def test_the_name_of_a_file_is_one_line() -> None:
    assert File("m\nimport os\u2028x\r.kv").name == "m�import os�x�.kv"
    assert File("Réunion\u00a02024 \u0646\u200c.txt").name == "Réunion\u00a02024 \u0646\u200c.txt"
