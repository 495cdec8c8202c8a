"""What a lesson needs and takes long is started when somebody comes to it."""

from __future__ import annotations

import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from explorer import EmbeddingSpace, cache
from explorer.jobs.lane import LONG_SECONDS
from explorer.jobs.pool import Job, Jobs
from explorer.lessons.plan import Plan
from explorer.lessons.shelf import plan_files
from explorer.projection.job import Picture, measured_key
from explorer.training import runs
from explorer.training.corpus import make
from explorer.training.film import Film
from explorer.training.grammar import make_corpus, word_classes
from explorer.training.options import TrainingOptions
from explorer.ui.lessons import climbing, ladder, ladder_measured
from explorer.ui.lessons.learning import choice, playback
from explorer.ui.picture import drawing, trust
from explorer.ui.plans import ahead
from explorer.ui.plans.underway import find_plan

AT_ONCE = {  # pages whose steps took the first visitor less than 3 s: benchmarks/lessons.py
    "one_hot", "by_hand", "encode", "analogies", "layer", "axes", "start", "search", "pictures",
    "tastes", "hidden_words",
}  # fmt: skip


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
    pool: Submitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned: list[tuple[TrainingOptions, str, float]] = []

    def a_turn(run: runs.Run, until: int, seconds: float) -> Any:
        learned.append((run.options, run.corpus.name, seconds))
        runs.frame_path(run.folder, until).touch()
        return SimpleNamespace(result=lambda: None)

    monkeypatch.setattr(playback, "learning", a_turn)
    monkeypatch.setattr(threading.Thread, "start", threading.Thread.run)
    plan = find_plan("6-how-vectors-learn")
    assert plan is not None
    ahead.make(plan)
    assert len(learned) == len(choice.PRESETS)
    assert {seconds for _, _, seconds in learned} == {LONG_SECONDS}
    usual = [options == TrainingOptions() for options, _, _ in learned]
    assert usual == [True, True, False, False]  # those that the steps open come first


def test_both_pictures_of_compare_are_drawn_and_measured_ahead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[tuple[str, Picture]] = []
    monkeypatch.setattr(
        trust, "make_ahead", lambda space, wanted: made.append((space.name, wanted))
    )
    plan = find_plan("4-trust-a-map")
    assert plan is not None
    ahead.make(plan)
    umap = Picture("umap")
    assert {name for name, _ in made} == {"books"}
    assert [one for _, one in made] == [umap, replace(umap, seed=7), Picture("pca"), umap]


def test_what_is_drawn_ahead_is_what_the_page_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    space = EmbeddingSpace([f"{n}" for n in range(40)], np.random.default_rng(1).random((40, 5)))
    jobs = Jobs(workers=0)
    monkeypatch.setattr(trust.progress, "jobs", lambda: jobs)
    wanted = Picture("umap", seed=7)
    trust.make_ahead(space, wanted)
    drawn = drawing.kept_projection(space, wanted)
    assert drawn is not None
    measured = jobs.find(measured_key(space, drawn, trust.K))
    assert measured is not None
    assert measured.result(60) is not None
    jobs.close()


def test_each_step_of_each_lesson_is_there_at_once_or_made_ahead() -> None:
    for plan_id in plan_files():
        plan = find_plan(plan_id)
        assert plan is not None
        slow = {step.page for step in plan.steps} - AT_ONCE - ahead.MAKERS.keys()
        assert not slow, f"{plan_id}: measure {slow} by benchmarks/lessons.py"


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
    run = runs.shared_run(choice.grammar_corpus(shuffled=False), TrainingOptions())
    playback.learning(run, run.steps, seconds=LONG_SECONDS)  # as a lesson does
    job = playback.Playback(Film(run)).learn(run.steps)
    assert list(pool.jobs.values()) == [job]


def test_the_ladders_sentences_are_read_ahead_unless_they_are_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[tuple[str, ...]] = []
    for module in (climbing, ladder_measured):
        monkeypatch.setattr(module, "start_reading", read.append)
    plan = find_plan("2-counting-to-meaning")
    assert plan is not None
    ahead.make(plan)
    twelve = tuple(ladder.TEXTS.split("\n"))
    assert read == [twelve, ladder_measured.sentences_read()]
    read.clear()
    words = ladder_measured.spaces.sample_space("words")
    cache.save_json(ladder_measured.MEASURED, ladder_measured.measured_key(words), {})
    ahead.make(plan)
    assert read == [twelve]  # they are quickly read again


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
