"""NumPy arrays: labels from the file beside, no pickles, no cut-off files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer import inspect_file, open_space
from explorer.errors import LabelCountError, ParseError
from explorer.formats.file import File


def saved(array: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.asarray(array))
    return stream.getvalue()


def labels_file(content: str, name: str = "labels.tsv") -> File:
    return File(name, content=content.encode())


PAIR = saved(np.array([[1, 2], [3, 4]], np.float32))


@pytest.mark.parametrize(
    "dtype", ["float32", "float16", "float64", ">f8", "int8", "uint64", "bool"]
)
def test_every_real_type_is_read_as_float32(dtype: str) -> None:
    space = open_space(saved(np.array([[1, 0], [0, 1]], dtype)))
    assert space.vectors.tolist() == [[1, 0], [0, 1]]


def test_the_stored_type_is_told_where_it_is_another() -> None:
    space = open_space(saved(np.eye(2, dtype=np.float16)))
    assert space.source.steps == ("stored as float16, read as float32",)


def test_a_float32_file_stays_on_disk(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.ones((9000, 40), dtype=np.float32))
    assert isinstance(open_space(tmp_path / "a.npy").vectors.base, np.memmap)


@pytest.mark.parametrize(
    ("name", "content", "labels", "metadata"),
    [
        ("labels.txt", "king\nqueen\n", ("king", "queen"), None),
        ("labels.txt", "new york\nsão, paulo", ("new york", "são, paulo"), None),
        ("labels.txt", "\ufeffking\r\nqueen\r\n", ("king", "queen"), None),
        ("labels.txt", "word\nking\nqueen\n", ("king", "queen"), None),
        ("labels.txt", "a\u2028b\nc\u0085d\n", ("a\u2028b", "c\u0085d"), None),
        ("labels.tsv", "king\nqueen\n", ("king", "queen"), None),
        (
            "labels.tsv",
            "word\trank\nking\t1\nqueen\t2\n",
            ("king", "queen"),
            {"rank": [1, 2]},
        ),
        (
            "labels.csv",
            'year,title\n-700,"Iliad, the"\n1847,Emma\n',
            ("Iliad, the", "Emma"),
            {"year": [-700, 1847]},
        ),
    ],
    ids=[
        "lines",
        "spaces and commas",
        "Windows",
        "a header line",
        "odd line ends inside",
        "one column",
        "tsv",
        "csv",
    ],
)
def test_labels_and_metadata_come_from_the_file_given_with_the_array(
    name: str, content: str, labels: tuple[str, ...], metadata: dict[str, Any] | None
) -> None:
    space = open_space(PAIR, beside=[labels_file(content, name)])
    assert space.labels == labels
    assert (None if space.metadata is None else space.metadata.to_pydict()) == metadata


def test_a_label_file_of_the_same_stem_is_found(tmp_path: Path) -> None:
    (tmp_path / "words.npy").write_bytes(PAIR)
    (tmp_path / "words.tsv").write_text("king\nqueen\n")
    (tmp_path / "words-old.tsv").write_text("wrong\nlabels\n")
    assert open_space(tmp_path / "words.npy").labels == ("king", "queen")


def test_the_label_column_can_be_chosen() -> None:
    beside = [labels_file("word\tnom\nking\troi\nqueen\treine\n")]
    assert open_space(PAIR, beside=beside, label_column="nom").labels == ("roi", "reine")


def test_labels_can_be_given() -> None:
    space = open_space(PAIR, labels=["king", "queen"])
    assert space.labels == ("king", "queen")
    assert space.notes == ()


def test_an_array_alone_is_numbered_and_says_so() -> None:
    space = open_space(PAIR)
    assert space.labels == ("0", "1")
    (note,) = space.notes
    assert "No label file" in note
    assert inspect_file(PAIR).warnings == (note,)


def test_a_label_file_of_another_length_is_refused() -> None:
    with pytest.raises(LabelCountError, match=r"labels.tsv holds 1 label for 2 vectors"):
        open_space(PAIR, beside=[labels_file("king\n")])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (saved(np.array([[None]])), ["pickle", "run code", "numpy.save"]),
        (saved([1, 2, 3]), ["shape (3,)", "matrix"]),
        (saved([[1j]]), ["complex", "Real numbers"]),
        (saved([["a"]]), ["<U1", "numbers"]),
        (PAIR[:-3], ["2 x 2", "16 bytes", "13 bytes follow", "cut off"]),
        (PAIR + b"more", ["20 bytes follow"]),
        (PAIR[:20], ["broken NumPy header"]),
        (b"\x93NUMPY\x01\x00\x10\x00{'shape': (((((\n", ["broken NumPy header"]),
        (PAIR.replace(b"<f4", b",f4"), ["broken NumPy header"]),
        (b"\x93NUMPY\x07\x00\x10\x00{'shape': (((((\n", ["broken NumPy header"]),
    ],
    ids=[
        "objects",
        "one axis",
        "complex",
        "text",
        "cut off",
        "too long",
        "cut header",
        "nonsense header",
        "a type that is no Python",
        "unknown version",
    ],
)
def test_a_broken_array_is_told(content: bytes, words: list[str]) -> None:
    for look in (open_space, inspect_file):
        with pytest.raises(ParseError) as caught:
            look(File("vectors.npy", content=content))
        for word in ("vectors.npy", *words):
            assert word in str(caught.value)
