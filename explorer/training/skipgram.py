"""Skip-gram with negative sampling (Mikolov et al. 2013), on two `torch.nn.Embedding`.

A word's vector learns to tell the words that stand beside it from words drawn at random.
Nothing else is asked; that like stands beside like is what comes out.

What happens in an epoch depends on the seed and on the epoch's number alone. So a run
that was stopped goes on as if it had not been, from nothing but its two tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.functional import logsigmoid

from explorer.errors import TrainingError
from explorer.training.corpus import Corpus

BATCH = 256  # pairs that are learned from at once
LAST_RATE = 0.01  # of the learning rate, at the end of the last epoch
SMOOTHING = 0.75  # negatives are drawn by count to this power (Mikolov et al. 2013)


@dataclass(frozen=True)
class Settings:
    """What can be chosen; `LIMITS` says between which values."""

    dimensions: int = 32
    window: int = 3
    negatives: int = 5
    subsample: float = 0.01
    learning_rate: float = 0.025
    epochs: int = 10
    seed: int = 1

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            low, high = LIMITS[name]
            if not low <= value <= high:
                raise TrainingError(f"{name} is {value:g}; it can be {low:g} to {high:g}.")


LIMITS: dict[str, tuple[float, float]] = {
    "dimensions": (1, 300),
    "window": (1, 20),
    "negatives": (1, 30),
    "subsample": (0, 1),
    "learning_rate": (1e-5, 10),
    "epochs": (1, 200),
    "seed": (0, 2**31 - 1),
}


class SkipGram(nn.Module):
    """Two tables of vectors: each word as the center, and each word as somebody's neighbor."""

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
            (b,) pairs of words that stand beside each other: v and u.
        negatives
            (b, k) words drawn at random for each pair: n.
        """
        v = self.center(center)
        u = self.context(context)
        n = self.context(negatives)
        beside = logsigmoid((v * u).sum(dim=1))
        apart = logsigmoid(-torch.einsum("bd,bkd->bk", v, n))
        return -(beside.sum() + apart.sum())


def pairs_of_epoch(
    corpus: Corpus, settings: Settings, epoch: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Return what one epoch learns from: centers (p,), contexts (p,), negatives (p, k).

    Frequent words are skipped now and then, and each center looks as far as a number
    drawn from 1 to the window, so that near words count more; both as in word2vec.
    """
    rng = np.random.default_rng([settings.seed, epoch])
    ids, sentence = corpus.ids, corpus.sentence
    if settings.subsample > 0:
        share = corpus.counts / corpus.counts.sum()
        rate = settings.subsample / np.maximum(share, 1e-12)
        keep = rng.random(len(ids)) < (np.sqrt(rate) + rate)[ids]
        ids, sentence = ids[keep], sentence[keep]
    reach = rng.integers(1, settings.window + 1, len(ids))
    places = np.arange(len(ids))
    centers, contexts = [], []
    for step in range(1, settings.window + 1):
        for offset in (-step, step):
            other = places + offset
            fits = (reach >= step) & (other >= 0) & (other < len(ids))
            here, there = places[fits], other[fits]
            same = sentence[here] == sentence[there]
            centers.append(ids[here[same]])
            contexts.append(ids[there[same]])
    center, context = np.concatenate(centers), np.concatenate(contexts)
    order = rng.permutation(len(center))
    weights = np.cumsum(corpus.counts**SMOOTHING)
    drawn = rng.random((len(center), settings.negatives)) * weights[-1]
    negatives = np.searchsorted(weights, drawn, side="right").astype(np.int32)
    return center[order], context[order], negatives


def training_device() -> torch.device:
    """Return where to learn: on a CUDA device if there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def learn_batch(
    model: SkipGram, optimizer: torch.optim.Optimizer, batch: Sequence[torch.Tensor]
) -> torch.Tensor:
    """Take one step down the gradient of a batch's loss; return that loss, summed."""
    optimizer.zero_grad()
    loss: torch.Tensor = model(*batch)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return loss


@dataclass
class Trainer:
    """A model that learns, batch by batch; `step` counts the batches of all epochs."""

    corpus: Corpus
    settings: Settings
    model: SkipGram
    step: int = 0

    @classmethod
    def start(cls, corpus: Corpus, settings: Settings) -> Trainer:
        """Return a trainer that has learned nothing yet."""
        return cls(
            corpus, settings, SkipGram(len(corpus.words), settings.dimensions, settings.seed)
        )

    def steps_an_epoch(self) -> int:
        """Return about how many batches an epoch has: the first epoch's number."""
        return -(-len(pairs_of_epoch(self.corpus, self.settings, 0)[0]) // BATCH)

    def batches(self, steps_an_epoch: int) -> Iterator[float]:
        """Learn from batch after batch, from `step` on; yield each batch's loss per pair.

        Each epoch is cut or continued to the same number of batches, so that a step's
        place in it is known.
        """
        device = training_device()
        self.model.to(device)  # before the optimizer is made: it keeps what it is given
        steps = steps_an_epoch * self.settings.epochs
        optimizer = torch.optim.SGD(self.model.parameters(), lr=self.settings.learning_rate)
        while self.step < steps:
            epoch, done = divmod(self.step, steps_an_epoch)
            parts = [
                torch.from_numpy(part).long().to(device)
                for part in pairs_of_epoch(self.corpus, self.settings, epoch)
            ]
            pairs = len(parts[0])
            if pairs == 0:
                raise TrainingError("Subsampling left no pair of words. Choose a larger value.")
            for batch in range(done, steps_an_epoch):
                rows = torch.arange(batch * BATCH, (batch + 1) * BATCH, device=device) % pairs
                rate = self.settings.learning_rate * max(LAST_RATE, 1 - self.step / steps)
                optimizer.param_groups[0]["lr"] = rate
                loss = learn_batch(self.model, optimizer, [part[rows] for part in parts])
                self.step += 1
                yield loss.item() / len(rows)

    def vectors(self) -> NDArray[np.float32]:
        """Return the center vectors, (V, d)."""
        table: Any = self.model.center.weight.detach().cpu().numpy().copy()
        vectors: NDArray[np.float32] = table
        return vectors
