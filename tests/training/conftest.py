"""A small corpus of the grammar, and its control."""

from __future__ import annotations

import pytest

from explorer.training import grammar
from explorer.training.corpus import Corpus, make


@pytest.fixture(scope="session")
def small() -> Corpus:
    """A tenth of the grammar's corpus."""
    return make(grammar.make_corpus(1_200), "grammar", classes=grammar.word_classes())
