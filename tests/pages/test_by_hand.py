"""By hand, How BERT learned and In production without a browser."""

from __future__ import annotations

from functools import partial

import pytest

from explorer.lessons.masked.training import Recipe
from explorer.ui.lessons.by_hand.arrows import keep
from explorer.ui.lessons.by_hand.distances import START
from explorer.ui.lessons.by_hand.steps import STEPS
from explorer.ui.lessons.masked import learned
from tests.pages.conftest import Visit, finished, said

BY_HAND, HIDDEN, PRODUCTION = "pages/by_hand.py", "pages/hidden_words.py", "pages/production.py"


@pytest.mark.parametrize("step", STEPS)
def test_every_step_can_be_taken(visit: Visit, step: str) -> None:
    assert not visit(BY_HAND, by_hand_step=step).exception


def test_sentences_of_ones_own_are_weighed_and_empty_ones_told(visit: Visit) -> None:
    screen = visit(
        BY_HAND, by_hand_step="3 TF-IDF", sentence_1="red red wine", sentence_2="red car"
    )
    assert "1 and 2: **0.5" in said(screen)
    for number in (1, 2, 3):
        screen.text_input(key=f"sentence_{number}").set_value("")
    assert "words of two letters" in said(screen.run())


def test_a_text_of_few_words_is_told(visit: Visit) -> None:
    screen = visit(BY_HAND, by_hand_step="4 word2vec", small_text="cats cats.")
    assert "four different words" in said(screen)


def test_swapped_words_change_a_vector_only_with_their_places(visit: Visit) -> None:
    screen = visit(BY_HAND, by_hand_step="5 Attention")

    def vector() -> str:
        return next(one.value for one in screen.markdown if "The new vector" in one.value)

    alone = vector()
    screen.toggle(key="swapped").set_value(True).run()
    assert vector() == alone
    screen.toggle(key="places").set_value(True).run()
    placed = vector()
    screen.toggle(key="swapped").set_value(False).run()
    assert vector() != placed


def test_a_hidden_word_is_guessed_and_unknown_words_are_told(visit: Visit) -> None:
    screen = visit(HIDDEN)
    assert not screen.exception
    assert "sees a bag of neighbors: in, is, kingdom, palace" in said(screen)
    screen.text_input(key="hidden_sentence").set_value("the king has a computer").run()
    assert "has no “computer”" in said(screen)


def test_a_transformer_learns_on_the_spot(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned, "Recipe", partial(Recipe, epochs=1))
    screen = visit(HIDDEN, trained="Train it now")
    assert "sees the whole sentence" not in said(screen)
    screen.button(key="train").click().run()
    screen = finished(screen)
    assert not screen.exception
    assert "sees the whole sentence" in said(screen)


def test_the_five_questions_have_figures(visit: Visit) -> None:
    screen = finished(visit(PRODUCTION))
    assert not screen.exception
    figures = {one.label: one.value for one in screen.metric}
    assert figures["New words that have a row of their own"] == "0 of 12"
    assert figures["384 numbers of 4 bytes"] == "1.5 GB"
    assert len(figures) >= 6


def test_what_a_browser_tells_stays_within_the_picture() -> None:
    import streamlit as st

    places = [{"name": "A", "x": 99, "y": -1}, {"name": "evil", "x": 1, "y": 1}]
    keep("arrows kept", {"at": 1, "places": places}, START)
    kept = st.session_state["arrows kept"]
    assert set(kept) == set(START)
    assert kept["A"] == (6.0, -1.0)
