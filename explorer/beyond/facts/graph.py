"""A knowledge graph: triples of head, relation and tail, and which of them are held out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from explorer.errors import TrainingError
from explorer.wording import count

HEAD, RELATION, TAIL = range(3)
HELD_OUT = 0.1  # share of the facts, once to choose settings by and once to judge by
MOST_FACTS = 500_000
FEWEST_FACTS = 10

Ids = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Graph:
    """Facts as rows of ids, in three parts.

    Attributes
    ----------
    name
        What the graph is called on screen.
    entities, relations
        Their names, by id.
    train, valid, test
        Facts, arrays (n, 3) of int64: head, relation, tail. The model learns from `train`,
        its settings are chosen by `valid`, and it is judged by `test`.
    notes
        What was left out or changed while the facts were read, for the screen.
    """

    name: str
    entities: tuple[str, ...]
    relations: tuple[str, ...]
    train: Ids
    valid: Ids
    test: Ids
    notes: tuple[str, ...] = ()

    @cached_property
    def digest(self) -> str:
        """A hash of the facts and their parts, not of the graph's name."""
        found = hashlib.blake2b(digest_size=16)
        for names in (self.entities, self.relations):
            found.update("\0".join(names).encode() + b"\0\0")
        for part in (self.train, self.valid, self.test):
            found.update(len(part).to_bytes(8, "little") + np.ascontiguousarray(part).tobytes())
        return found.hexdigest()

    @cached_property
    def facts(self) -> Ids:
        """All facts (n, 3): those that a ranking does not count as wrong answers."""
        return np.concatenate([self.train, self.valid, self.test])

    @cached_property
    def entity_id(self) -> dict[str, int]:
        """Return each entity's id by its name."""
        return {name: row for row, name in enumerate(self.entities)}

    def part_of(self, head: int, relation: int, tail: int) -> str:
        """Return where a fact stands: "trained", "held out", or "" where it is no known fact."""
        fact = np.array([head, relation, tail])
        for name, part in (("trained", self.train), ("held out", self.valid)):
            if (part == fact).all(axis=1).any():
                return name
        return "held out" if (self.test == fact).all(axis=1).any() else ""


class Answers:
    """Which entities complete questions: all tails of (head, relation, ?), or all heads.

    Facts are kept in the order of their questions, so that those of many are found at once.
    """

    def __init__(self, graph: Graph, facts: Ids, *, tails: bool) -> None:
        given, asked = (HEAD, TAIL) if tails else (TAIL, HEAD)
        self._kinds = len(graph.relations)
        questions = facts[:, given] * self._kinds + facts[:, RELATION]
        order = np.argsort(questions, kind="stable")
        self._questions, self._entities = questions[order], facts[order, asked]

    def of(self, known: Ids, relations: Ids) -> tuple[Ids, Ids]:
        """Return the answers to questions (b,): each one's question (m,) and entity (m,)."""
        asked = known * self._kinds + relations
        first = np.searchsorted(self._questions, asked)
        counts = np.searchsorted(self._questions, asked, side="right") - first
        rows = np.repeat(np.arange(len(asked)), counts)
        places = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts) + first[rows]
        return rows, self._entities[places]


