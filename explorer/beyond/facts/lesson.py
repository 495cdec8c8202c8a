"""What the lesson measures: how parallel a relation's arrows are, and how long its step is."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.beyond.facts.graph import HEAD, RELATION, TAIL, Answers, Graph, Ids
from explorer.beyond.facts.learned import Learned
from explorer.errors import QueryError
from explorer.probes.relations import MOST_PAIRS, PairFamily

TOLD_APART = re.compile(r" \((?:city|language|currency|region|country)\)$")
EQUAL = 1e-6  # of the vectors' size: shorter steps have no direction


def single_facts(graph: Graph, relation: str) -> Ids:
    """Return the facts of a relation (n, 3) whose head and tail occur in no other of its facts.

    A language that many countries speak would bind their arrows together at one end; where each
    head has its own tail, arrows are parallel only if the relation is a direction.
    """
    facts = graph.facts[graph.facts[:, RELATION] == graph.relations.index(relation)]
    alone = [np.bincount(facts[:, side])[facts[:, side]] == 1 for side in (HEAD, TAIL)]
    single: Ids = facts[alone[0] & alone[1] & (facts[:, HEAD] != facts[:, TAIL])]
    return single


def arrows(graph: Graph, facts: Ids, vectors: NDArray[np.floating]) -> PairFamily:
    """Return the steps of facts (n, 3) from head to tail, at most MOST_PAIRS of them.

    Parameters
    ----------
    vectors
        One for each entity (number of entities, d), taken as they are: a model that adds steps
        learned their lengths, too.

    Raises
    ------
    QueryError
        Fewer than three facts have two different ends.
    """
    wide = vectors.astype(np.float64)
    steps = np.linalg.norm(wide[facts[:, TAIL]] - wide[facts[:, HEAD]], axis=1)
    apart = facts[steps > EQUAL * np.abs(wide).max()][:MOST_PAIRS]
    if len(apart) < 3:
        raise QueryError(
            f"{len(apart)} facts of this relation join two names that occur in no other of its "
            "facts. At least three arrows are needed to compare their directions."
        )
    pairs = tuple((graph.entities[head], graph.entities[tail]) for head, _, tail in apart.tolist())
    return PairFamily(pairs, wide[apart[:, HEAD]], wide[apart[:, TAIL]])


def plain_names(entities: Sequence[str]) -> tuple[str, ...]:
    """Return names as a text would have them: “Singapore (city)” is “Singapore”."""
    return tuple(TOLD_APART.sub("", name) for name in entities)


def symmetry(learned: Learned) -> pa.Table:
    """Return a table with a row for each relation: how often its facts are mirrored, and its step.

    The step's length is given in units of the mean distance between two entities, so that 0 says
    that head and tail ought to stand in the same place.

    Raises
    ------
    QueryError
        The model's relations are no steps: only TransE's are.
    """
    if learned.recipe.model != "transe":
        raise QueryError("Only TransE's relations are steps that have a length.")
    graph = learned.graph
    lengths = np.linalg.norm(learned.relations, axis=1) / mean_distance(learned.entities)
    rows = []
    for kind, name in enumerate(graph.relations):
        facts = graph.facts[graph.facts[:, RELATION] == kind]
        back = Answers(graph, facts, tails=True)
        found, tails = back.of(facts[:, TAIL], facts[:, RELATION])
        mirrored = float((tails == facts[found, HEAD]).sum() / len(facts))
        rows.append(
            {"relation": name, "mirrored facts": mirrored, "length of its step": lengths[kind]}
        )
    return pa.Table.from_pylist(rows)


def mean_distance(vectors: NDArray[np.floating]) -> float:
    """Return the mean distance of two rows, over pairs drawn at random."""
    rng = np.random.default_rng(0)
    first, second = rng.integers(len(vectors), size=(2, 20_000))
    apart = first != second
    return float(np.linalg.norm(vectors[first] - vectors[second], axis=1)[apart].mean())
