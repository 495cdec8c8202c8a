"""Predicting ratings: the mean, what user and item differ from it, and a product of vectors.

The model of Koren, Bell & Volinsky 2009, "Matrix Factorization Techniques for Recommender Systems",
equation 4, learned by alternating least squares from the ratings that were given, and from
nothing else: what was never taken has no part in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.beyond.tastes.ranking import Scorer
from explorer.beyond.tastes.tastes import Pairs
from explorer.jobs.progress import Report, no_report

Floats = NDArray[np.float64]
DAMPING = 5.0  # ratings of the mean that each user and item has besides its own
DIM, ROUNDS = 8, 10
PENALTIES = (3.0, 10.0, 30.0)  # tried; the validation ratings choose


@dataclass(frozen=True, eq=False)
class Stars:
    """A mean, what each user and item adds to it, and their vectors (n, d), (m, d)."""

    mean: float
    of_users: Floats
    of_items: Floats
    users: Floats
    items: Floats

    def predict(self, pairs: Pairs) -> Floats:
        """Return the predicted rating of each pair (n,)."""
        rows, columns = pairs.T
        both = (self.users[rows] * self.items[columns]).sum(axis=1)
        found: Floats = self.mean + self.of_users[rows] + self.of_items[columns] + both
        return found

    def scorer(self) -> Scorer:
        """Return what scores items by the rating that they would be given."""
        return lambda rows: self.of_items + self.users[rows] @ self.items.T


def biases(pairs: Pairs, ratings: Floats, n_users: int, n_items: int) -> Stars:
    """Return the model without vectors: what users and items differ from the mean, damped."""
    mean = float(ratings.mean())
    of_users, of_items = np.zeros(n_users), np.zeros(n_items)
    for _ in range(ROUNDS):
        of_items = differences(pairs[:, 1], ratings - mean - of_users[pairs[:, 0]], n_items)
        of_users = differences(pairs[:, 0], ratings - mean - of_items[pairs[:, 1]], n_users)
    return Stars(mean, of_users, of_items, np.zeros((n_users, 1)), np.zeros((n_items, 1)))


def differences(ids: NDArray[np.int32], left: Floats, n: int) -> Floats:
    """Return each id's mean of what is left, drawn towards zero where there is little."""
    found: Floats = np.bincount(ids, left, minlength=n) / (np.bincount(ids, minlength=n) + DAMPING)
    return found


def factors(
    pairs: Pairs,
    ratings: Floats,
    plain: Stars,
    penalty: float,
    *,
    dim: int = DIM,
    seed: int = 0,
    report: Report = no_report,
) -> Stars:
    """Return the model with vectors, of what the one without leaves unexplained."""
    left = ratings - plain.predict(pairs)
    n, m = len(plain.of_users), len(plain.of_items)
    tables = [np.zeros((n, dim)), np.random.default_rng(seed).normal(0, 0.1, (m, dim))]
    groups = [by_id(pairs[:, side], size) for side, size in ((0, n), (1, m))]
    for number in range(ROUNDS):
        report(number / ROUNDS, f"predicting ratings, round {number + 1} of {ROUNDS}")
        for side in (0, 1):
            other = tables[1 - side]
            for one, rows in enumerate(groups[side]):
                if len(rows):
                    given = other[pairs[rows, 1 - side]]
                    system = given.T @ given + penalty * np.eye(dim)
                    tables[side][one] = np.linalg.solve(system, given.T @ left[rows])
    return Stars(plain.mean, plain.of_users, plain.of_items, *tables)


def by_id(ids: NDArray[np.int32], n: int) -> list[NDArray[np.intp]]:
    """Return the rows of each id."""
    order = np.argsort(ids, kind="stable")
    return np.split(order, np.cumsum(np.bincount(ids, minlength=n))[:-1])


def rmse(model: Stars, pairs: Pairs, ratings: Floats) -> float:
    """Return the root of the mean squared error of the predicted ratings."""
    return float(np.sqrt(((model.predict(pairs) - ratings) ** 2).mean()))
