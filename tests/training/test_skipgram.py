"""Skip-gram with negative sampling: its step, its pairs, and what it learns."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
import torch

from explorer.errors import TrainingError
from explorer.jobs.threads import one_thread
from explorer.training import measure, skipgram
from explorer.training.corpus import Corpus, make
from explorer.training.options import TrainingOptions
from explorer.training.skipgram import (
    SMOOTHING,
    SkipGram,
    Trainer,
    draw_negatives,
    pairs_of_epoch,
)


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    """One thread: more would only wait for each other."""
    with one_thread():
        yield


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def test_one_step_is_the_step_worked_out_by_hand() -> None:
    model = SkipGram(5, 3, seed=7).double()
    rng = np.random.default_rng(7)
    center_table, context_table = rng.normal(size=(2, 5, 3))
    with torch.no_grad():
        model.center.weight.copy_(torch.from_numpy(center_table))
        model.context.weight.copy_(torch.from_numpy(context_table))
    centers, contexts = [0, 0, 3], [1, 2, 1]  # word 0 learns twice, word 1 is a context twice
    negatives = [[2, 4], [4, 2], [1, 1]]  # the second and third pair draw their own context
    rate = 0.1
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    loss = model(*(torch.tensor(part) for part in (centers, contexts, negatives)))
    loss.backward()
    optimizer.step()

    # loss = −log σ(v·u) − Σ log σ(−v·n)
    # ∂/∂v = (σ(v·u) − 1) u + Σ σ(v·n) n,  ∂/∂u = (σ(v·u) − 1) v,  ∂/∂n = σ(v·n) v
    expected_center, expected_context = center_table.copy(), context_table.copy()
    total = 0.0
    for c, o, ns in zip(centers, contexts, negatives, strict=True):
        v, u = center_table[c], context_table[o]
        beside = sigmoid(v @ u)
        total -= np.log(beside)
        expected_center[c] -= rate * (beside - 1) * u
        expected_context[o] -= rate * (beside - 1) * v
        for n in ns:
            if n == o:  # word2vec.c: if (target == word) continue;
                continue
            drawn = context_table[n]
            apart = sigmoid(v @ drawn)
            total -= np.log(1 - apart)
            expected_center[c] -= rate * apart * drawn
            expected_context[n] -= rate * apart * v
    assert loss.item() == pytest.approx(total, abs=1e-12)
    assert model.center.weight.detach().numpy() == pytest.approx(expected_center, abs=1e-12)
    assert model.context.weight.detach().numpy() == pytest.approx(expected_context, abs=1e-12)


def line(n: int) -> Corpus:
    """Return sentences of n words in a row, always the same."""
    return make([[f"w{i}" for i in range(n)]] * 20, "line")


def test_pairs_stay_within_the_window_and_the_sentence() -> None:
    corpus = line(6)
    number = [int(word[1:]) for word in corpus.words]
    center, context = pairs_of_epoch(corpus, TrainingOptions(window=2, subsample=0), 0)
    apart = {abs(number[one] - number[other]) for one, other in zip(center, context, strict=True)}
    assert apart == {1, 2}


def test_pairs_are_those_of_a_loop_over_words() -> None:
    corpus = make([["a", "b", "c", "d", "e"], ["b", "c"], ["f"]] * 20, "short sentences")
    options = TrainingOptions(window=3, subsample=0, seed=5)
    reach = np.random.default_rng([5, 2]).integers(1, 4, len(corpus.ids))
    expected = [
        (corpus.ids[i], corpus.ids[j])
        for i in range(len(corpus.ids))
        for j in range(max(0, i - reach[i]), min(len(corpus.ids), i + reach[i] + 1))
        if i != j and corpus.sentence[i] == corpus.sentence[j]
    ]
    center, context = pairs_of_epoch(corpus, options, 2)
    assert sorted(zip(center, context, strict=True)) == sorted(expected)


@pytest.mark.parametrize("subsample", [0, 0.01])
def test_the_number_of_pairs_is_counted_without_making_them(
    small: Corpus, subsample: float
) -> None:
    options = TrainingOptions(window=20, subsample=subsample)
    assert skipgram.count_pairs(small, options) == len(pairs_of_epoch(small, options, 0)[0])


def test_an_epoch_of_many_negatives_takes_no_memory_for_them() -> None:
    corpus = make([[f"w{i % 50}" for i in range(2_000)]] * 10, "long")
    trainer = Trainer.start(corpus, TrainingOptions(window=20, negatives=30, subsample=0))
    steps, counting = peak_of(trainer.steps_an_epoch)
    pairs = steps * skipgram.BATCH
    _, learning = peak_of(lambda: next(trainer.batches(steps)))
    assert pairs > 400_000
    assert counting < 100 * len(corpus.ids)  # bytes; all negatives would be 240 for each pair
    assert learning < 50 * pairs


def peak_of(compute: Callable[[], Any]) -> tuple[Any, int]:
    """Return a result, and the most bytes that NumPy held meanwhile."""
    tracemalloc.start()
    try:
        return compute(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_near_words_count_more() -> None:
    corpus = line(6)
    number = np.array([int(word[1:]) for word in corpus.words])
    center, context = pairs_of_epoch(corpus, TrainingOptions(window=2, subsample=0), 0)
    apart = np.abs(number[center] - number[context])
    assert (apart == 2).sum() == pytest.approx(0.5 * (4 / 5) * (apart == 1).sum(), rel=0.2)


def test_negatives_are_drawn_by_count_to_the_power_of_three_quarters(small: Corpus) -> None:
    negatives = draw_negatives(np.cumsum(small.counts**SMOOTHING), (60_000, 5), seed=[1, 0, 1])
    found = np.bincount(negatives.ravel(), minlength=len(small.words)) / negatives.size
    expected = small.counts**0.75 / (small.counts**0.75).sum()
    assert found == pytest.approx(expected, abs=0.004)


def test_subsampling_skips_the_frequent_words(small: Corpus) -> None:
    share = [
        (pairs_of_epoch(small, TrainingOptions(subsample=value), 0)[0] == 0).mean()
        for value in (0, 1e-3)
    ]
    assert share[1] < share[0] / 3


def learned(corpus: Corpus, options: TrainingOptions) -> np.ndarray:
    trainer = Trainer.start(corpus, options)
    for _ in trainer.batches(trainer.steps_an_epoch()):
        pass
    return trainer.vectors()


def test_the_same_seed_gives_the_same_run_and_another_one_another(small: Corpus) -> None:
    first, again, other = (
        learned(small, TrainingOptions(epochs=1, seed=seed)) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)


def test_a_trainer_that_was_stopped_goes_on_as_if_it_had_not_been(small: Corpus) -> None:
    options = TrainingOptions(epochs=2)
    through = Trainer.start(small, options)
    n = through.steps_an_epoch()
    for _ in through.batches(n):
        pass
    stopped = Trainer.start(small, options)
    batches = stopped.batches(n)
    while stopped.step < n + 3:  # within the second epoch
        next(batches)
    resumed = Trainer(small, options, stopped.model, stopped.step)
    for _ in resumed.batches(n):
        pass
    assert np.array_equal(resumed.vectors(), through.vectors())


@pytest.mark.parametrize(("there", "name"), [(True, "cuda"), (False, "cpu")])
def test_cuda_is_taken_where_it_is(monkeypatch: pytest.MonkeyPatch, there: bool, name: str) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    assert skipgram.training_device().type == name


def test_all_of_a_step_is_on_the_device_that_was_chosen(
    monkeypatch: pytest.MonkeyPatch, small: Corpus
) -> None:
    # “meta” computes no numbers, but refuses to mix with the processor as a GPU does
    meta = torch.device("meta")
    places = []

    def followed(
        model: SkipGram, optimizer: torch.optim.Optimizer, batch: Sequence[torch.Tensor]
    ) -> torch.Tensor:
        loss = learn_batch(model, optimizer, batch)
        moved = [weight for group in optimizer.param_groups for weight in group["params"]]
        gradients = [weight.grad for weight in model.parameters() if weight.grad is not None]
        assert len(moved) == len(gradients) == 2
        places.extend(tensor.device for tensor in (loss, *batch, *moved, *gradients))
        return torch.zeros(())

    learn_batch = skipgram.learn_batch
    monkeypatch.setattr(skipgram, "learn_batch", followed)
    monkeypatch.setattr(skipgram, "training_device", lambda: meta)
    trainer = Trainer.start(small, TrainingOptions(epochs=1))
    next(trainer.batches(trainer.steps_an_epoch()))
    assert set(places) == {meta}


def test_words_of_a_class_come_together_already_on_a_tenth_of_the_corpus(small: Corpus) -> None:
    found = measure.same_class(learned(small, TrainingOptions(epochs=20)), small)
    assert found > 0.8
    assert measure.same_class_by_chance(small) < 0.1


def test_analogies_are_those_of_gensim(small: Corpus) -> None:
    from gensim.models import KeyedVectors

    vectors = np.random.default_rng(1).normal(size=(len(small.words), 8)).astype(np.float32)
    reference = KeyedVectors(8)
    reference.add_vectors(list(small.words), vectors)
    expected = reference.most_similar(positive=["king", "woman"], negative=["man"], topn=5)
    order = measure.analogy_order(vectors, small, ("king", "man", "woman"))
    assert order[:5] == [word for word, _ in expected]


@pytest.mark.parametrize("wrong", [{"dimensions": 0}, {"learning_rate": 0}, {"epochs": 1000}])
def test_settings_outside_their_limits_are_told(wrong: dict[str, int]) -> None:
    with pytest.raises(TrainingError, match="it can be"):
        TrainingOptions(**wrong)
