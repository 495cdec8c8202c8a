"""The lessons without a browser: own words, unknown words, many words, one word, bad addresses."""

from __future__ import annotations

import pytest

from explorer.encoding import classical
from explorer.ui.lessons import embedding_layer, ladder, one_hot
from explorer.ui.shell import spaces
from tests.pages.conftest import Visit, finished, said

ONE_HOT, LADDER, LAYER = "pages/one_hot.py", "pages/ladder.py", "pages/layer.py"


@pytest.mark.parametrize("step", one_hot.STEPS)
@pytest.mark.parametrize("words", ["", "king", "king queen", "blorp"])
def test_every_step_copes_with_few_words(visit: Visit, step: str, words: str) -> None:
    screen = visit(ONE_HOT, one_hot_step=step, words=words)
    assert not screen.exception


def test_the_zeros_of_one_hot_are_counted(visit: Visit) -> None:
    text = said(visit(ONE_HOT))
    assert "**8 × 10,001** numbers (10,000 words and “banana”): 8 are 1, **80,000 are 0**" in text
    assert "**8 × 384** numbers, none of them 0" in text


def test_king_queen_and_banana_are_compared_in_words(visit: Visit) -> None:
    text = said(visit(ONE_HOT, one_hot_step="2 Distances"))
    assert "king–queen and king–banana: equal in one-hot (1.41 and 1.41)" in text
    assert "in this space 1.14 and 1.65" in text


@pytest.mark.parametrize(
    ("metric", "numbers"),
    [("Cosine", "(0.00 and 0.00)"), ("Dot", "(0.00 and 0.00)"), ("Manhattan", "(2.00 and 2.00)")],
)
def test_the_metric_can_be_changed(visit: Visit, metric: str, numbers: str) -> None:
    assert numbers in said(visit(ONE_HOT, one_hot_step="2 Distances", metric=metric))


def test_changed_words_are_compared(visit: Visit) -> None:
    screen = visit(ONE_HOT, one_hot_step="2 Distances")
    screen.text_input(key="words").set_value("paris, france, cheese").run()
    assert "paris–france and paris–cheese" in said(screen)


def test_an_unknown_word_is_told_with_its_closest_spellings(visit: Visit) -> None:
    text = said(visit(ONE_HOT, words="king qeen"))
    assert "no vector for “qeen”" in text
    assert "“queen”" in text
    assert "**1 × 10,000** numbers" in text


def test_five_hundred_words_are_drawn_in_part_and_told_in_full(visit: Visit) -> None:
    words = " ".join(spaces.sample_space("words").labels[1000:1600])
    screen = visit(ONE_HOT, words=words)
    text = said(screen)
    assert "here are the first 500" in text
    assert "4,999,500 are 0" in text
    assert "The first 16 words are drawn" in text
    assert len(screen.dataframe[0].value) == 500


def test_the_seed_moves_one_hot_and_not_the_dense_map(visit: Visit) -> None:
    nearest = []
    for seed in ("1", "2", "3", "4"):
        text = said(visit(ONE_HOT, one_hot_step="3 Maps", plane_seed=seed))
        lone, dense = (line for line in text.split("\n") if line.startswith(("**One-hot", "**Den")))
        nearest.append((lone.split()[-1], dense.split()[-1]))
    assert len({lone for lone, _ in nearest}) > 1
    assert {dense for _, dense in nearest} == {"**queen**."}


def test_the_cost_of_fifty_thousand_words(visit: Visit) -> None:
    text = said(visit(ONE_HOT, one_hot_step="4 Cost"))
    assert "**49,999 zeros**" in text
    assert "float32: **10.0 GB**, as an embedding **51.2 MB**" in text
    assert "**12,800,000** multiplications" in text


def test_an_unseen_word_is_zeros_no_row_pieces_and_ngrams(visit: Visit) -> None:
    screen = visit(ONE_HOT, one_hot_step="5 Unseen words")
    text = said(screen)
    assert "**10,000 zeros**" in text
    assert "no vector at all" in text
    assert "queen \\+ \\#\\#liness" in text
    assert screen.dataframe[0].value["label"].tolist()[:2] == ["queen", "king"]


def test_a_space_without_these_words_gives_way_to_the_sample(visit: Visit) -> None:
    assert "books holds none of these words" in said(visit(ONE_HOT, space="books"))


