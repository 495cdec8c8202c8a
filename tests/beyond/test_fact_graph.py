"""What is held out, and what is told of facts that do not fit."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.beyond.facts import graph as graphs
from explorer.beyond.facts.graph import HEAD, RELATION, TAIL, Graph, cannot_be_held_out, make_graph
from explorer.errors import TrainingError
from tests.beyond.conftest import triples


def test_every_held_out_name_is_among_what_is_learned(graph: Graph) -> None:
    held = np.concatenate([graph.valid, graph.test])
    assert {len(graph.valid), len(graph.test)} <= {5, 6}  # a tenth each; mirror images go together
    assert set(held[:, [HEAD, TAIL]].ravel()) <= set(graph.train[:, [HEAD, TAIL]].ravel())
    assert set(held[:, RELATION]) <= set(graph.train[:, RELATION])


def test_a_fact_and_its_mirror_image_are_never_parted(graph: Graph) -> None:
    for part in (graph.train, graph.valid, graph.test):
        here = {tuple(fact) for fact in part.tolist()}
        borders = graph.relations.index("borders")
        assert all((t, r, h) in here for h, r, t in here if r == borders)


def test_facts_are_parted_by_the_seed_and_never_counted_twice() -> None:
    first, again = make_graph(triples(), "towns"), make_graph(triples() * 2, "towns")
    assert first.digest == again.digest != make_graph(triples(), "towns", seed=1).digest
    assert len(first.facts) == len({tuple(fact) for fact in first.facts.tolist()})


def test_a_fact_with_a_name_of_its_own_can_only_be_memorized(graph: Graph) -> None:
    rivers = graph.facts[:, RELATION] == graph.relations.index("river")
    np.testing.assert_array_equal(cannot_be_held_out(graph), rivers)
    assert not (graph.test[:, RELATION] == graph.relations.index("river")).any()


def test_a_relation_with_a_single_fact_is_told() -> None:
    made = make_graph([*triples(), ("town 0", "twin of", "town 5")], "towns")
    assert any("single fact" in note and "twin of" in note for note in made.notes)


def test_a_graph_in_parts_is_told() -> None:
    islands = [(f"isle {n}", "lies in", "the sea") for n in range(12)]
    made = make_graph([*triples(), *islands], "towns and isles")
    assert any("2 parts" in note for note in made.notes)


def test_where_nothing_can_be_held_out_it_is_told() -> None:
    made = make_graph([(f"head {n}", "has", f"tail {n}") for n in range(12)], "pairs")
    assert not len(made.test)
    assert any("No fact can be held out" in note for note in made.notes)


def test_too_few_facts_are_refused_with_their_number() -> None:
    with pytest.raises(TrainingError, match=r"3 different facts.*At least 10"):
        make_graph([("a", "likes", str(n)) for n in range(3)], "three")


def test_too_many_facts_are_refused_with_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphs, "MOST_FACTS", 40)
    with pytest.raises(TrainingError, match=r"48 facts were given\. Up to 40"):
        make_graph(triples(), "towns")
