"""The ladder from counted words to sentence embeddings: one list of texts, six encodings.

How well a rung knows what is meant is measured on pairs of sentences: paraphrases without
a common word, pairs of the same words with another meaning, and unrelated ones.
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
DIGITS = 6  # similarities that agree to these are equal: the rest is rounding


@dataclass(frozen=True, eq=False)
class Materials:
    """What the rungs need besides the texts.

    Attributes
    ----------
    words
        The space whose word vectors are averaged.
    encode
        Texts to sentence embeddings.
    lsa_dim
        How many dimensions LSA keeps; fewer where the texts have no more.
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
    """Reduce TF-IDF to as many of the dimensions asked for as the texts have."""
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
        "what goes with what?",
        make_lsa,
    ),
    "averaged": Rung(
        "Averaged words",
        "dense, but deaf to order",
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
    """A rung with the space it makes of the texts, or the reason why it cannot."""

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
    """Two sentences and how they belong together: one of KINDS."""

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
    """Return the pairs' sentences, two after two."""
    return [text for pair in pairs for text in (pair.first, pair.second)]


@dataclass(frozen=True, eq=False)
class Ranking:
    """How an encoding ranks paraphrases; shares from 0 to 1, and chance is 0.5 for the last two.

    Attributes
    ----------
    similarities
        (n,) float64, the cosine similarity of each pair.
    found_first
        Share of the paraphrases' sentences whose nearest, of all the sentences, is the
        other of the pair; a tie is not found.
    above_unrelated, above_same_words
        Share of all ways to hold a paraphrase against a pair of the other kind in which it
        is the more similar; a tie counts half (the area under the ROC curve).
    """

    similarities: NDArray[np.float64]
    found_first: float
    above_unrelated: float
    above_same_words: float


def rank_pairs(space: EmbeddingSpace, pairs: Sequence[SentencePair]) -> Ranking:
    """Measure how an encoding of the pairs' sentences, two after two, ranks the paraphrases."""
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


def share_above(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> float:
    """Return how often one of ours is larger than one of theirs, a tie counted half.

    Examples
    --------
    >>> share_above(np.array([0.9, 0.5]), np.array([0.5, 0.1]))
    0.875
    """
    return float((np.sign(ours[:, None] - theirs) / 2 + 0.5).mean())
