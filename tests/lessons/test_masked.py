"""Hidden words: what is held out, what is measured, and what the shipped transformer knows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import top_k_accuracy_score
from torch import nn

from explorer.lessons.masked import baselines, network, training, transfer
from explorer.lessons.masked.text import each_word_hidden, hidden_text
from explorer.lessons.masked.training import MaskLearner, Recipe
from tests.conftest import ROOT

SHIPPED = ROOT / "sample_data" / "masked.npz"


def test_no_held_out_sentence_is_learned_from() -> None:
    text = hidden_text(1000)
    learned, held = ({tuple(one) for one in part} for part in (text.learned, text.test))
    valid = {tuple(one) for one in text.valid}
    assert held
    assert not held & learned
    assert not valid & (learned | held)


def test_each_word_is_hidden_once() -> None:
    sentences = (np.array([3, 1, 2]), np.array([4, 5]))
    shown = [
        (row.tolist(), int(place), int(word))
        for rows, places, words in each_word_hidden(sentences, 9)
        for row, place, word in zip(rows, places, words, strict=True)
    ]
    assert ([9, 5], 0, 4) in shown
    assert ([3, 1, 9], 2, 2) in shown
    assert len(shown) == 5


def test_the_network_is_torchs_encoder() -> None:
    own = network.first_parameters(10, seed=3)
    width = network.WIDTH
    layer = nn.TransformerEncoderLayer(
        width, network.HEADS, 2 * width, 0.0, "gelu", batch_first=True, norm_first=True, bias=False
    )
    encoder = nn.TransformerEncoder(layer, network.LAYERS, enable_nested_tensor=False)
    names = {
        "query key value": "self_attn.in_proj_weight",
        "out": "self_attn.out_proj.weight",
        "wide": "linear1.weight",
        "narrow": "linear2.weight",
        "first norm": "norm1.weight",
        "second norm": "norm2.weight",
    }
    encoder.load_state_dict(
        {
            f"layers.{number}.{theirs}": own[f"{number} {ours}"]
            for number in range(network.LAYERS)
            for ours, theirs in names.items()
        }
    )
    rows = torch.tensor([[1, 10, 3, 7]])
    read = encoder(own["words"][rows] + own["places"][:4])
    expected = nn.functional.layer_norm(read, (width,)) @ own["words"][:-1].T
    torch.testing.assert_close(network.scores(own, rows), expected, atol=1e-5, rtol=1e-4)


def test_figures_are_those_of_scikit_learn_and_chance_is_chance() -> None:
    drawn = np.random.default_rng(0)
    shares = drawn.dirichlet(np.ones(12), 60)
    right = drawn.integers(0, 12, 60)
    found = training.figures(shares, right)
    for name, k in ((training.TOP_1, 1), (training.TOP_5, 5)):
        assert found[name] == pytest.approx(
            top_k_accuracy_score(right, shares, k=k, labels=range(12))
        )
    flat = training.figures(np.full((4, 10), 0.1), np.arange(4))
    assert list(flat.values()) == pytest.approx([0.1, 0.5, 10.0])


def test_a_stopped_training_ends_as_one_that_was_not() -> None:
    recipe = Recipe(sentences=200, epochs=2)
    whole, first, second = (MaskLearner(recipe) for _ in range(3))
    for number in (1, 2):
        whole.epoch(number)
    first.epoch(1)
    second.restore(first.state())
    second.epoch(2)
    for name, one in whole.state().items():
        np.testing.assert_allclose(second.state()[name], one, atol=1e-6, err_msg=name)


def test_it_learns_what_was_kept_and_a_file_keeps_it(tmp_path: Path) -> None:
    recipe = Recipe(sentences=200, epochs=1)
    course = training.train(recipe)
    training.save(tmp_path / "one.npz", course)
    again = training.load(tmp_path / "one.npz")
    assert [look.epoch for look in again.looks] == [0, 1]
    rows = np.array([[0, 1, 2]])
    once, later = (
        network.guesses(training.parameters_of(one), rows, np.array([1])) for one in (course, again)
    )
    np.testing.assert_allclose(once, later, atol=2e-3)


def test_the_transformer_that_comes_along_beats_every_way_of_counting() -> None:
    text = hidden_text()
    course = training.load(SHIPPED)
    own = training.figures(*training.answers(training.parameters_of(course), text, text.test))
    counted = baselines.baseline_figures(text)
    assert own[training.TOP_1] > 0.6
    assert own[training.TOP_1] > max(one[training.TOP_1] for one in counted.values()) + 0.03
    assert own[training.PERPLEXITY] < min(one[training.PERPLEXITY] for one in counted.values())
    assert counted[baselines.CHANCE][training.PERPLEXITY] == pytest.approx(len(text.words))


def test_a_bag_does_not_see_order_and_the_transformer_does() -> None:
    text = hidden_text()
    sentence = text.ids(["the", "king", "has", "his", "sword"])
    mixed = sentence[[1, 0, 2, 4, 3]]
    bags = [baselines.guess(text, baselines.BAG, one, 2) for one in (sentence, mixed)]
    np.testing.assert_allclose(*bags)
    parameters = training.parameters_of(training.load(SHIPPED))
    read = [one.copy() for one in (sentence, mixed)]
    for one in read:
        one[2] = len(text.words)
    first, second = network.guesses(parameters, np.stack(read), np.array([2, 2]))
    assert np.abs(first - second).max() > 0.1


def test_transfer_finds_what_vectors_tell_and_words_do_not() -> None:
    drawn = np.random.default_rng(0)
    labels = np.array(["first", "second"])[drawn.integers(0, 2, 140)]
    vectors = drawn.normal(size=(140, 6)) + 3 * (labels == "first")[:, None]
    texts = [f"word{row}" for row in range(140)]
    found = transfer.transfer(texts, vectors, labels.tolist(), labelled=(5, 40), seeds=2)
    assert found.vectors.shape == (2, 2)
    assert found.vectors[1].min() > 0.95
    np.testing.assert_array_equal(found.words, found.majority)
