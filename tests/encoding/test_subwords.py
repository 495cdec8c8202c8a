"""Words in pieces: as the tokenizers of BERT and fastText cut them."""

from __future__ import annotations

import numpy as np
import pytest
from gensim.models.fasttext_inner import compute_ngrams, ft_hash_bytes

from explorer import EmbeddingSpace
from explorer.encoding.subwords import (
    BUCKETS,
    bucket,
    character_ngrams,
    piece_vectors,
    sharing_ngrams,
    whole_word_vector,
    word_pieces,
)


def test_a_word_is_cut_into_pieces_the_model_knows() -> None:
    assert word_pieces("Queenliness") == ("queen", "##liness")
    assert word_pieces("king") == ("king",)


def test_piece_vectors_are_rows_of_the_models_table(words: EmbeddingSpace) -> None:
    np.testing.assert_allclose(piece_vectors(["king"])[0], words["king"].values, atol=1e-3)


def test_a_whole_word_has_a_vector_and_a_word_in_pieces_none() -> None:
    banana = whole_word_vector("Banana")
    assert banana is not None
    assert banana.shape == (384,)
    assert whole_word_vector("queenliness") is None
    assert whole_word_vector("\u2603") is None


@pytest.mark.parametrize("word", ["king", "a", "Zürich", "queenliness"])
def test_ngrams_and_their_buckets_are_those_of_fasttext(word: str) -> None:
    grams = character_ngrams(word)
    assert sorted(grams) == sorted(compute_ngrams(word, 3, 6))
    assert [bucket(one) for one in grams] == [
        ft_hash_bytes(one.encode()) % BUCKETS for one in grams
    ]


def test_words_that_share_most_ngrams_come_first() -> None:
    found = sharing_ngrams("kings", ["pea", "king", "kings", "kingdom"], 2)
    assert [word for word, _ in found] == ["king", "kingdom"]
    assert 0 < found[1][1] < found[0][1] < 1
