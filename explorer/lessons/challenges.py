"""Challenges on a space: ways by neighbors, odd one out, guess the word, guess the axis.

Each is made by a round's number, so that a class plays the same rounds, and its answer is checked
against the space before it is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.errors import QueryError
from explorer.neighbors.graph import nearest_graph
from explorer.probes.semantic_axis import ends_of_axis, semantic_axis
from explorer.space import EmbeddingSpace

NEIGHBORS = 12  # of each word, to step to
POOL = 3_000  # the first words are asked: in a sample they are the frequent ones
FEWEST, MOST = 50, 50_000  # labels of a space that can be played on
LETTERS = 4  # of a word that is asked, at least
WAY = (3, 5)  # steps of the shortest way, from and to
GROUP, CLUES, CHOICES, SHOWN = 4, 5, 4, 6
MARGIN = 0.1  # cosine by which the right answer has to stand out
# With 0.1 people found two answers right: “suspect” or “learned” beside think, suppose and guess.
ODD_MARGIN = 0.2
TRIES = 400

Rows = NDArray[np.intp]

AXES = {  # poles of axes; a test holds that each separates its own words on the sample
    "male to female": (
        "he, man, boy, father, king, husband, brother, son",
        "she, woman, girl, mother, queen, wife, sister, daughter",
    ),
    "bad to good": (
        "bad, terrible, awful, horrible, evil",
        "good, great, wonderful, excellent, nice",
    ),
    "nature to city": (
        "forest, river, mountain, lake, valley, tree",
        "street, building, traffic, downtown, subway, avenue",
    ),
    "food to machine": (
        "bread, cheese, fruit, meat, soup, sugar, wine",
        "engine, motor, machine, computer, vehicle, device",
    ),
    "music to sport": (
        "music, song, guitar, piano, opera, singer, concert",
        "football, hockey, tennis, soccer, basketball, team, match",
    ),
    "war to home": (
        "war, battle, army, soldier, weapon, enemy",
        "home, family, kitchen, bedroom, garden, children",
    ),
    "land to sea": (
        "land, field, farm, desert, hill, road",
        "sea, ocean, ship, fish, wave, beach",
    ),
    "animals to people": (
        "dog, cat, horse, bird, fish, wolf, snake",
        "doctor, teacher, lawyer, author, president, actor",
    ),
}


@dataclass(frozen=True)
class Way:
    """From one row to another by neighbors, in `shortest` steps at the least."""

    start: int
    goal: int
    shortest: int


@dataclass(frozen=True)
class Riddle:
    """A question with choices: what is shown, what can be chosen, and what is right.

    `scores` says of each choice how well it fits, in mean cosine similarity; empty for axes.
    """

    shown: tuple[str, ...]
    choices: tuple[str, ...]
    answer: str
    scores: tuple[float, ...] = ()


def can_play(space: EmbeddingSpace) -> bool:
    """Return whether challenges can be made on a space."""
    return FEWEST <= len(space) <= MOST and not space.is_sparse


def steps_from(space: EmbeddingSpace) -> NDArray[np.int32]:
    """Return the rows that one may step to from each row: (n, k) int32, nearest first."""
    indices, _, _ = nearest_graph(space, NEIGHBORS + 1, "cosine", seed=0)
    return indices[:, 1:]


def steps_to(steps: NDArray[np.int32], goal: int) -> NDArray[np.float64]:
    """Return the fewest steps from each row to the goal: (n,) float64, infinite without a way."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    n, k = steps.shape
    starts = np.repeat(np.arange(n), k)
    backwards = csr_array((np.ones(n * k), (steps.ravel(), starts)), shape=(n, n))
    found: NDArray[np.float64] = dijkstra(backwards, indices=goal, unweighted=True)
    return found


def make_way(space: EmbeddingSpace, steps: NDArray[np.int32], number: int) -> Way:
    """Return the way of a round; raises QueryError if the space has none."""
    random, pool = np.random.default_rng([number, 1]), asked_rows(space)
    for goal in random.permutation(pool)[:TRIES].tolist():
        away = steps_to(steps, goal)[pool]
        starts = pool[(away >= WAY[0]) & (away <= WAY[1])]
        if len(starts):
            start = int(random.choice(starts))
            return Way(start, goal, int(steps_to(steps, goal)[start]))
    raise none_here(space)


