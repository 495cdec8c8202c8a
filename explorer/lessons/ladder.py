"""The ladder from word counts to sentence embeddings: six encodings of one list of texts.

How well a rung captures meaning is measured on pairs of sentences: paraphrases without a
common word, pairs with the same words and another meaning, and unrelated ones.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.encoding import classical
from explorer.errors import JobError, ParseError, SpaceError
from explorer.lessons.distance_matrices import pairwise
from explorer.space import EmbeddingSpace

KINDS = ("paraphrase", "same words", "unrelated")
DIGITS = 6  # similarities equal to so many decimals are tied: float32 has no more


@dataclass(frozen=True, eq=False)
class Materials:
    """What the rungs need besides the texts.

    Attributes
    ----------
    words
        The space whose word vectors are averaged.
    encode
        Encodes texts as sentence embeddings.
    lsa_dim
        Dimensions of LSA; fewer if the texts do not have as many.
    """

    words: EmbeddingSpace
    encode: Callable[[Sequence[str]], EmbeddingSpace]
    lsa_dim: int = 10


@dataclass(frozen=True)
class Rung:
    """One way to turn texts into vectors."""

    title: str
    sentence: str
    make: Callable[[Sequence[str], Materials], EmbeddingSpace]


def make_lsa(texts: Sequence[str], materials: Materials) -> EmbeddingSpace:
    """Reduce TF-IDF to `lsa_dim` dimensions, or as many as the texts have."""
    most = classical.most_dimensions(classical.tf_idf(texts))
    return classical.lsa(texts, max(1, min(materials.lsa_dim, most)))


RUNGS = {  # from the lowest to the highest
    "presence": Rung(
        "One-hot presence",
        "does a word occur?",
        lambda texts, _: classical.bag_of_words(texts, presence=True, name="one-hot presence"),
    ),
    "counts": Rung(
        "Counts",
        "how often does it occur?",
        lambda texts, _: classical.bag_of_words(texts, name="counts"),
    ),
    "tf-idf": Rung(
        "TF-IDF",
        "rare words count more",
        lambda texts, _: classical.tf_idf(texts),
    ),
    "lsa": Rung(
        "LSA",
        "which words go together?",
        make_lsa,
    ),
    "averaged": Rung(
        "Averaged words",
        "dense, but ignores word order",
        lambda texts, materials: classical.averaged_words(texts, materials.words),
    ),
    "transformer": Rung(
        "Transformer",
        "words read in context",
        lambda texts, materials: materials.encode(texts),
    ),
}


@dataclass(frozen=True, eq=False)
class Step:
    """A rung with its space of the texts, or the reason why it cannot make one."""

    rung: Rung
    space: EmbeddingSpace | None
    why_not: str = ""


def climb(rung: str, texts: Sequence[str], materials: Materials) -> Step:
    """Encode the texts on a rung, one of RUNGS; if it cannot, the step says why."""
    chosen = RUNGS[rung]
    try:
        return Step(chosen, chosen.make(texts, materials))
    except (SpaceError, JobError) as error:
        return Step(chosen, None, str(error))


@dataclass(frozen=True)
class SentencePair:
    """Two sentences and how they are related: one of KINDS."""

    first: str
    second: str
    kind: str


def read_sentence_pairs(path: Path) -> tuple[SentencePair, ...]:
    """Read pairs from a CSV file with the columns first, second and kind."""
    with path.open(encoding="utf-8", newline="") as stream:
        pairs = tuple(SentencePair(**row) for row in csv.DictReader(stream))
    for line, pair in enumerate(pairs, 2):
        if pair.kind not in KINDS:
            raise ParseError(
                f"{path.name}, line {line}: the kind is “{pair.kind}”. Known: {', '.join(KINDS)}."
            )
    return pairs


def sentences(pairs: Sequence[SentencePair]) -> list[str]:
    """Return the pairs' sentences: both of the first pair, both of the second, and so on."""
    return [text for pair in pairs for text in (pair.first, pair.second)]


