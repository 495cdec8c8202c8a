"""“From a word to BERT” without a browser: each step, and sentences that are hard."""

from __future__ import annotations

import pytest

from explorer.ui.lessons.bert.steps import STEPS
from tests.pages.conftest import Visit, said

FILE = "pages/word_to_bert.py"


@pytest.mark.parametrize("step", STEPS)
def test_each_step_shows_its_picture_its_code_and_what_to_look_for(visit: Visit, step: str) -> None:
    screen = visit(FILE, bert_step=step)
    assert not screen.exception
    assert "**Look for**" in said(screen)
    assert "bert = open_bert()" in screen.code[0].value
    assert screen.dataframe


def test_attention_says_where_the_token_looks_and_that_its_row_sums_to_one(visit: Visit) -> None:
    screen = visit(FILE, bert_step="3 Layers", shown="Attention")
    assert not screen.exception
    assert "Its row sums to 1.0000" in said(screen)


def test_the_word_that_both_sentences_share_is_compared(visit: Visit) -> None:
    text = said(visit(FILE, bert_step="4 Context", first="A bat flew.", second="He swung the bat."))
    assert "“bat”: **0." in text
    assert "for uses in one sense" in text


def test_a_word_that_is_not_in_the_sentence_is_told(visit: Visit) -> None:
    screen = visit(FILE, bert_step="4 Context", word="shore")
    assert not screen.exception
    assert "is not a word of" in screen.error[0].value


def test_sentences_that_share_no_word_are_told(visit: Visit) -> None:
    screen = visit(FILE, bert_step="4 Context", first="Hello there", second="Good morning")
    assert "share no word" in said(screen)


def test_the_sense_set_shows_its_curve(visit: Visit) -> None:
    screen = visit(FILE, bert_step="4 Context", uses="12 words")
    assert not screen.exception
    assert "240 sentences" in said(screen)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "sentence", ["", "🐢", "ᚠᛇᚻ 東京", "word " * 5000, "<img src=x onerror=alert(1)> **b**"]
)
def test_the_page_lives_whatever_is_typed(visit: Visit, step: str, sentence: str) -> None:
    screen = visit(FILE, bert_step=step, first=sentence, second="")
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


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("model", ["tiny_bert", "tiny_roberta"])
def test_each_step_looks_into_any_bert_like_model(
    visit: Visit, request: pytest.FixtureRequest, model: str, step: str
) -> None:
    folder = str(request.getfixturevalue(model))
    screen = visit(FILE, bert_step=step, bert=folder, first="the king sat", second="the cat sat")
    assert not screen.exception
    assert not screen.error
    assert f"open_bert({folder!r})" in screen.code[0].value


def test_sentences_of_another_model_have_no_place_among_the_books(
    visit: Visit, request: pytest.FixtureRequest
) -> None:
    folder = str(request.getfixturevalue("tiny_bert"))
    text = said(visit(FILE, bert_step="5 Pooling", bert=folder))
    assert "they have no place on that map" in text


def test_a_model_that_is_not_there_or_not_like_bert_is_told_and_the_page_lives(
    visit: Visit, request: pytest.FixtureRequest
) -> None:
    for name, told in (
        ("/nowhere/at all", "There is no folder"),
        (str(request.getfixturevalue("tiny_clip")), "is not built as BERT is"),
    ):
        screen = visit(FILE, bert=name)
        assert not screen.exception
        assert told in screen.error[0].value


def test_a_server_that_limits_its_models_opens_no_other(
    visit: Visit, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_MODELS", "BAAI/bge-small-en-v1.5")
    screen = visit(FILE, bert=str(request.getfixturevalue("tiny_bert")))
    assert not screen.exception
    assert screen.selectbox(key="bert").options == ["all-MiniLM-L6-v2", "BAAI/bge-small-en-v1.5"]
    assert "open_bert()" in screen.code[0].value
