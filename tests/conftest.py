"""Five words to test with, the sample of 10,000, and a cache of each test's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import numpy as np
import pytest

from explorer import EmbeddingSpace, open_space
from explorer.formats.subwords import Subwords
from tests.tiny_models import (  # noqa: F401 - fixtures for all rooms
    bert,
    minilm,
    sentence_bert,
    tiny_bert,
    tiny_clip,
    tiny_distilbert,
    tiny_mpnet,
    tiny_roberta,
    tiny_unigram,
    whole_clip,
)

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

ROOT = Path(__file__).parents[1]

# Machines that test are busy: a slow example says nothing.
hypothesis.settings.register_profile("unhurried", deadline=None, max_examples=60)
hypothesis.settings.load_profile("unhurried")


lost: list[object] = []


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(error: object) -> None:
    """End the run with the third process that tests have taken down: its other tests are not run.

    pytest-xdist would end as after a failed test, and what failed is tried once more (Makefile).
    """
    if error:
        lost.append(error)
    if len(lost) > 2:
        pytest.exit("tests took three processes down", returncode=pytest.ExitCode.INTERNAL_ERROR)


@pytest.fixture(autouse=True)
def cache_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test an empty cache, and never the user's own."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("EXPLORER_CACHE_DIR", str(folder))
    return folder


@pytest.fixture
def space() -> EmbeddingSpace:
    """Five words on three axes: royal, male or female, edible. King − man + woman is queen."""
    return EmbeddingSpace(
        ["king", "queen", "man", "woman", "pea"],
        [[1.0, 0.5, 0.0], [1.0, -0.5, 0.0], [0.1, 0.5, 0.1], [0.1, -0.5, 0.1], [0.0, 0.0, 1.0]],
        name="five words",
    )


@pytest.fixture(scope="session")
def fasttext_words() -> KeyedVectors:
    """gensim's FastText vectors of a few sentences."""
    from gensim.models import FastText

    sentences = [["king", "and", "queen", "rule"], ["man", "and", "woman", "walk"]] * 5
    model = FastText(sentences, vector_size=8, min_count=1, epochs=2, seed=1, workers=1, bucket=500)
    vectors: KeyedVectors = model.wv
    return vectors


@pytest.fixture(scope="session")
def unseen(fasttext_words: KeyedVectors) -> EmbeddingSpace:
    """A space whose n-grams give vectors to words that it lacks, as fastText's do."""
    found = fasttext_words
    return EmbeddingSpace(
        found.index_to_key,
        np.asarray(found.vectors, np.float32),
        name="fastText",
        subwords=Subwords(found.vectors_ngrams, found.min_n, found.max_n),
    )


@pytest.fixture(scope="session")
def words() -> EmbeddingSpace:
    """The sample of 10,000 words."""
    return open_space(ROOT / "sample_data" / "words.npy")
