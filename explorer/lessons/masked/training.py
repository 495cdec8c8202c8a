"""Training the transformer on hidden words: as a course that one watches, stops and resumes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer import cache
from explorer.beyond.course import (
    Arrays,
    Course,
    keep_course,
    kept_course,
    learn,
    read_course_file,
    write_course_file,
)
from explorer.beyond.optimizer import PARAMETER, rate_at, restore, state_of
from explorer.errors import TrainingError
from explorer.jobs.pool import Job, Jobs
from explorer.jobs.progress import Report, no_report
from explorer.lessons.masked.network import first_parameters, guesses, scores
from explorer.lessons.masked.text import HiddenText, each_word_hidden, hidden_text
from explorer.training import grammar

VERSION = 1  # raise it when the computation changes: courses of the former one are not resumed
BATCH = 64  # sentences of one length
SENTENCES_A_SECOND = 2_000  # on one core
HIDDEN_SHARE = 0.15  # of the words of a sentence, and at least one (Devlin et al. 2019)
TOP = 5
TOP_1, TOP_5, PERPLEXITY = "right at once", "among five", "perplexity"


@dataclass(frozen=True)
class Recipe:
    """How hidden words are learned; raises TrainingError for what is out of bounds.

    Attributes
    ----------
    sentences
        How many the grammar makes.
    epochs, rate
        How often all sentences are seen, and AdamW's highest learning rate.
    seed
        Of the first numbers, of the order and of what is hidden.
    """

    sentences: int = grammar.SENTENCES
    epochs: int = 10
    rate: float = 4e-3
    seed: int = 1

    def __post_init__(self) -> None:
        if not (200 <= self.sentences <= 100_000 and 1 <= self.epochs <= 100):
            raise TrainingError("Choose 200 to 100,000 sentences and 1 to 100 epochs.")


class MaskLearner:
    """The transformer's parameters and AdamW's memory."""

    def __init__(self, recipe: Recipe) -> None:
        import torch

        self.recipe, self.epochs = recipe, recipe.epochs
        self.text = hidden_text(recipe.sentences)
        self.parameters = first_parameters(len(self.text.words), recipe.seed)
        for one in self.parameters.values():
            one.requires_grad_()
        self.optimizer = torch.optim.AdamW(self.parameters.values(), lr=recipe.rate)

    def batches(self, number: int) -> list[NDArray[np.int64]]:
        """Return an epoch's batches of sentences of one length, (b, l) each, in its own order."""
        chance = np.random.default_rng((self.recipe.seed, number))
        found = []
        for length in sorted({len(one) for one in self.text.learned}):
            same = np.stack([one for one in self.text.learned if len(one) == length])
            same = same[chance.permutation(len(same))]
            found += [same[start : start + BATCH] for start in range(0, len(same), BATCH)]
        return [found[turn] for turn in chance.permutation(len(found))]

    def epoch(self, number: int) -> float:
        """Learn from all sentences once, with other words hidden in each epoch."""
        import torch
        from torch.nn import functional

        chance = np.random.default_rng((self.recipe.seed, number, 1))
        batches = self.batches(number)
        losses = []
        for turn, rows in enumerate(batches):
            share = (number - 1 + turn / len(batches)) / self.epochs
            for group in self.optimizer.param_groups:
                group["lr"] = self.recipe.rate * rate_at(share)
            given, is_hidden = hide(rows, len(self.text.words), chance)
            self.optimizer.zero_grad()
            found = scores(self.parameters, torch.from_numpy(given))[torch.from_numpy(is_hidden)]
            loss = functional.cross_entropy(found, torch.from_numpy(rows[is_hidden]))
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimizer.step()
            losses.append(float(loss.detach()))
        return float(np.mean(losses))

    def measure(self) -> dict[str, float]:
        """Return how well words of sentences that are not learned from are guessed."""
        return figures(*answers(self.parameters, self.text, self.text.valid))

    def state(self) -> Arrays:
        """Return the parameters, and AdamW's means of gradients and of their squares."""
        return state_of(self.parameters, self.optimizer)

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on from a state."""
        restore(self.parameters, self.optimizer, state)


def hide(
    rows: NDArray[np.int64], hidden: int, chance: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Hide some words of each sentence, at least one; return the rows and where it was done."""
    drawn = chance.random(rows.shape)
    is_hidden = drawn < HIDDEN_SHARE
    is_hidden[np.arange(len(rows)), drawn.argmin(axis=1)] = True
    return np.where(is_hidden, hidden, rows), is_hidden


