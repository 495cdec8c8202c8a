"""WEAT: compared with its definition, and its p-value with an enumeration."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from explorer import EmbeddingSpace
from explorer.errors import QueryError
from explorer.probes.weat import WordList, association_test, permutation_p, read_word_lists
from explorer.ui.axes.examples import ASSOCIATIONS


def lists(name: str) -> tuple[WordList, WordList, WordList, WordList]:
    return read_word_lists("\n".join(ASSOCIATIONS[name]))


def test_effect_size_and_p_value_are_those_of_the_definition(words: EmbeddingSpace) -> None:
    first, second, male, female = lists("math and arts")
    found = association_test(words, (first, second), (male, female))

    def s(word: str) -> float:
        to = [
            cosine_similarity(
                words[word].values[None], np.array([words[a].values for a in attributes.words])
            ).mean()
            for attributes in (male, female)
        ]
        return float(to[0] - to[1])

    x = np.array([s(word) for word in first.words if word in words])
    y = np.array([s(word) for word in second.words if word in words])
    together = np.concatenate([x, y])
    effect = (x.mean() - y.mean()) / together.std(ddof=1)
    assert found.effect_size == pytest.approx(effect, abs=1e-4)
    as_large = divisions = 0
    for chosen in combinations(range(len(together)), len(x)):
        rest = np.delete(together, chosen)
        divisions += 1
        as_large += together[list(chosen)].mean() - rest.mean() >= x.mean() - y.mean() - 1e-9
    assert (found.divisions, found.is_exact) == (divisions, True)
    assert found.p_value == pytest.approx(as_large / divisions)


def test_a_drawn_p_value_is_near_the_exact_one(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = np.random.default_rng(1).normal(size=16) + np.repeat([0.6, 0], 8)
    exact, _, is_exact = permutation_p(scores, 8)
    assert is_exact
    monkeypatch.setattr("explorer.probes.weat.EXACT_UP_TO", 12_000)
    drawn, count, is_exact = permutation_p(scores, 8)
    assert (count, is_exact) == (12_000, False)
    assert drawn == pytest.approx(exact, abs=0.01)


def test_swapping_the_attributes_turns_the_sign(words: EmbeddingSpace) -> None:
    first, second, good, bad = lists("flowers and insects")
    found = association_test(words, (first, second), (good, bad))
    turned = association_test(words, (first, second), (bad, good))
    assert turned.effect_size == pytest.approx(-found.effect_size)
    assert found.effect_size > 1
    assert found.p_value < 0.01


def test_missing_words_are_told_and_left_out(words: EmbeddingSpace) -> None:
    first, second, good, bad = lists("flowers and insects")
    found = association_test(words, (first, second), (good, bad))
    assert "aster" in found.missing
    assert set(found.words).isdisjoint(found.missing)
    everything = {word for one in (first, second, good, bad) for word in one.words}
    assert everything == set(found.words) | set(found.missing)


@pytest.mark.parametrize("name", ASSOCIATIONS)
def test_the_lists_we_offer_can_be_tested_on_the_sample(words: EmbeddingSpace, name: str) -> None:
    first, second, good, bad = lists(name)
    assert np.isfinite(association_test(words, (first, second), (good, bad)).effect_size)


def test_impossible_tests_are_told(space: EmbeddingSpace) -> None:
    def ask(first: str, second: str) -> None:
        text = f"x: {first}\ny: {second}\ngood: king, queen\nbad: man, woman"
        one, other, good, bad = read_word_lists(text)
        association_test(space, (one, other), (good, bad))

    with pytest.raises(QueryError, match="five words has 1 words; at least 2 are needed"):
        ask("king, prince", "man, pea")
    with pytest.raises(QueryError, match="both target lists"):
        ask("king, pea", "man, pea")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: b, c", "1 lists were given"),
        ("a: b, c\nno colon here", "Line 2"),
        ("a:\n", "Line 1"),
        (": b, c", "Line 1"),
    ],
)
def test_lists_that_cannot_be_read_are_told(text: str, reason: str) -> None:
    with pytest.raises(QueryError, match=reason):
        read_word_lists(text)
