"""Which files beside an array are its labels, and which only lie there."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from explorer import inspect_file, open_space
from explorer.errors import ExplorerError, LabelCountError, ParseError
from explorer.formats.contents import Options
from explorer.formats.file import File, as_file
from explorer.formats.json_table import look_lines
from explorer.formats.labels import read_labels
from explorer.formats.recognition import choose_main
from tests.formats.written import WRITTEN

RANKS = "word\trank\tlength\nking\t1\t4\nqueen\t2\t5\n"


@pytest.fixture
def array(tmp_path: Path) -> Path:
    np.save(tmp_path / "words.npy", np.ones((2, 5), np.float32))
    return tmp_path / "words.npy"


@pytest.mark.parametrize("look", [open_space, inspect_file])
def test_a_table_that_labels_an_array_is_no_space_of_rank_and_length(array, look) -> None:  # type: ignore[no-untyped-def]
    table = array.with_suffix(".tsv")
    table.write_text(RANKS)
    with pytest.raises(ParseError, match=r"words\.tsv names the 2 rows of words\.npy: open words"):
        look(table)
    assert look(table, format="CSV or TSV table") is not None


def test_a_table_of_the_arrays_own_vectors_is_read(array: Path) -> None:
    table = array.with_suffix(".csv")
    table.write_text("word,a,b,c,d,e\nking,1,1,1,1,1\nqueen,1,1,1,1,1\n")
    assert open_space(table).dim == 5


def test_a_table_of_other_rows_is_read(array: Path) -> None:
    table = array.with_suffix(".csv")
    table.write_text("word,x,y\nking,1,2\nqueen,2,3\npea,3,4\n")
    assert len(open_space(table)) == 3


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        (".json", '{"hidden_size": 5}'),
        (".txt", "How these vectors were made."),
        (".txt", "king 1 2 3\nqueen 4 5 6\n"),
        (".csv", "epoch,loss\n1,0.5\n2,0.4\n3,0.3\n"),
        (".json", '["\\ud800", "queen"]'),
    ],
    ids=["settings", "a note", "vectors", "a log", "half a character"],
)
def test_what_only_lies_beside_an_array_does_not_keep_it_from_opening(
    array: Path, suffix: str, content: str
) -> None:
    beside = array.with_suffix(suffix)
    beside.write_text(content)
    space = open_space(array)
    assert space.labels == ("0", "1")
    assert f"{beside.name} lies beside words.npy, but was not used" in space.notes[0]


def test_the_next_file_beside_is_tried(array: Path) -> None:
    array.with_suffix(".txt").write_text("A note.")
    array.with_suffix(".json").write_text('["king", "queen"]')
    assert open_space(array).labels == ("king", "queen")


def test_a_file_that_was_given_has_to_fit(array: Path) -> None:
    beside = array.with_suffix(".txt")
    beside.write_text("A note.")
    assert len(open_space(array)) == 2  # kept or not, the same file is another matter when given
    with pytest.raises(LabelCountError, match="1 label for 2 vectors"):
        open_space(array, beside=[beside])


def test_labels_in_the_file_go_before_a_file_that_only_lies_beside(tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", vectors=np.eye(2), labels=np.array(["king", "queen"]))
    (tmp_path / "w.txt").write_text("some\nnotes\n")
    assert open_space(tmp_path / "w.npz").labels == ("king", "queen")


def test_a_matrix_takes_no_labels_from_any_table_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "matrix.json").write_text("[[1, 2], [3, 4]]")
    (tmp_path / "customers.tsv").write_text("Ada\nGrace\n")
    assert open_space(tmp_path / "matrix.json").labels == ("0", "1")


def test_a_data_set_whose_files_are_dropped_together_is_one() -> None:
    file = WRITTEN["Hugging Face data set"]()
    info = File("dataset_info.json", content=b"{}")
    dropped = [File(file.name, content=file.content), *file.beside, info]
    twice = [*dropped, File("data-00001-of-00002.arrow", content=file.beside[0].content)]
    for files in (dropped, twice):
        assert len(open_space(choose_main(files))) == 5


def test_a_data_set_without_its_files_says_which_are_missing() -> None:
    file = WRITTEN["Hugging Face data set"]()
    with pytest.raises(ParseError, match=r"1 file that did not come with it: data-00000"):
        open_space(File(file.name, content=file.content))


def test_a_folder_in_a_data_sets_state_is_no_path(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "secret.arrow").write_bytes(WRITTEN["Arrow table"]().content)
    state = {"_data_files": [{"filename": "../secret.arrow"}]}
    (tmp_path / "set" / "state.json").write_text(json.dumps(state))
    with pytest.raises(ExplorerError, match="did not come with it"):
        open_space(tmp_path / "set")


def test_several_vectors_in_one_line_are_counted(tmp_path: Path) -> None:
    line = {"custom_id": "a", "response": {"body": {"data": [{"embedding": [1, 2]}] * 3}}}
    path = tmp_path / "batch.jsonl"
    path.write_text((json.dumps(line) + "\n") * 4)
    found = look_lines(as_file(path), Options())
    assert found.rows == len(found.vectors) == 12


def test_a_label_table_with_a_nul_in_a_columns_name_is_told() -> None:
    with pytest.raises(ParseError, match="NUL character in the name of a column"):
        read_labels(File("metadata.tsv", content=b"wo\0rd\trank\nking\t1\nqueen\t2\n"))
