"""The set of words with two senses, and how it is measured."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest

from explorer.lessons.bert.model import Bert
from explorer.lessons.bert.senses import by_chance, load_uses, measure_senses, separation


def test_the_set_has_twelve_words_of_two_senses_and_ten_sentences_each() -> None:
    uses = load_uses()
    per_sense = Counter((use.word, use.sense) for use in uses)
    assert len({use.word for use in uses}) >= 12
    assert all(n >= 10 for n in per_sense.values())
    assert set(Counter(word for word, _ in per_sense).values()) == {2}
    assert len({use.sentence for use in uses}) == len(uses)


def test_each_sentence_uses_its_word_once() -> None:
    for use in load_uses():
        assert len(re.findall(rf"\b{use.word}\b", use.sentence, re.IGNORECASE)) == 1, use


def test_separation_is_scikit_learns_silhouette_and_the_nearest_others_sense() -> None:
    from sklearn.metrics import silhouette_score
    from sklearn.metrics.pairwise import cosine_similarity

    vectors = np.array([[1, 0], [1, 0.1], [0, 1], [0.1, 1], [1, 0.3]], np.float32)
    senses = ["a", "a", "b", "b", "b"]
    silhouette, accuracy, same, different = separation(vectors, senses)
    assert silhouette == pytest.approx(silhouette_score(vectors, senses, metric="cosine"), abs=1e-6)
    assert accuracy == pytest.approx(4 / 5)  # the last one stands among the others
    cosines = cosine_similarity(vectors)
    assert same == pytest.approx(
        np.mean([cosines[pair] for pair in ((0, 1), (2, 3), (2, 4), (3, 4))]), abs=1e-6
    )
    assert different == pytest.approx(cosines[:2, 2:].mean(), abs=1e-6)


def test_chance_counts_the_other_uses_only() -> None:
    assert by_chance(["a", "a", "b", "b"]) == pytest.approx(1 / 3)


def test_layers_tell_senses_apart_that_the_lookup_does_not(bert: Bert) -> None:
    uses = [use for use in load_uses() if use.word in ("bank", "spring")]
    found = measure_senses(bert, uses)
    assert found.words == ("bank", "spring")
    assert found.accuracy.shape == (2, 7)
    assert found.accuracy.mean(axis=0)[0] < 0.7
    assert found.accuracy.mean(axis=0)[-1] > 0.9
