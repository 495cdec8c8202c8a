"""Skip-gram with negative sampling (Mikolov et al. 2013), on two `torch.nn.Embedding` tables.

Each word's vector learns to tell the word's context from randomly drawn words. Nothing in the
loss asks for similar words to have similar vectors; it follows.

An epoch's pairs depend only on the seed and the epoch's number, a batch's negative samples also
on the batch's number. So a stopped run resumes exactly from its two tables and the step, and
negative samples are drawn batch by batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.functional import logsigmoid

from explorer.errors import TrainingError
from explorer.training.corpus import Corpus
from explorer.training.options import TrainingOptions

BATCH = 256  # pairs per step
LAST_RATE = 0.01  # the learning rate falls linearly to this share of it
SMOOTHING = 0.75  # negatives are drawn by count to this power (Mikolov et al. 2013)


class SkipGram(nn.Module):
    """Two tables of vectors: words as centers, and words as context."""

    def __init__(self, words: int, dimensions: int, seed: int) -> None:
        super().__init__()
        self.center = nn.Embedding(words, dimensions)
        self.context = nn.Embedding(words, dimensions)
        with torch.no_grad():
            rng = torch.Generator().manual_seed(seed)
            self.center.weight.uniform_(-0.5 / dimensions, 0.5 / dimensions, generator=rng)
            self.context.weight.zero_()

    def forward(
        self, center: torch.Tensor, context: torch.Tensor, negatives: torch.Tensor
    ) -> torch.Tensor:
        """Return the summed loss: −log σ(v·u) − Σ log σ(−v·n).

        Parameters
        ----------
        center, context
            (b,) word ids of pairs within a window: v and u.
        negatives
            (b, k) word ids drawn for each pair: n. One equal to the pair's context is ignored.
        """
        v = self.center(center)
        u = self.context(context)
        n = self.context(negatives)
        beside = logsigmoid((v * u).sum(dim=1))
        apart = logsigmoid(-torch.einsum("bd,bkd->bk", v, n))
        # as in word2vec.c, no negative sample equals its context word: the two would cancel
        apart = apart * (negatives != context.unsqueeze(1))
        return -(beside.sum() + apart.sum())


def pairs_of_epoch(
    corpus: Corpus, options: TrainingOptions, epoch: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the shuffled pairs of one epoch: centers (p,) and their context words (p,).

    Frequent words are subsampled, and each center takes a window of a size drawn from 1 to
    `options.window`, so that near words count more; both as in word2vec.
    """
    rng = np.random.default_rng([options.seed, epoch])
    ids, sentence, reach = subsampled(corpus, options, rng)
    n = sum(len(centers_at(offset, sentence, reach)) for offset in offsets(options.window))
    center, context = np.empty(n, np.int32), np.empty(n, np.int32)
    filled = 0
    for offset in offsets(options.window):
        at = centers_at(offset, sentence, reach)
        center[filled : filled + len(at)] = ids[at]
        context[filled : filled + len(at)] = ids[at + offset]
        filled += len(at)
    order = rng.permutation(n)
    return center[order], context[order]


def count_pairs(corpus: Corpus, options: TrainingOptions) -> int:
    """Return how many pairs the first epoch has, without building them."""
    rng = np.random.default_rng([options.seed, 0])
    _, sentence, reach = subsampled(corpus, options, rng)
    return sum(len(centers_at(offset, sentence, reach)) for offset in offsets(options.window))


