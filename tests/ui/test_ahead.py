"""What a lesson needs and takes long is started when somebody comes to it."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from explorer import EmbeddingSpace, cache
from explorer.jobs.lane import LONG_SECONDS
from explorer.jobs.pool import Job
from explorer.lessons.plan import Plan
from explorer.training import runs
from explorer.training.corpus import make
from explorer.training.film import Film
from explorer.training.grammar import make_corpus, word_classes
from explorer.training.options import TrainingOptions
from explorer.ui.lessons import climbing, ladder_measured
from explorer.ui.lessons.learning import choice, playback
from explorer.ui.plans import ahead
from explorer.ui.plans.underway import find_plan


class Submitted:
    """Jobs that are submitted and do nothing."""

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.seconds: dict[str, float] = {}

    def submit(self, key: str, *_: Any, seconds: float = 0.0, **__: Any) -> Job:
        self.seconds.setdefault(key, seconds)
        return self.jobs.setdefault(key, Job(key))

    def find(self, key: str) -> Job | None:
        return self.jobs.get(key)


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> Submitted:
    submitted = Submitted()
    monkeypatch.setattr(playback, "jobs", lambda: submitted)

    def corpus(*, shuffled: bool) -> Any:
        return make(make_corpus(300, shuffled=shuffled), "grammar", classes=word_classes())

    monkeypatch.setattr(choice, "grammar_corpus", corpus)
    return submitted


def test_the_films_of_a_lesson_are_learned_ahead_and_pass_nothing_that_somebody_waits_for(
    pool: Submitted,
) -> None:
    plan = find_plan("6-how-vectors-learn")
    assert plan is not None
    ahead.make(plan)
    assert list(pool.seconds.values()) == [LONG_SECONDS] * 2  # a text, and the same shuffled


@pytest.mark.parametrize("runs_here", [False, True])
def test_it_begins_once_and_not_where_jobs_run_in_the_web_process(
    runs_here: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Plan] = []
    plan = find_plan("6-how-vectors-learn")
    assert plan is not None
    monkeypatch.setattr(ahead, "make", begun.append)
    monkeypatch.setattr(threading.Thread, "start", threading.Thread.run)
    monkeypatch.setattr(ahead.progress, "jobs", lambda: SimpleNamespace(runs_here=runs_here))
    ahead.begin.clear()
    for _pupil in range(3):
        ahead.begin("a lesson", plan)
    ahead.begin.clear()
    assert len(begun) == (0 if runs_here else 1)


def test_a_pupil_who_presses_start_joins_what_is_learned_already(pool: Submitted) -> None:
    ahead.film({"lesson": "Standard"})
    run = runs.shared_run(choice.grammar_corpus(shuffled=False), TrainingOptions())
    job = playback.Playback(Film(run)).learn(run.steps)
    assert list(pool.jobs.values()) == [job]


def test_the_ladders_sentences_are_read_ahead_unless_they_are_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[tuple[str, ...]] = []
    monkeypatch.setattr(ladder_measured, "start_reading", read.append)
    plan = find_plan("2-counting-to-meaning")
    assert plan is not None
    ahead.make(plan)
    assert set(read) == {ladder_measured.sentences_read()}
    read.clear()
    words = ladder_measured.spaces.sample_space("words")
    cache.save_json(ladder_measured.MEASURED, ladder_measured.measured_key(words), {})
    ahead.make(plan)
    assert read == []


def test_one_measures_the_ladder_for_a_class_and_it_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measured = []
    sentences = ladder_measured.sentences_read()
    space = EmbeddingSpace(sentences, np.ones((len(sentences), 2)), name="read")
    monkeypatch.setattr(ladder_measured, "encoded", lambda *_: space)

    def measure(*_: Any) -> dict[str, Any]:
        measured.append(1)
        return {"rankings": {}, "right": {"a rung": {"order": 0.5}}}

    monkeypatch.setattr(ladder_measured, "measure", measure)
    ladder_measured.kept.clear()
    found: list[ladder_measured.Measured | None] = []
    pupils = [
        threading.Thread(target=lambda: found.append(ladder_measured.measured())) for _ in range(4)
    ]
    for one in pupils:
        one.start()
    for one in pupils:
        one.join()
    assert len(measured) == 1
    assert [one.right for one in found if one is not None] == [{"a rung": {"order": 0.5}}] * 4
    ladder_measured.kept.clear()  # as after a restart
    again = ladder_measured.measured()
    ladder_measured.kept.clear()
    assert again is not None
    assert len(measured) == 1


def test_reading_ahead_and_waiting_ask_for_the_same_job(monkeypatch: pytest.MonkeyPatch) -> None:
    submitted = Submitted()

    class Encodings:
        jobs = submitted

    monkeypatch.setattr(climbing.jobs, "encodings", Encodings)
    sentences = ("a cat", "a dog")
    monkeypatch.setattr(
        climbing.progress,
        "wait_for",
        lambda key, start, wait, pool: pool.find(key) is start() or pytest.fail("another job"),
    )
    climbing.start_reading(sentences)
    monkeypatch.setattr(climbing, "finished", lambda *_: None)
    climbing.encoded(sentences, "pairs")
    assert len(submitted.jobs) == 1
