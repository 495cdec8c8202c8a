"""Word similarity benchmarks: gensim's correlations, and the pairs left out."""

from __future__ import annotations

from typing import Any

import pytest

from explorer import EmbeddingSpace, evaluate_similarity
from explorer.analogies.benchmark_sets import SIMILARITY_SETS, standard_file
from explorer.errors import ParseError, QueryError


@pytest.fixture(scope="module")
def reference(words: EmbeddingSpace) -> Any:
    """The sample of 10,000 words in gensim."""
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(words.dim)
    vectors.add_vectors(list(words.labels), words.vectors)
    return vectors


@pytest.mark.parametrize("name", SIMILARITY_SETS)
@pytest.mark.parametrize("options", [{}, {"restrict_vocab": 2_000}, {"case_insensitive": False}])
def test_correlations_are_gensims(
    words: EmbeddingSpace, reference: Any, name: str, options: Any
) -> None:
    path = standard_file(SIMILARITY_SETS[name])
    pearson, spearman, missing = reference.evaluate_word_pairs(str(path), **options)
    report = evaluate_similarity(words, path, **options)
    assert report.spearman == pytest.approx(spearman.statistic, abs=1e-6)
    assert report.pearson == pytest.approx(pearson.statistic, abs=1e-6)
    assert report.spearman_p == pytest.approx(spearman.pvalue, rel=1e-3)
    assert report.pearson_p == pytest.approx(pearson.pvalue, rel=1e-3)
    assert 100 * report.missing_share == pytest.approx(missing)


def test_pairs_are_a_table_with_the_place_of_each(space: EmbeddingSpace) -> None:
    content = b"# remark\nking\tqueen\t9\nman\twoman\t8\nking\tpea\t1\nking\tprince\t7\nno pair\n"
    report = evaluate_similarity(space, content)
    assert report.skipped == (("king", "prince"),)
    assert report.unreadable == 1
    assert report.to_arrow()["place by people"].to_pylist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("content", "error", "reason"),
    [
        (b"", ParseError, "no judged pairs"),
        (b"king queen 9\n", ParseError, "tabs"),
        (b"king\tqueen\t9\nking\tprince\t8\n", QueryError, "1 of the 2 pairs"),
    ],
)
def test_what_cannot_be_compared_is_told(
    space: EmbeddingSpace, content: bytes, error: type[Exception], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        evaluate_similarity(space, content)
