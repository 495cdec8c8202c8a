"""The grammar's sentences as word ids: those to learn from, and those that are held out."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from explorer.training import grammar

VALID, TEST = 0.05, 0.1  # shares of the different sentences
Sentence = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class HiddenText:
    """Sentences as rows of `words`: no sentence to judge by is among those to learn from.

    Attributes
    ----------
    words
        V words, in alphabetical order.
    learned
        The sentences to learn from, as often as the grammar made them.
    valid, test
        Different sentences: to look at while learning, and to judge by in the end.
    """

    words: tuple[str, ...]
    learned: tuple[Sentence, ...]
    valid: tuple[Sentence, ...]
    test: tuple[Sentence, ...]

    def ids(self, words: list[str]) -> Sentence:
        """Return the rows of words; raises KeyError for one that the grammar lacks."""
        row = {word: number for number, word in enumerate(self.words)}
        return np.array([row[word] for word in words], np.int64)


@lru_cache(maxsize=4)
def hidden_text(sentences: int = grammar.SENTENCES, seed: int = grammar.SEED) -> HiddenText:
    """Return the grammar's text, divided; equal seeds give equal divisions."""
    made = [tuple(one) for one in grammar.make_corpus(sentences, seed)]
    words = tuple(sorted({word for one in made for word in one}))
    row = {word: number for number, word in enumerate(words)}
    different = sorted(set(made))
    random.Random(seed).shuffle(different)
    valid, test = round(VALID * len(different)), round(TEST * len(different))
    held_out = set(different[: valid + test])

    def as_rows(chosen: list[tuple[str, ...]]) -> tuple[Sentence, ...]:
        return tuple(np.array([row[word] for word in one], np.int64) for one in chosen)

    return HiddenText(
        words,
        as_rows([one for one in made if one not in held_out]),
        as_rows(different[:valid]),
        as_rows(different[valid : valid + test]),
    )


def each_word_hidden(
    sentences: tuple[Sentence, ...], hidden: int
) -> list[tuple[Sentence, Sentence, Sentence]]:
    """Hide each word of each sentence once; sentences of one length come together.

    Parameters
    ----------
    sentences
        Rows of words.
    hidden
        The row that stands for a hidden word.

    Returns
    -------
    batches
        For each length l: (b, l) rows with one hidden in each line, (b,) its place, (b,) its word.
    """
    batches = []
    for length in sorted({len(one) for one in sentences}):
        same = np.stack([one for one in sentences if len(one) == length])
        rows = np.repeat(same, length, axis=0)
        places = np.tile(np.arange(length), len(same))
        lines = np.arange(len(rows))
        answers = rows[lines, places].copy()
        rows[lines, places] = hidden
        batches.append((rows, places, answers))
    return batches
