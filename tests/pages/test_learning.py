"""“Watch it learn” without a browser, its jobs done at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from explorer.errors import ExplorerError
from explorer.jobs import Job, JobState
from explorer.training import grammar, runs
from explorer.training.corpus import make
from explorer.training.skipgram import Settings
from explorer.ui import learning_view
from tests.pages.conftest import Visit, said

FILE = "pages/watch_it_learn.py"


class AtOnce:
    """Jobs that are done when they are submitted."""

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}

    def submit(self, key: str, function: Callable[..., Any], *args: Any) -> Job:
        job = self.jobs[key] = Job(key)
        try:
            job._end(JobState("done", 1.0, "done"), function(*args))
        except ExplorerError as error:
            job._end(JobState("failed", 0.0, "failed", str(error)))
        return job

    def find(self, key: str) -> Job | None:
        return self.jobs.get(key)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do jobs at once, and on a tenth of the corpus."""
    jobs = AtOnce()
    monkeypatch.setattr(learning_view, "jobs", lambda: jobs)

    def small(*, shuffled: bool) -> Any:
        words = grammar.make_corpus(1_200, shuffled=shuffled)
        return make(words, "grammar", classes=grammar.word_classes())

    monkeypatch.setattr(learning_view, "grammar_corpus", small)


def press(screen: Any, label: str) -> Any:
    button = next(one for one in screen.button if one.label == label)
    return button.click().run()


def test_before_the_start_the_page_says_what_to_look_for_and_to_try(visit: Visit) -> None:
    screen = visit(FILE)
    assert not screen.exception
    assert "Look for this" in said(screen)
    assert "Try this" in said(screen)


def test_each_setting_has_its_sentence(visit: Visit) -> None:
    text = said(visit(FILE))
    assert all(sentence in text for _, _, sentence in learning_view.CONTROLS.values())


def test_a_run_starts_steps_and_is_found_by_its_address(visit: Visit) -> None:
    screen = press(visit(FILE), "Start")
    assert not screen.exception
    run = runs.open_run(screen.query_params["run"])
    assert run is not None
    assert run.settings == Settings()
    again = visit(FILE, run=run.id)
    assert not again.exception
    labels = [metric.label for metric in again.metric]
    assert "king − man + woman" in labels
    assert "Next to its like" in labels


@pytest.mark.parametrize(
    ("lesson", "setting", "value"),
    [("Too few dimensions", "dimensions", 2), ("Too large a step", "learning_rate", 0.2)],
)
def test_a_preset_changes_its_setting(
    visit: Visit, lesson: str, setting: str, value: float
) -> None:
    screen = press(visit(FILE, lesson=lesson), "Start")
    run = runs.open_run(screen.query_params["run"])
    assert run is not None
    assert getattr(run.settings, setting) == value


def test_pause_and_step_learn_one_frame_more(visit: Visit) -> None:
    run = runs.new_run(learning_view.grammar_corpus(shuffled=False), Settings(epochs=1))
    screen = visit(FILE, run=run.id)
    assert len(run.frames()) == 1
    screen = press(screen, "Step")
    assert not screen.exception
    assert run.frames() == [0, run.next_frame(0)]


def test_a_link_to_a_run_that_is_gone_says_so(visit: Visit) -> None:
    screen = visit(FILE, run="0" * 32)
    assert not screen.exception
    assert "not kept here" in said(screen)


def test_training_for_real_says_how_and_what_the_command_is(visit: Visit) -> None:
    screen = visit(FILE, lesson="Train for real")
    assert not screen.exception
    assert "embedding-explorer train" in screen.code[0].value


def test_a_link_to_something_learned_that_is_gone_says_so(visit: Visit) -> None:
    screen = visit(FILE, lesson="Train for real", learned="0" * 32)
    assert not screen.exception
    assert "not kept here" in said(screen)
