"""Training with gensim: streamed, reported, stopped, kept, and from the command line."""

from __future__ import annotations

import random
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from explorer import open_space
from explorer.cli.main import main
from explorer.errors import JobCancelled, TrainingError
from explorer.training import grammar, word2vec
from explorer.training.word2vec import Recipe, Sentences, learn, open_learned

QUICK = Recipe(dimensions=16, epochs=4)


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A tenth of the grammar's corpus as a text file."""
    path = tmp_path / "grammar.txt"
    path.write_text("\n".join(" ".join(one) for one in grammar.make_corpus(1_200)))
    return path


@pytest.mark.parametrize("method", word2vec.LEARNERS)
@pytest.mark.parametrize("architecture", word2vec.ARCHITECTURES)
def test_every_method_and_architecture_gives_a_space(
    text: Path, tmp_path: Path, method: str, architecture: str
) -> None:
    recipe = Recipe(method, architecture, dimensions=16, epochs=4)
    told: list[float] = []
    result = learn(
        str(text), asdict(recipe), str(tmp_path / "r.npz"), lambda share, _: told.append(share)
    )
    space = open_learned(Path(result), "mine")
    assert space is not None
    assert space.dim == 16
    assert "king" in space
    assert recipe.title in str(space.source)
    assert told == sorted(told)


@pytest.mark.parametrize("method", word2vec.LEARNERS)
def test_the_same_seed_gives_the_same_vectors(text: Path, tmp_path: Path, method: str) -> None:
    text.write_text(text.read_text() * 8)  # enough for several threads to have something to do

    def vectors(seed: int) -> np.ndarray:
        recipe = Recipe(method, dimensions=16, epochs=2, seed=seed)
        space = open_learned(
            Path(learn(str(text), asdict(recipe), str(tmp_path / "r.npz"))), "mine"
        )
        assert space is not None
        assert f"seed {seed}" in space.source.steps
        return space.vectors

    first = vectors(3)
    assert np.array_equal(first, vectors(3))
    assert not np.allclose(first, vectors(4))


def test_a_recipe_without_a_seed_says_that_runs_differ(text: Path, tmp_path: Path) -> None:
    space = open_learned(Path(learn(str(text), asdict(QUICK), str(tmp_path / "r.npz"))), "mine")
    assert space is not None
    assert "no seed: another run differs" in space.source.steps


def test_the_words_are_counted_as_they_occur(text: Path, tmp_path: Path) -> None:
    result = learn(str(text), asdict(QUICK), str(tmp_path / "r.npz"))
    space = open_learned(Path(result), "mine")
    assert space is not None
    assert space.metadata is not None
    words = text.read_text().split()
    assert space.metadata["count"].to_pylist() == [words.count(word) for word in space.labels]


def test_stopping_leaves_nothing_behind(text: Path, tmp_path: Path) -> None:
    def stop(share: float, step: str) -> None:
        if step.startswith("epoch"):
            raise JobCancelled("stopped")

    with pytest.raises(JobCancelled):
        learn(str(text), asdict(QUICK), str(tmp_path / "r.npz"), stop)
    assert [path.name for path in tmp_path.iterdir()] == ["grammar.txt"]


@pytest.mark.parametrize("block", [7, 64, 1 << 20])
def test_a_text_read_in_blocks_has_all_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(word2vec, "BLOCK_BYTES", block)
    path = tmp_path / "t.txt"
    path.write_text("Größe zählt, naïve 東京. Ende gut!\nalles gut " * 5, encoding="utf-8")
    found = [word for one in Sentences(path, 1, lambda *_: None) for word in one]
    assert found == ["größe", "zählt", "naïve", "東京", "ende", "gut", "alles", "gut"] * 5


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_a_text_of_any_usual_encoding_is_learned_as_it_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.setattr(word2vec, "BLOCK_BYTES", 1001)
    path = tmp_path / "t.txt"
    path.write_bytes(
        (("plain words only " * 500 + "der König fährt nach Köln. ") * 3).encode(encoding)
    )
    found = {word for one in Sentences(path, 1, lambda *_: None) for word in one}
    assert found == {"plain", "words", "only", "der", "könig", "fährt", "nach", "köln"}


def test_a_line_without_end_is_cut_into_sentences(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_text("word " * 5000)
    assert max(map(len, Sentences(path, 1, lambda *_: None))) <= word2vec.LONGEST_SENTENCE


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"word", "No word of"),
        (b"", "No word of"),
        (random.Random(1).randbytes(9_000), "is not text"),
    ],
)
def test_what_cannot_be_learned_from_is_told(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes(content)
    with pytest.raises(TrainingError, match=said):
        learn(str(path), asdict(QUICK), str(tmp_path / "r.npz"))


def test_a_recipe_that_cannot_be_is_told() -> None:
    with pytest.raises(TrainingError, match="Known: word2vec, fasttext"):
        Recipe(method="glove")
    with pytest.raises(TrainingError, match="at least 1"):
        Recipe(epochs=0)
    with pytest.raises(TrainingError, match="must be 0 to"):
        Recipe(seed=-1)


def test_an_uploaded_text_is_kept_once_by_its_content() -> None:
    first = word2vec.keep_text(BytesIO(b"some text"))
    assert first.read_bytes() == b"some text"
    assert word2vec.keep_text(BytesIO(b"some text")) == first
    assert word2vec.learned_key(first, QUICK) != word2vec.learned_key(first, Recipe())


def run_command(*arguments: str) -> int:
    return main(["train", *arguments])


def test_the_command_writes_vectors_that_open(
    text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "vectors.txt"
    assert run_command(str(text), str(output), "--dimensions", "12", "--method", "fasttext") == 0
    space = open_space(output)
    assert space.dim == 12
    assert f"{len(space):,} words" in capsys.readouterr().out


def test_the_command_tells_a_missing_text_and_a_missing_folder(
    text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(str(tmp_path / "no.txt"), str(tmp_path / "v.txt")) == 2
    assert "cannot be read" in capsys.readouterr().err
    assert run_command(str(text), str(tmp_path / "no" / "v.txt")) == 2
    assert "Make it first" in capsys.readouterr().err
    assert run_command(str(text), str(tmp_path / "v.doc")) == 2
    assert "Choose one of .txt" in capsys.readouterr().err


def test_the_command_destroys_nothing(
    text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "v.txt"
    output.write_text("of somebody")
    assert run_command(str(text), str(output)) == 2
    assert "exists, and nothing was written" in capsys.readouterr().err
    before = text.read_bytes()
    assert run_command(str(text), str(text), "--force") == 2
    assert "never overwritten" in capsys.readouterr().err
    assert (output.read_text(), text.read_bytes()) == ("of somebody", before)
