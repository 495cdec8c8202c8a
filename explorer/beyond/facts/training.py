"""Learning facts: true triples must score higher than the same triples with a wrong end.

Wrong ends are drawn at random for each batch (negative sampling, Bordes et al. 2013). Distance
models take the self-adversarial loss of Sun et al. (2019), the others a softmax over the true end
and the drawn ones (Ruffinelli et al. 2020). Where the graph has no more entities than are
drawn, all of them are the wrong ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer import cache
from explorer.beyond.course import Arrays, Course, learn
from explorer.beyond.facts.graph import HEAD, RELATION, TAIL, Graph, Ids
from explorer.beyond.facts.models import MODELS
from explorer.beyond.facts.ranking import Ranking, Scorer, rank
from explorer.errors import TrainingError
from explorer.jobs.progress import Report, no_report
from explorer.space import EmbeddingSpace

if TYPE_CHECKING:
    import torch

VERSION = 1  # of what a course keeps
LOOKED_AT = 400  # facts ranked at each look; the end is judged by all
START_SPREAD = 0.1  # standard deviation of the tables before the first epoch
NEVER = -1e9  # the score of a drawn end that is the right one
SHARPNESS = 1.0  # how much more the self-adversarial loss weighs wrong ends that score high


@dataclass(frozen=True)
class Recipe:
    """How facts are learned.

    Attributes
    ----------
    model
        A key of MODELS.
    dim
        Dimensions; complex models have two numbers for each.
    epochs, batch, rate
        How often all facts are seen, how many at once, and Adagrad's learning rate.
    negatives
        Wrong ends drawn for each fact and side.
    penalty
        Weight of the cubes of the numbers' sizes in the loss (N3, Lacroix et al. 2018).
    seed
        The same seed gives the same vectors on the same machine.
    """

    model: str = "transe"
    dim: int = 32
    epochs: int = 200
    batch: int = 512
    rate: float = 0.1
    negatives: int = 256
    penalty: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise TrainingError(f"No model “{self.model}”. There are {', '.join(MODELS)}.")
        for name in ("dim", "epochs", "batch", "negatives"):
            if getattr(self, name) < 1:
                raise TrainingError(f"{name} is {getattr(self, name)}; it must be at least 1.")


class FactLearner:
    """Tables of entities and relations, and Adagrad's memory."""

    def __init__(self, graph: Graph, recipe: Recipe) -> None:
        import torch

        self.graph, self.recipe = graph, recipe
        self.model = MODELS[recipe.model]
        self.epochs = recipe.epochs
        made = torch.Generator().manual_seed(recipe.seed)
        widths = (
            (len(graph.entities), recipe.dim * self.model.width),
            (len(graph.relations), recipe.dim * self.model.relation_width),
        )
        self.tables = [
            (torch.randn(*shape, generator=made) * START_SPREAD).requires_grad_()
            for shape in widths
        ]
        if recipe.model == "rotate":  # angles, all equally likely
            angles = (torch.rand(*widths[1], generator=made) * 2 - 1) * np.pi
            self.tables[1] = angles.requires_grad_()
        self.optimizer = torch.optim.Adagrad(self.tables, lr=recipe.rate)
        self._train = torch.from_numpy(graph.train)

    def epoch(self, number: int) -> float:
        """Learn from all facts once, in an order of this epoch's own."""
        import torch

        drawn = torch.Generator().manual_seed(self.recipe.seed * 1_000_003 + number)
        order = torch.randperm(len(self._train), generator=drawn)
        losses = []
        for rows in order.split(self.recipe.batch):
            self.optimizer.zero_grad()
            loss = self.loss(self._train[rows], drawn)
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
            losses.append(float(loss.detach()))
        return float(np.mean(losses))

    def loss(self, facts: torch.Tensor, drawn: torch.Generator) -> torch.Tensor:
        """Return the mean loss of both sides of facts (b, 3)."""
        entities, relations = self.tables
        head, tail = entities[facts[:, HEAD]], entities[facts[:, TAIL]]
        relation = relations[facts[:, RELATION]]
        sides = []
        for move, given, answer, asked in (
            (self.model.forward, head, tail, TAIL),
            (self.model.backward, tail, head, HEAD),
        ):
            wanted = move(given, relation)
            wrong = self.wrong_ends(drawn)
            scores = self.model.against(wanted, entities[wrong])
            same = wrong == facts[:, asked][:, None]  # a drawn end may be the right one
            right = self.model.pairs(wanted, answer)
            sides.append(self.side_loss(right, scores.masked_fill(same, NEVER)))
        total = (sides[0] + sides[1]) / 2
        if self.recipe.penalty:
            cubes = sum(part.abs().pow(3).sum() for part in (head, relation, tail))
            total = total + self.recipe.penalty * cubes / len(facts)
        return total

    def wrong_ends(self, drawn: torch.Generator) -> torch.Tensor:
        """Return ids of entities to compare a batch's facts with: drawn ones, or all."""
        import torch

        entities, negatives = len(self.graph.entities), self.recipe.negatives
        if entities <= negatives:
            return torch.arange(entities)
        return torch.randint(entities, (negatives,), generator=drawn)

    def side_loss(self, right: torch.Tensor, wrong: torch.Tensor) -> torch.Tensor:
        """Return the mean loss of right scores (b,) against wrong ones (b, drawn)."""
        import torch
        from torch.nn import functional

        if not self.model.is_distance:
            return (torch.logaddexp(right, wrong.logsumexp(dim=1)) - right).mean()
        weight = torch.softmax(wrong.detach() * SHARPNESS, dim=1)
        against = (weight * functional.logsigmoid(-wrong)).sum(dim=1)
        return -(functional.logsigmoid(right) + against).mean() / 2

    def measure(self) -> dict[str, float]:
        """Return the figures on held-out facts to choose by (at most 400 of them)."""
        found = rank(self.graph, self.graph.valid[:LOOKED_AT], self.scorer())
        return {"Hits@10": found.hits(10), "MRR": found.mrr}

    def scorer(self) -> Scorer:
        """Return what scores every entity as an answer, by the tables as they are now."""
        return scorer(self.recipe, *(table.detach().numpy().copy() for table in self.tables))

    def state(self) -> Arrays:
        """Return tables and the optimizer's sums of squares."""
        sums = [self.optimizer.state[table]["sum"].numpy().copy() for table in self.tables]
        tables = [table.detach().numpy().copy() for table in self.tables]
        return dict(zip(("entities", "relations", "sum_e", "sum_r"), tables + sums, strict=True))

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on from a state."""
        import torch

        for table, name, squares in zip(
            self.tables, ("entities", "relations"), ("sum_e", "sum_r"), strict=True
        ):
            with torch.no_grad():
                table.copy_(torch.from_numpy(state[name]))
            self.optimizer.state[table]["sum"].copy_(torch.from_numpy(state[squares]))


def scorer(recipe: Recipe, entities: NDArray[Any], relations: NDArray[Any]) -> Scorer:
    """Return what scores every entity as the answer to (known, relation, ?) or (?, relation, known)."""
    import torch

    table, kinds = torch.from_numpy(entities), torch.from_numpy(relations)
    model = MODELS[recipe.model]

    def scores(known: Ids, relation: Ids, tails: bool) -> NDArray[np.floating]:
        move = model.forward if tails else model.backward
        with torch.inference_mode():
            return model.against(move(table[known], kinds[relation]), table).numpy()

    return scores


@dataclass(frozen=True, eq=False)
class Learned:
    """Facts as vectors.

    Attributes
    ----------
    graph, recipe
        What was learned from, and how.
    course
        How the training went, and the tables at its end.
    """

    graph: Graph
    recipe: Recipe
    course: Course

    @property
    def entities(self) -> NDArray[np.float32]:
        """A vector for each entity (n, width), float32."""
        return self.course.state["entities"]

    @property
    def relations(self) -> NDArray[np.float32]:
        """A vector for each relation (m, width), float32; angles in radians for RotatE."""
        return self.course.state["relations"]

    def scorer(self) -> Scorer:
        """Return what scores every entity as an answer."""
        return scorer(self.recipe, self.entities, self.relations)

    def ranking(self) -> Ranking:
        """Return the places of the right answers to all facts that are held out to judge by."""
        return rank(self.graph, self.graph.test, self.scorer())

    def space(self) -> EmbeddingSpace:
        """Return the entities as an embedding space, each with the kind of thing it is."""
        return EmbeddingSpace(
            self.graph.entities,
            self.entities,
            name=f"{self.graph.name}, {MODELS[self.recipe.model].title}",
            metadata=kinds_of_entities(self.graph),
        )


def kinds_of_entities(graph: Graph) -> Any:
    """Return a table with, for each entity, the relation that it most often ends, and its facts."""
    import pyarrow as pa

    n, kinds = len(graph.entities), len(graph.relations)
    ends = np.zeros((n, kinds), dtype=np.int64)
    begins = np.zeros(n, dtype=np.int64)
    np.add.at(ends, (graph.facts[:, TAIL], graph.facts[:, RELATION]), 1)
    np.add.at(begins, graph.facts[:, HEAD], 1)
    most = ends.argmax(axis=1)
    roles = [
        "begins facts" if begins[row] >= ends[row].sum() else graph.relations[most[row]]
        for row in range(n)
    ]
    return pa.table({"what it is": roles, "facts": begins + ends.sum(axis=1)})


def course_key(graph: Graph, recipe: Recipe) -> str:
    """Return the key under which a course is kept."""
    return cache.content_key(version=VERSION, graph=graph.digest, **asdict(recipe))


def learn_facts(graph: Graph, recipe: Recipe, report: Report = no_report) -> Learned:
    """Learn a vector for each entity and each relation of a graph.

    Returns
    -------
    Learned
        The tables, how the training went, and what can be asked of them.

    Raises
    ------
    TrainingError
        If the recipe does not fit, or the loss is no longer a number.

    References
    ----------
    Bordes et al. 2013 (TransE), Yang et al. 2015 (DistMult), Trouillon et al. 2016 (ComplEx), Sun
    et al. 2019 (RotatE and the self-adversarial loss), Ruffinelli et al. 2020 (softmax loss).
    """
    from explorer.jobs.threads import one_thread

    with one_thread():
        course = learn(FactLearner(graph, recipe), course_key(graph, recipe), report)
    return Learned(graph, recipe, course)
