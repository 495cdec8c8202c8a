"""The Encode page and the landing on the Map, without a browser."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import explorer
from explorer.encoding import job as encoding_job
from explorer.encoding.models import DEFAULT_MODEL
from explorer.errors import ExplorerError
from explorer.jobs.pool import Job, Jobs, JobState
from explorer.jobs.progress import Report
from explorer.space import Source
from explorer.ui.encode import jobs, model_choice, own_texts
from explorer.ui.map import landing
from explorer.ui.shell import progress
from explorer.ui.shell.spaces import find_space, opened_spaces, sample_space
from tests.pages.conftest import Visit, said, vectors_told

PAGE = "pages/encode.py"


class JobsHere:
    """Does each job at once and in this process: the pages are tested, not the workers."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    def submit(
        self,
        key: str,
        function: Callable[..., Any],
        *args: Any,
        when_done: Callable[[Any], None] = lambda result: None,
        seconds: float = 0.0,
    ) -> Job:
        if key in self._jobs and self._jobs[key].state.state == "done":
            return self._jobs[key]
        job = self._jobs[key] = Job(key)
        try:
            result = function(*args, report=lambda share, step: None)
            when_done(result)
            job._end(JobState("done", 1.0, "done"), result)
        except ExplorerError as error:
            job._end(JobState("failed", error=str(error)))
        return job

    def find(self, key: str) -> Job | None:
        return self._jobs.get(key)


