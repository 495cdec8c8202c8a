"""The course of a training: one loop for every model of this package; watched, stopped, resumed.

What happens in an epoch depends on the seed and the epoch's number alone, so the state after an
epoch is all that is kept. Stopping loses at most the epochs since the last look, and a
course that was stopped and resumed ends with the same vectors as one that was not.
"""

from __future__ import annotations

import contextlib
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from explorer import cache
from explorer.errors import DiskError, TrainingError
from explorer.jobs.pool import Job, Jobs
from explorer.jobs.progress import Report, no_report

COURSES = cache.Kind("courses", 1)
FILE = "course.npz"
LOOKS = 20  # how often a course is measured and kept, besides the beginning

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
    """What was seen of a model after an epoch: the mean loss since the last look, and figures."""

    epoch: int
    loss: float
    figures: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Course:
    """A training so far: each look at it, oldest first, and the state after the last one."""

    looks: tuple[Look, ...]
    state: Mapping[str, NDArray[Any]]
    epochs: int

    @property
    def epoch(self) -> int:
        """How many epochs the state has behind it."""
        return self.looks[-1].epoch

    @property
    def is_over(self) -> bool:
        """Whether all epochs are done."""
        return self.epoch == self.epochs


def learn(learner: Learner, key: str, report: Report = no_report) -> Course:
    """Train to the end, from where an earlier course with this key stands.

    Parameters
    ----------
    learner
        The model before its first epoch.
    key
        Of the data, the settings and the seed: see `explorer.cache.content_key`.
    report
        Is told the share done; what it raises stops the course.

    Raises
    ------
    TrainingError
        If the loss is no longer a number.
    """
    course = kept_course(key)
    if course is None:
        start = Look(0, float("nan"), learner.measure())
        course = Course((start,), learner.state(), learner.epochs)
        keep_what_fits(key, course)
    else:
        learner.restore(course.state)
    due = {round(share) for share in np.linspace(0, learner.epochs, LOOKS + 1)}
    losses: list[float] = []
    for number in range(course.epoch + 1, learner.epochs + 1):
        report((number - 1) / learner.epochs, f"epoch {number:,} of {learner.epochs:,}")
        losses.append(learner.epoch(number))
        if not np.isfinite(losses[-1]):
            raise TrainingError(
                f"The loss is no longer a number after epoch {number:,}. "
                "Choose a smaller learning rate."
            )
        if number in due:
            look = Look(number, float(np.mean(losses)), learner.measure())
            losses.clear()
            course = Course((*course.looks, look), learner.state(), learner.epochs)
            keep_what_fits(key, course)
    return course


def start_course(
    jobs: Jobs,
    key: str,
    train_file: Callable[..., Course],
    data: Any,
    recipe: Any,
    *,
    seconds: float,
) -> Job:
    """Start to learn, or go on from where it was stopped, or join who learns the same.

    `seconds` says about how long it takes in all.
    """
    return jobs.submit(
        key,
        train_file,
        data,
        recipe,
        when_done=partial(keep_course, key),  # a worker elsewhere has another cache
        load=partial(kept_course, key),
        seconds=seconds,
    )


def kept_course(key: str) -> Course | None:
    """Return a course as far as it was kept, or None."""
    folder = cache.find(COURSES, key)
    if folder is None:
        return None
    try:
        with (folder / FILE).open("rb") as stream:
            return read_course_file(stream)
    except FileNotFoundError:  # the cache made room a moment ago
        return None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        cache.discard(COURSES, key)
        return None


def read_course_file(stream: BinaryIO) -> Course:
    """Return the course that `write_course_file` wrote."""
    with np.load(stream, allow_pickle=False) as kept:
        state = {name: kept[name] for name in kept.files}
    about = json.loads(str(state.pop("about")))
    return Course(tuple(Look(*look) for look in about["looks"]), state, about["epochs"])


def keep_what_fits(key: str, course: Course) -> None:
    """Keep a course on the way; where the disk is full, it goes on and cannot be resumed."""
    with contextlib.suppress(DiskError):
        keep_course(key, course)


def keep_course(key: str, course: Course) -> None:
    """Keep a course in place of an earlier part of it."""
    folder = cache.find(COURSES, key)
    if folder is not None:
        try:
            write(folder, course)
            cache.grew(COURSES, key)
            return
        except FileNotFoundError:  # the cache made room a moment ago
            pass
    with cache.create(COURSES, key) as folder:
        write(folder, course)


def write(folder: Path, course: Course) -> None:
    """Write a course's one file, atomically."""
    with cache.writing(), cache.temporary(folder / FILE) as stream:
        write_course_file(stream, course)


def write_course_file(stream: BinaryIO, course: Course) -> None:
    """Write a course: its looks as JSON beside its arrays."""
    looks = [(look.epoch, look.loss, dict(look.figures)) for look in course.looks]
    about = json.dumps({"looks": looks, "epochs": course.epochs})
    np.savez(stream, about=np.array(about), **course.state)  # type: ignore[arg-type]
