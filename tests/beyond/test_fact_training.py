"""Learning facts: the same seed gives the same vectors, also after a stop."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from explorer import cache
from explorer.beyond.course import COURSES, FILE, LOOKS, kept_course
from explorer.beyond.facts import job
from explorer.beyond.facts.graph import Graph
from explorer.beyond.facts.learned import HELD_OUT, TRAINED, WRONG, by_relation, learn_facts, roles
from explorer.beyond.facts.models import MODELS
from explorer.beyond.facts.storage import GraphFile, open_graph
from explorer.beyond.facts.training import FactLearner, Recipe, course_key, recipe_for, train_facts
from explorer.errors import JobCancelled, QueryError, TrainingError
from explorer.jobs.pool import Jobs

SHORT = Recipe(dim=8, epochs=40)


class StopPressedError(Exception):
    """Raised by a report, as when somebody presses Stop."""


def stop_after(share: float):
    def report(done: float, step: str) -> None:
        if done >= share:
            raise StopPressedError

    return report


@pytest.mark.parametrize("model", list(MODELS))
def test_stopped_and_resumed_ends_with_the_same_vectors(graph: Graph, model: str) -> None:
    recipe = Recipe(model, dim=4, epochs=40)
    whole = train_facts(graph, recipe)
    cache.discard(COURSES, course_key(graph, recipe))
    with pytest.raises(StopPressedError):
        train_facts(graph, recipe, stop_after(0.5))
    kept = kept_course(course_key(graph, recipe))
    assert kept is not None
    assert 0 < kept.epoch < 40
    resumed = train_facts(graph, recipe)
    for name, values in whole.state.items():
        np.testing.assert_array_equal(resumed.state[name], values)
    assert [look.epoch for look in resumed.looks] == [look.epoch for look in whole.looks]


def test_another_seed_gives_other_vectors(graph: Graph) -> None:
    first = train_facts(graph, SHORT)
    other = train_facts(graph, Recipe(dim=8, epochs=40, seed=1))
    assert not np.array_equal(first.state["entities"], other.state["entities"])


@pytest.mark.parametrize("model", list(MODELS))
def test_every_model_learns_its_facts(graph: Graph, model: str) -> None:
    learned = learn_facts(graph, recipe_for(model, dim=16, epochs=100, penalty=0.0))
    assert learned.memorized.hits(3) > 0.8
    assert learned.course.looks[0].epoch == 0
    assert len(learned.course.looks) == LOOKS + 1


@pytest.mark.parametrize("model", list(MODELS))
def test_the_gradient_is_that_of_a_softmax_over_all_ends(graph: Graph, model: str) -> None:
    learner = FactLearner(graph, Recipe(model, dim=3))
    facts = torch.from_numpy(graph.train[:5])
    entities, relations = (table.detach() for table in learner.tables)
    expected = []
    for head, relation, tail in facts.tolist():
        for scores, right in (
            (learner.scorer()(np.array([head]), np.array([relation]), True)[0], tail),
            (learner.scorer()(np.array([tail]), np.array([relation]), False)[0], head),
        ):
            wide = np.asarray(scores, np.float64)
            expected.append(np.log(np.exp(wide - wide.max()).sum()) + wide.max() - wide[right])
    loss = learner.loss(facts, torch.Generator())
    assert float(loss.detach()) == pytest.approx(np.mean(expected), rel=1e-4)
    assert len(entities) > len(relations)


def test_drawn_ends_never_hold_the_right_one_twice(graph: Graph) -> None:
    learner = FactLearner(graph, Recipe(dim=2, negatives=5, itself=False))
    entities = learner.tables[0].detach()
    right = torch.tensor([3, 3, 7])
    # each wants exactly the place of its right end: the loss counts it once among the choices
    loss = learner.side_loss(entities[right], torch.tensor([0, 1, 2]), right, torch.Generator())
    assert torch.isfinite(loss)
    assert float(loss.detach()) < np.log(2 + 5)


def test_a_symmetric_relation_makes_the_step_vanish_where_nothing_forbids_it(graph: Graph) -> None:
    borders, river = (graph.relations.index(name) for name in ("borders", "river"))
    free = learn_facts(graph, Recipe(dim=8, epochs=100, itself=False))
    lengths = np.linalg.norm(free.relations, axis=1)
    assert lengths[borders] < 0.05 * lengths[river]
    bound = learn_facts(graph, Recipe(dim=8, epochs=100, itself=True))
    assert np.linalg.norm(bound.relations[borders]) > lengths[borders]


def test_a_loss_that_is_no_number_is_told(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FactLearner, "epoch", lambda self, number: float("nan"))
    with pytest.raises(TrainingError, match=r"epoch 1.*smaller learning rate"):
        train_facts(graph, SHORT)


@pytest.mark.parametrize("wrong", [{"model": "glove"}, {"dim": 0}, {"epochs": 100_000}])
def test_a_recipe_that_cannot_be_is_refused(wrong: dict) -> None:
    with pytest.raises(TrainingError):
        Recipe(**wrong)


def test_a_broken_course_is_begun_anew(graph: Graph) -> None:
    whole = train_facts(graph, SHORT)
    folder = cache.find(COURSES, course_key(graph, SHORT))
    assert folder is not None
    (folder / FILE).write_bytes(b"PK broken")
    again = train_facts(graph, SHORT)
    np.testing.assert_array_equal(again.state["entities"], whole.state["entities"])


def test_answers_are_marked_trained_held_out_or_wrong(graph: Graph) -> None:
    learned = learn_facts(graph, SHORT)
    parts = {WRONG: set(), TRAINED: set(), HELD_OUT: set()}
    for name, facts in ((TRAINED, graph.train), (HELD_OUT, graph.valid), (HELD_OUT, graph.test)):
        parts[name] |= {tuple(fact) for fact in facts.tolist()}
    for head, relation, tail in graph.facts.tolist():
        for known, tails in ((head, True), (tail, False)):
            answer = learned.ask(
                graph.entities[known], graph.relations[relation], tails=tails, k=99
            )
            assert len(answer.answers) == len(graph.entities) - 1
            assert graph.entities[known] not in answer.answers
            for name, mark in zip(answer.answers, answer.marks, strict=True):
                other = graph.entity_id[name]
                fact = (known, relation, other) if tails else (other, relation, known)
                assert mark == next((one for one, held in parts.items() if fact in held), WRONG)


def test_the_arrow_leads_from_the_given_entity_by_the_relation(graph: Graph) -> None:
    learned = learn_facts(graph, SHORT)
    picture = learned.ask("town 1", "river", tails=True).picture
    step = learned.relations[graph.relations.index("river")]
    length = np.linalg.norm(np.subtract(picture.arrows[0].end, picture.arrows[0].start))
    assert length == pytest.approx(np.linalg.norm(step), rel=1e-4)
    assert picture.inputs.names == ("town 1",)


def test_a_question_about_what_is_not_there_names_it(graph: Graph) -> None:
    learned = learn_facts(graph, SHORT)
    with pytest.raises(QueryError, match="Atlantis"):
        learned.ask("Atlantis", "river", tails=True)
    with pytest.raises(QueryError, match=r"flows.*borders"):
        learned.ask("town 1", "flows", tails=True)


def test_what_was_learned_is_an_ordinary_space(graph: Graph) -> None:
    learned = learn_facts(graph, SHORT)
    space = learned.space()
    assert space.labels == graph.entities
    np.testing.assert_array_equal(space.vectors, learned.entities)
    assert space.metadata is not None
    found = dict(zip(space.labels, space.metadata["role"].to_pylist(), strict=True))
    assert (found["town 3"], found["region 1"], found["river 2"]) == ("head", "lies in", "river")
    assert sum(roles(graph)["facts"].to_pylist()) == 2 * len(graph.facts)


def test_a_relation_without_held_out_facts_has_no_figure_for_them(graph: Graph) -> None:
    rows = {row["relation"]: row for row in by_relation(learn_facts(graph, SHORT)).to_pylist()}
    assert rows["river"]["held out"] == 0
    assert rows["river"]["predicted"] is None
    assert rows["river"]["memorized"] is not None
    assert sum(row["facts"] for row in rows.values()) == len(graph.facts)


def test_a_graph_is_kept_and_opened_by_its_digest(graph: Graph) -> None:
    kept = GraphFile.of(graph)
    assert open_graph(graph.digest).digest == graph.digest == kept.load().digest
    assert open_graph("../../etc") is None
    assert open_graph("0" * 32) is None


def test_a_job_learns_what_the_function_learns(graph: Graph) -> None:
    jobs = Jobs(workers=0)
    learned = job.start(jobs, graph, SHORT).result(timeout=120)
    expected = learn_facts(graph, SHORT)
    np.testing.assert_array_equal(learned.state["entities"], expected.entities)


def test_a_stopped_job_goes_on_where_it_was(graph: Graph) -> None:
    recipe = Recipe(dim=8, epochs=1000)
    jobs = Jobs(workers=0)
    first = job.start(jobs, graph, recipe)
    while not ((kept := kept_course(course_key(graph, recipe))) and kept.epoch):
        assert not first.state.is_over, first.state
    first.cancel()
    with pytest.raises(JobCancelled):
        first.result(timeout=120)
    ended = job.start(jobs, graph, recipe).result(timeout=300)
    assert ended.is_over
    assert [look.epoch for look in ended.looks][:2] == [0, 50]
