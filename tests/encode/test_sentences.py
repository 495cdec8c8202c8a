"""Sentence embeddings of the offline model."""

from __future__ import annotations

import numpy as np

from explorer import nearest_neighbors
from explorer.encode.sentences import load_model, sentence_vectors


def test_a_paraphrase_is_nearer_than_another_sentence_of_the_same_words() -> None:
    texts = ["The man bought a car.", "He purchased an automobile.", "The car hit the man."]
    space = sentence_vectors(texts, load_model())
    np.testing.assert_allclose(space.norms, 1, atol=1e-5)
    assert space.vectors.shape == (3, 384)
    assert nearest_neighbors(space, texts[0], k=1).labels == (texts[1],)
