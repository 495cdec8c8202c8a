"""Families of pairs: how parallel, against scikit-learn, and what the text may look like."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from explorer import EmbeddingSpace
from explorer.errors import QueryError, UnknownLabelError
from explorer.probes.relations import known_pairs, pair_family, split_pairs
from explorer.ui.analogies.examples import FAMILIES

KIN = (("man", "woman"), ("king", "queen"), ("brother", "sister"), ("uncle", "aunt"))


def test_parallelism_is_the_mean_cosine_of_two_steps(words: EmbeddingSpace) -> None:
    family = pair_family(words, KIN)
    units = {word: words[word].unit().values for pair in KIN for word in pair}
    steps = np.array([units[end] - units[start] for start, end in KIN])
    cosines = cosine_similarity(steps)
    expected = cosines[np.triu_indices(len(KIN), 1)].mean()
    assert family.parallelism == pytest.approx(expected, abs=1e-5)
    np.testing.assert_allclose(family.cosines, cosines, atol=1e-5)
    assert family.with_others[0] == pytest.approx(cosines[0, 1:].mean(), abs=1e-5)


def test_parallel_steps_have_parallelism_one_and_shuffled_ones_have_not() -> None:
    random = np.random.default_rng(0)
    starts = random.normal(size=(6, 9))
    starts[:, 0] = 0
    starts /= np.linalg.norm(starts, axis=1, keepdims=True)
    ends = starts + np.eye(9)[0]  # equally long, so that they stay parallel at length 1
    labels = [f"{side}{i}" for side in "ab" for i in range(6)]
    space = EmbeddingSpace(labels, np.vstack([starts, ends]))
    ends /= np.linalg.norm(ends, axis=1, keepdims=True)
    family = pair_family(space, [(f"a{i}", f"b{i}") for i in range(6)])
    assert family.parallelism > family.shuffled_parallelism + 0.1
    along, _ = family.plane.place(family.ends)
    before, _ = family.plane.place(family.starts)
    assert ((along - before)[:, 0] > 0).all()


def test_steps_without_a_common_direction_are_not_drawn_as_if_they_had_one(
    words: EmbeddingSpace,
) -> None:
    family = pair_family(words, split_pairs(FAMILIES["no family at all"]))
    ends, starts = (family.plane.place(side)[0] for side in (family.ends, family.starts))
    drawn = cosine_similarity(ends - starts)
    assert not family.shares_direction
    assert abs(drawn[np.triu_indices(len(drawn), 1)].mean()) < 0.3  # along their mean it is 0.7


def test_the_drawn_length_is_the_lengths_shadow(words: EmbeddingSpace) -> None:
    family = pair_family(words, KIN)
    table = family.to_arrow()
    places = [family.plane.place(side)[0] for side in (family.starts, family.ends)]
    drawn = np.linalg.norm(places[1] - places[0], axis=1)
    np.testing.assert_allclose(table["drawn length"].to_numpy(), drawn, atol=1e-9)
    assert (table["length"].to_numpy() >= drawn).all()


@pytest.mark.parametrize("name", FAMILIES)
def test_the_families_we_offer_are_in_the_sample(words: EmbeddingSpace, name: str) -> None:
    known, missing = known_pairs(words, split_pairs(FAMILIES[name]))
    assert missing == ()
    family = pair_family(words, known)
    is_one = family.parallelism - family.shuffled_parallelism > 0.1
    assert is_one == (name != "no family at all")


@pytest.mark.parametrize(
    "line", ["new york, usa", "new york; usa", "new york\tusa", "new york: usa", "new york -> usa"]
)
def test_pairs_are_read_with_any_mark_between_them(line: str) -> None:
    assert split_pairs(f"\n{line}\n{line}\n") == (("new york", "usa"),)


@pytest.mark.parametrize("text", ["france", "france, paris, lyon", "france,", "a b c"])
def test_a_line_that_is_no_pair_is_told(text: str) -> None:
    with pytest.raises(QueryError, match="Line 2"):
        split_pairs(f"a b\n{text}")


def test_pairs_that_cannot_be_compared_are_told(space: EmbeddingSpace) -> None:
    with pytest.raises(QueryError, match="2 to 200"):
        pair_family(space, [("king", "queen")])
    with pytest.raises(QueryError, match="one point"):
        pair_family(space, [("king", "queen"), ("man", "man")])
    with pytest.raises(UnknownLabelError):
        pair_family(space, [("king", "queen"), ("man", "prince")])
