"""The course of a training: one loop for every model of this room, watched, stopped, taken up again.

What happens in an epoch depends on the seed and the epoch's number alone. So the state after an
epoch is all that is kept: whoever stops loses at most the epochs since the last look, and a course
that was stopped ends with the same vectors as one that was not.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from explorer import cache
from explorer.errors import TrainingError
from explorer.jobs.progress import Report, no_report

KIND = "courses"  # the cache's folder
LOOKS = 20  # how often a course is measured and kept

Arrays = dict[str, NDArray[Any]]


class Learner(Protocol):
    """A model in training, as the loop sees it."""

    epochs: int

    def epoch(self, number: int) -> float:
        """Learn from all data once, and return the mean loss."""

    def measure(self) -> dict[str, float]:
        """Return the figures by which progress is judged, on data that is not learned from."""

    def state(self) -> Arrays:
        """Return all that the next epoch needs, the optimizer's memory included."""

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on from a state."""


@dataclass(frozen=True)
class Look:
    """What was seen of a model after an epoch: the loss, and figures on held-out data."""

    epoch: int
    loss: float
    figures: Mapping[str, float]


@dataclass(frozen=True)
class Course:
    """A training so far: each look at it, oldest first, and the state after the last one."""

    looks: tuple[Look, ...]
    state: Mapping[str, NDArray[Any]]
    epochs: int

    @property
    def is_over(self) -> bool:
        """Whether all epochs are done."""
        return bool(self.looks) and self.looks[-1].epoch == self.epochs


def learn(learner: Learner, key: str, report: Report = no_report) -> Course:
    """Train to the end, from where an earlier course with this key stands.

    Parameters
    ----------
    learner
        The model before its first epoch.
    key
        Of the data, the settings and the seed: see `explorer.cache.content_key`.
    report
        Is told the share done and what is seen; what it raises stops the course.

    Raises
    ------
    TrainingError
        If the loss is no longer a number.
    """
    kept = kept_course(key)
    looks = list(kept.looks) if kept else [Look(0, float("nan"), learner.measure())]
    if kept:
        learner.restore(kept.state)
    every = max(1, learner.epochs // LOOKS)
    losses: list[float] = []
    for number in range(looks[-1].epoch + 1, learner.epochs + 1):
        losses.append(learner.epoch(number))
        if not np.isfinite(losses[-1]):
            raise TrainingError(
                f"The loss is no longer a number after epoch {number:,}. "
                "Choose a smaller learning rate."
            )
        if number % every == 0 or number == learner.epochs:
            looks.append(Look(number, float(np.mean(losses)), learner.measure()))
            losses.clear()
            keep_course(key, Course(tuple(looks), learner.state(), learner.epochs))
        report(number / learner.epochs, f"epoch {number:,} of {learner.epochs:,}")
    return Course(tuple(looks), learner.state(), learner.epochs)


def kept_course(key: str) -> Course | None:
    """Return a course as far as it was kept, or None."""
    found = cache.load_arrays(KIND, key)
    if found is None:
        return None
    state, about = found
    looks = tuple(Look(epoch, loss, figures) for epoch, loss, figures in about["looks"])
    return Course(looks, state, about["epochs"])


def keep_course(key: str, course: Course) -> None:
    """Keep a course in place of an earlier part of it."""
    looks = [(look.epoch, look.loss, dict(look.figures)) for look in course.looks]
    about = json.dumps({"looks": looks, "epochs": course.epochs})
    with cache.temporary(cache.folder(KIND) / f"{key}.npz") as stream:
        np.savez(stream, made=np.array(about), **course.state)
