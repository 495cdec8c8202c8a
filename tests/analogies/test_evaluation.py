"""Evaluation on analogies: gensim's counts, section by section, question by question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer import AnalogyReport, EmbeddingSpace, analogy, evaluate_analogies, open_space
from explorer.analogies.batch import OBJECTIVES, predict
from explorer.analogies.benchmark_sets import ANALOGY_SETS, standard_file
from explorer.analogies.evaluation import plan_analogies
from explorer.errors import JobCancelled, ParseError, QueryError

GOOGLE = standard_file(ANALOGY_SETS["google"])


def as_gensim(space: EmbeddingSpace) -> Any:
    """Return a space as gensim's own type."""
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(space.dim)
    vectors.add_vectors(list(space.labels), space.vectors)
    return vectors


def assert_same(report: AnalogyReport, sections: list[dict[str, Any]], *, upper: bool) -> None:
    """Compare with gensim's sections, the last of which is the total: each single question."""
    assert len(sections) == len(report.sections) + 1
    for section, expected in zip([*report.sections, report.total], sections, strict=True):
        asked = [tuple(w.upper() if upper else w for w in q) for q in section.asked]
        right = [q for q, is_right in zip(asked, section.is_correct, strict=True) if is_right]
        wrong = [q for q, is_right in zip(asked, section.is_correct, strict=True) if not is_right]
        assert right == expected["correct"], section.name
        assert wrong == expected["incorrect"], section.name
        assert (section.correct, section.wrong) == (len(right), len(wrong))
    assert [one.name for one in report.sections] == [one["section"] for one in sections[:-1]]


def test_every_section_is_gensims_on_the_words_sample(words: EmbeddingSpace) -> None:
    accuracy, sections = as_gensim(words).evaluate_word_analogies(str(GOOGLE))
    report = evaluate_analogies(words, GOOGLE)
    assert_same(report, sections, upper=True)
    assert report.accuracy == accuracy
    assert sum(len(one.asked) + len(one.skipped) for one in report.sections) == 19_544


@pytest.mark.parametrize(("restrict", "ignore_case"), [(3_000, True), (3_000, False), (1, True)])
def test_restriction_and_case_are_gensims(
    words: EmbeddingSpace, restrict: int, ignore_case: bool
) -> None:
    _, sections = as_gensim(words).evaluate_word_analogies(
        str(GOOGLE), restrict_vocab=restrict, case_insensitive=ignore_case
    )
    report = evaluate_analogies(
        words, GOOGLE, restrict_vocab=restrict, case_insensitive=ignore_case
    )
    assert_same(report, sections, upper=ignore_case)


def test_it_is_gensims_on_vectors_that_gensim_wrote(tmp_path: Path) -> None:
    from gensim.models import KeyedVectors

    random = np.random.default_rng(3)
    # each word in several spellings, near each other: the rule for case has work to do
    stems = [f"{chr(97 + i // 26)}{chr(97 + i % 26)}x" for i in range(120)]
    labels, vectors = [], []
    for stem in stems:
        center = random.normal(size=12)
        for spelling in (stem, stem.title(), stem.upper(), f"{stem[:2]}{stem[2].upper()}"):
            labels.append(spelling)
            vectors.append(center + 0.1 * random.normal(size=12))
    order = random.permutation(len(labels))
    written = KeyedVectors(12)
    written.add_vectors([labels[i] for i in order], np.array(vectors, np.float32)[order])
    path, questions = tmp_path / "vectors.txt", tmp_path / "questions.txt"
    written.save_word2vec_format(str(path))
    lines = [
        " ".join(stems[i] for i in random.choice(len(stems), 4, replace=False)) for _ in range(300)
    ]
    # where b is a, the answer should be c: what is left are other spellings of the inputs
    lines += [f"{stems[i]} {stems[i]} {stems[i + 60]} {stems[i + 60]}" for i in range(60)]
    questions.write_text(": any\n" + "\n".join(lines) + "\n")
    reference = KeyedVectors.load_word2vec_format(str(path))
    space = open_space(path)
    for ignore_case in (True, False):
        _, sections = reference.evaluate_word_analogies(
            str(questions), case_insensitive=ignore_case
        )
        report = evaluate_analogies(space, questions, case_insensitive=ignore_case)
        assert_same(report, sections, upper=ignore_case)
    assert len(report.total.asked) == 360


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(2, 6), st.booleans())
def test_it_is_gensims_on_any_small_space(seed: int, dim: int, ignore_case: bool) -> None:
    import tempfile

    random = np.random.default_rng(seed)
    labels = ["ab", "AB", "aB", "cd", "Cd", "ef", "EF", "gh", "ij", "kl", "mn", "op", "qr", "st"]
    # few possible values: ties between rows are common
    vectors = random.integers(-2, 3, (len(labels), dim)).astype(np.float32)
    vectors[~vectors.any(axis=1)] = 1
    space = EmbeddingSpace(labels, vectors)
    lines = [" ".join(random.choice(labels, 4)) for _ in range(30)]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as stream:
        stream.write(": one\n" + "\n".join(lines[:15]) + "\n: two\n" + "\n".join(lines[15:]))
        stream.flush()
        _, sections = as_gensim(space).evaluate_word_analogies(
            stream.name, case_insensitive=ignore_case
        )
        report = evaluate_analogies(space, stream.name, case_insensitive=ignore_case)
    assert_same(report, sections, upper=ignore_case)


