"""Files of several arrays: which is read, where its labels come from, what is refused."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from safetensors.torch import save as save_tensors

from explorer import inspect_file, open_space
from explorer.errors import BrokenRowsError, ExplorerError, ParseError
from explorer.formats import excel, hdf5, torch_file
from explorer.formats.contents import Options
from explorer.formats.file import File
from explorer.formats.known import named_format
from tests.formats.written import LABELS, VECTORS, WRITTEN, fvecs, gensim_text, labels_txt

SMALL, LARGE = np.ones((2, 3), np.float32), np.ones((5, 3), np.float32)


def npz(**arrays: Any) -> File:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return File("several.npz", content=stream.getvalue())


def test_of_several_arrays_the_largest_is_read_and_the_others_are_told() -> None:
    file = npz(small=SMALL, large=LARGE)
    report = inspect_file(file)
    assert report.arrays == ("large", "small")
    assert "holds 2 arrays; this one is “large”: 5 x 3" in report.warnings[0]
    assert len(open_space(file)) == 5


def test_the_array_can_be_chosen() -> None:
    assert len(open_space(npz(small=SMALL, large=LARGE), array="small")) == 2


def test_an_array_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(ParseError, match=r"no matrix “huge”\. Its matrices: “small”, “large”"):
        open_space(npz(small=SMALL, large=LARGE), array="huge")


def test_labels_in_the_file_are_those_of_the_same_count() -> None:
    file = npz(vectors=SMALL, other=np.array(["x"]), words=np.array(["king", "queen"]))
    assert open_space(file).labels == ("king", "queen")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("labels.json", json.dumps(list(LABELS))),
        ("labels.json", json.dumps({label: row for row, label in enumerate(LABELS)})),
        ("labels.json", json.dumps({str(row): label for row, label in enumerate(LABELS)})),
        ("labels.json", json.dumps([{"word": label, "n": 1} for label in LABELS])),
        ("labels.tsv", "\n".join(LABELS)),
        ("labels.csv", "\n".join(("word,n", *(f"{label},1" for label in LABELS)))),
    ],
    ids=["list", "rows by word", "words by row", "records", "lines", "table"],
)
def test_labels_come_from_a_file_of_any_usual_shape(name: str, content: str) -> None:
    beside = (File(name, content=content.encode()),)
    assert open_space(fvecs(), beside=beside[:0]).labels == LABELS
    file = File("v.fvecs", content=fvecs().content, beside=beside)
    assert open_space(file).labels == LABELS


def test_bfloat16_is_read_from_safetensors() -> None:
    tensors = {"a": torch.tensor([[1.5, -2.0]], dtype=torch.bfloat16)}
    space = open_space(File("a.safetensors", content=save_tensors(tensors)))
    assert space.vectors.tolist() == [[1.5, -2.0]]
    assert space.source.steps == ("stored as BF16, read as float32",)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f8", ">f2", "<i2", "u1"])
def test_byte_order_and_memory_order_do_not_matter(dtype: str, order: Any) -> None:
    given = np.array([[1, 2, 3], [4, 5, 6]]).astype(dtype, order=order)
    stream = io.BytesIO()
    np.save(stream, given)
    assert open_space(stream.getvalue()).vectors.tolist() == [[1, 2, 3], [4, 5, 6]]


def looked_and_read(module: Any, file: File) -> None:
    for function in (module.look, module.read):
        function(file, Options())


def test_hdf5_never_follows_a_link_to_another_file(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "secret.h5", "w") as root:
        root["secret"] = LARGE
    np.ones(6, np.float32).tofile(tmp_path / "raw")
    with h5py.File(tmp_path / "links.h5", "w") as root:
        root["external"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "/secret")
        root.create_dataset("raw", (2, 3), "f4", external=str(tmp_path / "raw"))
        layout = h5py.VirtualLayout((5, 3), "f4")
        layout[:] = h5py.VirtualSource(str(tmp_path / "secret.h5"), "secret", (5, 3))
        root.create_virtual_dataset("virtual", layout)
        root["loop"] = root["/"]
    with pytest.raises(ParseError, match="holds no array"):
        looked_and_read(hdf5, File("links.h5", path=tmp_path / "links.h5"))


def test_torch_states_are_flattened_and_floats_of_all_kinds_read(tmp_path: Path) -> None:
    torch.save({"model": {"weight": torch.ones(4, 2, dtype=torch.bfloat16)}}, tmp_path / "m.pt")
    contents = torch_file.read(File("m.pt", path=tmp_path / "m.pt"), Options())
    assert contents.vectors.shape == (4, 2)
    torch.save(torch.eye(3).to_sparse(), tmp_path / "sparse.pt")
    with pytest.raises(ParseError, match="Real numbers are needed"):
        looked_and_read(torch_file, File("sparse.pt", path=tmp_path / "sparse.pt"))


def test_torchs_older_format_is_read(tmp_path: Path) -> None:
    torch.save(torch.eye(3), tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    file = File("old.pt", path=tmp_path / "old.pt")
    assert torch_file.is_torch(file, file.head())
    assert torch_file.read(file, Options()).vectors.shape == (3, 3)


def test_the_excel_sheet_can_be_chosen() -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for title, rows in (("first", 2), ("second", 3)):
        sheet = book.create_sheet(title)
        sheet.append(["word", "x", "y"])
        for row in range(rows):
            sheet.append([f"w{row}", row, 0.5])
    stream = io.BytesIO()
    book.save(stream)
    file = File("book.xlsx", content=stream.getvalue())
    assert len(excel.read(file, Options()).vectors) == 2
    assert len(excel.read(file, Options(array="second")).vectors) == 3
    with pytest.raises(ParseError, match="no sheet “third”"):
        excel.read(file, Options(array="third"))


def workbook(rows: list[list[Any]], places: dict[str, Any] | None = None) -> File:
    """Return what openpyxl writes: rows, and single cells by their places."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for place, value in (places or {}).items():
        book.active[place] = value
    stream = io.BytesIO()
    book.save(stream)
    return File("book.xlsx", content=stream.getvalue())