@dataclass(frozen=True, eq=False)
class Ranking:
    """How an encoding ranks paraphrases; shares from 0 to 1, and chance is 0.5 for the last two.

    Attributes
    ----------
    similarities
        (n,) float64, the cosine similarity of each pair.
    found_first
        Share of the paraphrases' sentences whose nearest of all sentences is their partner; a
        tie does not count.
    above_unrelated, above_same_words
        Area under the ROC curve: of all combinations of a paraphrase and a pair of the other
        kind, the share in which the paraphrase is more similar; a tie counts half.
    """

    similarities: NDArray[np.float64]
    found_first: float
    above_unrelated: float
    above_same_words: float


def rank_pairs(space: EmbeddingSpace, pairs: Sequence[SentencePair]) -> Ranking:
    """Measure how an encoding of the pairs' sentences (see `sentences`) ranks paraphrases."""
    table = pairwise(space, "cosine").round(DIGITS)
    rows = np.arange(0, 2 * len(pairs), 2)
    similarities = table[rows, rows + 1]
    of_kind = {kind: np.array([pair.kind == kind for pair in pairs]) for kind in KINDS}
    partner = np.arange(2 * len(pairs)) ^ 1
    everyone = np.arange(2 * len(pairs))
    best = table[everyone, partner]
    others = table.copy()
    others[everyone, everyone] = others[everyone, partner] = -np.inf
    found = best > others.max(axis=1)
    paraphrases = similarities[of_kind["paraphrase"]]
    return Ranking(
        similarities,
        float(found[np.repeat(of_kind["paraphrase"], 2)].mean()),
        share_above(paraphrases, similarities[of_kind["unrelated"]]),
        share_above(paraphrases, similarities[of_kind["same words"]]),
    )


ABILITIES = {  # what a rung adds to those below it, and what that means
    "how often": "counts a word each time",
    "rare words": "lets rare words count more than *the*",
    "go together": "knows which words occur together in these texts",
    "synonyms": "knows words of the same meaning",
    "context": "reads a word by its neighbors",
}


@dataclass(frozen=True)
class Question:
    """Which of two texts is nearer to a text; the right one needs one of ABILITIES."""

    ability: str
    text: str
    right: str
    wrong: str


def read_questions(path: Path) -> tuple[Question, ...]:
    """Read questions from a CSV file with the columns ability, text, right and wrong."""
    with path.open(encoding="utf-8", newline="") as stream:
        questions = tuple(Question(**row) for row in csv.DictReader(stream))
    for line, one in enumerate(questions, 2):
        if one.ability not in ABILITIES:
            raise ParseError(
                f"{path.name}, line {line}: the ability is “{one.ability}”. Known: "
                f"{', '.join(ABILITIES)}."
            )
    return questions


def texts_of(questions: Sequence[Question]) -> list[str]:
    """Return the questions' texts: text, right and wrong of the first, and so on."""
    return [text for one in questions for text in (one.text, one.right, one.wrong)]


def share_right(space: EmbeddingSpace, questions: Sequence[Question]) -> dict[str, float]:
    """Return the share of right answers for each ability; a tie counts half, chance is 0.5.

    Parameters
    ----------
    space
        The encoded `texts_of` the questions, in that order.
    questions
        At least one of each ability.
    """
    table = pairwise(space, "cosine").round(DIGITS)
    rows = np.arange(0, 3 * len(questions), 3)
    right = (np.sign(table[rows, rows + 1] - table[rows, rows + 2]) + 1) / 2
    kinds = np.array([one.ability for one in questions])
    return {ability: float(right[kinds == ability].mean()) for ability in ABILITIES}


def share_above(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> float:
    """Return the share of combinations in which ours is larger, a tie counted half (ROC AUC).

    Examples
    --------
    >>> share_above(np.array([0.9, 0.5]), np.array([0.5, 0.1]))
    0.875
    """
    return float((np.sign(ours[:, None] - theirs) / 2 + 0.5).mean())
