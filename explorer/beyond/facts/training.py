"""Learning facts: the true end of a triple must score higher than the other entities.

The loss is a softmax over the true end and wrong ones (Ruffinelli, Broscheit & Gemulla 2020), for
tails and for heads. The wrong ends are drawn at random, once for each batch (negative sampling,
Bordes et al. 2013); where the graph has no more entities than would be drawn, they are all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer import cache
from explorer.beyond.course import Arrays, Course, learn
from explorer.beyond.facts.graph import HEAD, RELATION, TAIL, Graph, Ids
from explorer.beyond.facts.models import MODELS
from explorer.beyond.facts.ranking import Scorer, rank
from explorer.errors import TrainingError
from explorer.jobs.progress import Report, no_report

if TYPE_CHECKING:
    import torch

VERSION = 1  # raise it when the computation changes: courses of the former one are not resumed
LOOKED_AT = 400  # facts ranked at each look; the end is judged by all
START_SPREAD = 0.1  # standard deviation of the tables before the first epoch
LIMITS = {  # of the settings, lowest and highest
    "dim": (1, 512),
    "epochs": (1, 1000),
    "batch": (1, 100_000),
    "negatives": (1, 100_000),
    "seed": (0, 2**31),
}


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
        Wrong ends drawn for each batch and side.
    penalty
        Weight in the loss of the third powers of the numbers (N3, Lacroix et al. 2018).
    itself
        Whether what is asked about is one of the wrong ends. TransE answers a bit better with
        it, but then no relation's step can become zero, which a symmetric one asks for.
    seed
        The same seed gives the same vectors on the same machine.
    """

    model: str = "transe"
    dim: int = 32
    epochs: int = 60
    batch: int = 256
    rate: float = 0.1
    negatives: int = 1000
    penalty: float = 0.0
    itself: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise TrainingError(f"No model “{self.model}”. There are {', '.join(MODELS)}.")
        for name, (low, high) in LIMITS.items():
            if not low <= getattr(self, name) <= high:
                raise TrainingError(
                    f"{name} is {getattr(self, name):,}; it must be from {low:,} to {high:,}."
                )


# Chosen by the validation facts of the countries (docs/beyond_words.md).
RECIPES = {
    "transe": Recipe("transe", itself=False),
    "distmult": Recipe("distmult", epochs=40, penalty=0.2),
    "complex": Recipe("complex", epochs=40, penalty=0.2),
    "rotate": Recipe("rotate", dim=64),
}


def recipe_for(model: str, **changed: Any) -> Recipe:
    """Return a model's recipe, with some settings changed."""
    return replace(RECIPES[model], **changed)


