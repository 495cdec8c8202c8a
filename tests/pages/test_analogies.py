"""The Analogies, Axes and Evaluation pages without a browser."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer import EmbeddingSpace
from explorer.ui.shell.spaces import opened_spaces
from tests.pages.conftest import Visit, said

ANALOGIES, AXES, EVALUATION = "pages/analogies.py", "pages/axes.py", "pages/evaluation.py"
FORMULA, FAMILY = "Formula", "Families of pairs"
MEGABYTE = 1_000_000


def sent_bytes(screen: AppTest) -> int:
    """Return the size of all that a page sends to the browser."""
    nodes = [screen.main, screen.sidebar]
    size = 0
    while nodes:
        node = nodes.pop()
        nodes += getattr(node, "children", {}).values()
        proto = getattr(node, "proto", None)
        size += proto.ByteSize() if proto is not None else 0
    return size


def test_the_page_opens_with_the_classic_and_what_is_behind_it(visit: Visit) -> None:
    screen = visit(ANALOGIES, space="words")
    text = said(screen)
    assert "## queen" in text
    assert "**0.502** cosine similarity, **0.050** ahead of kings" in text
    assert "With the input words allowed, the answer is **king**" in text
    assert "queen is the **2nd** nearest neighbor of king alone" in text
    assert "queen really lies **0.78** off the page" in text
    table = screen.dataframe[0].value
    assert table["answer"].tolist()[:2] == ["queen", "kings"]
    assert table["inputs allowed"].tolist()[:2] == ["king", "queen"]


def test_the_address_asks_and_the_expected_word_gets_its_place(visit: Visit) -> None:
    text = said(visit(ANALOGIES, space="words", a="walk", b="walked", c="run", expected="ran"))
    assert "## running" in text
    assert "**ran**, which you expected, is in place **3**" in text


@pytest.mark.parametrize(("how", "best"), [("3CosMul", "queen"), ("Pair direction", "kings")])
def test_the_method_can_be_chosen(visit: Visit, how: str, best: str) -> None:
    text = said(visit(ANALOGIES, space="words", how=how))
    assert f"## {best}" in text
    assert f"{how}, vectors scaled to length 1" in text


def test_raw_vectors_are_said_to_be_raw(visit: Visit) -> None:
    assert "at their own lengths (raw)" in said(visit(ANALOGIES, space="words", raw="true"))


def test_an_unknown_word_is_completed_or_spelled(visit: Visit) -> None:
    screen = visit(ANALOGIES, space="words", a="man", b="kingd", c="womann")
    offered = {group.label: list(group.options) for group in screen.button_group}
    assert "kingdom" in offered["Words that begin like this"]
    assert "woman" in offered[next(label for label in offered if "Similar spellings" in label)]
    assert "\n## " not in said(screen)


def test_a_formula_of_any_words_is_answered(visit: Visit) -> None:
    text = said(visit(ANALOGIES, space="words", ask=FORMULA, formula="paris - france + 2*italy"))
    assert "## italian" in text
    assert "No plane holds all these words" in text


def test_a_formula_that_cannot_be_read_is_told(visit: Visit) -> None:
    assert "is missing at the end" in said(
        visit(ANALOGIES, space="words", ask=FORMULA, formula="king - ")
    )


def test_sentences_can_be_calculated_with(visit: Visit) -> None:
    formula = "Dracula + Wuthering Heights"
    text = said(visit(ANALOGIES, space="books", ask=FORMULA, formula=formula))
    assert "Dracula \\+ Wuthering Heights" in text or "Dracula + Wuthering Heights" in text
    assert "## " in text


def test_a_space_without_our_words_asks_about_its_own(visit: Visit) -> None:
    screen = visit(ANALOGIES, space="books")
    assert not screen.exception
    assert "## " in said(screen)


def test_a_family_says_how_parallel_it_is(visit: Visit) -> None:
    screen = visit(ANALOGIES, space="words", ask=FAMILY)
    shown = {metric.label: metric.value for metric in screen.main.metric}
    assert float(shown["How parallel"]) > float(shown["Partners shuffled"]) > 0
    assert "share a direction" in said(screen)
    screen.text_area(key="pairs").set_value("king, table\nriver, seven\ngreen, lawyer").run()
    assert "share a direction" not in said(screen)
    screen.text_area(key="pairs").set_value("king").run()
    assert "is no pair" in said(screen)


def test_words_stand_on_their_axis(visit: Visit) -> None:
    text = said(visit(AXES, space="words"))
    assert "**15 of 16** fall on their own side" in text
    assert "Would any axis do?" in text


def test_one_word_at_a_pole_cannot_be_tested(visit: Visit) -> None:
    text = said(visit(AXES, space="words", low="man", high="woman", place="nurse, pilot, judgge"))
    assert "A pole of one word cannot be tested" in text
    assert "judgge \\(judge?\\)" in text or "judgge (judge?)" in text


def test_two_axes_tell_their_angle(visit: Visit) -> None:
    text = said(visit(AXES, space="words", axes="Two axes"))
    assert "The two axes have the cosine similarity" in text


def test_removing_a_direction_tells_what_did_not_go_away(visit: Visit) -> None:
    text = said(visit(AXES, space="words", axes="Remove a direction"))
    assert "is now 0" in text
    assert "correlation **0.63**" in text


def test_an_association_test_tells_what_is_missing_and_what_it_means(visit: Visit) -> None:
    screen = visit(AXES, space="words", axes="Association test")
    shown = {metric.label: metric.value for metric in screen.main.metric}
    assert shown["Effect size"] == "1.65"
    assert "47 words are not in this space" in said(screen)
    assert "What it does not say" in said(screen)
    screen.text_area(key="lists").set_value("a: b, c").run()
    assert "four are needed" in said(screen)


def test_judged_pairs_are_compared(visit: Visit) -> None:
    screen = visit(EVALUATION, space="words", questions="WordSim-353")
    assert [metric.value for metric in screen.main.metric] == ["0.759", "0.706", "261", "92"]


def test_an_evaluation_waits_until_it_is_asked_for(visit: Visit) -> None:
    screen = visit(EVALUATION, space="words")
    assert "Ask 6,345 of 19,544 questions" in [button.label for button in screen.button]


def test_a_space_of_other_words_is_told_so(visit: Visit) -> None:
    assert "has the words of none" in said(visit(EVALUATION, space="books"))


@pytest.mark.parametrize(
    ("file", "address"),
    [
        (ANALOGIES, {"ask": "A is to B as C is to ?", "a": "w1", "b": "w2", "c": "w3"}),
        (ANALOGIES, {"ask": FORMULA, "formula": "w1 - w2 + 2*w3"}),
        (AXES, {"low": "w1", "high": "w2", "place": "w3, w4, w5"}),
        (AXES, {"axes": "Remove a direction", "low": "w1", "high": "w2", "place": "w3, w4, w5"}),
    ],
)
def test_a_page_on_400_000_words_sends_less_than_a_megabyte(
    visit: Visit, file: str, address: dict[str, str]
) -> None:
    vectors = np.random.default_rng(0).normal(size=(400_000, 6)).astype(np.float32)
    space = EmbeddingSpace([f"w{i}" for i in range(400_000)], vectors, name="many")
    screen = visit(file, space=opened_spaces().add(space), **address)
    assert not screen.exception
    assert 0 < sent_bytes(screen) < MEGABYTE
