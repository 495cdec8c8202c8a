"""CSV and TSV: which columns are the vectors, which the labels, which go along."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer import EmbeddingSpace, inspect_file, open_space
from explorer.errors import ParseError, UnknownFormatError
from explorer.formats.file import File


def opened(content: str, suffix: str = ".csv", **options: Any) -> EmbeddingSpace:
    return open_space(File(f"table{suffix}", content=content.encode()), **options)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found(separator: str) -> None:
    lines = (("word", "x", "y"), ("king", "1", "0.5"), ("queen", "1", "-0.5"))
    space = opened("\n".join(separator.join(fields) for fields in lines))
    assert space.labels == ("king", "queen")
    assert space.vectors.tolist() == [[1, 0.5], [1, -0.5]]


@pytest.mark.parametrize(
    ("content", "label", "vector", "metadata"),
    [
        ("word,x,y\nking,1,2\n", ("king",), [[1, 2]], None),
        ("x,y,word\n1,2,king\n", ("king",), [[1, 2]], None),
        ("king,1,0.5\nqueen,3,4\n", ("king", "queen"), [[1, 0.5], [3, 4]], None),
        ("word,0,1\nking,3,4\n", ("king",), [[3, 4]], None),
        ("genre,title,x\nepic,Iliad,1\n", ("Iliad",), [[1]], ["genre"]),
        ("rank,dim_0,dim_1,word\n9,1,2,king\n", ("king",), [[1, 2]], ["rank"]),
        ("id,x,y\n70,1,2\n71,3,4\n", ("70", "71"), [[1, 2], [3, 4]], None),
        ("id,word,x,y\n70,king,1,2\n", ("king",), [[1, 2]], ["id"]),
        ("x,y\n1,2\n3,4\n", ("0", "1"), [[1, 2], [3, 4]], None),
        ('\ufeffword,x\n"a ""b"", c",1\n', ('a "b", c',), [[1]], None),
        ("word,x\nnan,1\nnull,2\nNA,3\n", ("nan", "null", "NA"), [[1], [2], [3]], None),
        ("word,x\n#1,1\n#2,2\n", ("#1", "#2"), [[1], [2]], None),
    ],
    ids=[
        "plain",
        "label last",
        "no header",
        "numbers as names",
        "usual name before first text",
        "numbered series",
        "numeric id is a label",
        "text before id",
        "no labels",
        "quotes and byte order mark",
        "words that mean nothing elsewhere",
        "no comments",
    ],
)
def test_columns_are_told_apart(
    content: str, label: tuple[str, ...], vector: list[list[float]], metadata: list[str] | None
) -> None:
    space = opened(content)
    assert space.labels == label
    assert space.vectors.tolist() == vector
    names = None if space.metadata is None else space.metadata.column_names
    assert names == metadata


def test_the_label_column_can_be_chosen() -> None:
    space = opened("word,nom,x\nking,roi,1\n", label_column="nom")
    assert space.labels == ("roi",)
    assert space.metadata is not None
    assert space.metadata.to_pydict() == {"word": ["king"]}


def test_a_number_that_turns_up_after_thousands_of_whole_ones_is_read() -> None:
    space = opened("word,x,y\n" + "a,0,1\n" * 10_001 + "b,0.5,2\n")
    assert space.vectors[-1].tolist() == [0.5, 2]


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip),
        min_size=1,
        max_size=5,
    )
)
def test_any_label_comes_back_from_what_pythons_csv_writes(labels: list[str]) -> None:
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    table.writerow(["word", "x", "y"])
    table.writerows([f"w{label}", 0.5, row] for row, label in enumerate(labels))
    space = opened(stream.getvalue())
    assert list(space.labels) == [f"w{label}" for label in labels]
    np.testing.assert_array_equal(space.vectors[:, 1], range(len(labels)))


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        (
            "word,x,y\nking,1,\nqueen,1,2\n",
            {},
            ["Of 2 rows, 1 has no whole vector: line 2 has nothing in the column “y”"],
        ),
        (
            "word,x,y\nking,1,\nqueen,,2\n",
            {},
            ["2 have no", "line 2 has nothing in the column “y”; line 3", "“x”"],
        ),
        ("word,kind\nking,royal\n", {}, ["no numeric columns", "word, kind"]),
        ("word,x\nking,1\n", {"label_column": "mot"}, ["no column “mot”", "word, x"]),
        ("word,x,y\na,1,2\nb,1\nc,1,2,3\n", {}, ["cannot be read as a table", "same number"]),
        ("king\nqueen\n", {"format": "CSV or TSV table"}, ["one field a line"]),
    ],
    ids=["a gap", "gaps", "no numbers", "no such label", "ragged", "no separator"],
)
def test_a_broken_table_is_told(content: str, options: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(ParseError) as caught:
        opened(content, **options)
    for word in words:
        assert word in str(caught.value)


def test_text_without_numbers_is_no_table() -> None:
    with pytest.raises(UnknownFormatError):
        opened("to be, or not to be\nthat is, the question\n", suffix=".txt")


def test_a_table_without_labels_is_told() -> None:
    (warning,) = inspect_file(File("t.csv", content=b"x,y\n1,2\n")).warnings
    assert "called by their numbers" in warning
