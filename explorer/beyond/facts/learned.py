"""What was learned of a graph: its entities as a space, answers to questions, how good they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.analogies.geometry import Arrow, PlanePicture, dots, plane_through, point
from explorer.beyond.course import Course
from explorer.beyond.facts.graph import HEAD, RELATION, TAIL, Answers, Graph, Ids
from explorer.beyond.facts.models import MODELS, Model
from explorer.beyond.facts.ranking import Ranking, Scorer, most_frequent, rank
from explorer.beyond.facts.training import Recipe, scorer, train_facts
from explorer.errors import QueryError
from explorer.jobs.progress import Report, no_report
from explorer.space import EmbeddingSpace, Source

TRAINED, HELD_OUT, WRONG = "trained", "held out", "wrong"
BEST = 10  # answers shown
MOST_RANKED = 2_000  # facts for the figure of what was memorized


@dataclass(frozen=True, eq=False)
class Answered:
    """The best answers to a question, and the way to them.

    Attributes
    ----------
    question
        As it is written: “(France, capital, ?)”.
    answers, marks, scores
        The entities with the highest scores, best first; each trained, held out or wrong; (k,).
    picture
        The given entity, the place to which the relation leads from it, and the answers.
    """

    question: str
    answers: tuple[str, ...]
    marks: tuple[str, ...]
    scores: NDArray[np.float64]
    picture: PlanePicture

    def to_arrow(self) -> pa.Table:
        """Return the answers as a table."""
        return pa.table(
            {
                "place": np.arange(1, len(self.answers) + 1),
                "answer": self.answers,
                "this fact is": self.marks,
                "score": self.scores,
            }
        )


@dataclass(frozen=True, eq=False)
class Learned:
    """Facts as vectors.

    Attributes
    ----------
    graph, recipe
        What was learned from, and how.
    course
        How the training went, and the tables where it stands.
    """

    graph: Graph
    recipe: Recipe
    course: Course

    @property
    def model(self) -> Model:
        """How facts are scored."""
        return MODELS[self.recipe.model]

    @property
    def entities(self) -> NDArray[np.float32]:
        """A vector for each entity (n, width), float32."""
        return self.course.state["entities"]

    @property
    def relations(self) -> NDArray[np.float32]:
        """A vector for each relation (m, width), float32; angles in radians for RotatE."""
        return self.course.state["relations"]

    @cached_property
    def scores(self) -> Scorer:
        """What scores every entity as an answer."""
        return scorer(self.recipe, self.entities, self.relations)

    @cached_property
    def predicted(self) -> Ranking:
        """The places of the right answers to the facts that are held out to judge by."""
        return rank(self.graph, self.graph.test, self.scores)

    @cached_property
    def memorized(self) -> Ranking:
        """The same for facts that were learned from, of many a sample."""
        return rank(self.graph, trained_sample(self.graph), self.scores)

    @cached_property
    def baseline(self) -> Ranking:
        """What the most frequent answers of each relation reach on the facts held out."""
        return rank(self.graph, self.graph.test, most_frequent(self.graph))

    def ask(self, known: str, relation: str, *, tails: bool, k: int = BEST) -> Answered:
        """Answer (known, relation, ?), or (?, relation, known) where heads are asked.

        Raises
        ------
        QueryError
            The graph has no such entity or relation.
        """
        graph = self.graph
        if known not in graph.entity_id:
            raise QueryError(f"“{known}” is no entity of {graph.name}.")
        if relation not in graph.relations:
            raise QueryError(
                f"“{relation}” is no relation of {graph.name}. "
                f"There are: {', '.join(graph.relations[:20])}."
            )
        row, kind = graph.entity_id[known], graph.relations.index(relation)
        given, asked = np.array([row]), np.array([kind])
        scores = np.array(self.scores(given, asked, tails)[0], dtype=np.float64)
        # nothing is its own answer, unless a fact says so: both ends would be the question
        if row not in Answers(graph, graph.facts, tails=tails).of(given, asked)[1]:
            scores[row] = -np.inf
        best = np.argsort(-scores, kind="stable")[: min(k, len(scores) - 1)]
        marks = np.full(len(graph.entities), WRONG, dtype=object)
        for name, facts in (
            (HELD_OUT, np.concatenate([graph.valid, graph.test])),
            (TRAINED, graph.train),
        ):
            marks[Answers(graph, facts, tails=tails).of(given, asked)[1]] = name
        return Answered(
            f"({known}, {relation}, ?)" if tails else f"(?, {relation}, {known})",
            tuple(graph.entities[one] for one in best),
            tuple(marks[best]),
            scores[best],
            self.picture(row, kind, best, tails=tails),
        )

    def wanted(self, rows: Ids, kinds: Ids, *, tails: bool) -> NDArray[np.float64]:
        """Return where the model looks for the answers to questions (b,): (b, width)."""
        import torch

        move = self.model.forward if tails else self.model.backward
        with torch.inference_mode():
            found = move(
                torch.from_numpy(self.entities[rows]), torch.from_numpy(self.relations[kinds])
            )
        return np.asarray(found.numpy(), dtype=np.float64)

    def picture(self, row: int, kind: int, best: Ids, *, tails: bool) -> PlanePicture:
        """Return the question from straight above: the step, and the answers near its end."""
        graph = self.graph
        given = self.entities[row].astype(np.float64)
        target = self.wanted(np.array([row]), np.array([kind]), tails=tails)[0]
        found = self.entities[best].astype(np.float64)
        plane = plane_through(np.stack([given, target, found[0]]))
        start = dots(plane, (graph.entities[row],), given[None])
        end = dots(plane, (STEP[tails].format(graph.relations[kind]),), target[None])
        answers = dots(plane, tuple(graph.entities[one] for one in best), found)
        arrow = Arrow(point(start.places[0]), point(end.places[0]), "given")
        return PlanePicture(start, end, answers, (arrow,), False, plane.is_exact, (), ())

    def space(self) -> EmbeddingSpace:
        """Return the entities as an embedding space, each with its role and number of facts."""
        model = self.model
        return EmbeddingSpace(
            self.graph.entities,
            self.entities,
            name=f"{self.graph.name}, {model.title}",
            metadata=roles(self.graph),
            source=Source(
                self.graph.name,
                f"{model.title} ({model.source})",
                (f"epoch {self.course.epoch:,}", f"seed {self.recipe.seed}"),
            ),
        )


STEP = {True: "the step “{}”", False: "“{}”, taken back"}


def learn_facts(graph: Graph, recipe: Recipe, report: Report = no_report) -> Learned:
    """Learn a vector for each entity and each relation of a graph.

    Raises
    ------
    TrainingError
        If the loss is no longer a number.
    """
    return Learned(graph, recipe, train_facts(graph, recipe, report))


def trained_sample(graph: Graph) -> Ids:
    """Return the facts that were learned from (n, 3), of many a sample."""
    if len(graph.train) <= MOST_RANKED:
        return graph.train
    rows = np.random.default_rng(0).choice(len(graph.train), MOST_RANKED, replace=False)
    return graph.train[np.sort(rows)]


def roles(graph: Graph) -> pa.Table:
    """Return a table: the relation that each entity mostly ends, or "head", and its facts."""
    n, kinds = len(graph.entities), len(graph.relations)
    begins = np.bincount(graph.facts[:, HEAD], minlength=n)
    ends = np.bincount(graph.facts[:, TAIL], minlength=n)
    order = np.lexsort((graph.facts[:, RELATION], graph.facts[:, TAIL]))
    pairs, counts = np.unique(
        graph.facts[order, TAIL] * kinds + graph.facts[order, RELATION], return_counts=True
    )
    most = np.zeros(n, dtype=np.int64)
    for place in np.argsort(counts, kind="stable"):  # the largest count is written last
        most[pairs[place] // kinds] = pairs[place] % kinds
    role = ["head" if begins[row] >= ends[row] else graph.relations[most[row]] for row in range(n)]
    return pa.table({"role": role, "facts": begins + ends})


def by_relation(learned: Learned) -> pa.Table:
    """Return a table with a row for each relation: Hits@10 of what was memorized, and predicted.

    None stands where there is nothing to ask.
    """
    graph = learned.graph
    trained = trained_sample(graph)[:, RELATION]
    judged = graph.test[:, RELATION]
    rows = []
    for kind, name in enumerate(graph.relations):
        memorized = learned.memorized.of(trained == kind)
        predicted, usual = (one.of(judged == kind) for one in (learned.predicted, learned.baseline))
        rows.append(
            {
                "relation": name,
                "facts": int((graph.facts[:, RELATION] == kind).sum()),
                "memorized": number(memorized.hits()),
                "held out": int((judged == kind).sum()),
                "predicted": number(predicted.hits()),
                "most frequent": number(usual.hits()),
            }
        )
    return pa.Table.from_pylist(rows)


def number(value: float) -> float | None:
    """Return a figure, or None where there was nothing to measure."""
    return None if np.isnan(value) else value
