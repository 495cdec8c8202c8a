"""Axes: places, separation, spread and what is left when a direction is taken out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from explorer import EmbeddingSpace, nearest_neighbors
from explorer.errors import QueryError, UnknownLabelError
from explorer.probes.semantic_axis import (
    ends_of_axis,
    neutralize,
    place_on_axis,
    removal,
    semantic_axis,
    separation,
    spread_test,
    without_direction,
)
from explorer.ui.axes.examples import AXIS_LESSONS
from explorer.words import split_words

MEN = ("he", "man", "boy", "father", "king")
WOMEN = ("she", "woman", "girl", "mother", "queen")
BAD = ("bad", "terrible", "awful", "horrible", "evil")
GOOD = ("good", "great", "wonderful", "excellent", "nice")
TRADES = ("nurse", "doctor", "soldier", "maid", "captain", "teacher", "farmer", "dancer")


def test_a_place_is_the_cosine_to_the_difference_of_means(words: EmbeddingSpace) -> None:
    units = words.vectors.astype(np.float64) / words.norms[:, None]

    def mean(pole: tuple[str, ...]) -> np.ndarray:
        return np.mean([units[words.row(word)] for word in pole], axis=0)

    step = mean(WOMEN) - mean(MEN)
    axis = semantic_axis(words, MEN, WOMEN)
    expected = [units[words.row(word)] @ step / np.linalg.norm(step) for word in TRADES]
    np.testing.assert_allclose(place_on_axis(words, axis, TRADES), expected, atol=1e-6)
    assert axis.name == "he, man … ↔ she, woman …"
    assert axis.middle == pytest.approx((mean(MEN) + mean(WOMEN)) @ axis.direction / 2, abs=1e-6)


def test_an_axis_can_be_asked_for_its_neighbors(words: EmbeddingSpace) -> None:
    axis = semantic_axis(words, ["bad"], ["good"])
    found = nearest_neighbors(words, axis.vector(), k=8, exclude=["good", "bad"])
    low, high = ends_of_axis(words, axis, 8)
    assert found.query == "bad ↔ good"
    assert list(found.labels) == high
    assert not set(low) & set(high)


def test_good_poles_separate_and_bad_ones_do_not(words: EmbeddingSpace) -> None:
    good = separation(words, semantic_axis(words, BAD, GOOD))
    assert (good.right, good.asked) == (10, 10)
    assert good.p_value < 0.02
    mixed = semantic_axis(words, ["he", "girl", "father"], ["she", "boy", "mother"])
    bad = separation(words, mixed)
    assert bad.right < bad.asked
    assert bad.p_value > 0.05
    assert separation(words, semantic_axis(words, ["he"], ["she"])).asked == 0


def test_the_effect_size_is_cohens_d() -> None:
    space = EmbeddingSpace(
        ["a1", "a2", "b1", "b2"], [[-1, 0.2, 1], [-0.8, -0.1, 1], [1, 0.1, 1], [0.9, -0.3, 1]]
    )
    axis = semantic_axis(space, ["a1", "a2"], ["b1", "b2"])
    places = []
    for pole, word in ((0, "a1"), (0, "a2"), (1, "b1"), (1, "b2")):
        poles = [[w for w in side if w != word] for side in (["a1", "a2"], ["b1", "b2"])]
        without = semantic_axis(space, *poles)
        places.append((pole, place_on_axis(space, without, [word])[0] - without.middle))
    low, high = (np.array([place for side, place in places if side == pole]) for pole in (0, 1))
    pooled = np.sqrt((low.var(ddof=1) + high.var(ddof=1)) / 2)
    assert separation(space, axis).effect_size == pytest.approx((high.mean() - low.mean()) / pooled)


def test_words_spread_more_on_their_axis_than_on_random_ones(words: EmbeddingSpace) -> None:
    found = spread_test(words, semantic_axis(words, MEN, WOMEN), TRADES, n_axes=300)
    assert found.p_value < 0.05
    assert len(found.random_spreads) == 300
    share = (1 + (found.random_spreads >= found.spread).sum()) / 301
    assert found.p_value == pytest.approx(share)
    again = spread_test(words, semantic_axis(words, MEN, WOMEN), TRADES, n_axes=300)
    np.testing.assert_array_equal(found.random_spreads, again.random_spreads)


def test_a_random_axis_is_no_exception(words: EmbeddingSpace) -> None:
    random = np.random.default_rng(5)
    p_values = []
    for _ in range(40):
        low, high = random.choice(len(words), 2, replace=False)
        axis = semantic_axis(words, [words.labels[low]], [words.labels[high]])
        p_values.append(spread_test(words, axis, TRADES, n_axes=99).p_value)
    assert 0.35 < np.mean(p_values) < 0.65  # p-values of the null are uniform


VECTORS = arrays(np.float32, (6, 5), elements=st.floats(-1, 1, width=32)).filter(
    lambda v: (
        bool((np.linalg.norm(v, axis=1) > 0.1).all())
        and float(np.linalg.norm(v[0] / np.linalg.norm(v[0]) - v[1] / np.linalg.norm(v[1]))) > 0.1
    )
)


@given(VECTORS)
def test_neutralizing_takes_out_the_direction_and_nothing_else(vectors: np.ndarray) -> None:
    space = EmbeddingSpace("abcdef", vectors)
    axis = semantic_axis(space, ["a"], ["b"])
    neutral = neutralize(space, axis)
    np.testing.assert_allclose(neutral.vectors @ axis.direction, 0, atol=1e-5)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    for before, after in zip(units, neutral.vectors, strict=True):
        rest = before - (before @ axis.direction) * axis.direction
        size = np.linalg.norm(rest)
        if size > 1e-3:
            np.testing.assert_allclose(after, rest / size, atol=1e-3)
    twice = without_direction(neutral.vectors, axis.direction)
    np.testing.assert_allclose(twice, neutral.vectors, atol=1e-4)


def test_only_the_words_that_were_named_change(words: EmbeddingSpace) -> None:
    axis = semantic_axis(words, MEN, WOMEN)
    neutral = neutralize(words, axis, ["nurse"])
    changed = np.flatnonzero((neutral.vectors != words.vectors).any(axis=1))
    assert changed.tolist() == [words.row("nurse")]
    assert neutral.digest != words.digest
    assert "removed" in str(neutral.source)


def test_removal_tells_the_neighbors_of_the_neutralized_space(words: EmbeddingSpace) -> None:
    axis = semantic_axis(words, MEN, WOMEN)
    found = removal(words, axis, TRADES, k=10)
    neutral = neutralize(words, axis)
    for word, before, after in zip(
        TRADES, found.neighbors_before, found.neighbors_after, strict=True
    ):
        assert before == nearest_neighbors(words, word, k=10).labels
        assert after == nearest_neighbors(neutral, word, k=10).labels
    np.testing.assert_allclose(found.after, 0, atol=1e-6)
    np.testing.assert_allclose(found.before, place_on_axis(words, axis, TRADES), atol=1e-5)
    assert 0.5 < found.kept.mean() < 1
    assert found.lean_left > 0.3  # what Gonen & Goldberg 2019 found


@pytest.mark.parametrize("name", AXIS_LESSONS)
def test_the_axes_we_offer_are_in_the_sample(words: EmbeddingSpace, name: str) -> None:
    lesson = AXIS_LESSONS[name]
    for text in (lesson.low, lesson.high, lesson.words):
        assert [word for word in split_words(text) if word not in words] == []


def test_what_is_said_of_the_axes_we_offer_is_so(words: EmbeddingSpace) -> None:
    def axis_of(name: str) -> tuple:
        lesson = AXIS_LESSONS[name]
        axis = semantic_axis(words, split_words(lesson.low), split_words(lesson.high))
        spread = spread_test(words, axis, split_words(lesson.words))
        return separation(words, axis), spread

    apart, spread = axis_of("bad ↔ good")
    assert apart.right == apart.asked
    assert spread.p_value < 0.01
    apart, spread = axis_of("cheap ↔ expensive")
    assert apart.right < apart.asked / 2
    assert spread.p_value > 0.1


@pytest.mark.parametrize(
    ("low", "high", "reason"),
    [
        ([], ["king"], "low pole has no words"),
        (["king"], [], "high pole has no words"),
        (["king", "man"], ["man"], "is in both poles"),
    ],
)
def test_poles_that_make_no_axis_are_told(
    space: EmbeddingSpace, low: list[str], high: list[str], reason: str
) -> None:
    with pytest.raises(QueryError, match=reason):
        semantic_axis(space, low, high)


def test_other_impossible_questions_are_told(space: EmbeddingSpace) -> None:
    axis = semantic_axis(space, ["man"], ["woman"])
    with pytest.raises(UnknownLabelError):
        place_on_axis(space, axis, ["nurse"])
    with pytest.raises(QueryError, match="three or more"):
        spread_test(space, axis, ["king", "queen"])
    with pytest.raises(QueryError, match="k is 5"):
        removal(space, axis, ["king"], k=5)
    with pytest.raises(QueryError, match="No words"):
        removal(space, axis, [])
    twins = EmbeddingSpace(["a", "b"], [[1, 0], [2, 0]])
    with pytest.raises(QueryError, match="one point"):
        semantic_axis(twins, ["a"], ["b"])


def test_a_word_repeated_at_a_pole_counts_once(space: EmbeddingSpace) -> None:
    once = semantic_axis(space, ["king", "man"], ["queen", "woman"])
    twice = semantic_axis(space, ["king", "man", "king"], ["queen", "woman", "woman"])
    np.testing.assert_array_equal(twice.direction, once.direction)
    assert separation(space, twice) == separation(space, once)
    alone = semantic_axis(space, ["king", "king"], ["queen", "woman"])
    assert separation(space, alone).asked == 0


def test_unseen_words_make_an_axis_and_stand_on_it(unseen: EmbeddingSpace) -> None:
    axis = semantic_axis(unseen, ["kingdom", "king"], ["womanly", "woman"])
    units = {word: unseen[word].unit().values for word in (*axis.low, *axis.high, "queens")}
    step = units["womanly"] + units["woman"] - units["kingdom"] - units["king"]
    expected = units["queens"] @ step / np.linalg.norm(step)
    assert place_on_axis(unseen, axis, ["queens"])[0] == pytest.approx(expected, abs=1e-6)
    low, high = ends_of_axis(unseen, axis, k=3)
    assert not {"king", "woman"} & {*low, *high}
    assert len(removal(unseen, axis, ["queens", "queen"], k=2).neighbors_after) == 2