def make_graph(
    triples: Iterable[Sequence[str]], name: str, *, seed: int = 0, notes: Sequence[str] = ()
) -> Graph:
    """Number the names of triples, and hold some of the facts out.

    A fact is held out only where both its entities and its relation still occur in what is
    learned from: nothing can be learned of a name that is never seen. A fact and its mirror
    image (France borders Spain, Spain borders France) go the same way, because one tells the other.

    Raises
    ------
    TrainingError
        If there are too few facts or too many.
    """
    unique = list(dict.fromkeys((str(h), str(r), str(t)) for h, r, t in triples))
    if len(unique) > MOST_FACTS:
        raise too_many(f"{len(unique):,}")
    if len(unique) < FEWEST_FACTS:
        raise TrainingError(
            f"{name} has {count(len(unique), 'different fact')}. At least {FEWEST_FACTS} are "
            "needed: a row for each, with a head, a relation and a tail."
        )
    entities = tuple(dict.fromkeys(e for h, _, t in unique for e in (h, t)))
    relations = tuple(dict.fromkeys(r for _, r, _ in unique))
    ids = {entity: row for row, entity in enumerate(entities)}
    kinds = {relation: row for row, relation in enumerate(relations)}
    facts = np.array([(ids[h], kinds[r], ids[t]) for h, r, t in unique], dtype=np.int64)
    told = list(notes)
    lonely = [relation for relation in relations if (facts[:, 1] == kinds[relation]).sum() == 1]
    if lonely:
        told.append(
            f"{count(len(lonely), 'relation has', 'relations have')} a single fact and can only be "
            f"memorized: {', '.join(lonely[:5])}{' …' if len(lonely) > 5 else ''}."
        )
    parts = count_parts(facts, len(entities))
    if parts > 1:
        told.append(
            f"The graph falls into {parts:,} parts that no fact connects: "
            "how far points of different parts lie from each other means nothing."
        )
    train, valid, test = split(facts, len(entities), np.random.default_rng(seed))
    if not len(test):
        told.append("No fact can be held out: each has a name that occurs nowhere else.")
    return Graph(name, entities, relations, train, valid, test, tuple(told))


def too_many(given: str) -> TrainingError:
    """Return the error for more facts than can be learned here."""
    return TrainingError(
        f"{given} facts were given. Up to {MOST_FACTS:,} are learned here: give a part of them, "
        "such as the relations that matter to you."
    )


def split(facts: Ids, n_entities: int, rng: np.random.Generator) -> tuple[Ids, Ids, Ids]:
    """Return facts (n, 3) as those to learn from, to choose by, and to judge by."""
    seen = np.bincount(facts[:, [HEAD, TAIL]].ravel(), minlength=n_entities)
    kinds = np.bincount(facts[:, RELATION])
    place = {tuple(fact): row for row, fact in enumerate(facts.tolist())}
    wanted = round(HELD_OUT * len(facts))
    parts = np.zeros(len(facts), dtype=np.int8)
    held = [0, 0, 0]
    for row in rng.permutation(len(facts)):
        part = 1 if held[1] < wanted else 2
        if held[part] >= wanted:
            break
        if parts[row]:
            continue
        head, relation, tail = facts[row].tolist()
        mirror = place.get((tail, relation, head))
        together = [row] if mirror is None or mirror == row else [row, mirror]
        n = len(together)
        if min(seen[head], seen[tail], kinds[relation]) <= n:
            continue
        seen[[head, tail]] -= n
        kinds[relation] -= n
        parts[together] = part
        held[part] += n
    return facts[parts == 0], facts[parts == 1], facts[parts == 2]


def cannot_be_held_out(graph: Graph) -> NDArray[np.bool_]:
    """Return which of a graph's facts (n,) have a name, or a relation, that occurs in no other.

    Whoever has not read such a fact knows nothing of that name: it can be memorized, and never
    predicted.
    """
    facts = graph.facts
    seen = np.bincount(facts[:, [HEAD, TAIL]].ravel(), minlength=len(graph.entities))
    kinds = np.bincount(facts[:, RELATION], minlength=len(graph.relations))
    alone = (seen[facts[:, [HEAD, TAIL]]] == 1).any(axis=1) | (kinds[facts[:, RELATION]] == 1)
    return np.asarray(alone, dtype=np.bool_)


def count_parts(facts: Ids, n_entities: int) -> int:
    """Return into how many parts the graph falls, its arrows taken both ways."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array(
        (np.ones(len(facts)), (facts[:, HEAD], facts[:, TAIL])), shape=(n_entities, n_entities)
    )
    return int(connected_components(links, directed=False)[0])
