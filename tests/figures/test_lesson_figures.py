"""The lessons' figures: what they cut, what they name, and strangers' words as text."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.figures import embedding_layer, ladder, matrices, one_hot
from explorer.lessons.encoding_cost import NUMBER_BYTES, encoding_cost

HOSTILE = "<b>x</b>"


def test_a_one_hot_row_is_lit_once_and_the_zeros_between_are_counted() -> None:
    figure = one_hot.one_hot_matrix(np.array([3, 1]), ["king", HOSTILE], 9)
    z = np.array(figure.data[0].z, float)
    assert np.nansum(z, axis=1).tolist() == [1, 1]
    texts = [note.text for note in figure.layout.annotations]
    assert texts == ["1 zero", "1 zero", "5 zeros"]
    assert "&lt;b&gt;x&lt;/b&gt;" in figure.layout.yaxis.ticktext


def test_of_many_rows_some_are_named() -> None:
    table = np.eye(500)
    labels = [f"w{row}" for row in range(500)]
    figure = matrices.comparison_matrix(table, labels, larger_is_nearer=True)
    assert len(figure.layout.yaxis.ticktext) <= matrices.MOST_NAMED
    assert figure.data[0].x[499] == "w499"


@pytest.mark.parametrize(("larger", "reversed_"), [(True, False), (False, True)])
def test_near_is_bright(larger: bool, reversed_: bool) -> None:
    figure = matrices.comparison_matrix(np.eye(2), ["a", "b"], larger_is_nearer=larger)
    assert figure.data[0].reversescale is reversed_


def test_a_pairs_formula_stands_in_its_hover() -> None:
    figure = matrices.comparison_matrix(
        np.eye(2), ["a", "b"], larger_is_nearer=True, phrases=[["aa", "ab"], ["ba", "bb"]]
    )
    assert figure.data[0].customdata[0][1] == "ab"
    assert "%{customdata}" in figure.data[0].hovertemplate


def test_a_table_is_cut_to_the_picked_rows_and_those_beside() -> None:
    table = np.arange(40, dtype=np.float32).reshape(20, 2)
    figure = embedding_layer.table_rows_figure([0, 10], table, columns=2)
    assert list(figure.layout.yaxis.ticktext) == [
        "<b>row 0</b>",
        "row 1",
        "⋮",
        "row 9",
        "<b>row 10</b>",
        "row 11",
        "⋮",
    ]
    assert len(figure.layout.shapes) == 2


def test_a_line_joins_a_word_with_its_nearest() -> None:
    places = np.array([[0, 0], [1, 0], [5, 5]], np.float32)
    figure = one_hot.word_map(places, ["a", "b", HOSTILE], anchor=0, nearest=1)
    assert figure.data[0].x.tolist() == [0, 1]
    assert figure.data[1].text[2] == "&lt;b&gt;x&lt;/b&gt;"


def test_of_many_words_on_a_plane_the_joined_ones_are_always_named() -> None:
    places = np.zeros((300, 2), np.float32)
    places[1] = 1
    figure = one_hot.word_map(places, [f"w{row}" for row in range(300)], anchor=7, nearest=1)
    assert figure.data[1].text[7] == "w7"
    assert sum(bool(text) for text in figure.data[1].text) < 20


def test_costs_are_bars_with_readable_sizes() -> None:
    costs = {dtype: encoding_cost(50_000, 256, dtype) for dtype in NUMBER_BYTES}
    figure = one_hot.cost_figure(costs)
    assert figure.data[0].text == ("10.0 GB", "51.2 MB", "600.0 KB")


def test_each_kind_of_pair_is_drawn_on_each_rung() -> None:
    figure = ladder.similarities_by_kind(
        {"low": np.zeros(3), "high": np.ones(3)},
        ["paraphrase", "same words", "unrelated"],
        [HOSTILE, "b", "c"],
    )
    assert [trace.name for trace in figure.data] == ["paraphrase", "same words", "unrelated"]
    assert all(len(trace.y) == 2 for trace in figure.data)
    assert figure.data[0].text[0] == "&lt;b&gt;x&lt;/b&gt;"
