"""Analogies: equal to gensim's to the last digit that float32 has, and honest about inputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import explorer
from explorer import EmbeddingSpace, analogy, open_space
from explorer.analogies.arithmetic import ANALOGY_METHODS, solve_analogy
from explorer.analogies.inputs import read_inputs
from explorer.errors import QueryError, UnknownLabelError
from explorer.formula import Term

# gensim calls a function of its own that it has deprecated
pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated `init_sims`:DeprecationWarning")

SUMS = [
    (["king", "woman"], ["man"]),
    (["paris", "italy"], ["france"]),
    (["snow", "mountain"], []),
    (["king", "queen", "prince"], ["man", "river"]),
    (["king"], []),
]


def as_gensim(space: EmbeddingSpace) -> Any:
    """Return a space as gensim's own type."""
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(space.dim)
    vectors.add_vectors(list(space.labels), space.vectors)
    return vectors


@pytest.fixture(scope="module")
def reference(words: EmbeddingSpace) -> Any:
    """The sample of 10,000 words in gensim."""
    return as_gensim(words)


def assert_same(found: explorer.Neighbors, expected: list[tuple[str, float]]) -> None:
    assert list(found.labels) == [label for label, _ in expected]
    np.testing.assert_allclose(found.scores, [score for _, score in expected], rtol=0, atol=1e-6)


@pytest.mark.parametrize(("positive", "negative"), SUMS)
def test_3cosadd_is_gensims_most_similar(
    words: EmbeddingSpace, reference: Any, positive: list[str], negative: list[str]
) -> None:
    expected = reference.most_similar(positive, negative, topn=20)
    assert_same(analogy(words, positive, negative, k=20), expected)


@pytest.mark.parametrize(("positive", "negative"), SUMS)
def test_3cosmul_is_gensims_most_similar_cosmul(
    words: EmbeddingSpace, reference: Any, positive: list[str], negative: list[str]
) -> None:
    expected = reference.most_similar_cosmul(positive, negative, topn=20)
    assert_same(analogy(words, positive, negative, k=20, method="3cosmul"), expected)


def test_weights_are_gensims_weights(words: EmbeddingSpace, reference: Any) -> None:
    expected = reference.most_similar(["paris", ("italy", 2.0)], [("france", -0.5)], topn=20)
    assert_same(analogy(words, ["paris", ("italy", 2.0)], [("france", 0.5)], k=20), expected)


def test_it_is_gensims_on_vectors_that_gensim_wrote(tmp_path: Path) -> None:
    from gensim.models import KeyedVectors

    random = np.random.default_rng(7)
    labels = [f"{'wW'[i % 2]}ord{i}" for i in range(300)]
    given_vectors = KeyedVectors(25)
    given_vectors.add_vectors(labels, random.normal(size=(300, 25)).astype(np.float32))
    path = tmp_path / "vectors.txt"
    given_vectors.save_word2vec_format(str(path))
    space, reference = open_space(path), KeyedVectors.load_word2vec_format(str(path))
    for a, b, c in random.integers(0, 300, (20, 3)).tolist():
        if len({a, b, c}) == 3:
            added, taken = [labels[b], labels[c]], [labels[a]]
            assert_same(analogy(space, added, taken), reference.most_similar(added, taken))
            assert_same(
                analogy(space, added, taken, method="3cosmul"),
                reference.most_similar_cosmul(added, taken),
            )


def test_pair_direction_is_the_cosine_of_the_two_steps(words: EmbeddingSpace) -> None:
    units = words.vectors.astype(np.float64) / words.norms[:, None]
    a, b, c = (units[words.row(word)] for word in ("man", "king", "woman"))
    steps, step = units - c, b - a
    lengths = np.linalg.norm(steps, axis=1)
    expected = steps @ step / np.where(lengths > 0, lengths, 1) / np.linalg.norm(step)
    found = solve_analogy(words, read_inputs(words, ["king", "woman"], ["man"]), "direction")
    np.testing.assert_allclose(found.scores, expected, atol=2e-5)