def subsampled(
    corpus: Corpus, options: TrainingOptions, rng: np.random.Generator
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """Return the words that an epoch keeps: their ids, sentences and window sizes, (t,) each."""
    ids, sentence = corpus.ids, corpus.sentence
    if options.subsample > 0:
        share = corpus.counts / corpus.counts.sum()
        rate = options.subsample / np.maximum(share, 1e-12)  # no division by 0 for absent words
        keep = rng.random(len(ids)) < (np.sqrt(rate) + rate)[ids]
        ids, sentence = ids[keep], sentence[keep]
    return ids, sentence, rng.integers(1, options.window + 1, len(ids))


def offsets(window: int) -> Iterator[int]:
    """Yield where context words stand relative to a center: -1, 1, -2, 2 and so on."""
    for distance in range(1, window + 1):
        yield from (-distance, distance)


def centers_at(
    offset: int, sentence: NDArray[np.int32], reach: NDArray[np.int64]
) -> NDArray[np.intp]:
    """Return the positions whose window and sentence include the word at this offset."""
    distance = abs(offset)
    same = sentence[distance:] == sentence[:-distance]
    if offset < 0:
        return np.flatnonzero(same & (reach[distance:] >= distance)) + distance
    return np.flatnonzero(same & (reach[:-distance] >= distance))


def draw_negatives(
    cumulative: NDArray[np.float64], shape: tuple[int, int], seed: Sequence[int]
) -> NDArray[np.int64]:
    """Draw word ids of that shape from a noise distribution, given as cumulative sums (V,)."""
    drawn = np.random.default_rng(seed).random(shape) * cumulative[-1]
    rows: NDArray[np.int64] = np.searchsorted(cumulative, drawn, side="right")
    return rows


def training_device() -> torch.device:
    """Return where to learn: on a CUDA device if there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def learn_batch(
    model: SkipGram, optimizer: torch.optim.Optimizer, batch: Sequence[torch.Tensor]
) -> torch.Tensor:
    """Take one gradient step on a batch; return its summed loss."""
    optimizer.zero_grad()
    loss: torch.Tensor = model(*batch)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return loss


@dataclass
class Trainer:
    """Trains a model batch by batch; `step` counts the batches of all epochs."""

    corpus: Corpus
    options: TrainingOptions
    model: SkipGram
    step: int = 0

    @classmethod
    def start(cls, corpus: Corpus, options: TrainingOptions) -> Trainer:
        """Return a trainer with initial vectors."""
        return cls(corpus, options, SkipGram(len(corpus.words), options.dimensions, options.seed))

    def steps_an_epoch(self) -> int:
        """Return how many batches the first epoch has; the others have about as many."""
        return -(-count_pairs(self.corpus, self.options) // BATCH)

    def batches(self, steps_an_epoch: int) -> Iterator[float]:
        """Train from `step` on; yield each batch's mean loss per pair.

        Each epoch is truncated or wrapped around to the same number of batches, so that a
        step's epoch and batch are known.
        """
        device = training_device()
        self.model.to(device)  # before the optimizer is made, which keeps these tensors
        options = self.options
        steps = steps_an_epoch * options.epochs
        optimizer = torch.optim.SGD(self.model.parameters(), lr=options.learning_rate)
        noise = np.cumsum(self.corpus.counts**SMOOTHING)
        while self.step < steps:
            epoch, done = divmod(self.step, steps_an_epoch)
            center, context = pairs_of_epoch(self.corpus, options, epoch)
            if len(center) == 0:
                raise TrainingError("Subsampling left no pair of words. Choose a larger value.")
            for batch in range(done, steps_an_epoch):
                rows = np.arange(batch * BATCH, (batch + 1) * BATCH) % len(center)
                # + 1: NumPy's seed [s, e, 0] equals [s, e], which drew the pairs
                seed = (options.seed, epoch, batch + 1)
                negatives = draw_negatives(noise, (BATCH, options.negatives), seed)
                rate = options.learning_rate * max(LAST_RATE, 1 - self.step / steps)
                optimizer.param_groups[0]["lr"] = rate
                parts = (center[rows], context[rows], negatives)
                tensors = [torch.from_numpy(part).long().to(device) for part in parts]
                loss = learn_batch(self.model, optimizer, tensors)
                self.step += 1
                yield loss.item() / BATCH

    def vectors(self) -> NDArray[np.float32]:
        """Return the center vectors, (V, d)."""
        table: Any = self.model.center.weight.detach().cpu().numpy().copy()
        vectors: NDArray[np.float32] = table
        return vectors
