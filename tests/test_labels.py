"""Labels as Arrow strings: found by hashes, Python strings only for whoever asks."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer import EmbeddingSpace, analogy, nearest_neighbors, open_space
from explorer.errors import SpaceError
from explorer.labels import LabelIndex, as_label_array, row_numbers, take_labels
from explorer.neighbors.search import complete_label, search_labels

LABELS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), min_size=1)


@given(labels=LABELS, asked=st.text(max_size=3))
def test_a_label_is_found_in_all_its_rows(labels: list[str], asked: str) -> None:
    index = LabelIndex(as_label_array(labels))
    for label in (*labels, asked):
        assert list(index.rows(label)) == [row for row, one in enumerate(labels) if one == label]


def test_labels_whose_hashes_are_equal_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.labels.hash", lambda label: 1, raising=False)
    index = LabelIndex(as_label_array(["a", "b", "a"]))
    assert [list(index.rows(label)) for label in "abc"] == [[0, 2], [1], []]


def test_a_space_that_was_searched_finds_its_labels_in_another_process(tmp_path: Path) -> None:
    """Strings have other hashes there."""
    space = EmbeddingSpace(["king", "queen", "king"], np.eye(3))
    assert space.rows("king") == [0, 2]
    (tmp_path / "space").write_bytes(pickle.dumps(space))
    program = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb')).rows('king'))"
    told = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "space")],
        env={**os.environ, "PYTHONHASHSEED": "12345"},
        capture_output=True,
        check=True,
        text=True,
    )
    assert told.stdout.strip() == "[0, 2]"


@pytest.mark.parametrize("wrong", [["a", 1], ["a", None], ["a", "\ud800"], [b"a", "b"]])
def test_what_is_no_text_is_told(wrong: list[object]) -> None:
    with pytest.raises(SpaceError, match=r"row|half of a character pair"):
        as_label_array(wrong)  # type: ignore[arg-type]
    with pytest.raises(SpaceError, match="row 1 is None"):
        as_label_array(pa.array(["a", None]))


@pytest.mark.parametrize(
    "given",
    [
        ("b", "c"),
        np.array(["b", "c"]),
        pa.array(["b", "c"], pa.string()),
        pa.array(["a", "b", "c"], pa.large_string())[1:],
        pa.chunked_array([["b"], ["c"]]),
    ],
)
def test_the_digest_does_not_depend_on_how_labels_are_given(given: object) -> None:
    expected = EmbeddingSpace(["b", "c"], np.eye(2)).digest
    assert EmbeddingSpace(given, np.eye(2)).digest == expected  # type: ignore[arg-type]


def test_rows_are_taken_and_numbered_as_numpy_does() -> None:
    labels = as_label_array(["a", "b", "c"])
    assert take_labels(labels, [2, -3]).to_pylist() == ["c", "a"]
    assert take_labels(labels, []).to_pylist() == []
    assert row_numbers(3).to_pylist() == ["0", "1", "2"]
    assert row_numbers(np.array([7, 2])).to_pylist() == ["7", "2"]


def test_no_question_makes_python_strings_of_all_labels() -> None:
    space = open_space(b"5 2\nking 1 1\nqueen 1 0\nman 0 1\nwoman 0 0.1\npea 3 0\n")
    assert "king" in space
    assert "kind" not in space
    nearest_neighbors(space, "king", exclude=["queen"])
    analogy(space, ["king", "woman"], ["man"])
    search_labels(space, "k")
    complete_label(space, "k")
    space.closest_labels("quen")
    space.take([1, 2], name="two", step="two")
    assert space.digest
    assert "labels" not in vars(space)
    assert space.labels == ("king", "queen", "man", "woman", "pea")