def test_ids_in_excel_are_whole_numbers() -> None:
    contents = excel.read(workbook([["id", "x", "y"], [1000, 1, 0.5], [1001, 2, 1]]), Options())
    assert contents.labels == ["1000", "1001"]
    contents = excel.read(workbook([["id", "x", "y"], [1000, 1, 0.5], ["A1", 2, 1]]), Options())
    assert contents.labels == ["1000", "A1"]


def test_a_cell_of_excel_that_is_no_number_is_named_with_its_row_in_the_sheet() -> None:
    file = workbook([["word", "x", "y"], ["king", 1, 2], [], ["queen", "NA", 4], ["pea", 5, 6]])
    with pytest.raises(BrokenRowsError, match="row 4 has “NA” in the column “x”") as caught:
        excel.read(file, Options())
    assert caught.value.columns == ("x",)
    assert open_space(file, skip_broken=True).labels == ("king", "pea")
    with pytest.raises(BrokenRowsError) as isolated:  # it comes from a process of its own
        open_space(file)
    assert isolated.value.columns == ("x",)


def test_a_sheet_that_spans_too_much_is_refused_before_it_is_read() -> None:
    file = workbook([["word", "x"], ["king", 1]], {"XFD1048576": 1})
    with pytest.raises(ParseError, match="1,048,576 rows and 16,384 columns"):
        open_space(file)  # in a process of its own, which would end without a word


def test_excels_format_from_before_2007_is_read() -> None:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("words")
    for place, row in enumerate([["word", "x", "y"], ["naïve", 1, 0.5], ["queen", 2, -1]]):
        for column, value in enumerate(row):
            sheet.write(place, column, value)
    stream = io.BytesIO()
    book.save(stream)
    space = open_space(File("old.xls", content=stream.getvalue()))
    assert space.labels == ("naïve", "queen")
    assert space.vectors.tolist() == [[1, 0.5], [2, -1]]


