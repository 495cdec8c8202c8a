"""A training run as a film: in each frame vectors, measures, and a map aligned to the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.errors import QueryError
from explorer.neighbors.exact import nearest_neighbors
from explorer.space import EmbeddingSpace, Source
from explorer.training import measure
from explorer.training.grammar import ANALOGIES
from explorer.training.runs import Run

Floats = NDArray[np.float32]

MOST_SHOWN = 300  # words on the map: the most frequent


@dataclass(frozen=True, eq=False)
class TrainingFrame:
    """The vectors after a step.

    Attributes
    ----------
    step
        How many batches have been learned.
    loss
        Mean loss per pair since the previous frame; NaN for the first.
    vectors
        (V, d) float32.
    places
        (min(V, MOST_SHOWN), 2) float32: the map's coordinates.
    same_class
        The share of words whose nearest neighbor is of their class; NaN without classes.
    """

    step: int
    loss: float
    vectors: Floats
    places: Floats
    same_class: float


class Film:
    """The frames of a run so far; `update` reads those added since."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.frames: list[TrainingFrame] = []

    def update(self) -> None:
        """Read the frames that were added."""
        last = self.frames[-1].step if self.frames else -1
        for step in self.run.frames():
            if step > last:
                self._take(step)

    def _take(self, step: int) -> None:
        try:
            vectors, loss = self.run.frame(step)
        except OSError:  # evicted from the cache meanwhile
            return
        before = self.frames[-1].places if self.frames else None
        places = flatten(vectors[:MOST_SHOWN])
        self.frames.append(
            TrainingFrame(
                step,
                loss,
                vectors,
                places if before is None else turned_onto(places, before),
                measure.same_class(vectors, self.run.corpus)
                if self.run.corpus.classes
                else float("nan"),
            )
        )

    def cosine(self, first: str, second: str) -> list[float]:
        """Return the cosine similarity of two words in each frame; raises QueryError."""
        rows = [self.row(first), self.row(second)]
        pairs = [measure.units(frame.vectors[rows]) for frame in self.frames]
        return [float(pair[0] @ pair[1]) for pair in pairs]

    def row(self, word: str) -> int:
        """Return a word's row; raises QueryError with the closest spellings."""
        words = self.run.corpus.words
        if word in words:
            return words.index(word)
        close = self.space(self.frames[0]).closest_labels(word)
        hint = f" Did you mean {', '.join(close)}?" if close else ""
        raise QueryError(f"“{word}” is not a word of this text.{hint}")

    def space(self, frame: TrainingFrame) -> EmbeddingSpace:
        """Return a frame as a space, the words' counts and classes with it."""
        import pyarrow as pa

        corpus, options = self.run.corpus, self.run.options
        columns: dict[str, object] = {"count": corpus.counts}
        if corpus.classes:
            columns["class"] = [corpus.classes.get(word, "other") for word in corpus.words]
        return EmbeddingSpace(
            corpus.words,
            frame.vectors,
            name=f"{corpus.name}, step {frame.step}",
            metadata=pa.table(columns),
            source=Source(
                corpus.name,
                "skip-gram with negative sampling",
                (f"step {frame.step:,} of {self.run.steps:,}", f"seed {options.seed}"),
            ),
        )

    def neighbors(
        self, frame: TrainingFrame, words: Sequence[str], k: int
    ) -> dict[str, tuple[str, ...]]:
        """Return the nearest neighbors of some words in a frame."""
        space = self.space(frame)
        return {word: nearest_neighbors(space, word, k).labels for word in words}

    def answer(self, frame: TrainingFrame) -> tuple[str, int] | None:
        """Return the answer to king − man + woman and queen's rank; None without these words."""
        question = ANALOGIES[0]
        if not set(question) <= set(self.run.corpus.words):
            return None
        order = measure.analogy_order(frame.vectors, self.run.corpus, question)
        return order[0], order.index(question[3]) + 1


def flatten(vectors: Floats) -> Floats:
    """Return the first two principal components of the vectors, (n, 2); signs are arbitrary."""
    centered = vectors - vectors.mean(axis=0)
    _, _, axes = np.linalg.svd(centered.astype(np.float64), full_matrices=False)
    places = np.zeros((len(vectors), 2), np.float32)
    kept = centered @ axes[:2].T
    places[:, : kept.shape[1]] = kept
    return places


def turned_onto(places: Floats, before: Floats) -> Floats:
    """Rotate or mirror points to lie as close as possible to those of the previous frame, (n, 2).

    Orthogonal Procrustes (Schönemann 1966): it keeps distances, and the film does not spin.
    """
    from scipy.linalg import orthogonal_procrustes

    rotation, _ = orthogonal_procrustes(places.astype(np.float64), before.astype(np.float64))
    turned: Floats = (places @ rotation).astype(np.float32)
    return turned
