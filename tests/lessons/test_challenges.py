"""Challenges: their answers by reference libraries, and the same round for all."""

from __future__ import annotations

import networkx
import numpy as np
import pytest
from gensim.models import KeyedVectors
from numpy.typing import NDArray

from explorer import EmbeddingSpace, nearest_neighbors
from explorer.errors import QueryError
from explorer.lessons import challenges
from explorer.probes.semantic_axis import semantic_axis, separation

ROUNDS = (1, 2, 3)


@pytest.fixture(scope="module")
def steps(words: EmbeddingSpace) -> NDArray[np.int32]:
    return challenges.steps_from(words)


@pytest.fixture(scope="module")
def vectors(words: EmbeddingSpace) -> KeyedVectors:
    found = KeyedVectors(words.dim)
    found.add_vectors(list(words.labels), words.vectors)
    return found


def test_one_steps_to_the_nearest_neighbors(
    words: EmbeddingSpace, steps: NDArray[np.int32]
) -> None:
    row = words.row("king")
    near = nearest_neighbors(words, "king", challenges.NEIGHBORS)
    assert steps[row].tolist() == near.indices.tolist()


@pytest.mark.parametrize("number", ROUNDS)
def test_a_way_is_as_short_as_networkx_says(
    words: EmbeddingSpace, steps: NDArray[np.int32], number: int
) -> None:
    way = challenges.make_way(words, steps, number)
    graph = networkx.DiGraph((a, int(b)) for a, near in enumerate(steps) for b in near)
    assert networkx.shortest_path_length(graph, way.start, way.goal) == way.shortest
    assert challenges.WAY[0] <= way.shortest <= challenges.WAY[1]


def test_hints_lead_along_a_shortest_way(words: EmbeddingSpace, steps: NDArray[np.int32]) -> None:
    way = challenges.make_way(words, steps, 1)
    at, gone = way.start, 0
    while at != way.goal:
        at, gone = challenges.hint(steps, at, way.goal), gone + 1
    assert gone == way.shortest


def test_without_a_way_on_a_hint_stays() -> None:
    island = np.array([[1], [0], [3], [2]], np.int32)
    assert challenges.hint(island, 0, 2) == 0
    assert np.isinf(challenges.steps_to(island, 2)[0])


@pytest.mark.parametrize("number", ROUNDS)
def test_the_odd_one_is_gensims(
    words: EmbeddingSpace, steps: NDArray[np.int32], vectors: KeyedVectors, number: int
) -> None:
    riddle = challenges.odd_one(words, steps, number)
    assert vectors.doesnt_match(riddle.choices) == riddle.answer
    lowest, next_one, *_ = sorted(riddle.scores)
    assert next_one - lowest >= 0.2  # with less, a reader found two answers right


@pytest.mark.parametrize("number", ROUNDS)
def test_the_hidden_word_is_most_similar_to_its_neighbors(
    words: EmbeddingSpace, steps: NDArray[np.int32], vectors: KeyedVectors, number: int
) -> None:
    riddle = challenges.hidden_word(words, steps, number)
    mean = [
        np.mean([vectors.similarity(choice, clue) for clue in riddle.shown])
        for choice in riddle.choices
    ]
    assert riddle.choices[int(np.argmax(mean))] == riddle.answer
    np.testing.assert_allclose(mean, riddle.scores, atol=1e-5)
    assert not any(riddle.answer in clue for clue in riddle.shown)


@pytest.mark.parametrize("axis", challenges.AXES)
def test_an_axis_separates_its_own_poles(words: EmbeddingSpace, axis: str) -> None:
    low, high = (challenges.has(words, one) for one in challenges.AXES[axis])
    found = separation(words, semantic_axis(words, low, high))
    assert found.p_value < 0.05
    assert found.right >= 0.9 * found.asked


def test_an_axis_shows_no_word_that_made_it(words: EmbeddingSpace) -> None:
    riddle = challenges.hidden_axis(words, 1)
    poles = ", ".join(challenges.AXES[riddle.answer]).split(", ")
    assert not set(poles) & set(riddle.shown)
    assert riddle.answer in riddle.choices


def test_a_round_is_the_same_for_all(words: EmbeddingSpace, steps: NDArray[np.int32]) -> None:
    assert challenges.make_way(words, steps, 7) == challenges.make_way(words, steps, 7)
    assert challenges.odd_one(words, steps, 7) == challenges.odd_one(words, steps, 7)


def test_a_space_on_which_no_round_can_be_made_says_so() -> None:
    same = EmbeddingSpace([f"word{n}" for n in range(60)], np.ones((60, 3)))
    steps = challenges.steps_from(same)
    for make in (challenges.make_way, challenges.odd_one, challenges.hidden_word):
        with pytest.raises(QueryError, match="No round"):
            make(same, steps, 1)


def test_a_space_too_small_is_not_played_on(space: EmbeddingSpace) -> None:
    assert not challenges.can_play(space)
