"""Learning the maps as a job: outside the web process, kept in the cache, stopped and resumed."""

from __future__ import annotations

from functools import partial
from typing import Any

from explorer.beyond.clip.pairs import Pairs
from explorer.beyond.clip.storage import PairsFile
from explorer.beyond.clip.training import Recipe, course_key, train_maps
from explorer.beyond.course import Course, keep_course, kept_course
from explorer.jobs.files import loaded
from explorer.jobs.pool import Job, Jobs
from explorer.jobs.progress import Report, no_report


def start(jobs: Jobs, pairs: Pairs, recipe: Recipe) -> Job:
    """Start to learn, or go on from where it was stopped, or join who learns the same."""
    key = course_key(pairs, recipe)
    return jobs.submit(
        key,
        train_file,
        PairsFile.of(pairs),
        recipe,
        when_done=partial(keep_course, key),  # a worker elsewhere has another cache
        load=partial(kept_course, key),
    )


def train_file(pairs: Any, recipe: Recipe, report: Report = no_report) -> Course:
    """Learn from pairs; runs on a worker."""
    return train_maps(loaded(pairs), recipe, report)
