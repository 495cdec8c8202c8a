"""Five words to test with, the sample of 10,000, and a cache of each test's own."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest

from explorer import EmbeddingSpace, open_space
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
)

ROOT = Path(__file__).parents[1]

# Machines that test are busy: a slow example says nothing.
hypothesis.settings.register_profile("unhurried", deadline=None, max_examples=60)
hypothesis.settings.load_profile("unhurried")


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
def words() -> EmbeddingSpace:
    """The sample of 10,000 words."""
    return open_space(ROOT / "sample_data" / "words.npy")
