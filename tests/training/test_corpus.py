"""From a text to word ids, and the errors for files that are not text."""

from __future__ import annotations

import random

import numpy as np
import pytest

from explorer.errors import TrainingError
from explorer.training import corpus as corpora
from explorer.training.corpus import read_text

TEXT = ("The king's crown. A well-known café! " * 20).encode()


def test_a_text_becomes_words_by_frequency_and_sentences() -> None:
    found = read_text(TEXT, "tale.txt")
    assert found.words == ("a", "café", "crown", "king's", "the", "well-known")
    assert found.counts.tolist() == [20] * 6
    assert [found.words[row] for row in found.ids[:3]] == ["the", "king's", "crown"]
    assert found.sentence[:7].tolist() == [0, 0, 0, 1, 1, 1, 2]


@pytest.mark.parametrize(
    "content", [b"word", b"word " * 5000, b"", b"   \n", b"one short line of words"]
)
def test_a_text_with_too_little_to_learn_from_is_told(content: bytes) -> None:
    with pytest.raises(TrainingError, match="At least 50 words, 5 of them different"):
        read_text(content, "tiny.txt")


def test_one_line_is_enough_if_it_is_long() -> None:
    line = " ".join(f"w{n % 30}" for n in range(500))
    assert len(read_text(line.encode(), "line.txt").words) == 30


def test_words_that_stand_alone_are_told() -> None:
    with pytest.raises(TrainingError, match="only one word"):
        read_text("\n".join(f"w{n % 30}" for n in range(500)).encode(), "list.txt")


def test_binary_rubbish_is_told() -> None:
    rubbish = random.Random(1).randbytes(20_000)
    with pytest.raises(TrainingError, match="no text"):
        read_text(rubbish, "photo.jpg")


def test_other_encodings_are_read() -> None:
    text = "Die Bäume blühen schön über grünen Wiesen. " * 20
    words = read_text(text.encode(), "a.txt").words
    assert "bäume" in words
    assert read_text(text.encode("cp1252"), "b.txt").words == words
    assert read_text(text.encode("utf-16"), "c.txt").words == words


def test_one_umlaut_in_a_hundred_words_tells_the_old_encoding() -> None:
    text = "the old man walked home slowly " * 100 + "König "
    assert "könig" in read_text(text.encode("cp1252"), "a.txt").words


def test_a_broken_byte_in_a_text_of_utf_8_spoils_nothing_else() -> None:
    text = ("Die Bäume blühen schön. " * 20).encode() + b"kaputt\xff "
    assert {"bäume", "blühen", "kaputt"} <= set(read_text(text, "a.txt").words)


def test_what_is_too_long_to_look_on_is_cut_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpora, "MOST_BYTES", 1000)
    found = read_text(TEXT * 10, "long.txt")
    assert len(found.ids) < 200
    assert "first 0 MB are learned here" in found.notes[0]


def test_rare_words_beyond_the_limit_are_left_out_and_said() -> None:
    sentences = [[f"w{n}", "the", "and"] for n in range(100)]
    found = corpora.make(sentences, "many", most=10)
    assert len(found.words) == 10
    assert "Of 102 different words" in found.notes[0]
    assert np.unique(found.sentence).size == 100