def test_raw_vectors_are_added_as_long_as_they_are(words: EmbeddingSpace) -> None:
    total = words["king"] - words["man"] + words["woman"]
    expected = explorer.nearest_neighbors(words, total, k=10, exclude=["king", "man", "woman"])
    found = analogy(words, ["king", "woman"], ["man"], normalize=False)
    assert found.labels == expected.labels
    np.testing.assert_allclose(found.scores, expected.scores, atol=1e-6)


def test_a_vector_that_names_itself_can_be_asked_for_its_neighbors(words: EmbeddingSpace) -> None:
    total = words["king"] - words["man"] + words["woman"]
    assert total.name == "king − man + woman"
    found = explorer.nearest_neighbors(words, total, k=2)
    assert found.query == "king − man + woman"
    assert found.labels == ("king", "queen")  # inputs are not left out unless one asks for it


@pytest.mark.parametrize("method", ANALOGY_METHODS)
def test_inputs_are_answers_only_where_they_are_allowed(space: EmbeddingSpace, method: str) -> None:
    asked = (["king", "woman"], ["man"])
    assert set(analogy(space, *asked, method=method).labels) == {"queen", "pea"}
    allowed = analogy(space, *asked, method=method, exclude_inputs=False)
    assert set(allowed.labels) == set(space.labels)


def test_rows_with_the_label_of_an_input_are_inputs_too() -> None:
    space = EmbeddingSpace(["a", "b", "a"], [[1, 0], [0, 1], [1, 0.1]])
    assert analogy(space, "a").labels == ("b",)


def test_a_vector_of_the_space_can_be_an_input(words: EmbeddingSpace) -> None:
    step = words["woman"].unit() - words["man"].unit()
    found = analogy(words, [words["king"].unit(), step], normalize=False, k=5)
    assert_same(found, as_gensim(words).most_similar(["king", "woman"], ["man"], topn=5))
    assert found.query == "king + (woman − man)"


def test_the_study_tells_margin_ranks_and_what_the_inputs_answer_alone(
    words: EmbeddingSpace,
) -> None:
    found = solve_analogy(words, read_inputs(words, ["king", "woman"], ["man"]))
    answer = found.answer(2)
    assert found.inputs.formula == "king − man + woman"
    assert found.margin == pytest.approx(float(answer.scores[0] - answer.scores[1]))
    assert found.rank(words.row("queen")) == 1
    assert found.rank(words.row("kings")) == 2
    assert found.rank(words.row("king")) is None
    alone = explorer.nearest_neighbors(words, "king", k=5, exclude=["man", "woman"])
    assert found.alone(0, 5).labels == alone.labels
    assert found.rank(words.row(alone.labels[2]), term=0) == 3


def test_the_answer_is_a_table_with_its_score_named(space: EmbeddingSpace) -> None:
    table = analogy(space, ["king", "woman"], ["man"], method="3cosmul").to_arrow()
    assert table.column_names == ["label", "3CosMul score", "row"]
    assert table["label"].to_pylist() == ["queen", "pea"]


VECTORS = arrays(
    np.float32, (8, 4), elements=st.floats(-1, 1, width=32).filter(lambda x: abs(x) > 0.01)
)
NAMES = tuple("abcdefgh")


@given(VECTORS, st.floats(0.1, 10))
def test_the_answer_does_not_depend_on_a_common_factor(vectors: Any, factor: float) -> None:
    space = EmbeddingSpace(NAMES, vectors)
    one = solve_analogy(space, read_inputs(space, [Term("a"), Term("b")], [Term("c")]))
    other = solve_analogy(
        space, read_inputs(space, [Term("a", factor), Term("b", factor)], [Term("c", factor)])
    )
    np.testing.assert_allclose(one.scores, other.scores, atol=1e-4)


