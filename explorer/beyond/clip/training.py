"""Learning two maps into one space: a picture and its text shall lie nearer than all others.

CLIP's loss (Radford et al. 2021): in a batch, each picture has to find its text among all texts,
and each text its picture; the cosine is divided by a temperature before the softmax. Both
encoders are frozen; what is learned is a linear map for each (“locked”, Zhai et al. 2022).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer import cache
from explorer.beyond.clip.maps import Maps
from explorer.beyond.clip.pairs import CHOSEN_BY, TRAINED, Pairs
from explorer.beyond.clip.retrieval import modality_gap, ranks, recall
from explorer.beyond.course import Arrays, Course, learn
from explorer.errors import TrainingError
from explorer.jobs.progress import Report, no_report

VERSION = 1  # raise it when the computation changes: courses of the former one are not resumed
LIMITS = {  # of the settings, lowest and highest
    "dim": (2, 1024),
    "epochs": (1, 1000),
    "batch": (2, 100_000),
    "temperature": (0.001, 10.0),
    "dropout": (0.0, 0.95),
    "seed": (0, 2**31),
}
WEIGHTS = ("picture weight", "picture bias", "text weight", "text bias")
BETAS, EPSILON = (0.9, 0.999), 1e-8  # Adam's


@dataclass(frozen=True)
class Recipe:
    """How the maps are learned; the defaults were chosen by validation (docs/pictures.md).

    Attributes
    ----------
    dim
        Dimensions of the common space.
    epochs, batch, rate
        How often all pairs are seen, how many at once, and Adam's learning rate, which falls to
        zero along a cosine.
    temperature
        By what cosines are divided before the softmax.
    dropout
        Share of the frozen vectors' numbers that are hidden in each step: there are more numbers
        than pairs.
    decay
        By how much of the learning rate the weights shrink in each step (AdamW).
    centered
        Whether the mean of all pictures, and of all texts, is subtracted first.
    seed
        The same seed gives the same maps on the same machine.
    """

    dim: int = 128
    epochs: int = 30
    batch: int = 256
    rate: float = 1e-3
    temperature: float = 0.1
    dropout: float = 0.6
    decay: float = 0.1
    centered: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            if not low <= getattr(self, name) <= high:
                raise TrainingError(
                    f"{name} is {getattr(self, name):,}; it must be from {low:,} to {high:,}."
                )


class PairLearner:
    """Two linear maps in training.

    Parameters
    ----------
    pairs
        What is learned from: the rows of the part “trained”. Those of “validation” are looked at.
    recipe
        How.
    more
        Further frozen vectors of the same pictures in other styles, each with the rows it is of.
    """

    def __init__(
        self, pairs: Pairs, recipe: Recipe, more: tuple[tuple[NDArray[Any], NDArray[Any]], ...] = ()
    ) -> None:
        import torch
        from torch import nn

        self.pairs, self.recipe, self.epochs = pairs, recipe, recipe.epochs
        trained = pairs.rows(TRAINED)
        if len(trained) < 2:
            raise TrainingError(f"There are {len(trained)} pairs to learn from: at least 2 are.")
        given = [pairs.pictures[trained]]
        owners = [trained]
        for vectors, rows in more:
            kept = np.isin(rows, trained)
            given.append(vectors[kept])
            owners.append(rows[kept])
        pictures, self.owners = np.concatenate(given), np.concatenate(owners)
        texts = pairs.texts[:, trained].reshape(-1, pairs.texts.shape[2])
        self.scaling = [scaling(one, centered=recipe.centered) for one in (pictures, texts)]
        self._pictures = torch.from_numpy(scaled(pictures, self.scaling[0]))
        self._texts = torch.from_numpy(scaled(pairs.texts, self.scaling[1]))
        torch.manual_seed(recipe.seed)
        layers = [nn.Linear(width, recipe.dim) for width in (pictures.shape[1], texts.shape[1])]
        self.weights = [value for one in layers for value in (one.weight, one.bias)]
        self.moments = [torch.zeros_like(one) for one in self.weights for _ in range(2)]
        self.steps = 0

    def epoch(self, number: int) -> float:
        """Learn from all pairs once; each picture with one of its texts, drawn anew."""
        import torch

        drawn = torch.Generator().manual_seed(self.recipe.seed * 1_000_003 + number)
        n = len(self.owners)
        order = torch.randperm(n, generator=drawn)
        which = torch.randint(len(self._texts), (n,), generator=drawn)
        owners = torch.from_numpy(self.owners)
        batches = [one for one in torch.split(order, self.recipe.batch) if len(one) > 1]
        losses = []
        for place, rows in enumerate(batches):
            texts = self._texts[which[rows], owners[rows]]
            loss = self.loss(self._pictures[rows], texts, owners[rows], drawn)
            gradients = torch.autograd.grad(loss, self.weights)
            share = (number - 1 + place / len(batches)) / self.epochs
            self.step(gradients, self.recipe.rate * (1 + np.cos(np.pi * share)) / 2)
            losses.append(float(loss.detach()))
        return float(np.mean(losses))

    def loss(self, pictures: Any, texts: Any, owners: Any, drawn: Any) -> Any:
        """Return CLIP's loss of a batch of pairs."""
        import torch
        from torch.nn import functional

        sides = []
        hidden = self.recipe.dropout
        for values, weight, bias in (
            (pictures, self.weights[0], self.weights[1]),
            (texts, self.weights[2], self.weights[3]),
        ):
            kept = (torch.rand(values.shape, generator=drawn) >= hidden) / (1 - hidden)
            sides.append(
                functional.normalize(functional.linear(values * kept, weight, bias), dim=1)
            )
        scores = sides[0] @ sides[1].T / self.recipe.temperature
        right = torch.arange(len(scores))
        # the same picture in two styles: neither is the other's wrong answer
        same = (owners[:, None] == owners) & (right[:, None] != right)
        scores = scores.masked_fill(same, -1e4)
        return (
            functional.cross_entropy(scores, right) + functional.cross_entropy(scores.T, right)
        ) / 2

    def step(self, gradients: Any, rate: float) -> None:
        """Take one step of AdamW (Loshchilov & Hutter 2019)."""
        import torch

        self.steps += 1
        with torch.no_grad():
            for weight, gradient, mean, square in zip(
                self.weights, gradients, self.moments[::2], self.moments[1::2], strict=True
            ):
                weight.mul_(1 - rate * self.recipe.decay)
                mean.lerp_(gradient, 1 - BETAS[0])
                square.mul_(BETAS[1]).addcmul_(gradient, gradient, value=1 - BETAS[1])
                size = (square / (1 - BETAS[1] ** self.steps)).sqrt_().add_(EPSILON)
                weight.addcdiv_(mean, size, value=-rate / (1 - BETAS[0] ** self.steps))

    def measure(self) -> dict[str, float]:
        """Return the figures on the pairs to choose by: texts are asked for pictures."""
        rows = self.pairs.rows(CHOSEN_BY)
        if not len(rows):
            return {}
        maps = self.maps()
        texts, pictures = (
            maps.texts(self.pairs.texts[1, rows]),
            maps.pictures(self.pairs.pictures[rows]),
        )
        found = ranks(texts @ pictures.T)
        return {
            "Recall@10": recall(found),
            "Recall@1": recall(found, 1),
            "gap": modality_gap(pictures, texts),
        }

    def maps(self) -> Maps:
        """Return the maps as they are now, for frozen vectors as they come."""
        return maps_of([one.detach().numpy() for one in self.weights], self.scaling)

    def state(self) -> Arrays:
        """Return the maps, the scaling before them, and Adam's memory."""
        kept = {
            name: one.detach().numpy().copy()
            for name, one in zip(WEIGHTS, self.weights, strict=True)
        }
        for place, one in enumerate(self.moments):
            kept[f"moment {place}"] = one.numpy().copy()
        for side, (mean, size) in zip(("picture", "text"), self.scaling, strict=True):
            kept[f"{side} mean"], kept[f"{side} size"] = mean, np.array(size)
        return {**kept, "steps": np.array(self.steps)}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on from a state."""
        import torch

        with torch.no_grad():
            for name, one in zip(WEIGHTS, self.weights, strict=True):
                one.copy_(torch.from_numpy(state[name]))
            for place, one in enumerate(self.moments):
                one.copy_(torch.from_numpy(state[f"moment {place}"]))
        self.steps = int(state["steps"])


Scaling = tuple[NDArray[np.float32], float]


def scaling(vectors: NDArray[np.float32], *, centered: bool) -> Scaling:
    """Return what is subtracted from vectors (n, d), and by what they are divided then."""
    mean = vectors.mean(axis=0) if centered else np.zeros(vectors.shape[1], np.float32)
    return np.asarray(mean, np.float32), float(np.sqrt(np.square(vectors - mean).mean()))


def scaled(vectors: NDArray[np.float32], by: Scaling) -> NDArray[np.float32]:
    """Return vectors with their numbers about 1 in size."""
    return np.asarray((vectors - by[0]) / by[1], np.float32)


def maps_of(weights: list[NDArray[np.float32]], by: list[Scaling]) -> Maps:
    """Return maps with the scaling folded in."""
    made = []
    for (mean, size), weight, bias in zip(by, weights[::2], weights[1::2], strict=True):
        folded = (weight.T / size).astype(np.float32)
        made += [folded, np.asarray(bias - mean @ folded, np.float32)]
    return Maps(*made)


def learned_maps(state: Mapping[str, NDArray[Any]]) -> Maps:
    """Return the maps of a course's state."""
    by = [(state[f"{side} mean"], float(state[f"{side} size"])) for side in ("picture", "text")]
    return maps_of([state[name] for name in WEIGHTS], by)


def first_maps(pairs: Pairs, recipe: Recipe) -> Maps:
    """Return the maps before the first epoch: drawn at random."""
    return PairLearner(pairs, recipe).maps()


def course_key(pairs: Pairs, recipe: Recipe) -> str:
    """Return the key under which a course is kept."""
    return cache.content_key(kind="clip", version=VERSION, pairs=pairs.digest, **asdict(recipe))


def train_maps(pairs: Pairs, recipe: Recipe, report: Report = no_report) -> Course:
    """Learn the maps, from where an earlier training stopped.

    Raises
    ------
    TrainingError
        If there is nothing to learn from, or the loss is no longer a number.
    """
    from explorer.jobs.threads import one_thread

    with one_thread():
        return learn(PairLearner(pairs, recipe), course_key(pairs, recipe), report)
