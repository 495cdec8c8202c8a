"""What recommends: popularity, ItemKNN and EASE; ALS, which has vectors, is in training.py.

Each takes the pairs to learn from (users, items) and returns a scorer: for users (b,), a score
for every item (b, items).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from explorer.beyond.tastes.ranking import Scorer
from explorer.jobs.progress import Report, no_report

EASE_MOST_ITEMS = 5_000  # its table has a number for each two items


@dataclass(frozen=True)
class Recommender:
    """A way to recommend: what it is called, whose it is, and what it does, in a sentence."""

    title: str
    source: str
    idea: str


RECOMMENDERS = {
    "als": Recommender(
        "ALS",
        "Hu, Koren & Volinsky 2008",
        "Each {user} and each {item} is a point; a dot product says how well they go together.",
    ),
    "ease": Recommender(
        "EASE",
        "Steck 2019",
        "One table tells how strongly each {item} speaks for each other one, all weighed at once.",
    ),
    "knn": Recommender(
        "ItemKNN",
        "Deshpande & Karypis 2004",
        "Each {item} speaks for those that mostly occur together with it.",
    ),
    "popularity": Recommender("popularity", "", "Everybody is offered the same: what occurs most."),
}
GRIDS: dict[str, tuple[float, ...]] = {  # settings tried; the validation pairs choose
    "ease": (3, 10, 30, 100, 300, 1000, 3000),
    "knn": (20, 50, 100, 200, 400),
}


def popularity(train: csr_array) -> Scorer:
    """Score items by how many users took them."""
    counts = np.asarray(train.sum(axis=0)).ravel()
    return lambda users: np.broadcast_to(counts, (len(users), len(counts)))


def ease_weights(train: csr_array, penalty: float) -> NDArray[np.float64]:
    """Return EASE's table (items, items): column j says what speaks for item j.

    The items by which an item is best predicted, in the sense of least squares with a penalty on
    the weights' squares and zero on the diagonal, have this closed form (Steck 2019,
    "Embarrassingly Shallow Autoencoders for Sparse Data", equation 8).
    """
    gram = (train.T @ train).toarray().astype(np.float64)
    np.fill_diagonal(gram, gram.diagonal() + penalty)
    inverse = np.linalg.inv(gram)
    weights: NDArray[np.float64] = inverse / -inverse.diagonal()
    np.fill_diagonal(weights, 0)
    return weights


def ease(train: csr_array, penalty: float) -> Scorer:
    """Score items by EASE."""
    weights = ease_weights(train, penalty)
    return lambda users: train[users] @ weights


def knn_similarities(train: csr_array, k: int) -> csr_array:
    """Return each item's cosine with its k most similar ones, itself included: (items, items)."""
    from implicit.nearest_neighbours import all_pairs_knn
    from scipy.sparse import csr_matrix

    lengths = np.sqrt(np.asarray(train.sum(axis=0)).ravel())
    columns = csr_matrix(train.T.tocsr(), dtype=np.float64)
    columns.data /= np.repeat(np.maximum(lengths, 1), np.diff(columns.indptr))
    found = all_pairs_knn(columns.T.tocsr(), k, show_progress=False, num_threads=1)
    return csr_array(found)


def knn(train: csr_array, k: float) -> Scorer:
    """Score items by the sum of their cosines with what a user took."""
    similarities = knn_similarities(train, int(k)).T.tocsr()
    return lambda users: (train[users] @ similarities).toarray()


def by_vectors(users: NDArray[np.floating], items: NDArray[np.floating]) -> Scorer:
    """Score items by the dot product of vectors (users, d) and (items, d)."""
    return lambda rows: users[rows] @ items.T


MAKERS = {"ease": ease, "knn": knn}


def chosen(
    name: str, train: csr_array, valid: csr_array, report: Report = no_report
) -> tuple[Scorer, float]:
    """Return a recommender with the setting that is best on the validation pairs, and that one."""
    from explorer.beyond.tastes.ranking import rank

    best: tuple[float, Scorer, float] | None = None
    for number, setting in enumerate(GRIDS[name]):
        report(number / len(GRIDS[name]), f"{RECOMMENDERS[name].title}, setting {setting:g}")
        made = MAKERS[name](train, setting)
        reached = rank(train, valid, made, most=1_000).mean_ndcg
        if best is None or reached > best[0]:
            best = (reached, made, setting)
    assert best is not None
    return best[1], best[2]
