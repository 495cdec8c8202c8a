"""“Watch it learn” without a browser, its jobs done at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from explorer import EmbeddingSpace
from explorer.errors import ExplorerError
from explorer.jobs.pool import Job, JobState
from explorer.training import grammar, runs
from explorer.training.corpus import make
from explorer.training.film import Film
from explorer.training.options import TrainingOptions
from explorer.ui.lessons.learning import choice, gensim_run, playback
from explorer.ui.lessons.learning.playback import Playback
from explorer.ui.shell import progress
from tests.pages.conftest import Visit, said

FILE = "pages/watch_it_learn.py"


class AtOnce:
    """Jobs that are done when they are submitted."""

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}

    def submit(
        self, key: str, function: Callable[..., Any], *args: Any, seconds: float = 0.0
    ) -> Job:
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
    monkeypatch.setattr(playback, "jobs", lambda: jobs)
    monkeypatch.setattr(progress, "jobs", lambda: jobs)

    def small(*, shuffled: bool) -> Any:
        words = grammar.make_corpus(1_200, shuffled=shuffled)
        return make(words, "grammar", classes=grammar.word_classes())

    monkeypatch.setattr(choice, "grammar_corpus", small)


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
    assert all(sentence in text for _, _, sentence in choice.CONTROLS.values())


def test_a_run_starts_steps_and_is_found_by_its_address(visit: Visit) -> None:
    screen = press(visit(FILE), "Start")
    assert not screen.exception
    run = runs.open_run(screen.query_params["run"])
    assert run is not None
    assert run.options == TrainingOptions()
    again = visit(FILE, run=run.id)
    assert not again.exception
    labels = [metric.label for metric in again.metric]
    assert "king − man + woman" in labels
    assert "Next to its own kind" in labels


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
    assert getattr(run.options, setting) == value


@pytest.fixture
def run() -> runs.Run:
    """A short run that has learned nothing yet."""
    return runs.new_run(
        choice.grammar_corpus(shuffled=False), TrainingOptions(epochs=1, dimensions=8)
    )


def film_of(run: runs.Run) -> Film:
    film = Film(run)
    film.update()
    return film


def test_each_step_learns_one_frame_more_and_the_picture_and_slider_follow(
    visit: Visit, run: runs.Run
) -> None:
    screen = visit(FILE, run=run.id)
    assert len(run.frames()) == 1
    for number in (1, 2, 3):
        screen = press(screen, "Step")
        assert not screen.exception
        assert run.frames() == run.frame_steps[: number + 1]
        assert screen.select_slider[0].value == number


def test_a_step_back_in_the_film_shows_the_frame_that_is_there(visit: Visit, run: runs.Run) -> None:
    runs.train(str(run.folder), run.steps)
    screen = visit(FILE, run=run.id)
    screen = screen.select_slider[0].set_value(4).run()
    assert screen.select_slider[0].value == 4
    screen = press(screen, "Step")
    assert screen.select_slider[0].value == 5
    assert not screen.exception


def test_what_was_never_shown_is_not_there_yet(run: runs.Run) -> None:
    runs.train(str(run.folder), run.steps)  # the job is far ahead
    shown = Playback(film_of(run), playing=True)
    shown.tick()
    assert (shown.at, shown.seen) == (1, 1)
    shown.pause()
    assert [frame.step for frame in shown.frames] == run.frame_steps[:2]
    shown.step()
    assert (shown.at, shown.seen, shown.playing) == (2, 2, False)


def test_a_replay_begins_anew_and_keeps_what_was_seen(run: runs.Run) -> None:
    runs.train(str(run.folder), run.steps)
    shown = Playback(film_of(run))
    shown.show(shown.last)
    assert shown.is_done
    shown.play(0)
    assert (shown.at, shown.seen) == (0, shown.last)
    while shown.playing:
        shown.ticked = None  # a tick has passed
        shown.tick()
    assert shown.is_done


def test_slow_drawing_leaves_frames_out(run: runs.Run) -> None:
    runs.train(str(run.folder), run.steps)
    shown = Playback(film_of(run), playing=True)
    shown.tick()
    assert shown.ticked is not None
    shown.ticked -= 3 * playback.TICK_SECONDS
    shown.tick()
    assert shown.at == 4


def test_a_run_that_bursts_stops_and_says_so() -> None:
    corpus = choice.grammar_corpus(shuffled=False)
    shown = Playback(film_of(runs.new_run(corpus, TrainingOptions(learning_rate=10))), playing=True)
    for _ in range(100):
        shown.ticked = None
        shown.tick()
        if not shown.playing:
            break
    assert "smaller learning rate" in shown.problem


def test_a_link_to_a_run_that_is_gone_says_so(visit: Visit) -> None:
    screen = visit(FILE, run="0" * 32)
    assert not screen.exception
    assert "not kept here" in said(screen)


def test_training_for_real_says_how_and_what_the_command_is(visit: Visit) -> None:
    screen = visit(FILE, lesson="Train for real")
    assert not screen.exception
    assert "embedding-explorer train" in screen.code[0].value


def test_a_short_text_is_pasted_and_gets_settings_that_suit_it(visit: Visit) -> None:
    screen = visit(FILE, lesson="Train for real")
    text = "\n".join(" ".join(one) for one in grammar.make_corpus(300))
    screen = screen.text_area[0].set_value(text).run()
    assert "A short text of about" in said(screen)
    screen = press(screen, "Settings for a short text")
    assert not screen.exception
    values = {one.label: one.value for one in screen.number_input}
    assert (values["Rarest word"], values["Epochs"]) == (1, 50)
    screen = press(screen, "Train")
    assert not screen.exception
    assert "**my text**" in "".join(one.value for one in screen.success)


def test_what_was_learned_is_saved_as_word2vec_text() -> None:
    space = EmbeddingSpace(["king", "queen"], [[0.5, 1], [2, 0.25]])
    assert gensim_run.as_word2vec_text(space) == b"2 2\nking 0.5 1.0\nqueen 2.0 0.25\n"


def test_a_link_to_something_learned_that_is_gone_says_so(visit: Visit) -> None:
    screen = visit(FILE, lesson="Train for real", learned="0" * 32)
    assert not screen.exception
    assert "not kept here" in said(screen)


def test_each_lesson_shows_its_own_run(visit: Visit, run: runs.Run) -> None:
    clusters = "Next to its own kind"
    screen = visit(FILE, lesson="Standard", run=run.id)
    assert clusters in [one.label for one in screen.metric]
    screen.button_group(key="lesson").set_value("Shuffled").run()
    assert not screen.exception
    assert clusters not in [one.label for one in screen.metric]
    assert "run" not in screen.query_params
    assert "The control: the same words" in said(screen)
    screen.button_group(key="lesson").set_value("Standard").run()
    assert screen.query_params["run"] == run.id
    assert clusters in [one.label for one in screen.metric]


class NeverDone(AtOnce):
    """Jobs that are submitted and go on."""

    def submit(
        self, key: str, function: Callable[..., Any], *args: Any, seconds: float = 0.0
    ) -> Job:
        job = self.jobs.get(key)
        if job is None or job.state.is_over:
            job = self.jobs[key] = Job(key)
        return job


def test_a_film_whose_job_was_cancelled_while_its_tab_was_hidden_goes_on(
    run: runs.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = NeverDone()
    monkeypatch.setattr(playback, "jobs", lambda: jobs)
    shown = Playback(film_of(run), playing=True)
    shown.tick()
    first = shown.job
    assert first is not None
    assert first.watchers == 1  # so that it ends when the tab is closed
    first.cancel()
    shown.tick()
    again = shown.job
    assert again is not None
    assert not again.state.is_over
    shown.pause()
    assert again.state.state == "cancelled"


def test_a_run_is_found_again_after_another_page(visit: Visit, run: runs.Run) -> None:
    screen = visit(FILE, lesson="Shuffled", run=run.id)
    screen.switch_page("pages/one_hot.py").run()
    screen.query_params.clear()  # as the links of the navigation do
    screen.switch_page(FILE).run()
    assert not screen.exception
    assert screen.query_params["run"] == run.id
    assert screen.button_group(key="lesson").value == "Shuffled"


def test_a_film_goes_on_when_the_turn_of_its_job_is_over(
    run: runs.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playback, "TURN_SECONDS", 0.0)  # a frame a turn
    shown = Playback(film_of(run), playing=True)
    for _ in range(4 * len(run.frame_steps)):
        shown.ticked = None
        shown.tick()
        if not shown.playing:
            break
    assert shown.is_done
    assert shown.problem == ""


def test_all_who_play_a_run_share_its_job(run: runs.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = NeverDone()
    monkeypatch.setattr(playback, "jobs", lambda: jobs)
    first, second = Playback(film_of(run), playing=True), Playback(film_of(run), playing=True)
    first.tick()
    second.tick()
    assert first.job is second.job is not None
