"""Transfer: vectors from a model that read millions of sentences, and a few labelled texts.

The same logistic regression learns the genre of a book, once from the vectors of a model that
stays as it is (frozen), once from which words the description holds (one-hot, a bag of words).
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.errors import QueryError

LABELLED = (5, 10, 20, 40, 80, 160)
HELD_OUT = 100  # texts to judge by
SEEDS = 10
STRENGTH = {"vectors": 10.0, "words": 1.0}  # of the fit (C); not tuned
FIRST_SEED = 100  # the seeds below were used while this was written
STEPS = 300


@dataclass(frozen=True, eq=False)
class Transfer:
    """Accuracies on texts held out: (sizes, seeds) each, by number of labelled texts.

    `majority` always answers the most frequent of the labels that it was given.
    """

    labelled: tuple[int, ...]
    vectors: NDArray[np.float64]
    words: NDArray[np.float64]
    majority: NDArray[np.float64]
    classes: int


def transfer(
    texts: Sequence[str],
    vectors: NDArray[np.floating],
    labels: Sequence[str],
    *,
    labelled: Sequence[int] = LABELLED,
    seeds: int = SEEDS,
) -> Transfer:
    """Measure the accuracy on held-out texts by the number of labelled ones.

    Parameters
    ----------
    texts, vectors, labels
        n texts, (n, d) their vectors, n labels.
    labelled
        How many texts are labelled; a smaller number takes the first of the larger one's.
    seeds
        How often all is drawn anew.

    Raises
    ------
    QueryError
        There are too few texts.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    needed = HELD_OUT + max(labelled)
    if len(texts) < needed:
        raise QueryError(f"{len(texts):,} texts are given, {needed:,} are needed.")
    given = np.asarray(labels)
    rows = np.asarray(vectors, np.float32)
    found: dict[str, list[list[float]]] = {"vectors": [], "words": [], "majority": []}
    for size in labelled:
        one: dict[str, list[float]] = {name: [] for name in found}
        for seed in range(FIRST_SEED, FIRST_SEED + seeds):
            order = np.random.default_rng(seed).permutation(len(texts))
            test, train = order[:HELD_OUT], order[HELD_OUT : HELD_OUT + size]
            counter = CountVectorizer(binary=True).fit([texts[row] for row in train])
            words = counter.transform(texts)
            for name, matrix in (("vectors", rows), ("words", words)):
                guessed = fitted(matrix[train], given[train], matrix[test], STRENGTH[name])
                one[name].append(float((guessed == given[test]).mean()))
            kinds, often = np.unique(given[train], return_counts=True)
            one["majority"].append(float((given[test] == kinds[often.argmax()]).mean()))
        for name, accuracies in one.items():
            found[name].append(accuracies)
    parts = {name: np.array(rows) for name, rows in found.items()}
    return Transfer(tuple(labelled), classes=len(set(labels)), **parts)


def save(path: Path, found: Transfer) -> None:
    """Write the accuracies as JSON."""
    parts = {
        name: one.round(4).tolist() if isinstance(one, np.ndarray) else one
        for name, one in vars(found).items()
    }
    path.write_text(json.dumps(parts), encoding="utf-8")


def load(path: Path) -> Transfer:
    """Return the accuracies that `save` wrote."""
    parts = json.loads(path.read_text(encoding="utf-8"))
    arrays = {name: np.array(parts[name]) for name in ("vectors", "words", "majority")}
    return Transfer(tuple(parts["labelled"]), classes=parts["classes"], **arrays)


def fitted(
    known: NDArray[np.floating], labels: NDArray[np.str_], asked: NDArray[np.floating], c: float
) -> NDArray[np.str_]:
    """Fit a logistic regression and return what it says of others."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    if len(set(labels)) == 1:  # nothing to tell apart
        return np.full(asked.shape[0], labels[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fit = LogisticRegression(C=c, max_iter=STEPS).fit(known, labels)
    guessed: NDArray[np.str_] = fit.predict(asked)
    return guessed
