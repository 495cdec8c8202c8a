"""Learning the maps as a job: outside the web process, kept in the cache, stopped and resumed."""

from __future__ import annotations

from typing import Any

from explorer.beyond.clip.pairs import Pairs
from explorer.beyond.clip.storage import PairsFile
from explorer.beyond.clip.training import Recipe, course_key, train_maps
from explorer.beyond.course import Course, start_course
from explorer.jobs.files import kept_or_sent, loaded
from explorer.jobs.pool import Job, Jobs
from explorer.jobs.progress import Report, no_report

PAIRS_A_SECOND = 10_000  # on one core


def start(jobs: Jobs, pairs: Pairs, recipe: Recipe) -> Job:
    """Start to learn, or go on from where it was stopped, or join who learns the same."""
    seconds = len(pairs.names) * recipe.epochs / PAIRS_A_SECOND
    key = course_key(pairs, recipe)
    return start_course(
        jobs, key, train_file, kept_or_sent(PairsFile, pairs), recipe, seconds=seconds
    )


def train_file(pairs: Any, recipe: Recipe, report: Report = no_report) -> Course:
    """Learn from pairs; runs on a worker."""
    return train_maps(loaded(pairs), recipe, report)