def test_a_broken_workbook_is_told() -> None:
    content = excel.OLD_EXCEL + b"\0" * 100
    with pytest.raises(ParseError, match="broken workbook"):
        excel.read(File("old.xls", content=content), Options())


@pytest.mark.parametrize("newline", [b"", b"\n"])
def test_word2vec_binary_is_read_with_and_without_line_ends(newline: bytes) -> None:
    rows = [(b"king", [1.0, 2.0]), ("naïve".encode(), [3.0, 4.0])]
    content = b"2 2\n" + b"".join(
        label + b" " + np.array(values, "<f4").tobytes() + newline for label, values in rows
    )
    space = open_space(content)
    assert space.labels == ("king", "naïve")
    assert space.vectors.tolist() == [[1, 2], [3, 4]]
    assert space.notes == ()


def test_a_word2vec_binary_that_was_cut_off_opens_and_says_so() -> None:
    content = gensim_text(binary=True)
    space = open_space(content[:-5])
    assert len(space) == 4
    assert "1 is missing" in space.notes[0]


def test_a_claim_of_more_vectors_than_bytes_allocates_nothing() -> None:
    line = b"99999999999 60000\n"
    with pytest.raises(ExplorerError):
        open_space(line + b"king " + b"\0" * 100, format="word2vec binary")
    huge = {"w": {"dtype": "F32", "shape": [10**9, 10**9], "data_offsets": [0, 4 * 10**18]}}
    header = json.dumps(huge).encode()
    with pytest.raises(ParseError, match="cut off"):
        open_space(len(header).to_bytes(8, "little") + header)


def test_an_unseen_word_gets_the_vector_that_gensim_gives_it(tmp_path: Path) -> None:
    from gensim.models.fasttext import load_facebook_vectors

    file = WRITTEN["fastText binary"]()
    (tmp_path / "model.bin").write_bytes(file.content)
    space, keyed = (
        open_space(tmp_path / "model.bin"),
        load_facebook_vectors(str(tmp_path / "model.bin")),
    )
    assert list(space.labels) == keyed.index_to_key
    np.testing.assert_allclose(space.vectors, keyed.vectors, atol=1e-6)
    np.testing.assert_allclose(space["kings"].values, keyed["kings"], atol=1e-6)
    assert "kings" not in space


def test_a_projector_configuration_names_files_and_no_paths() -> None:
    file = WRITTEN["Embedding Projector configuration"]()
    alone = File(file.name, content=file.content)
    with pytest.raises(ParseError, match=r"“words\.bytes”, which was not given with it"):
        open_space(alone)
    outside = file.content.replace(b"oss_data/words.bytes", b"/etc/passwd")
    with pytest.raises(ParseError, match="“passwd”, which was not given with it"):
        open_space(File(file.name, content=outside, beside=file.beside))


def test_projector_vectors_without_metadata_are_numbered() -> None:
    file = WRITTEN["Embedding Projector vectors"]()
    space = open_space(File("vectors.tsv", content=file.content))
    assert space.labels == ("0", "1", "2", "3", "4")
    np.testing.assert_array_equal(space.vectors, VECTORS)


@pytest.mark.parametrize("header", [True, False])
def test_projector_metadata_of_one_column_needs_no_header(header: bool) -> None:
    lines = (["name"] if header else []) + list(LABELS)
    beside = (File("metadata.tsv", content="\n".join(lines).encode()),)
    file = WRITTEN["Embedding Projector vectors"]()
    assert open_space(File(file.name, content=file.content, beside=beside)).labels == LABELS


def test_the_labels_of_a_file_are_never_those_of_a_stranger(tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("\n".join(LABELS))
    (tmp_path / "v.npy").write_bytes(WRITTEN["NumPy array"]().content)
    assert open_space(tmp_path / "v.npy").labels[0] == "0"
    (tmp_path / "v.txt").write_bytes(labels_txt().content)
    assert open_space(tmp_path / "v.npy").labels == LABELS


def test_every_format_says_how_it_is_recognized() -> None:
    for name in WRITTEN:
        assert named_format(name).why
