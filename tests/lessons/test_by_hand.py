"""What one follows by hand is what the libraries and our own training compute."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from sklearn.feature_extraction.text import TfidfVectorizer
from torch.nn.functional import scaled_dot_product_attention

from explorer.lessons.by_hand import distances, head, update, weighing
from explorer.training.skipgram import SkipGram, learn_batch


def test_tf_idf_is_that_of_scikit_learn() -> None:
    texts = ["The cat sat, the cat ran!", "A dog chased the cat.", "Über 3 stocks fell in 2024"]
    reference = TfidfVectorizer()
    expected = reference.fit_transform(texts).toarray()
    found = weighing.weigh(texts)
    assert list(found.words) == reference.get_feature_names_out().tolist()
    np.testing.assert_allclose(found.idf, reference.idf_)
    np.testing.assert_allclose(found.weights, expected)


def test_texts_without_words_weigh_nothing() -> None:
    assert weighing.weigh(["", "a"]).weights.shape == (2, 0)
    assert weighing.weigh(["red", "."]).weights.tolist() == [[1.0], [0.0]]


@pytest.mark.parametrize("places", [True, False])
def test_a_head_is_what_torch_computes(places: bool) -> None:
    drawn = np.random.default_rng(1).normal(size=(4, 4, 4))
    words, matrices = drawn[0][:3], drawn[1:]
    found = head.attend(words, *matrices, places=places)
    query, key, value = (torch.from_numpy(found.given @ matrix) for matrix in matrices)
    expected = scaled_dot_product_attention(query[None], key[None], value[None])[0]
    np.testing.assert_allclose(found.result, expected.numpy())


def test_without_places_order_is_invisible_and_with_them_it_is_not() -> None:
    drawn = np.random.default_rng(2).normal(size=(4, 4, 4))
    words, matrices = drawn[0][:3], drawn[1:]
    swapped = words[[2, 1, 0]]
    for places in (False, True):
        once = head.attend(words, *matrices, places=places).result
        again = head.attend(swapped, *matrices, places=places).result[[2, 1, 0]]
        assert np.allclose(once, again) is not places


def test_an_update_by_hand_is_a_step_of_our_training() -> None:
    model = SkipGram(5, 3, seed=1)
    with torch.no_grad():
        model.context.weight.uniform_(-1, 1, generator=torch.Generator().manual_seed(2))
    before = model.center.weight.detach().numpy().astype(np.float64)
    contexts = model.context.weight.detach().numpy().astype(np.float64)
    found = update.update(before[0].copy(), contexts[1].copy(), contexts[[2, 4]], rate=0.3)
    batch = [torch.tensor(rows) for rows in ([0], [1], [[2, 4]])]
    loss = learn_batch(model, torch.optim.SGD(model.parameters(), lr=0.3), batch)
    assert found.loss == pytest.approx(loss.item(), rel=1e-5)
    new, new_contexts = model.center.weight.detach().numpy(), model.context.weight.detach().numpy()
    np.testing.assert_allclose(found.new_center, new[0], rtol=1e-5)
    np.testing.assert_allclose(found.new_context, new_contexts[1], rtol=1e-5)
    np.testing.assert_allclose(found.new_negatives, new_contexts[[2, 4]], rtol=1e-5)


def test_reading_a_text_on_and_on_lowers_the_loss() -> None:
    text = [one.split() for one in ("cats drink milk", "dogs drink water", "cars need fuel")]
    losses = update.read(text, 40 * len(update.pairs_of(text))).losses
    assert len(losses) == 40
    assert losses[-5:].mean() < losses[:5].mean()


def test_distances_are_those_of_scipy() -> None:
    one, other = (3.0, 1.0), (-1.0, 2.5)
    found = distances.nearness(one, other)
    assert found.cosine == pytest.approx(1 - cdist([one], [other], "cosine")[0, 0])
    assert found.euclidean == pytest.approx(cdist([one], [other])[0, 0])
    assert found.dot == pytest.approx(np.dot(one, other))


def test_measures_order_differently_until_all_lengths_are_one() -> None:
    arrows = {"A": (5.5, 0.5), "B": (0.9, 0.5), "C": (1.75, 1.75)}
    firsts = {order[0] for order in distances.orders((2, 1), arrows).values()}
    assert firsts == {"A", "B", "C"}
    units = {name: distances.normalized(one) for name, one in arrows.items()}
    orders = distances.orders(distances.normalized((2, 1)), units)
    assert orders["dot"] == orders["cosine"] == orders["euclidean"]
