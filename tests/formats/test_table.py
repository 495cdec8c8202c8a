"""CSV and TSV: which columns are the vectors, which the labels, which go along."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer import EmbeddingSpace, inspect_file, open_space
from explorer.errors import BrokenRowsError, ParseError, UnknownFormatError
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
        (",0,1\nking,1,2\nqueen,3,4\n", ("king", "queen"), [[1, 2], [3, 4]], None),
        (",word,x,y\n0,king,1,2\n1,pea,3,4\n", ("king", "pea"), [[1, 2], [3, 4]], ["index"]),
        ("label,x,y,cluster\nking,1,2,0\n", ("king",), [[1, 2]], ["cluster"]),
        ("word,count\nking,1\nqueen,2\n", ("king", "queen"), [[1], [2]], None),
        ("id,content,x\na1,One.,1\na2,Two.,2\n", ("One.", "Two."), [[1], [2]], ["id"]),
        ("id,gloss,x\n1,One.,1\n2,Two.,2\n", ("One.", "Two."), [[1], [2]], ["id"]),
        ("id,genre,x\n71,epic,1\n72,epic,2\n", ("71", "72"), [[1], [2]], ["genre"]),
        ("word,x\n\nking,1\n\nqueen,2\n\n", ("king", "queen"), [[1], [2]], None),
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
        "pandas' index of words",
        "pandas' index of numbers",
        "a cluster is no dimension",
        "where nothing else is a dimension",
        "content before id",
        "text before ids of numbers",
        "ids before a genre",
        "empty lines",
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


def test_a_header_that_begins_as_a_packed_file_does_is_text() -> None:
    space = opened("x^,y,label\n1,2,king\n3,4,queen\n")
    assert space.labels == ("king", "queen")
    assert space.vectors.tolist() == [[1, 2], [3, 4]]


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


MISSING = ["NA", "nan", "-", "#N/A", "", "n/a", "null", "?", "inf", "1e+60", "about 2"]


@pytest.mark.parametrize("look", [open_space, inspect_file])
@pytest.mark.parametrize("cell", MISSING)
def test_a_cell_that_is_no_number_is_told_with_line_and_column(cell: str, look: Any) -> None:
    content = f'word,x,y\n"a\nb",1,2\n\nking,{cell},4\nqueen,5,6\n'.encode()
    file = File("t.csv", content=content)
    named = f"“{cell}”" if cell else "nothing"
    with pytest.raises(BrokenRowsError) as caught:
        look(file)
    assert f"line 5 has {named} in the column “x”" in str(caught.value)
    assert caught.value.columns == ("x",)


def test_rows_with_a_cell_that_is_no_number_are_left_out_if_that_is_wanted() -> None:
    file = File("t.csv", content=b"word,x,y\nking,1,2\nqueen,NA,4\npea,5,6\n")
    space, report = open_space(file, skip_broken=True), inspect_file(file, skip_broken=True)
    assert space.labels == ("king", "pea")
    assert space.vectors.tolist() == [[1, 2], [5, 6]]
    assert (report.rows, report.dim) == (2, 2)
    note = "1 row without a whole vector left out: line 3 has “NA” in the column “x”."
    assert space.notes == report.warnings == (note,)


def test_a_column_with_other_things_than_numbers_is_metadata_if_that_is_wanted() -> None:
    file = File("t.csv", content=b"word,x,y,age,year\nking,1,2,7,9\nqueen,3,4,NA,9\n")
    with pytest.raises(BrokenRowsError) as caught:
        open_space(file)
    space = open_space(file, metadata_columns=caught.value.columns)
    assert space.vectors.tolist() == [[1, 2], [3, 4]]
    assert space.metadata is not None
    assert space.metadata.to_pydict() == {"age": ["7", "NA"], "year": [9, 9]}
    assert inspect_file(file, metadata_columns=["age"]).dim == 3  # then the year is a dimension


def test_a_column_of_a_series_does_not_vanish() -> None:
    lines = ["word," + ",".join(f"d{axis}" for axis in range(8))]
    lines += [f"w{row}," + ",".join("1" * 8) for row in range(4)]
    lines[3] = "w2,1,1,NA,1,1,1,1,1"
    for column, words in (
        (lines, "line 4 has “NA” in the column “d2”"),
        ([lines[0], "w,1,1,,1,1,1,1,1", "v,1,1,,1,1,1,1,1"], "nothing in the column “d2”"),
    ):
        with pytest.raises(BrokenRowsError, match=words):
            opened("\n".join(column))


def test_the_guess_that_a_column_is_metadata_is_told_and_can_be_overruled() -> None:
    file = File("t.csv", content=b"label,x,y,cluster\nking,1,2,0\nqueen,3,4,1\n")
    report = inspect_file(file)
    assert "“cluster” is taken for metadata" in report.warnings[0]
    assert report.numeric_columns == ("x", "y", "cluster")
    space = open_space(file, metadata_columns=[])
    assert (space.dim, space.notes) == (3, ())
    with pytest.raises(ParseError, match="no column “z”"):
        open_space(file, metadata_columns=["z"])


@pytest.mark.parametrize(
    ("content", "vectors", "note"),
    [
        ("word,x,y\nking, 2.2,1\nqueen,\u22123,2\n", [[2.2, 1], [-3, 2]], ""),
        ('word,x,y\nking,"1,234.5",1\nqueen,2,2\n', [[1234.5, 1], [2, 2]], "between thousands"),
        ('word,x,y\nking,"1,234",1\nqueen,2,2\n', [[1234, 1], [2, 2]], "“1,234” was read as 1234"),
        ("word;x;y\nking;0,5;1\nqueen;-1,25;2\n", [[0.5, 1], [-1.25, 2]], "“0,5” was read as 0.5"),
        ("word;x;y\nking;1,234;1\nqueen;2,5E-1;2\n", [[1.234, 1], [0.25, 2]], "decimal commas"),
        ("word;x;y\nking;1.234,5;1\nqueen;2;2\n", [[1234.5, 1], [2, 2]], "decimal commas"),
        ("word\tx\nking\t1,234\nqueen\t2,345\n", [[1.234], [2.345]], "decimal commas"),
    ],
)
def test_numbers_are_read_as_people_write_them(
    content: str, vectors: list[list[float]], note: str
) -> None:
    space = opened(content)
    np.testing.assert_allclose(space.vectors, vectors)
    assert space.labels == ("king", "queen")
    assert note in " ".join(space.notes)


def test_a_number_that_may_mean_two_things_is_told() -> None:
    with pytest.raises(BrokenRowsError, match=r"line 3 has “1\.234” in the column “x”"):
        opened("word;x;y\nking;0,5;1\nqueen;1.234;1\npea;0,25;2\n")


def test_what_a_strangers_table_calls_its_columns_stays_on_the_first_line_of_an_error() -> None:
    with pytest.raises(ParseError) as caught:
        opened('word,"x\nimport os",y\nking,NA,1\nqueen,2,2\n')
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("encoding", "told", "words"),
    [
        ("latin-1", "Latin-1", ("naïve", "café", "thé")),
        ("gb18030", "GB18030", ("国王", "女王", "人工智能")),
        ("cp1251", "Windows-1251", ("король", "королева", "предложение")),
    ],
)
@pytest.mark.parametrize("suffix", [".csv", ".txt"])
def test_a_table_in_another_encoding_is_read_and_that_is_told(
    encoding: str, told: str, words: tuple[str, ...], suffix: str
) -> None:
    content = "word,x,y\n" + "".join(f"{word},1,2\n" for word in words)
    file = File(f"t{suffix}", content=content.encode(encoding))
    space, report = open_space(file), inspect_file(file)
    assert space.labels == words
    assert f"It was read as {told}" in space.notes[0]
    assert report.warnings == space.notes


def test_a_few_broken_letters_do_not_make_it_another_encoding() -> None:
    content = "word,x\nnaïve,1\ncafé,2\n".encode() + b"th\xe9,3\n"
    space = open_space(File("t.csv", content=content))
    assert space.labels == ("naïve", "café", "th�")
    assert "1 line is not valid UTF-8" in space.notes[0]


def test_a_large_table_is_looked_at_by_its_head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.formats.LOOK_WHOLE", 0)
    monkeypatch.setattr("explorer.formats.file.HEAD_BYTES", 40)
    content = b"word;x;y\n" + b"king;0,5;1\n" * 50
    report = inspect_file(File("t.csv", content=content))
    assert (report.rows, report.dim) == (50, 2)


def test_text_without_numbers_is_no_table() -> None:
    with pytest.raises(UnknownFormatError):
        opened("to be, or not to be\nthat is, the question\n", suffix=".txt")


def test_a_table_without_labels_is_told() -> None:
    (warning,) = inspect_file(File("t.csv", content=b"x,y\n1,2\n")).warnings
    assert "called by their numbers" in warning


@pytest.mark.parametrize(
    ("content", "price"),
    [
        ('word,x0,x1,price\na,0.1,1.5,"1,234.5"\nb,0.2,1.5,20\n', [1234.5, 20.0]),
        ("word;x0;x1;price\na;0,1;1,5;12,50\nb;0,2;1,5;14,25\n", [12.5, 14.25]),
        ('word,x0,x1,price\na,0.1,1.5,"1,234.5"\nb,0.2,1.5,none\n', ["1,234.5", "none"]),
    ],
)
def test_a_column_beside_the_vectors_is_of_numbers_where_all_are(
    content: str, price: list[object]
) -> None:
    space = open_space(content.encode(), name="t")
    assert space.dim == 2
    assert space.metadata is not None
    assert space.metadata["price"].to_pylist() == price


def test_dates_as_iso_8601_writes_them_are_dates_and_others_stay_texts() -> None:
    columns = {
        "day": ("2024-01-31", ""),
        "at": ("2024-01-31T10:20:30", "2024-02-01 00:00:00.5"),
        "zoned": ("2024-01-31T10:20:30Z", "2024-01-31T10:20:30+02:00"),
        "mixed": ("2024-01-31", "soon"),
        "no day": ("2024-02-30", "2024-01-01"),
        "american": ("01/31/2024", "02/01/2024"),
    }
    lines = (
        ("word", *columns, "x"),
        *(("ab"[row], *(one[row] for one in columns.values()), "1") for row in (0, 1)),
    )
    space = opened("\n".join(",".join(fields) for fields in lines))
    assert space.labels == ("a", "b")
    table = space.table()
    assert table["day"].to_pylist() == [date(2024, 1, 31), None]
    assert table["at"].to_pylist()[1] == datetime(2024, 2, 1, 0, 0, 0, 500_000)
    assert table["zoned"].to_pylist() == [
        datetime(2024, 1, 31, 10, 20, 30, tzinfo=UTC),
        datetime(2024, 1, 31, 8, 20, 30, tzinfo=UTC),
    ]
    texts = [name for name in table.column_names if pa.types.is_string(table[name].type)]
    assert texts == ["mixed", "no day", "american"]
    assert len(space.filter("day >= '2024-01-31'")) == 1