class FactLearner:
    """Tables of entities and relations, and Adagrad's memory."""

    def __init__(self, graph: Graph, recipe: Recipe) -> None:
        import torch

        self.graph, self.recipe = graph, recipe
        self.model = MODELS[recipe.model]
        self.epochs = recipe.epochs
        start = torch.Generator().manual_seed(recipe.seed)
        entities = torch.randn(len(graph.entities), recipe.dim * self.model.width, generator=start)
        relations = (len(graph.relations), recipe.dim * self.model.relation_width)
        if self.model.has_angles:  # all equally likely
            turns = (torch.rand(*relations, generator=start) * 2 - 1) * np.pi
        else:
            turns = torch.randn(*relations, generator=start) * START_SPREAD
        self.tables = [(entities * START_SPREAD).requires_grad_(), turns.requires_grad_()]
        self.optimizer = torch.optim.Adagrad(self.tables, lr=recipe.rate)
        self._train = torch.from_numpy(graph.train)

    def epoch(self, number: int) -> float:
        """Learn from all facts once, in an order of this epoch's own."""
        import torch

        drawn = torch.Generator().manual_seed(self.recipe.seed * 1_000_003 + number)
        order = torch.randperm(len(self._train), generator=drawn)
        losses = []
        for rows in torch.split(order, self.recipe.batch):
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
        heads, tails = facts[:, HEAD], facts[:, TAIL]
        forward = self.side_loss(self.model.forward(head, relation), heads, tails, drawn)
        backward = self.side_loss(self.model.backward(tail, relation), tails, heads, drawn)
        loss = (forward + backward) / 2
        if self.recipe.penalty:
            cubes = sum(part.abs().pow(3).sum() for part in (head, relation, tail))
            loss = loss + self.recipe.penalty * cubes / len(facts)
        return loss

    def side_loss(
        self, wanted: torch.Tensor, given: torch.Tensor, right: torch.Tensor, drawn: torch.Generator
    ) -> torch.Tensor:
        """Return the mean loss of wanted places (b, width) for known and right entities' ids (b,).

        Where ends are drawn, the right ones of a batch are wrong ends for each other.
        """
        import torch
        from torch.nn import functional

        entities, n = self.tables[0], len(self.graph.entities)
        ends = torch.arange(n)
        place = right
        if n > self.recipe.negatives:
            wrong = torch.randint(n, (self.recipe.negatives,), generator=drawn)
            ends, place = torch.cat([right, wrong]), torch.arange(len(right))
        passed_over = ends == right[:, None]
        if not self.recipe.itself:
            passed_over |= ends == given[:, None]
        passed_over[torch.arange(len(right)), place] = False
        scores = self.model.scores(wanted, entities[ends])
        return functional.cross_entropy(scores.masked_fill(passed_over, -torch.inf), place)

    def measure(self) -> dict[str, float]:
        """Return the figures on held-out facts to choose by, of at most LOOKED_AT of them."""
        found = rank(self.graph, self.graph.valid[:LOOKED_AT], self.scorer())
        return {"Hits@10": found.hits(10), "MRR": found.mrr}

    def scorer(self) -> Scorer:
        """Return what scores every entity as an answer, by the tables as they are now."""
        return scorer(self.recipe, *(table.detach().numpy().copy() for table in self.tables))

    def state(self) -> Arrays:
        """Return the tables and Adagrad's sums of squares."""
        sums = [self.optimizer.state[table]["sum"].numpy().copy() for table in self.tables]
        tables = [table.detach().numpy().copy() for table in self.tables]
        return dict(zip(STATE, tables + sums, strict=True))

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on from a state."""
        import torch

        kept = [torch.from_numpy(state[name]) for name in STATE]
        for table, values, squares in zip(self.tables, kept[:2], kept[2:], strict=True):
            with torch.no_grad():
                table.copy_(values)
            self.optimizer.state[table]["sum"].copy_(squares)


STATE = ("entities", "relations", "entity squares", "relation squares")


def scorer(recipe: Recipe, entities: NDArray[Any], relations: NDArray[Any]) -> Scorer:
    """Return what scores all entities as answers: to (known, relation, ?), or to its heads."""
    import torch

    table, kinds = torch.from_numpy(entities), torch.from_numpy(relations)
    model = MODELS[recipe.model]

    def scores(known: Ids, relation: Ids, tails: bool) -> NDArray[np.floating]:
        move = model.forward if tails else model.backward
        with torch.inference_mode():
            return model.scores(move(table[known], kinds[relation]), table).numpy()

    return scores


def course_key(graph: Graph, recipe: Recipe) -> str:
    """Return the key under which a course is kept."""
    return cache.content_key(version=VERSION, graph=graph.digest, **asdict(recipe))


def train_facts(graph: Graph, recipe: Recipe, report: Report = no_report) -> Course:
    """Learn a vector for each entity and each relation, from where an earlier training stopped.

    Raises
    ------
    TrainingError
        If the loss is no longer a number.

    References
    ----------
    Bordes et al. 2013 (TransE), Yang et al. 2015 (DistMult), Trouillon et al. 2016 (ComplEx), Sun
    et al. 2019 (RotatE), Ruffinelli et al. 2020 (the softmax loss).
    """
    from explorer.jobs.threads import one_thread

    with one_thread():
        return learn(FactLearner(graph, recipe), course_key(graph, recipe), report)
