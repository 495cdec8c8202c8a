"""Learning tastes: alternating least squares (ALS), by the library `implicit`.

With the items' vectors held fast, the best vector of each user is the solution of a small system
of linear equations, and the other way round (Hu, Koren & Volinsky 2008). An epoch does both once,
by three steps of conjugate gradient each (Takács, Pilászy & Tikk 2011). Computed on one thread, the
same seed gives the same vectors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer import cache
from explorer.beyond.course import Arrays, Course, learn
from explorer.beyond.tastes.models import by_vectors
from explorer.beyond.tastes.ranking import rank
from explorer.beyond.tastes.tastes import VALID, Tastes
from explorer.errors import TrainingError
from explorer.jobs.progress import Report, no_report

VERSION = 1  # raise it when the computation changes: courses of the former one are not resumed
LOOKED_AT = 1_000  # users judged at each look; the end is judged by more
START_SPREAD = 0.01  # the vectors' numbers before the first epoch are between 0 and this
MOST_NUMBERS = 100_000_000  # of all vectors together
LIMITS = {  # of the settings, lowest and highest
    "dim": (1, 256),
    "epochs": (1, 200),
    "weight": (1, 1000),
    "penalty": (0, 100_000),
    "seed": (0, 2**31),
}


@dataclass(frozen=True)
class Recipe:
    """How tastes are learned.

    Attributes
    ----------
    dim
        Dimensions.
    epochs
        How often all vectors of users, then of items, are computed anew.
    weight
        How much more a pair that occurs counts than one that does not (the paper's confidence).
    penalty
        Weight of the vectors' squared lengths in the loss.
    seed
        The same seed gives the same vectors on the same machine.
    """

    dim: int = 16
    epochs: int = 15
    weight: float = 10.0
    penalty: float = 40.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            if not low <= getattr(self, name) <= high:
                raise TrainingError(
                    f"{name} is {getattr(self, name):,}; it must be from {low:,} to {high:,}."
                )


class TasteLearner:
    """The vectors of users and items, between two epochs of ALS."""

    def __init__(self, tastes: Tastes, recipe: Recipe) -> None:
        from implicit.cpu.als import AlternatingLeastSquares
        from scipy.sparse import csr_matrix

        numbers = (len(tastes.users) + len(tastes.items)) * recipe.dim
        if numbers > MOST_NUMBERS:
            raise TrainingError(
                f"{len(tastes.users):,} users and {len(tastes.items):,} items with {recipe.dim} "
                f"dimensions are {numbers:,} numbers, more than {MOST_NUMBERS:,}. "
                "Choose fewer dimensions."
            )
        self.tastes, self.epochs = tastes, recipe.epochs
        self.pairs = csr_matrix(tastes.train)  # implicit takes no sparse arrays
        self.model = AlternatingLeastSquares(
            factors=recipe.dim,
            regularization=recipe.penalty,
            alpha=recipe.weight,
            iterations=1,
            num_threads=1,
            calculate_training_loss=True,
        )
        start = np.random.default_rng(recipe.seed)
        for name, n in (("user_factors", len(tastes.users)), ("item_factors", len(tastes.items))):
            first = start.random((n, recipe.dim), dtype=np.float32) * START_SPREAD
            setattr(self.model, name, first)
        self._valid = tastes.matrix(VALID)

    def epoch(self, number: int) -> float:
        """Compute each user's vector anew, then each item's; return the loss."""
        losses: list[float] = []
        self.model.fit(
            self.pairs,
            show_progress=False,
            callback=lambda iteration, seconds, loss: losses.append(float(loss)),
        )
        return losses[-1]

    def measure(self) -> dict[str, float]:
        """Return the figures on held-out pairs to choose by, of at most LOOKED_AT users."""
        score = by_vectors(self.model.user_factors, self.model.item_factors)
        found = rank(self.tastes.train, self._valid, score, most=LOOKED_AT)
        return {"nDCG@10": found.mean_ndcg, "recall@10": found.mean_recall}

    def state(self) -> Arrays:
        """Return the vectors, which are all that the next epoch needs."""
        return {
            "users": self.model.user_factors.copy(),
            "items": self.model.item_factors.copy(),
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on from a state."""
        self.model.user_factors = np.array(state["users"], np.float32)
        self.model.item_factors = np.array(state["items"], np.float32)


def course_key(tastes: Tastes, recipe: Recipe) -> str:
    """Return the key under which a course is kept."""
    return cache.content_key(version=VERSION, tastes=tastes.digest, **asdict(recipe))


def train_tastes(tastes: Tastes, recipe: Recipe, report: Report = no_report) -> Course:
    """Learn a vector for each user and each item, from where an earlier training stopped.

    Raises
    ------
    TrainingError
        The vectors would not fit into memory, or the loss is no longer a number.

    References
    ----------
    Hu, Koren & Volinsky 2008, "Collaborative Filtering for Implicit Feedback Datasets".
    """
    with one_blas_thread():
        return learn(TasteLearner(tastes, recipe), course_key(tastes, recipe), report)


def vectors(
    tastes: Tastes, recipe: Recipe, report: Report = no_report
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Learn the vectors of users and of items, and keep nothing on disk."""
    with one_blas_thread():
        learner = TasteLearner(tastes, recipe)
        for number in range(1, recipe.epochs + 1):
            report((number - 1) / recipe.epochs, f"epoch {number} of {recipe.epochs}")
            learner.epoch(number)
    state = learner.state()
    return state["users"], state["items"]


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit matrix products to one thread: with more, sums depend on how the work was divided."""
    import implicit.cpu.als  # noqa: F401 - libraries that are loaded later would not be limited
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield
