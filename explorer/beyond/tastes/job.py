"""Tastes as jobs outside the web process: a table sorted, vectors learned, the lesson measured."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from explorer import cache
from explorer.beyond.course import Course, start_course
from explorer.beyond.tastes.lesson import lesson, rivals
from explorer.beyond.tastes.movielens import MOVIELENS, fetch, fetched, read_movielens
from explorer.beyond.tastes.reading import tastes_from_table
from explorer.beyond.tastes.storage import TASTES, TastesFile, keep_tastes
from explorer.beyond.tastes.tastes import Tastes
from explorer.beyond.tastes.training import VERSION, Recipe, course_key, train_tastes
from explorer.jobs.files import JobFile, kept_or_sent, left_the_cache, loaded
from explorer.jobs.pool import Job, Jobs
from explorer.jobs.progress import Report, no_report

FIGURES = cache.Kind("figures of tastes", 1)
TABLES = cache.Kind("tables of tastes", 1)
PAIRS_A_SECOND = 100_000  # on one core
MADE = cache.Kind("tastes of tables", 1)  # which tastes were made of a table


def start(jobs: Jobs, tastes: Tastes, recipe: Recipe) -> Job:
    """Start to learn, or go on from where it was stopped, or join who learns the same."""
    seconds = len(tastes.pairs) * recipe.epochs / PAIRS_A_SECOND
    key = course_key(tastes, recipe)
    return start_course(
        jobs, key, train_file, kept_or_sent(TastesFile, tastes), recipe, seconds=seconds
    )


def train_file(tastes: Any, recipe: Recipe, report: Report = no_report) -> Course:
    """Learn the tastes in a file; runs on a worker."""
    return train_tastes(loaded(tastes), recipe, report)


def figures_key(which: str, tastes: Tastes, recipe: Recipe | None = None) -> str:
    """Return the key under which the figures of a lesson, or of the rivals, are kept."""
    settings = asdict(recipe) if recipe else None
    return cache.content_key(kind=which, version=VERSION, tastes=tastes.digest, recipe=settings)


def kept_figures(key: str) -> Any:
    """Return figures as they were kept, or None."""
    return cache.load_json(FIGURES, key)


def start_lesson(jobs: Jobs, tastes: Tastes, recipe: Recipe) -> Job:
    """Start to measure the lesson, or join who does."""
    key = figures_key("lesson", tastes, recipe)
    return start_figures(jobs, key, lesson_file, kept_or_sent(TastesFile, tastes), recipe)


def start_rivals(jobs: Jobs, tastes: Tastes) -> Job:
    """Start to measure what else recommends, or join who does."""
    return start_figures(
        jobs, figures_key("rivals", tastes), rivals_file, kept_or_sent(TastesFile, tastes)
    )


def start_figures(jobs: Jobs, key: str, measure: Callable[..., Any], *args: Any) -> Job:
    """Start to measure something that is kept as JSON."""
    keep = partial(cache.save_json, FIGURES, key)
    return jobs.submit(key, measure, *args, when_done=keep, load=partial(kept_figures, key))


def lesson_file(tastes: Any, recipe: Recipe, report: Report = no_report) -> dict[str, Any]:
    """Measure the lesson on the tastes in a file; runs on a worker."""
    return lesson(loaded(tastes), recipe, report)


def rivals_file(tastes: Any, report: Report = no_report) -> list[dict[str, Any]]:
    """Measure the other recommenders on the tastes in a file; runs on a worker."""
    return rivals(loaded(tastes), report)


class TableFile(JobFile):
    """A table among a job's arguments: an Arrow file in the cache."""

    @classmethod
    def of(cls, table: pa.Table) -> TableFile:
        """Return the file of a table, written into the cache if it is not there."""

        def write(stream: Any) -> None:
            with pa.ipc.new_file(stream, table.schema) as writer:
                writer.write_table(table)

        return cls(str(cache.keep(TABLES, table_digest(table), "table.arrow", write)))

    def load(self) -> pa.Table:
        """Return the table; raises JobError where the cache made room meanwhile."""
        try:
            with Path(self.path).open("rb") as stream:
                return pa.ipc.open_file(stream).read_all()
        except FileNotFoundError:
            raise left_the_cache("table") from None


def table_digest(table: pa.Table) -> str:
    """Return a hash of a table's content: 32 hex digits."""
    found = hashlib.blake2b(str(table.schema).encode(), digest_size=16)
    for column in table.columns:
        for chunk in column.chunks:
            found.update(f"{chunk.offset} {len(chunk)}".encode())
            for buffer in chunk.buffers():
                if buffer is not None:
                    found.update(buffer)
    return found.hexdigest()


def start_reading(jobs: Jobs, table: pa.Table, columns: Mapping[str, str | None], name: str) -> Job:
    """Start to make tastes of some columns of a table; the job's result is their digest."""
    key = reading_key(table, columns, name)
    return jobs.submit(
        key,
        make_file,
        TableFile.of(chosen_columns(table, columns)),
        dict(columns),
        name,
        when_done=partial(keep_made, key),
        load=partial(made_of, key),
    )


def made_of(key: str) -> str | None:
    """Return the digest of the tastes that were made of a table, or None if they are gone."""
    digest: str | None = cache.load_json(MADE, key)
    return digest if digest and cache.find(TASTES, digest) is not None else None


def reading_key(table: pa.Table, columns: Mapping[str, str | None], name: str) -> str:
    """Return the key under which the tastes of a table are made once, whoever asks."""
    digest = table_digest(chosen_columns(table, columns))
    return cache.content_key(kind="table", table=digest, columns=dict(columns), name=name)


def chosen_columns(table: pa.Table, columns: Mapping[str, str | None]) -> pa.Table:
    """Return the table with those columns alone that were chosen."""
    return table.select([one for one in dict.fromkeys(columns.values()) if one])


def make_file(
    table: Any, columns: dict[str, str | None], name: str, report: Report = no_report
) -> Tastes:
    """Make tastes of a table in a file; runs on a worker."""
    found = loaded(table)
    report(0.3, f"sorting {found.num_rows:,} rows")
    return tastes_from_table(found, columns, name)


def keep_made(key: str, tastes: Tastes) -> None:
    """Keep the tastes, and that they were made of this table."""
    keep_tastes(tastes)
    cache.save_json(MADE, key, tastes.digest)


FETCH_KEY = cache.content_key(kind="data set", sha256=MOVIELENS.sha256)


def start_fetching(jobs: Jobs) -> Job:
    """Start to fetch MovieLens 100k, or join who does."""
    return jobs.submit(FETCH_KEY, fetch_films)


def fetch_films(report: Report = no_report) -> None:
    """Fetch MovieLens 100k into this machine's cache."""
    fetch(MOVIELENS, report)


def films() -> Tastes | None:
    """Return the films if they were fetched, or None."""
    path = fetched()
    return None if path is None else read_movielens(path)