def hint(steps: NDArray[np.int32], at: int, goal: int) -> int:
    """Return the neighbor from which the goal is nearest; the row itself without a way."""
    near = steps[at]
    away = steps_to(steps, goal)[near]
    return int(near[away.argmin()]) if np.isfinite(away).any() else at


def odd_one(space: EmbeddingSpace, steps: NDArray[np.int32], number: int) -> Riddle:
    """Return a word with its neighbors and a stranger: the one least similar to the others."""
    random, pool = np.random.default_rng([number, 2]), asked_rows(space)
    for first, stranger in random.choice(pool, (TRIES, 2)).tolist():
        group = [first, *unlike_spelled(space, first, steps[first])[: GROUP - 1]]
        if len(group) < GROUP or stranger in group:
            continue
        rows = random.permutation([*group, stranger])
        similar = cosines(space, rows, rows)
        mean = (similar.sum(axis=1) - 1) / (len(rows) - 1)
        order = mean.argsort()
        if rows[order[0]] == stranger and mean[order[1]] - mean[order[0]] >= ODD_MARGIN:
            labels = space.labels_at(rows)
            return Riddle((), labels, space.label(stranger), tuple(mean.tolist()))
    raise none_here(space)


def hidden_word(space: EmbeddingSpace, steps: NDArray[np.int32], number: int) -> Riddle:
    """Return neighbors of a word, and words to choose from: the one most similar to them."""
    random, pool = np.random.default_rng([number, 3]), asked_rows(space)
    for rows in random.choice(pool, (TRIES, CHOICES)):
        clues = unlike_spelled(space, int(rows[0]), steps[rows[0]])[:CLUES]
        if (
            len(clues) < CLUES
            or len(set(rows.tolist())) < CHOICES
            or set(clues) & set(rows.tolist())
        ):
            continue
        mean = cosines(space, rows, np.array(clues)).mean(axis=1)
        if mean[0] - mean[1:].max() >= MARGIN:
            order = random.permutation(CHOICES)
            return Riddle(
                space.labels_at(np.array(clues)),
                space.labels_at(rows[order]),
                space.label(int(rows[0])),
                tuple(mean[order].tolist()),
            )
    raise none_here(space)


def hidden_axis(space: EmbeddingSpace, number: int) -> Riddle:
    """Return the words farthest out on an axis, and axes to choose from.

    `shown` holds the words of the low end, then those of the high end.
    """
    random = np.random.default_rng([number, 4])
    known = [name for name, poles in AXES.items() if all(len(has(space, one)) > 2 for one in poles)]
    if len(known) < 2:
        raise none_here(space)
    choices = tuple(random.permutation(known)[:CHOICES].tolist())
    answer = choices[int(random.integers(len(choices)))]
    low, high = (has(space, one) for one in AXES[answer])
    lowest, highest = ends_of_axis(space, semantic_axis(space, low, high), SHOWN)
    return Riddle((*lowest, *highest), choices, answer)


def has(space: EmbeddingSpace, words: str) -> list[str]:
    """Return those of a list of words that the space has."""
    return [word for word in words.split(", ") if word in space]


def asked_rows(space: EmbeddingSpace) -> Rows:
    """Return the rows that may be asked: the first of the space, with a word long enough."""
    labels = space.labels_at(np.arange(min(POOL, len(space))))
    return np.array([row for row, label in enumerate(labels) if len(label) >= LETTERS], np.intp)


def unlike_spelled(space: EmbeddingSpace, row: int, near: Sequence[int]) -> list[int]:
    """Return the neighbors that are not a form of the word, by its first letters."""
    word = space.label(row).lower()
    beginning = word[: max(LETTERS - 1, len(word) - 3)]
    return [int(one) for one in near if beginning not in space.label(int(one)).lower()]


def cosines(space: EmbeddingSpace, first: Rows, second: Rows) -> NDArray[np.float64]:
    """Return the cosine similarities of rows with rows, (len(first), len(second)) float64."""

    def units(rows: Rows) -> NDArray[np.float64]:
        vectors = space.vectors[rows].astype(np.float64)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: NDArray[np.float64] = vectors / np.maximum(lengths, np.finfo(float).tiny)
        return unit

    found: NDArray[np.float64] = units(first) @ units(second).T
    return found


def none_here(space: EmbeddingSpace) -> QueryError:
    """Return the error of a space on which no round can be made."""
    return QueryError(
        f"No round of this challenge can be made on {space.name}: its labels are too few or too "
        "much alike. Choose the words in the sidebar."
    )
