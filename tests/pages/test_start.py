"""The first screen, without a browser."""

from __future__ import annotations

import numpy as np
import pytest

from explorer import encode
from explorer.training import recording
from explorer.ui.shell import navigation
from explorer.ui.shell.spaces import SAMPLE_FOLDER
from explorer.ui.start import question
from tests.pages.conftest import Visit, said


def test_the_question_finds_its_book_and_says_what_an_embedding_is(visit: Visit) -> None:
    screen = visit("app.py")
    assert "Frankenstein" not in said(screen)  # one guesses first
    screen.button[0].click().run()
    assert not screen.exception
    text = said(screen)
    assert "## Frankenstein" in text
    assert "**384 numbers**" in text
    assert "**embedding**" in text


def test_a_question_of_ones_own_is_read_by_the_model(visit: Visit) -> None:
    screen = visit("app.py")
    screen.text_input(key="question").set_value("a white whale and a captain's revenge")
    screen.button[0].click().run()
    assert not screen.exception
    assert "Herman Melville, 1851" in said(screen)


def test_an_empty_question_changes_nothing(visit: Visit) -> None:
    screen = visit("app.py")
    screen.text_input(key="question").set_value("   ")
    screen.button[0].click().run()
    assert "Guess which" in said(screen)


def test_the_vector_that_comes_along_is_the_models() -> None:
    made = encode([question.QUESTION]).vectors[0]
    np.testing.assert_allclose(question.prepared_vector(), made, atol=1e-5)


def test_the_recording_shows_learning_and_its_control_none() -> None:
    runs = recording.load(SAMPLE_FOLDER / "recording.npz")
    assert runs["ordered"].same_class[0] < 0.2 > runs["shuffled"].same_class[-1]
    assert runs["ordered"].same_class[-1] > 0.9
    assert runs["ordered"].words == runs["shuffled"].words


@pytest.mark.parametrize("current", sorted({page.section for page in navigation.PAGES.values()}))
def test_the_sections_that_are_open_fit_into_a_small_window(current: str) -> None:
    sections = navigation.sections()
    unfolded = navigation.sections_unfolded(current)
    assert current in unfolded
    lines = len(sections) + sum(len(sections[one]) for one in unfolded)
    assert lines <= max(navigation.LINES_IN_SIGHT, len(sections) + len(sections[current]))