def test_strangers_words_are_text(visit: Visit) -> None:
    text = said(visit(ONE_HOT, words="king **bold** <img>"))
    assert "“\\*\\*bold\\*\\*”" in text


@pytest.mark.parametrize("step", ladder.STEPS)
def test_every_step_of_the_ladder_shows_itself(visit: Visit, step: str) -> None:
    screen = finished(visit(LADDER, ladder_step=step))
    assert not screen.exception
    assert "Try this" in said(screen)


def test_the_lower_rungs_stand_while_the_transformer_reads(visit: Visit) -> None:
    screen = visit(LADDER)
    screen.text_area(key="sentences").set_value("A new day begins.\nThe day is new.").run()
    assert not screen.exception
    assert sum(one.value.startswith("1. ") for one in screen.markdown) >= 4
    assert "The transformer has not read the sentences yet" in said(screen)
    assert "The transformer has not read" not in said(finished(screen))


def test_the_paraphrase_comes_first_on_the_highest_rung_alone(visit: Visit) -> None:
    screen = finished(visit(LADDER))
    cards = [one.value for one in screen.markdown if one.value.startswith("1. ")]
    assert len(cards) == 6
    first = [card.split("\n")[0] for card in cards]
    assert all("The car hit the man" in line for line in first[:5])
    assert "He purchased an automobile" in first[5]


def test_the_transformer_ranks_paraphrases_best_and_is_fooled_all_the_same(visit: Visit) -> None:
    screen = finished(visit(LADDER, ladder_step="3 Measured"))
    assert "Best at paraphrases: **Transformer**" in said(screen)
    table = next(one.value for one in screen.dataframe if "> unrelated" in one.value)
    shares = table.set_index("rung")
    assert shares.loc["Transformer", "first"] > 0.8
    assert shares.loc["Transformer", "> unrelated"] == 1
    assert shares.loc["Transformer", "> same"] < 0.5
    assert shares.loc["Counts", "first"] == 0


def test_own_sentences_are_encoded_and_one_is_too_few(visit: Visit) -> None:
    screen = visit(LADDER)
    screen.text_area(key="sentences").set_value("? !").run()
    assert "at least two sentences" in said(screen)
    screen.text_area(key="sentences").set_value("? !\n&& ..").run()
    assert not screen.exception
    assert "holds a word" in said(screen)


def test_the_sentences_of_the_pairs_can_be_taken(visit: Visit) -> None:
    screen = visit(LADDER)
    next(one for one in screen.button if one.label == "All of the pairs").click().run()
    assert not screen.exception
    assert len(screen.selectbox(key="sentence").options) == 168


def test_a_sparse_space_is_not_compared_with_itself(visit: Visit) -> None:
    lone = classical.one_hot(["king", "queen", "banana"])
    space_id = spaces.opened_spaces().add(lone)
    text = said(visit(ONE_HOT, space=space_id, one_hot_step="2 Distances"))
    assert "is sparse itself" in text
    assert "in this space 1.14 and 1.65" in text


@pytest.mark.parametrize("step", embedding_layer.STEPS)
@pytest.mark.parametrize("tokens", ["42, 7, 1337", "king queen king", "0", "blorp", ""])
def test_every_step_of_the_layer_copes_with_tokens(visit: Visit, step: str, tokens: str) -> None:
    assert not visit(LAYER, layer_step=step, tokens=tokens).exception


def test_the_lookup_equals_the_product(visit: Visit) -> None:
    screen = visit(LAYER)
    assert "(3, 256)" in [metric.value for metric in screen.metric]
    assert "(largest difference **0**), but takes **7,680,000** multiplications" in said(screen)
    assert "look_up([42, 7, 1337])" in screen.code[0].value


def test_one_step_moves_the_rows_looked_up(visit: Visit) -> None:
    screen = visit(LAYER, layer_step="2 One training step", tokens="42 7 7 0")
    assert "**2 of 10,000** rows get a gradient" in said(screen)
    moved = screen.dataframe[0].value.set_index("what it is")["moved by"]
    assert moved["padding"] == moved["not looked up"] == 0
    assert moved["looked up 2×"] > 0


def test_a_token_without_a_row_is_told(visit: Visit) -> None:
    assert "no row for “10000”" in said(visit(LAYER, tokens="42 10000"))