@pytest.mark.parametrize("method", OBJECTIVES)
def test_the_evaluation_answers_what_analogy_answers(words: EmbeddingSpace, method: str) -> None:
    report = evaluate_analogies(words, GOOGLE, method)
    for number in range(0, len(report.total.asked), 250):
        a, b, c, _ = (word.lower() for word in report.total.asked[number])
        if len({a, b, c}) == 3:
            best = analogy(words, [b, c], [a], k=1, method=method).labels[0]
            assert report.total.predicted[number] == best


def test_with_the_inputs_allowed_the_best_of_all_rows_answers(words: EmbeddingSpace) -> None:
    plan = plan_analogies(words, GOOGLE)
    questions = plan.questions[::250]
    units = words.vectors / words.norms[:, None]
    a, b, c, expected = questions.T
    best = ((units[b] - units[a] + units[c]) @ units.T).argmax(axis=1)
    found = predict(words.vectors, plan.canonical, questions)
    np.testing.assert_array_equal(found[:, 1], best)
    assert evaluate_analogies(words, b"man king woman queen\n").with_inputs == 0  # king itself
    assert (best == expected).mean() < 0.1 < (found[:, 0] == expected).mean()


def test_blocks_give_what_one_block_gives(
    words: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_analogies(words, GOOGLE)
    questions = plan.questions[::40]
    whole = predict(words.vectors, plan.canonical, questions)
    monkeypatch.setattr("explorer.analogies.batch.BLOCK_BYTES", 1)
    monkeypatch.setattr("explorer.analogies.batch.QUESTIONS_AT_ONCE", 50)
    np.testing.assert_array_equal(predict(words.vectors, plan.canonical, questions), whole)


def test_what_is_missing_and_unreadable_is_told(space: EmbeddingSpace) -> None:
    report = evaluate_analogies(
        space, b": kin\nman king woman queen\nman king boy prince\nonly three words\n\n"
    )
    assert report.missing == ("boy", "prince")
    assert report.unreadable == 1
    assert [(one.correct, len(one.asked), len(one.skipped)) for one in report.sections] == [
        (1, 1, 1)
    ]


def test_a_file_without_sections_is_one_section(space: EmbeddingSpace) -> None:
    report = evaluate_analogies(space, b"\xef\xbb\xbfman king woman queen\n")
    assert [one.name for one in report.sections] == ["questions"]
    assert report.accuracy == 1


def test_wrong_answers_are_a_table(space: EmbeddingSpace) -> None:
    report = evaluate_analogies(space, b": kin\nman king woman pea\n: other\nman king woman pea\n")
    names = ("section", "a", "b", "c", "expected", "answered")
    assert report.wrong_to_arrow("kin").to_pylist() == [
        dict(zip(names, ("kin", "man", "king", "woman", "pea", "queen"), strict=True))
    ]
    assert report.wrong_to_arrow().num_rows == 2
    assert report.to_arrow()["section"].to_pylist() == ["kin", "other"]


def test_a_zero_vector_answers_nothing() -> None:
    space = EmbeddingSpace(["a", "b", "c", "d", "o"], [[1, 0], [1, 1], [-1, 0], [-1, -1], [0, 0]])
    assert evaluate_analogies(space, b"a b c d\n").total.predicted == ("d",)


def test_progress_is_told_and_may_stop_the_work(words: EmbeddingSpace) -> None:
    shares: list[float] = []

    def stop(share: float, step: str) -> None:
        shares.append(share)
        assert "questions" in step
        raise JobCancelled("enough")

    with pytest.raises(JobCancelled):
        evaluate_analogies(words, GOOGLE, report=stop)
    assert len(shares) == 1
    evaluate_analogies(words, GOOGLE, report=lambda share, step: shares.append(share))
    assert shares[-1] == pytest.approx(1)


@pytest.mark.parametrize(
    ("content", "options", "error", "reason"),
    [
        (b"", {}, ParseError, "four words"),
        (b"a b c\n", {}, ParseError, "four words"),
        (b"man king woman queen\n", {"method": "magic"}, QueryError, "Known ones: 3cosadd"),
        (b"man king woman queen\n", {"restrict_vocab": 0}, QueryError, "at least one"),
    ],
)
def test_what_cannot_be_asked_is_told(
    space: EmbeddingSpace, content: bytes, options: Any, error: type[Exception], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        evaluate_analogies(space, content, **options)


@pytest.mark.parametrize("size", [1e20, 1e-24])
def test_huge_and_tiny_numbers_are_evaluated_as_any(size: float) -> None:
    vectors = np.random.default_rng(2).normal(size=(30, 6))
    questions = np.random.default_rng(3).permuted(np.tile(np.arange(30), (12, 1)), axis=1)[:, :4]
    lines = "\n".join(" ".join(map(str, row)) for row in questions).encode()
    labels = [str(row) for row in range(30)]
    usual = evaluate_analogies(EmbeddingSpace(labels, vectors), lines)
    found = evaluate_analogies(EmbeddingSpace(labels, vectors * size), lines)
    assert found.total.predicted == usual.total.predicted
