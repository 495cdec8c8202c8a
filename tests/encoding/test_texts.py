"""Texts from lines and tables: what is kept, what is told."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook
from pyarrow import feather

from explorer.encoding.tables import open_table
from explorer.encoding.texts import from_table, from_text, label_column, line_batches, text_columns
from explorer.errors import FormatError, TextError, UnknownFormatError
from explorer.formats.file import File, as_file
from explorer.formats.whole_table import read_table

BOOKS = pa.table(
    {
        "title": ["Emma", "Dracula", "Heidi"],
        "year": [1815, 1897, 1881],
        "description": ["A clever, rich girl.", None, "A girl, and\nthe Alps."],
    }
)


def test_lines_end_at_line_feeds_alone() -> None:
    made = from_text("\ufeffone\r\ntwo\u2028still two\n\nthree\x85here\n")
    assert made.texts == ("one", "two\u2028still two", "three\x85here")
    assert made.notes[0] == "1 empty text was left out."


def test_paragraphs_are_parted_by_empty_lines() -> None:
    made = from_text("One\ngoes on.\n\n \t\nTwo.\n", "paragraph")
    assert made.texts == ("One goes on.", "Two.")


def test_only_empty_lines_are_told() -> None:
    with pytest.raises(TextError, match="nothing but empty lines"):
        from_text("\n \n\t\n")


def test_a_column_is_read_and_the_others_are_metadata() -> None:
    made = from_table(BOOKS, "description", "title")
    assert made.texts == ("A clever, rich girl.", "A girl, and\nthe Alps.")
    assert made.labels == ("Emma", "Heidi")
    assert made.metadata is not None
    assert made.metadata.to_pydict() == {
        "year": [1815, 1881],
        "description": ["A clever, rich girl.", "A girl, and\nthe Alps."],
    }
    assert made.notes == ("1 empty text was left out.",)


def test_a_column_of_numbers_is_told_with_those_that_hold_text() -> None:
    with pytest.raises(TextError, match=r"“year” holds numbers .* text: “description”, “title”"):
        from_table(BOOKS, "year")


def test_a_column_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(TextError, match=r"no column “plot”. The columns are: title, year"):
        from_table(BOOKS, "plot")


def test_the_likeliest_columns_are_guessed() -> None:
    assert text_columns(BOOKS.schema) == ["description", "title"]
    assert label_column(BOOKS.schema, "description") == "title"


def write(path: Path) -> Path:
    """Write the books in the format of the path's suffix."""
    frame = pl.from_arrow(BOOKS)
    assert isinstance(frame, pl.DataFrame)
    if path.suffix == ".csv":
        frame.write_csv(path)
    elif path.suffix == ".tsv":
        frame.write_csv(path, separator="\t")
    elif path.suffix == ".jsonl":
        frame.write_ndjson(path)
    elif path.suffix == ".json":
        path.write_text(json.dumps(BOOKS.to_pylist()))
    elif path.suffix == ".xlsx":
        book = Workbook()
        book.active.append(BOOKS.column_names)
        for row in BOOKS.to_pylist():
            book.active.append(list(row.values()))
        book.save(path)
    elif path.suffix == ".gz":
        path.write_bytes(gzip.compress(frame.write_csv().encode()))
    elif path.suffix == ".arrow":
        feather.write_feather(BOOKS, path)
    else:
        pq.write_table(BOOKS, path)
    return path


KINDS = [".csv", ".tsv", ".parquet", ".jsonl", ".arrow", ".xlsx", ".json", ".csv.gz"]


@pytest.mark.parametrize("suffix", KINDS)
def test_uploaded_tables_of_each_kind_are_read_whole(tmp_path: Path, suffix: str) -> None:
    with write(tmp_path / f"books{suffix}").open("rb") as stream:
        whole = read_table(as_file(stream))
    assert whole["title"].to_pylist() == BOOKS["title"].to_pylist()
    assert whole["year"].to_pylist() == [1815, 1897, 1881]
    assert whole["description"].to_pylist() == BOOKS["description"].to_pylist()


@pytest.mark.parametrize("suffix", KINDS)
def test_tables_on_disk_are_read_in_parts(tmp_path: Path, suffix: str) -> None:
    parts = list(open_table(as_file(write(tmp_path / f"books{suffix}"))).batches(2))
    assert [len(part) for part in parts] == [2, 1]
    assert pa.concat_tables(parts)["year"].to_pylist() == [1815, 1897, 1881]


@pytest.mark.parametrize("read", [read_table, lambda file: next(open_table(file).batches(9))])
def test_a_single_column_needs_no_separator(
    tmp_path: Path, read: Callable[[File], pa.Table]
) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text('review\nI liked it, truly\n"Bad, and ""long"""\n')
    found = ["I liked it, truly", 'Bad, and "long"']
    assert read(as_file(path)).to_pydict() == {"review": found}
    path.write_text("I liked it, truly all of it\nThe worst book ever\n")
    texts = ["I liked it, truly all of it", "The worst book ever"]
    assert read(as_file(path)).to_pydict() == {"text": texts}


def test_a_table_that_excel_wrote_on_windows_keeps_its_letters(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_bytes("id;review\n1;Très bon café – 5 €\n2;fade\n".encode("cp1252"))
    assert read_table(as_file(path))["review"][0].as_py() == "Très bon café – 5 €"
    parts = list(open_table(as_file(path)).batches(1))
    assert parts[0]["review"][0].as_py() == "Très bon café – 5 €"


def test_a_list_of_texts_is_a_table(tmp_path: Path) -> None:
    path = tmp_path / "texts.json"
    path.write_text('["One.", "Two."]')
    assert read_table(as_file(path)).to_pydict() == {"text": ["One.", "Two."]}


def test_a_broken_workbook_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "books.xlsx")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(FormatError, match=r"books\.xlsx"):
        read_table(as_file(path))


def test_the_likeliest_column_of_texts_comes_first() -> None:
    table = pa.table({"day": ["Mon"], "verdict": ["good and long"], "review_text": ["ok"]})
    assert text_columns(table.schema, table) == ["review_text", "verdict", "day"]


def test_text_files_are_read_in_parts(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_bytes("eins\r\nzwei\ndr\xe4i".encode())
    parts = list(line_batches(as_file(path), 2))
    assert [part["text"].to_pylist() for part in parts] == [["eins", "zwei"], ["dräi"]]


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_bytes(b"")
    with pytest.raises(TextError, match=r"empty.csv is empty: 0 bytes"):
        open_table(as_file(path))


def test_another_kind_of_file_names_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "notes.docx"
    path.write_bytes(b"PK")
    with pytest.raises(UnknownFormatError, match=r"\.parquet"):
        open_table(as_file(path))
