"""What was learned of tastes: two spaces, your own point in them, and how good it all is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.beyond.course import Course
from explorer.beyond.tastes.models import by_vectors, popularity
from explorer.beyond.tastes.ranking import Ranking, rank
from explorer.beyond.tastes.tastes import TEST, TRAIN, VALID, Tastes
from explorer.beyond.tastes.training import Recipe, train_tastes
from explorer.errors import QueryError
from explorer.jobs.progress import Report, no_report
from explorer.space import EmbeddingSpace, Source

OFFERED = 10  # items recommended
NEAREST = 8  # users listed
MOST_LIKED = 50
GROUP = "kitchen"  # a column of users by which items are told apart, too


@dataclass(frozen=True, eq=False)
class You:
    """Somebody new, who likes some items.

    Attributes
    ----------
    liked
        The items.
    vector
        Where that puts them among the users (d,).
    offered, scores
        The best other items (k,), and the dot product with each.
    shares
        For each of them, what each liked item contributes to its score (k, len(liked)); a row's
        sum is the score (Hu, Koren & Volinsky 2008, section 5).
    nearest, cosines
        The users (m,) whose vectors point in the most similar direction, as rows, and how similar.
    popular
        The items that most users took, without the liked ones (k,).
    """

    liked: tuple[str, ...]
    vector: NDArray[np.float32]
    offered: tuple[str, ...]
    scores: NDArray[np.float64]
    shares: NDArray[np.float64]
    nearest: NDArray[np.intp]
    cosines: NDArray[np.float64]
    popular: tuple[str, ...]

    def reason(self, place: int) -> tuple[str, float]:
        """Return the liked item that speaks most for an offered one, and its share of the score.

        The share is of all that speaks for it: what speaks against it is left out.
        """
        speaks = np.maximum(self.shares[place], 0)
        best = int(speaks.argmax())
        return self.liked[best], float(speaks[best] / max(float(speaks.sum()), 1e-12))

    def to_arrow(self) -> pa.Table:
        """Return what is offered as a table, popularity beside it."""
        reasons = [self.reason(place) for place in range(len(self.offered))]
        return pa.table(
            {
                "for you": self.offered,
                "because of": [name for name, _ in reasons],
                "its share": [round(100 * share) for _, share in reasons],
                "for everybody": [*self.popular, *[None] * len(self.offered)][: len(self.offered)],
            }
        )


@dataclass(frozen=True, eq=False)
class Learned:
    """Tastes as vectors.

    Attributes
    ----------
    tastes, recipe
        What was learned from, and how.
    course
        How the training went, and the vectors where it stands.
    """

    tastes: Tastes
    recipe: Recipe
    course: Course

    @property
    def users(self) -> NDArray[np.float32]:
        """A vector for each user (n, d), float32."""
        return self.course.state["users"]

    @property
    def items(self) -> NDArray[np.float32]:
        """A vector for each item (m, d), float32."""
        return self.course.state["items"]

    @cached_property
    def predicted(self) -> Ranking:
        """How well the pairs that are held out to judge by are found."""
        return rank(
            self.tastes.matrix(TRAIN, VALID),
            self.tastes.matrix(TEST),
            by_vectors(self.users, self.items),
        )

    @cached_property
    def baseline(self) -> Ranking:
        """The same for what is most popular."""
        return rank(
            self.tastes.matrix(TRAIN, VALID),
            self.tastes.matrix(TEST),
            popularity(self.tastes.train),
        )

    def you(self, liked: Sequence[str]) -> You:
        """Place somebody who likes these items among the users, and recommend others.

        The vector is the one that ALS would give a user of whom nothing else is known; nothing
        that was learned is changed.

        Raises
        ------
        QueryError
            There is no such item, none is named, or there are too many.
        """
        rows = self.rows_of(liked)
        items = self.items.astype(np.float64)
        mine = items[rows]
        weight, penalty = self.recipe.weight, self.recipe.penalty
        system = items.T @ items + (weight - 1) * mine.T @ mine + penalty * np.eye(items.shape[1])
        each = np.linalg.solve(system, weight * mine.T)  # (d, liked): what each adds to the vector
        vector = each.sum(axis=1)
        scores = items @ vector
        scores[rows] = -np.inf
        best = np.argsort(-scores, kind="stable")[: min(OFFERED, len(items) - len(rows))]
        users = self.users.astype(np.float64)
        lengths = np.linalg.norm(users, axis=1) * np.linalg.norm(vector)
        cosines = np.divide(users @ vector, lengths, out=np.zeros(len(users)), where=lengths > 0)
        near = np.argsort(-cosines, kind="stable")[:NEAREST]
        counts = np.asarray(self.tastes.train.sum(axis=0)).ravel()
        counts[rows] = -1
        popular = np.argsort(-counts, kind="stable")[: len(best)]
        return You(
            tuple(self.tastes.items[row] for row in rows),
            vector.astype(np.float32),
            tuple(self.tastes.items[row] for row in best),
            scores[best],
            items[best] @ each,
            near,
            cosines[near],
            tuple(self.tastes.items[row] for row in popular),
        )

    def rows_of(self, liked: Sequence[str]) -> NDArray[np.intp]:
        """Return the rows of some items, each once; raises QueryError."""
        names = list(dict.fromkeys(liked))
        nouns = self.tastes.nouns
        if not names:
            raise QueryError(f"Name at least one {nouns.item} that you like.")
        if len(names) > MOST_LIKED:
            raise QueryError(f"{len(names):,} {nouns.items}; up to {MOST_LIKED} can be liked.")
        for name in names:
            if name not in self.tastes.item_id:
                raise QueryError(f"“{name}” is none of the {nouns.items} of {self.tastes.name}.")
        return np.array([self.tastes.item_id[name] for name in names])

    def item_space(self) -> EmbeddingSpace:
        """Return the items as an embedding space, with how many users took each."""
        tastes = self.tastes
        about = pa.table({tastes.nouns.users: tastes.item_counts})
        if (home := homes(tastes)) is not None:
            about = about.append_column(GROUP, pa.array(home))
        return self.space(
            tastes.items, self.items, tastes.nouns.items, joined(about, tastes.about_items)
        )

    def user_space(self) -> EmbeddingSpace:
        """Return the users as an embedding space, with how many items each took."""
        tastes = self.tastes
        counts = np.bincount(tastes.pairs[:, 0], minlength=len(tastes.users))
        about = joined(pa.table({tastes.nouns.items: counts}), tastes.about_users)
        return self.space(tastes.users, self.users, tastes.nouns.users, about)

    def space(
        self, labels: tuple[str, ...], vectors: NDArray[np.float32], which: str, about: pa.Table
    ) -> EmbeddingSpace:
        """Return one of the two tables of vectors as a space."""
        return EmbeddingSpace(
            labels,
            vectors,
            name=f"{self.tastes.name}: {which}, ALS",
            metadata=about,
            source=Source(
                self.tastes.name,
                "ALS (Hu, Koren & Volinsky 2008)",
                (f"epoch {self.course.epoch:,}", f"seed {self.recipe.seed}"),
            ),
        )


def joined(left: pa.Table, right: pa.Table | None) -> pa.Table:
    """Return two tables side by side; a column of the right one that the left has is left out."""
    if right is None:
        return left
    for name in right.column_names:
        if name not in left.column_names:
            left = left.append_column(name, right.column(name))
    return left


def homes(tastes: Tastes) -> list[str] | None:
    """Return for each item the group of users in which it is most common for its size, or None."""
    if tastes.about_users is None or GROUP not in tastes.about_users.column_names:
        return None
    encoded = tastes.about_users.column(GROUP).combine_chunks().dictionary_encode()
    names, codes = encoded.dictionary.to_pylist(), encoded.indices.to_numpy()
    counts = np.zeros((len(tastes.items), len(names)))
    np.add.at(counts, (tastes.pairs[:, 1], codes[tastes.pairs[:, 0]]), 1)
    return [names[best] for best in (counts / np.bincount(codes, minlength=len(names))).argmax(1)]


def learn_tastes(tastes: Tastes, recipe: Recipe, report: Report = no_report) -> Learned:
    """Learn a vector for each user and each item.

    Raises
    ------
    TrainingError
        As `train_tastes`.
    """
    return Learned(tastes, recipe, train_tastes(tastes, recipe, report))
