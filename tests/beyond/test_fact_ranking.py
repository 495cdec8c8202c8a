"""Ranks and scores equal PyKEEN's (Ali et al. 2021), given the same tables."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer.beyond.facts.graph import Answers, Graph
from explorer.beyond.facts.ranking import Ranking, most_frequent, rank
from explorer.beyond.facts.training import Recipe, scorer

DIM = 6


def pykeen_model(name: str, graph: Graph) -> torch.nn.Module:
    """Return PyKEEN's model of a graph, with random tables."""
    from pykeen.models import model_resolver
    from pykeen.triples import TriplesFactory

    factory = TriplesFactory(
        torch.from_numpy(graph.train),
        entity_to_id=graph.entity_id,
        relation_to_id={name: row for row, name in enumerate(graph.relations)},
    )
    norm = {"scoring_fct_norm": 2} if name == "transe" else {}
    return model_resolver.make(
        name, triples_factory=factory, embedding_dim=DIM, random_seed=5, **norm
    )


def tables(model: torch.nn.Module, name: str) -> list[np.ndarray]:
    """Return a PyKEEN model's entities and relations as ours has them: real, then imaginary."""
    found = []
    for part in (model.entity_representations[0], model.relation_representations[0]):
        values = part(indices=None).detach()
        if values.is_complex():
            values = torch.cat([values.real, values.imag], dim=-1)
        found.append(values.numpy())
    if name == "rotate":
        real, imaginary = np.split(found[1], 2, axis=1)
        found[1] = np.arctan2(imaginary, real)
    return found


@pytest.mark.parametrize("name", ["transe", "distmult", "complex", "rotate"])
def test_a_model_and_its_filtered_ranks_are_those_of_pykeen(graph: Graph, name: str) -> None:
    from pykeen.evaluation import RankBasedEvaluator

    reference = pykeen_model(name, graph)
    facts = torch.from_numpy(graph.test)
    told = RankBasedEvaluator().evaluate(
        reference,
        facts,
        additional_filter_triples=[torch.from_numpy(graph.train), torch.from_numpy(graph.valid)],
        batch_size=4,
        use_tqdm=False,
    )
    ours = rank(graph, graph.test, scorer(Recipe(name, dim=DIM), *tables(reference, name)))
    assert ours.mrr == pytest.approx(told.get_metric("both.realistic.mrr"), rel=1e-5)
    for side, place in ((0, "tail"), (1, "head")):
        for k in (1, 3, 10):
            wanted = told.get_metric(f"{place}.realistic.hits_at_{k}")
            assert ours.hits(k, side=side) == pytest.approx(wanted)


def test_chance_is_what_pykeen_expects_of_a_random_order(graph: Graph) -> None:
    from pykeen.metrics.ranking import HitsAtK, InverseHarmonicMeanRank

    ranking = rank(graph, graph.test, most_frequent(graph))
    candidates = ranking.candidates.ravel().astype(int)
    assert ranking.chance(10) == pytest.approx(HitsAtK(10).expected_value(candidates))
    expected = InverseHarmonicMeanRank().expected_value(candidates)
    assert ranking.chance_mrr() == pytest.approx(expected, rel=1e-3)


def test_equal_scores_share_their_places(graph: Graph) -> None:
    same = rank(
        graph,
        graph.test,
        lambda known, relations, tails: np.zeros((len(known), len(graph.entities))),
    )
    np.testing.assert_array_equal(same.ranks, (same.candidates + 1) / 2)


def test_the_baseline_answers_with_what_a_relation_answers_most(graph: Graph) -> None:
    kind = graph.relations.index("lies in")
    scores = most_frequent(graph)(np.array([0]), np.array([kind]), True)[0]
    of_kind = graph.train[graph.train[:, 1] == kind, 2]
    assert scores.argmax() == np.bincount(of_kind).argmax()
    assert scores.sum() == len(of_kind)


def test_questions_find_all_their_answers(graph: Graph) -> None:
    known, relations = graph.facts[:, 0], graph.facts[:, 1]
    rows, found = Answers(graph, graph.facts, tails=True).of(known, relations)
    for row, (head, relation, _) in enumerate(graph.facts.tolist()):
        same = (graph.facts[:, 0] == head) & (graph.facts[:, 1] == relation)
        assert sorted(found[rows == row]) == sorted(graph.facts[same, 2])


def test_no_questions_have_no_figure(graph: Graph) -> None:
    nothing = Ranking(np.empty((0, 2)), np.empty((0, 2)))
    assert np.isnan([nothing.mrr, nothing.hits(), nothing.chance(), nothing.chance_mrr()]).all()
