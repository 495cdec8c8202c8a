"""A training run that comes with the app: the places of some words, frame by frame, twice.

Once they were learned from the text that the grammar makes, once from the same words shuffled,
which is the control: nothing can be learned there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.training import grammar, runs
from explorer.training.corpus import make as make_corpus
from explorer.training.film import Film
from explorer.training.options import TrainingOptions

EVERY = 2  # frames of a run: some twenty seconds at a pace that one can follow
TEXTS = {"ordered": False, "shuffled": True}  # and whether the words of the text are shuffled


@dataclass(frozen=True, eq=False)
class Recording:
    """What was recorded of one run.

    Attributes
    ----------
    words, classes
        n words that have a class, and the class of each.
    steps
        The step of each of f frames.
    places
        (f, n, 2) float32: where the words lie, each frame turned onto the last one.
    same_class
        (f,) float64: the share of words whose nearest neighbor is of their class.
    """

    words: tuple[str, ...]
    classes: tuple[str, ...]
    steps: tuple[int, ...]
    places: NDArray[np.float32]
    same_class: NDArray[np.float64]


def record(*, shuffled: bool) -> Recording:
    """Train with the usual settings and return what was seen."""
    corpus = make_corpus(
        grammar.make_corpus(shuffled=shuffled), "recording", classes=grammar.word_classes()
    )
    run = runs.new_run(corpus, TrainingOptions())
    runs.train(str(run.folder), run.steps)
    film = Film(run)
    film.update()
    frames = film.frames[::EVERY]
    rows = [
        row for row, word in enumerate(corpus.words[: len(frames[0].places)])
        if word in corpus.classes
    ]  # fmt: skip
    words = tuple(corpus.words[row] for row in rows)
    return Recording(
        words,
        tuple(corpus.classes[word] for word in words),
        tuple(frame.step for frame in frames),
        np.stack([frame.places[rows] for frame in frames]),
        np.array([frame.same_class for frame in frames]),
    )


def save(path: Path, recordings: dict[str, Recording]) -> None:
    """Write recordings to one file; places as float16, which no eye can tell."""
    arrays: dict[str, Any] = {}
    about = {}
    for name, one in recordings.items():
        arrays[f"{name} places"] = one.places.astype(np.float16)
        arrays[f"{name} same class"] = one.same_class
        about[name] = {"words": one.words, "classes": one.classes, "steps": one.steps}
    with path.open("wb") as stream:
        np.savez_compressed(stream, about=np.array(json.dumps(about)), **arrays)


def load(path: Path) -> dict[str, Recording]:
    """Return the recordings of a file."""
    with np.load(path, allow_pickle=False) as file:
        about = json.loads(str(file["about"]))
        return {
            name: Recording(
                tuple(one["words"]),
                tuple(one["classes"]),
                tuple(one["steps"]),
                file[f"{name} places"].astype(np.float32),
                file[f"{name} same class"],
            )
            for name, one in about.items()
        }
