"""The pre-flight report: what a sample of the vectors and their labels shows."""

from __future__ import annotations

import io

import numpy as np
import pytest

from explorer import EmbeddingSpace, inspect_file, open_space
from explorer.formats.file import File
from explorer.formats.report import describe, language, scripts


def test_a_sample_is_described() -> None:
    stream = io.BytesIO()
    np.save(stream, np.array([[1, 0], [np.nan, 1], [0, 0], [3, 4], [np.inf, 0]]))
    labels = File("a.txt", content=b"king\nqueen\npea\nking\nman\n")
    report = inspect_file(File("a.npy", content=stream.getvalue()), beside=[labels])
    assert report.broken
    assert "2 vectors hold NaN or infinite values: rows 1, 4 of the file" in report.warnings[0]
    found = report.statistics
    assert (found.rows, found.repeated_labels, found.bad_rows, found.zero_rows) == (5, 1, 2, 1)
    assert found.norms == (0, 1, 5)
    assert not found.unit_length


def test_the_mean_shows_a_common_direction(words: EmbeddingSpace) -> None:
    random = np.random.default_rng(0).normal(size=(2000, 50)).astype(np.float32)
    assert describe(["a"] * 2000, random).mean_share < 0.05
    assert describe(["a"] * 2000, random + 10).mean_share > 0.95


def test_unit_length_is_noticed() -> None:
    random = np.random.default_rng(0).normal(size=(100, 5)).astype(np.float32)
    unit = random / np.linalg.norm(random, axis=1, keepdims=True)
    assert describe(["a"] * 100, unit).unit_length
    assert not describe(["a"] * 100, random).unit_length


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["king", "queen"], ["Latin"]),
        (["король", "king"], ["Cyrillic", "Latin"]),
        (["日本語", "猫"], ["Chinese characters"]),
        (["1", "2", "!"], []),
    ],
)
def test_scripts_are_named(labels: list[str], expected: list[str]) -> None:
    assert [name for name, _ in scripts(labels)] == expected


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ("the of and to in is was cat", "English"),
        ("der die und das von zu ist hund", "German"),
        ("le la les des et en du une chat", "French"),
        ("cat dog king queen", None),
    ],
)
def test_the_language_is_guessed_by_its_commonest_words(labels: str, expected: str | None) -> None:
    assert language(labels.split()) == expected


def test_the_sample_of_words_is_english(words: EmbeddingSpace) -> None:
    assert describe(words.labels, words.vectors).language == "English"


def first_row(content: bytes, name: str, **beside: bytes) -> dict[str, object]:
    """Return the first row of the preview, under the names that it shows."""
    others = [File(f"{stem}.tsv", content=one) for stem, one in beside.items()]
    report = inspect_file(File(name, content=content), beside=others)
    return dict(report.first_rows.to_pylist()[0])


def test_the_preview_has_the_tables_own_columns() -> None:
    content = b"lemma,height,width,rank\nking,0.5,2,first\nqueen,1,3,second\n"
    assert first_row(content, "a.csv") == {
        "lemma": "king",
        "rank": "first",
        "height": 0.5,
        "width": 2.0,
    }


def test_a_column_of_lists_is_previewed_as_one() -> None:
    line = b'{"title": "king", "genre": "drama", "embedding": [1, 2, 3, 4, 5, 6, 7, 8]}\n'
    assert first_row(line * 2, "a.jsonl") == {
        "title": "king",
        "genre": "drama",
        "embedding": "1, 2, 3, 4, 5, 6, … 2 more",
    }


def test_the_preview_shows_the_metadata_of_a_projector_pair() -> None:
    row = first_row(b"1\t2\n3\t4\n", "vectors.tsv", metadata=b"word\tpos\nking\tnoun\nrun\tverb\n")
    assert row == {"word": "king", "pos": "noun", "value 1": 1.0, "value 2": 2.0}


def test_the_label_column_of_a_projector_pair_can_be_chosen() -> None:
    vectors = File("vectors.tsv", content=b"1\t2\n3\t4\n")
    beside = [File("metadata.tsv", content=b"word\tpos\nking\tnoun\nrun\tverb\n")]
    report = inspect_file(vectors, beside=beside)
    assert report.columns == ("word", "pos")
    assert report.labels_from == "the column “word” of the file metadata.tsv"
    assert open_space(vectors, beside=beside, label_column="pos").labels == ("noun", "verb")


def test_names_that_meet_in_the_preview_stay_apart() -> None:
    row = first_row(b"1\t2\n3\t4\n", "vectors.tsv", metadata=b"word\tvalue 1\na\tx\nb\ty\n")
    assert row == {"word": "a", "value 1": "x", "value 1 ": 1.0, "value 2": 2.0}