@pytest.fixture(autouse=True)
def jobs_here(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = jobs.Encodings(jobs=JobsHere())  # type: ignore[arg-type]
    monkeypatch.setattr(jobs, "encodings", lambda: shared)


def press(screen: AppTest, label: str) -> AppTest:
    return next(one for one in screen.button if one.label.startswith(label)).click().run()


def test_ten_sentences_become_a_space_with_its_map(visit: Visit) -> None:
    screen = visit(PAGE)
    press(screen, "Try these ten sentences")
    press(screen, "Encode 10 texts")
    assert "10 texts; **10** went through the model" in said(screen)
    press(screen, "Forget all of them")  # what is kept on disk is not the space
    press(screen, "See the map")
    assert not screen.exception
    assert vectors_told(screen) == 10
    assert "encoded by all" in said(screen)


def test_the_vectors_of_all_visitors_are_not_forgotten_by_one(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = visit(PAGE)
    press(screen, "Try these ten sentences")
    press(screen, "Encode 10 texts")
    assert "Forget all of them" in [one.label for one in screen.button]
    monkeypatch.setenv("EXPLORER_ALLOW_FORGETTING", "0")
    screen.run()
    assert "Forget all of them" not in [one.label for one in screen.button]
    assert "10 vectors are kept" in said(screen)


def test_on_a_server_for_others_only_models_that_come_along_are_offered(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HUB_MODELS", "MODEL_FOLDERS"):
        monkeypatch.setenv(f"EXPLORER_ALLOW_{name}", "0")
    options = visit(PAGE).selectbox(key="model").options
    assert model_choice.ANOTHER not in options
    assert not [one for one in options if "/" in one]
    screen = visit(PAGE, texts=own_texts.WORDS_OF)
    screen.text_input[-1].set_value("BAAI/bge-small-en-v1.5").run()
    press(screen, "Open its words")
    assert "This server does not load" in said(screen)


def test_encoded_again_everything_is_read_back(visit: Visit) -> None:
    for expected in ("2 texts; **2** went through the model", "2 texts; all were kept from before"):
        jobs.encodings().jobs._jobs.clear()  # as after a restart
        screen = visit(PAGE)
        screen.text_area(key="typed texts").set_value("a house\n\na secret").run()
        assert "1 empty text was left out" in said(screen)
        press(screen, "Encode 2 texts")
        assert expected in said(screen)


def test_words_of_the_current_space_are_averaged_and_missing_ones_named(visit: Visit) -> None:
    screen = visit(PAGE, space="words")
    screen.text_area(key="typed texts").set_value("king and queen\nxqzzt house").run()
    screen.selectbox(key="model").select(model_choice.WORDS).run()
    press(screen, "Encode 2 texts")
    assert not screen.exception
    assert vectors_told(screen) == 2
    assert "xqzzt" in said(screen)


def test_a_models_own_words_open_as_a_space(visit: Visit) -> None:
    screen = visit(PAGE, texts=own_texts.WORDS_OF)
    press(screen, "Open its words")
    assert not screen.exception
    assert vectors_told(screen) == 22_501


def test_a_model_that_is_not_there_is_told(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = visit(PAGE)
    screen.text_area(key="typed texts").set_value("a house").run()
    screen.selectbox(key="model").select(model_choice.ANOTHER).run()
    screen.text_input(key="other model").set_value("/no/such/folder").run()
    press(screen, "Encode 1 text")
    assert "There is no folder" in said(screen)


def test_a_server_with_a_list_offers_only_what_is_on_it(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_MODELS", "BAAI/bge-small-en-v1.5")
    options = visit(PAGE).selectbox(key="model").options
    assert "BAAI/bge-small-en-v1.5" in options
    assert model_choice.ANOTHER not in options


def test_a_sentence_lands_among_the_books_that_a_reader_would_expect(visit: Visit) -> None:
    screen = visit(
        "pages/map.py", space="books", typed="atmospheric, female lead, a house with secrets"
    )
    assert not screen.exception
    assert "The nearest point is **The Yellow Wallpaper**" in said(screen)
    tables = [one.value["label"].tolist() for one in screen.dataframe if "label" in one.value]
    assert [
        "The Yellow Wallpaper",
        "Jane Eyre",
        "Wuthering Heights",
        "The Mysteries of Udolpho",
        "Uncle Silas",
    ] in tables


def test_words_land_in_the_space_of_word_pieces(visit: Visit) -> None:
    screen = visit("pages/map.py", space="words", typed="king")
    assert "The nearest point is **king**, at a cosine of **1.00**" in said(screen)


def test_a_space_whose_model_is_unknown_says_so(visit: Visit) -> None:
    space_id = opened_spaces().add(
        explorer.open_space(b"king 1 0\nqueen 1 0.5\npea 0 1\nbean 0.1 1\n", name="mine")
    )
    screen = visit("pages/map.py", space=space_id, typed="royal")
    assert not screen.exception
    assert "no model is known that reads texts into the space of mine" in said(screen)
    assert not [one for one in screen.text_input if one.key == "typed"]


def test_a_table_of_reviews_becomes_a_space_of_its_name(visit: Visit) -> None:
    screen = visit(PAGE, texts=own_texts.FROM_FILE)
    table = b"stars,review_text\n5,Wonderful\n1,\n2,Boring\n5,Wonderful\n"
    screen.file_uploader(key="texts file").upload("reviews.csv", table, "text/csv").run()
    assert screen.selectbox(key="column").value == "review_text"
    assert screen.selectbox(key="label column").value == "review_text"
    screen.text_input(key="space name").set_value("our reviews").run()
    press(screen, "Encode 3 texts")
    assert "**our reviews**: 3 texts, 2 different" in said(screen)
    press(screen, "See the map")
    assert not screen.exception
    space = find_space(screen.session_state["space"])
    assert space is not None
    assert space.name == "our reviews"
    assert space.metadata is not None
    assert space.metadata["stars"].to_pylist() == [5, 2, 5]


def test_a_job_that_loads_says_for_how_long_and_one_that_reads_how_far() -> None:
    pool, job = Jobs(workers=0), Job("told")
    job.started = time.monotonic() - 10
    job.state = JobState("running", 0.0, "loading a model")
    assert progress.told([job], progress.Wait("here"), pool) == "Loading a model · 0% · 10 s so far"
    job.state = JobState("running", 0.5, "encoding 5 of 10 texts")
    assert progress.told([job], progress.Wait("here"), pool) == (
        "Encoding 5 of 10 texts · 50% · about 10 s left"
    )


def test_a_sentence_lands_among_averaged_words(visit: Visit) -> None:
    words = sample_space("words")
    made = explorer.encode(["king and queen", "bread and butter"], words, name="pairs")
    screen = visit("pages/map.py", space=opened_spaces().add(made), typed="a royal queen xqzzt")
    assert not screen.exception
    assert "The nearest point is **king and queen**" in said(screen)


def test_averaged_words_that_have_gone_are_told(visit: Visit) -> None:
    words = explorer.EmbeddingSpace(["sun", "rain"], [[1, 0.5], [0, 1]], name="weather")
    made = explorer.encode(["sun and rain", "rain"], words)
    screen = visit("pages/map.py", space=opened_spaces().add(made), typed="sun")
    assert "no longer open" in said(screen)


def test_the_empty_field_says_who_reads(visit: Visit) -> None:
    assert landing.invitation(sample_space("books")).startswith("atmospheric")
    space = explorer.EmbeddingSpace(["a"], [[1.0]], source=Source(model="some/model"))
    assert landing.invitation(space) == "read by model"


def test_a_model_is_downloaded_before_its_words_open_and_stop_leaves_it(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, arrived = threading.Event(), threading.Event()

    def hang(model: str, report: Report) -> None:
        while not arrived.wait(0.01):
            report(0.5, "downloading")
            begun.set()

    monkeypatch.setattr(encoding_job, "download_model", hang)
    monkeypatch.setattr(encoding_job, "is_here", lambda model: arrived.is_set())
    screen = visit(PAGE, texts=own_texts.WORDS_OF)
    press(screen, "Open its words")
    assert begun.wait(60)
    press(screen, "Stop")
    assert "The download was stopped" in said(screen)
    job = jobs.encodings().downloads.find(encoding_job.download_key(DEFAULT_MODEL))
    assert job is not None
    assert job.state.state == "cancelled"
    arrived.set()
    screen.run()
    assert vectors_told(screen) == 22_501


def test_the_page_tells_how_large_a_model_may_be(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_MODEL_GB", "1.5")
    screen = visit(PAGE, texts=own_texts.WORDS_OF)
    (field,) = (one for one in screen.text_input if one.label == "Model")
    assert "Models of up to 1.5 GB" in field.help
