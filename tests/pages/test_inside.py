"""“From a word to BERT” without a browser: each step, and sentences that are hard."""

from __future__ import annotations

import pytest

from explorer.ui.inside.steps import STEPS
from tests.pages.conftest import Visit, said

FILE = "pages/word_to_bert.py"


@pytest.mark.parametrize("step", STEPS)
def test_each_step_shows_its_picture_its_code_and_what_to_look_for(visit: Visit, step: str) -> None:
    screen = visit(FILE, step=step)
    assert not screen.exception
    assert "**Look for**" in said(screen)
    assert "bert = inside.open_bert()" in screen.code[0].value
    assert screen.dataframe


def test_attention_says_where_the_token_looks_and_that_its_row_sums_to_one(visit: Visit) -> None:
    screen = visit(FILE, step="3 Layers", shown="Attention")
    assert not screen.exception
    assert "Its row sums to 1.0000" in said(screen)


def test_the_word_that_both_sentences_share_is_compared(visit: Visit) -> None:
    text = said(visit(FILE, step="4 Context", first="A bat flew.", second="He swung the bat."))
    assert "“bat” in sentence 1 and in sentence 2" in text


def test_a_word_that_is_not_in_the_sentence_is_told(visit: Visit) -> None:
    screen = visit(FILE, step="4 Context", word="shore")
    assert not screen.exception
    assert "is no word of" in screen.error[0].value


def test_sentences_that_share_no_word_are_told(visit: Visit) -> None:
    screen = visit(FILE, step="4 Context", first="Hello there", second="Good morning")
    assert "share no word" in said(screen)


def test_the_sense_set_shows_its_curve(visit: Visit) -> None:
    screen = visit(FILE, step="4 Context", uses="12 words")
    assert not screen.exception
    assert "240 sentences" in said(screen)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "sentence", ["", "🐢", "ᚠᛇᚻ 東京", "word " * 5000, "<img src=x onerror=alert(1)> **b**"]
)
def test_the_page_lives_whatever_is_typed(visit: Visit, step: str, sentence: str) -> None:
    screen = visit(FILE, step=step, first=sentence, second="")
    assert not screen.exception
    if not sentence:
        assert "Type a sentence" in said(screen)
    if len(sentence) > 1000:
        assert "reads at most 256 tokens" in said(screen)


def test_markup_in_a_sentence_is_shown_as_text(visit: Visit) -> None:
    screen = visit(FILE, first="<b>x</b>", second="")
    html = "".join(element.proto.body for element in screen.get("html"))
    assert "<b>&lt;</b>" in html
    assert "<b>x</b>" in html  # the piece “x” in our own bold
