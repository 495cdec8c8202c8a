"""The six rungs, and how they are measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.metrics import roc_auc_score

from explorer import EmbeddingSpace
from explorer.encoding.classical import bag_of_words
from explorer.errors import ParseError
from explorer.lessons.distance_matrices import pairwise
from explorer.lessons.ladder import (
    KINDS,
    RUNGS,
    Materials,
    SentencePair,
    climb,
    rank_pairs,
    read_questions,
    read_sentence_pairs,
    sentences,
    share_above,
    share_right,
    texts_of,
)

PAIRS = read_sentence_pairs(Path(__file__).parents[2] / "sample_data" / "paraphrases.csv")
TEXTS = ["the king ate", "the queen sat", "a pea fell"]


def pretend(texts: Sequence[str]) -> EmbeddingSpace:
    return EmbeddingSpace(texts, np.eye(len(texts), 8))


@pytest.mark.parametrize("rung", RUNGS)
def test_each_rung_makes_a_vector_for_each_text(rung: str, space: EmbeddingSpace) -> None:
    step = climb(rung, TEXTS, Materials(space, pretend, lsa_dim=2))
    assert step.space is not None
    assert step.space.labels == tuple(TEXTS)


@pytest.mark.parametrize("rung", ["presence", "counts", "tf-idf", "lsa"])
def test_a_rung_that_cannot_says_why(rung: str, space: EmbeddingSpace) -> None:
    step = climb(rung, ["?", "!"], Materials(space, pretend))
    assert step.space is None
    assert "holds a word" in step.why_not


def test_lsa_keeps_no_more_than_there_is(space: EmbeddingSpace) -> None:
    step = climb("lsa", TEXTS, Materials(space, pretend, lsa_dim=100))
    assert step.space is not None
    assert step.space.dim == 2


def test_there_are_pairs_enough_of_each_kind_and_none_twice() -> None:
    assert len(PAIRS) >= 60
    for kind in KINDS:
        assert sum(pair.kind == kind for pair in PAIRS) >= 20
    texts = sentences(PAIRS)
    assert len(set(texts)) == len(texts)


def counted(text: str) -> list[str]:
    """The words that scikit-learn counts."""
    found: list[str] = CountVectorizer().build_tokenizer()(text)
    return found


def test_no_paraphrase_shares_a_word_and_same_words_share_many() -> None:
    for pair in PAIRS:
        first, second = (set(counted(text.lower())) for text in (pair.first, pair.second))
        if pair.kind == "paraphrase":
            assert not first & second, pair
        if pair.kind == "same words":
            assert len(first & second) >= 2, pair


def test_an_unknown_kind_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("first,second,kind\na,b,paraphrase\nc,d,sort of\n")
    with pytest.raises(ParseError, match="line 3: the kind is “sort of”"):
        read_sentence_pairs(path)


def test_the_shares_are_areas_under_the_curve_of_scikit_learn() -> None:
    space = bag_of_words(sentences(PAIRS))
    ranking = rank_pairs(space, PAIRS)
    table = pairwise(space)
    expected = [table[2 * row, 2 * row + 1] for row in range(len(PAIRS))]
    np.testing.assert_allclose(ranking.similarities, expected, atol=1e-6)
    kinds = np.array([pair.kind for pair in PAIRS])
    for kind, share in (
        ("unrelated", ranking.above_unrelated),
        ("same words", ranking.above_same_words),
    ):
        chosen = np.isin(kinds, ["paraphrase", kind])
        truth = kinds[chosen] == "paraphrase"
        assert share == pytest.approx(roc_auc_score(truth, ranking.similarities[chosen]))


def test_ties_count_half_above_and_are_not_found() -> None:
    pairs = [
        SentencePair("a", "b", "paraphrase"),
        SentencePair("c", "d", "unrelated"),
        SentencePair("e", "f", "same words"),
    ]
    equal = EmbeddingSpace([*"abcdef"], np.ones((6, 2)))
    ranking = rank_pairs(equal, pairs)
    assert (ranking.found_first, ranking.above_unrelated) == (0, 0.5)
    assert share_above(np.array([0.3]), np.array([0.3])) == 0.5


def test_who_has_the_partner_nearest_is_found() -> None:
    pairs = [
        SentencePair("a", "b", "paraphrase"),
        SentencePair("c", "d", "unrelated"),
        SentencePair("e", "f", "same words"),
    ]
    space = EmbeddingSpace(
        [*"abcdef"], [[1, 0, 0], [1, 0.1, 0], [0, 1, 0], [0, 0, 1], [0.5, 1, 0], [0.5, 1, 0.1]]
    )
    ranking = rank_pairs(space, pairs)
    assert ranking.found_first == 1
    assert ranking.above_unrelated == 1


QUESTIONS = read_questions(Path(__file__).parents[2] / "sample_data" / "abilities.csv")


def test_each_of_the_counting_rungs_adds_what_the_one_below_misses() -> None:
    texts = texts_of(QUESTIONS)
    materials = Materials(EmbeddingSpace(["a"], np.ones((1, 2))), pretend, lsa_dim=40)
    right = {}
    for rung in ("presence", "counts", "tf-idf", "lsa"):
        space = climb(rung, texts, materials).space
        assert space is not None
        right[rung] = share_right(space, QUESTIONS)
    assert right["presence"]["how often"] == 0.5  # each a tie: it sees the same words
    assert right["counts"]["how often"] == 1
    assert right["counts"]["rare words"] < 0.2
    assert right["tf-idf"]["rare words"] > 0.9
    assert right["tf-idf"]["go together"] < 0.6
    assert right["lsa"]["go together"] > 0.9
    assert right["lsa"]["synonyms"] == right["lsa"]["context"] == 0