@given(VECTORS)
def test_order_does_not_matter_and_taking_away_is_adding_the_opposite(vectors: Any) -> None:
    space = EmbeddingSpace(NAMES, vectors)
    one = solve_analogy(space, read_inputs(space, ["a", "b"], ["c"]))
    for other in (
        read_inputs(space, ["b", "a"], ["c"]),
        read_inputs(space, ["b", ("c", -1.0), "a"]),
        read_inputs(space, [], ["c", ("a", -1.0), ("b", -1.0)]),
    ):
        np.testing.assert_allclose(solve_analogy(space, other).scores, one.scores, atol=1e-4)


@given(VECTORS)
def test_a_single_input_ranks_alike_by_both_methods(vectors: Any) -> None:
    space = EmbeddingSpace(NAMES, vectors)
    added = solve_analogy(space, read_inputs(space, "a"))
    multiplied = solve_analogy(space, read_inputs(space, "a"), "3cosmul")
    np.testing.assert_allclose(multiplied.scores, (1 + added.scores) / 2, atol=1e-4)


def test_a_zero_vector_is_never_an_answer() -> None:
    space = EmbeddingSpace(["a", "b", "zero"], [[1, 0], [-1, 0], [0, 0]])
    assert analogy(space, "a").labels == ("b",)


@pytest.mark.parametrize(
    ("positive", "negative", "options", "reason"),
    [
        ([], [], {}, "at least one"),
        (["king"], [], {"method": "magic"}, "3cosadd, 3cosmul, direction"),
        (["king"], [], {"method": "direction"}, r"positive=\[B, C\], negative=\[A\]"),
        ([], ["king"], {"method": "3cosmul"}, "something that is added"),
        (["king"], ["king"], {}, "zero vector"),
        (["king"], [], {"k": 0}, "k is 0"),
        ([("king", float("nan"))], [], {}, "finite"),
        (["king"] * 300, [], {}, "too many"),
        ([explorer.Vector("x", [1.0, 2.0])], [], {}, "2 dimensions and five words 3"),
    ],
)
def test_a_question_that_cannot_be_answered_is_told(
    space: EmbeddingSpace, positive: Any, negative: Any, options: Any, reason: str
) -> None:
    with pytest.raises(QueryError, match=reason):
        analogy(space, positive, negative, **options)


def test_an_unknown_label_is_told_with_the_nearest_spelling(space: EmbeddingSpace) -> None:
    with pytest.raises(UnknownLabelError, match="queen"):
        analogy(space, ["quen"])


def test_a_zero_vector_is_no_answer_and_pushes_none_back() -> None:
    space = EmbeddingSpace(["a", "b", "zero", "opposite"], [[1, 0], [0, 1], [0, 0], [-1, -1]])
    found = solve_analogy(space, read_inputs(space, ["a", "b"]))
    assert found.rank(space.row("opposite")) == 1
    assert found.rank(space.row("zero")) is None
    assert found.answer(5).labels == ("opposite",)


@pytest.mark.parametrize("size", [1e20, 1e-24])
@pytest.mark.parametrize("method", ANALOGY_METHODS)
@pytest.mark.parametrize("normalize", [True, False])
def test_huge_and_tiny_numbers_answer_as_any(size: float, method: str, *, normalize: bool) -> None:
    vectors = np.random.default_rng(2).normal(size=(30, 6))
    labels = [str(row) for row in range(30)]
    asked = (["1", "2"], ["3"], 10, method)
    usual = analogy(EmbeddingSpace(labels, vectors), *asked, normalize=normalize)
    found = analogy(EmbeddingSpace(labels, vectors * size), *asked, normalize=normalize)
    assert found.labels == usual.labels
    np.testing.assert_allclose(found.scores, usual.scores, rtol=1e-4)


def test_an_unseen_word_can_be_asked(unseen: EmbeddingSpace, fasttext_words: KeyedVectors) -> None:
    found = analogy(unseen, ["kingdom", "woman"], ["man"], k=3)
    expected = fasttext_words.most_similar(positive=["kingdom", "woman"], negative=["man"], topn=3)
    assert found.labels == tuple(label for label, _ in expected)
