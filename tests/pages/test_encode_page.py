"""The Encode page and the landing on the Map, without a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from explorer.errors import ExplorerError
from explorer.jobs import Job, JobState
from explorer.ui import encoding_jobs, model_choice, own_texts
from tests.pages.conftest import Visit, said

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
    ) -> Job:
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
    shared = encoding_jobs.Encodings(jobs=JobsHere())  # type: ignore[arg-type]
    monkeypatch.setattr(encoding_jobs, "encodings", lambda: shared)


def press(screen: AppTest, label: str) -> AppTest:
    return next(one for one in screen.button if one.label.startswith(label)).click().run()


def test_ten_sentences_become_a_space_with_its_map(visit: Visit) -> None:
    screen = visit(PAGE)
    press(screen, "Try these ten sentences")
    press(screen, "Encode 10 texts")
    assert "**10 texts** went through the model" in said(screen)
    press(screen, "Forget them")  # what is kept on disk is not the space
    press(screen, "See the map")
    assert not screen.exception
    assert screen.sidebar.metric[0].value == "10"
    assert "encoded by all" in said(screen)


def test_encoded_again_everything_is_read_back(visit: Visit) -> None:
    for expected in ("**2 texts** went through the model", "all were kept from before"):
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
    assert screen.sidebar.metric[0].value == "2"
    assert "xqzzt" in said(screen)


def test_a_models_own_words_open_as_a_space(visit: Visit) -> None:
    screen = visit(PAGE, texts=own_texts.WORDS_OF)
    press(screen, "Open its words")
    assert not screen.exception
    assert screen.sidebar.metric[0].value == "22,501"


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
    assert "Nearest is **The Yellow Wallpaper**" in said(screen)
    found = screen.dataframe[0].value["label"].tolist()
    assert found == [
        "The Yellow Wallpaper",
        "Jane Eyre",
        "Wuthering Heights",
        "The Mysteries of Udolpho",
        "Uncle Silas",
    ]


def test_words_land_in_the_space_of_word_pieces(visit: Visit) -> None:
    screen = visit("pages/map.py", space="words", typed="king")
    assert "Nearest is **king**, at a cosine of **1.00**" in said(screen)


def test_a_space_whose_model_is_unknown_says_so(visit: Visit) -> None:
    from explorer import open_space
    from explorer.ui.spaces import opened_spaces

    space_id = opened_spaces().add(
        open_space(b"king 1 0\nqueen 1 0.5\npea 0 1\nbean 0.1 1\n", name="mine")
    )
    screen = visit("pages/map.py", space=space_id, typed="royal")
    assert not screen.exception
    assert "What made the vectors of mine is not known" in said(screen)
