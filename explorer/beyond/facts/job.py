"""Learning facts as a job: outside the web process, kept in the cache, stopped and resumed."""

from __future__ import annotations

from typing import Any

from explorer.beyond.course import Course, start_course
from explorer.beyond.facts.graph import Graph
from explorer.beyond.facts.storage import GraphFile
from explorer.beyond.facts.training import Recipe, course_key, train_facts
from explorer.jobs.files import kept_or_sent, loaded
from explorer.jobs.pool import Job, Jobs
from explorer.jobs.progress import Report, no_report

FACTS_A_SECOND = 30_000  # on one core, by TransE


def start(jobs: Jobs, graph: Graph, recipe: Recipe) -> Job:
    """Start to learn, or go on from where it was stopped, or join who learns the same."""
    seconds = len(graph.train) * recipe.epochs / FACTS_A_SECOND
    key = course_key(graph, recipe)
    return start_course(
        jobs, key, train_file, kept_or_sent(GraphFile, graph), recipe, seconds=seconds
    )


def train_file(graph: Any, recipe: Recipe, report: Report = no_report) -> Course:
    """Learn the facts of a graph; runs on a worker."""
    return train_facts(loaded(graph), recipe, report)
