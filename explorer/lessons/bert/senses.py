"""Word senses layer by layer: how well do they separate? (A river's bank, a bank for money.)"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.errors import EncodeError, QueryError
from explorer.folders import SAMPLE_FOLDER
from explorer.lessons.bert.forward import read_words
from explorer.lessons.bert.model import Bert

SENSES_FILE = SAMPLE_FOLDER / "senses.csv"


@dataclass(frozen=True)
class Use:
    """One sentence that uses a word in one of its senses."""

    word: str
    sense: str
    sentence: str


@dataclass(frozen=True, eq=False)
class Separation:
    """How well the senses of some words separate, layer by layer.

    Attributes
    ----------
    words
        w words of two senses each.
    silhouette
        (w, layers) float64: the mean silhouette by cosine distance (Rousseeuw 1987), from
        −1 to 1; 0 means that the senses are mixed.
    accuracy
        (w, layers) float64: the share of uses whose nearest other use has the same sense.
    same, different
        (w, layers) float64: the mean cosine similarity of two uses in one sense, and in two.
    chance
        The expected `accuracy` if nearest uses were random.
    """

    words: tuple[str, ...]
    silhouette: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    same: NDArray[np.float64]
    different: NDArray[np.float64]
    chance: float


def load_uses(path: Path = SENSES_FILE) -> tuple[Use, ...]:
    """Return a word-sense set, by default the app's: word, sense, sentence."""
    with path.open(encoding="utf-8", newline="") as stream:
        return tuple(Use(**row) for row in csv.DictReader(stream))


def measure_senses(bert: Bert, uses: Sequence[Use]) -> Separation:
    """Read every sentence, and measure how the senses of each word separate in each layer.

    Raises
    ------
    EncodeError
        The model's input limit cuts a sentence off before the word.
    """
    try:
        layers = read_words(bert, [(use.word, use.sentence) for use in uses])
    except QueryError as error:
        raise EncodeError(
            f"{bert.title} reads only {bert.max_tokens} tokens, and cuts some sentences of the "
            "set before the word in question. Choose a model that reads more."
        ) from error
    words = tuple(dict.fromkeys(use.word for use in uses))
    rows = {word: [row for row, use in enumerate(uses) if use.word == word] for word in words}
    found = [
        [separation(layer[rows[word]], [uses[row].sense for row in rows[word]]) for word in words]
        for layer in layers
    ]
    chance = float(np.mean([by_chance([uses[row].sense for row in rows[word]]) for word in words]))
    silhouette, accuracy, same, different = np.array(found).T
    return Separation(words, silhouette, accuracy, same, different, chance)


def separation(
    vectors: NDArray[np.float32], senses: Sequence[str]
) -> tuple[float, float, float, float]:
    """Return silhouette, accuracy, same and different for one word's (uses, d) vectors."""
    from sklearn.metrics import silhouette_samples

    units = vectors.astype(np.float64)
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    distances = np.clip(1 - units @ units.T, 0, None)
    np.fill_diagonal(distances, 0)
    silhouette = silhouette_samples(distances, senses, metric="precomputed").mean()
    np.fill_diagonal(distances, np.inf)
    kinds = np.array(senses)
    accuracy = (kinds[distances.argmin(axis=1)] == kinds).mean()
    alike = kinds[:, None] == kinds
    pairs = ~np.eye(len(kinds), dtype=bool)
    same, different = (1 - distances[pairs & which].mean() for which in (alike, ~alike))
    return float(silhouette), float(accuracy), float(same), float(different)


def by_chance(senses: Sequence[str]) -> float:
    """Return the probability that a random other use has the same sense."""
    same = sum(senses.count(sense) - 1 for sense in senses)
    return same / (len(senses) * (len(senses) - 1))
