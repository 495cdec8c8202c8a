"""Learning molecules as a job: outside the web process, kept in the cache, stopped and resumed."""

from __future__ import annotations

from typing import Any

from explorer.beyond.course import Course, start_course
from explorer.beyond.molecules.molecules import Molecules
from explorer.beyond.molecules.storage import MoleculesFile
from explorer.beyond.molecules.training import Recipe, course_key, train_molecules
from explorer.jobs.files import kept_or_sent, loaded
from explorer.jobs.pool import Job, Jobs
from explorer.jobs.progress import Report, no_report

MOLECULES_A_SECOND = 3_600  # on one core, forests included


def start(jobs: Jobs, molecules: Molecules, recipe: Recipe) -> Job:
    """Start to learn, or go on from where it was stopped, or join who learns the same."""
    seconds = len(molecules.labels) * recipe.epochs / MOLECULES_A_SECOND
    key = course_key(molecules, recipe)
    return start_course(
        jobs, key, train_file, kept_or_sent(MoleculesFile, molecules), recipe, seconds=seconds
    )


def train_file(molecules: Any, recipe: Recipe, report: Report = no_report) -> Course:
    """Learn the property of molecules; runs on a worker."""
    return train_molecules(loaded(molecules), recipe, report)