def answers(
    parameters: Mapping[str, Any], text: HiddenText, sentences: tuple[NDArray[np.int64], ...]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Guess each word of each sentence; return (m, V) probabilities and the (m,) true words."""
    shares, right = [], []
    for rows, places, words in each_word_hidden(sentences, len(text.words)):
        shares.append(guesses(parameters, rows, places))
        right.append(words)
    return np.concatenate(shares), np.concatenate(right)


def figures(shares: NDArray[np.floating], right: NDArray[np.int64]) -> dict[str, float]:
    """Judge guesses: the share right at once, the share among the best five, and the perplexity.

    Parameters
    ----------
    shares
        (m, V) probabilities.
    right
        (m,) the words that stood there. Words that are as probable count as ranked half before it,
        half behind, so that guessing gets what chance gives.

    Examples
    --------
    >>> figures(np.array([[0.5, 0.25, 0.25], [0.5, 0.25, 0.25]]), np.array([0, 2]))
    {'right at once': 0.5, 'among five': 1.0, 'perplexity': 2.83}
    """
    own = shares[np.arange(len(right)), right][:, None]
    before, equal = (shares > own).sum(axis=1), (shares == own).sum(axis=1)
    found = {
        name: float(np.clip((most - before) / equal, 0, 1).mean())
        for name, most in ((TOP_1, 1), (TOP_5, TOP))
    }
    surprise = -np.log(np.maximum(own, 1e-12)).mean()
    return found | {PERPLEXITY: round(float(np.exp(surprise)), 2)}


def parameters_of(course: Course) -> dict[str, Any]:
    """Return a course's parameters as tensors."""
    import torch

    return {
        name.removeprefix(PARAMETER): torch.from_numpy(np.asarray(one, np.float32))
        for name, one in course.state.items()
        if name.startswith(PARAMETER)
    }


def course_key(recipe: Recipe) -> str:
    """Return the key under which a course is kept."""
    return cache.content_key(kind="hidden words", version=VERSION, **asdict(recipe))


def start(jobs: Jobs, recipe: Recipe) -> Job:
    """Start to learn, or go on from where it was stopped, or join who learns the same."""
    key = course_key(recipe)
    return jobs.submit(
        key,
        train,
        recipe,
        when_done=partial(keep_course, key),  # a worker elsewhere has another cache
        load=partial(kept_course, key),
        seconds=recipe.sentences * recipe.epochs / SENTENCES_A_SECOND,
    )


def train(recipe: Recipe, report: Report = no_report) -> Course:
    """Learn to guess hidden words, from where an earlier training stopped; runs on a worker."""
    from explorer.jobs.threads import one_thread

    with one_thread():
        return learn(MaskLearner(recipe), course_key(recipe), report)


def save(path: Path, course: Course) -> None:
    """Write a course that is over to a file: looks and parameters, as float16."""
    state = {
        name: one.astype(np.float16)
        for name, one in course.state.items()
        if name.startswith(PARAMETER)
    }
    with path.open("wb") as stream:
        write_course_file(stream, Course(course.looks, state, course.epochs))


def load(path: Path) -> Course:
    """Return the course in a file that `save` wrote."""
    with path.open("rb") as stream:
        return read_course_file(stream)
