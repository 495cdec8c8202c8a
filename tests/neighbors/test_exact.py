"""Nearest neighbors: the same as gensim and scikit-learn find, ties in row order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial.distance import cdist
from sklearn.neighbors import NearestNeighbors

from explorer import EmbeddingSpace, nearest_neighbors
from explorer.errors import QueryError, UnknownLabelError
from explorer.neighbors import exact as neighbors_module
from explorer.neighbors.exact import neighbor_graph, neighbors_of_row, smallest
from explorer.sparse import SparseSpace

FEW = 500


@pytest.fixture(scope="module")
def gensim_words(words: EmbeddingSpace) -> Any:
    """The words sample as gensim holds it."""
    keyed = KeyedVectors(words.dim)
    keyed.add_vectors(list(words.labels), words.vectors)
    return keyed


@pytest.fixture(scope="module")
def few_words(words: EmbeddingSpace) -> EmbeddingSpace:
    return words.take(range(FEW), name="few words", step=f"first {FEW}")


@pytest.mark.parametrize("word", ["king", "piano", "water", "seven", "the", "blue"])
def test_neighbors_of_a_word_are_gensims(
    words: EmbeddingSpace, gensim_words: Any, word: str
) -> None:
    expected = gensim_words.most_similar(word, topn=25)
    found = nearest_neighbors(words, word, k=25)
    assert list(found.labels) == [label for label, _ in expected]
    np.testing.assert_allclose(found.scores, [score for _, score in expected], atol=1e-5)


def test_neighbors_of_a_formula_are_gensims(words: EmbeddingSpace, gensim_words: Any) -> None:
    formula = words["king"] - words["man"] + words["woman"]
    expected = gensim_words.similar_by_vector(formula.values, topn=25)
    found = nearest_neighbors(words, formula, k=25)
    assert list(found.labels) == [label for label, _ in expected]
    np.testing.assert_allclose(found.scores, [score for _, score in expected], atol=1e-5)


def test_a_formula_of_unit_vectors_is_gensims_analogy(
    words: EmbeddingSpace, gensim_words: Any
) -> None:
    expected = gensim_words.most_similar(["king", "woman"], ["man"], topn=25)
    formula = words["king"].unit() - words["man"].unit() + words["woman"].unit()
    found = nearest_neighbors(words, formula, k=25, exclude=formula.labels)
    assert list(found.labels) == [label for label, _ in expected]
    np.testing.assert_allclose(found.scores, [score for _, score in expected], atol=1e-5)


def test_euclidean_neighbors_are_scikit_learns(words: EmbeddingSpace) -> None:
    reference = NearestNeighbors(n_neighbors=26, algorithm="brute").fit(words.vectors)
    distances, rows = reference.kneighbors(words["king"].values[None])
    found = nearest_neighbors(words, "king", k=25, metric="euclidean")
    assert found.indices.tolist() == rows[0, 1:].tolist()
    np.testing.assert_allclose(found.scores, distances[0, 1:], atol=1e-5)


def test_dot_neighbors_have_the_largest_products(words: EmbeddingSpace) -> None:
    products = words.vectors.astype(np.float64) @ words["king"].values
    found = nearest_neighbors(words, words["king"], k=10, metric="dot")
    assert found.indices.tolist() == np.argsort(-products)[:10].tolist()
    np.testing.assert_allclose(found.scores, products[found.indices], atol=1e-5)


def test_euclidean_distances_of_near_equal_vectors_keep_their_digits() -> None:
    vectors = np.full((3, 4), 1000.0)
    vectors[1, 0] += 0.25
    vectors[2, 0] += 0.5
    space = EmbeddingSpace(["a", "b", "c"], vectors)
    assert nearest_neighbors(space, "a", metric="euclidean").scores.tolist() == [0.25, 0.5]


def test_a_label_is_left_out_of_its_own_answer(space: EmbeddingSpace) -> None:
    found = nearest_neighbors(space, "king", k=10)
    assert "king" not in found.labels
    assert len(found) == 4


def test_a_vector_finds_its_own_row_first(space: EmbeddingSpace) -> None:
    found = nearest_neighbors(space, space["king"], k=1)
    assert found.labels == ("king",)
    assert found.scores[0] == pytest.approx(1)


def test_an_array_can_be_asked(space: EmbeddingSpace) -> None:
    found = nearest_neighbors(space, [0, 0, 2], k=1)
    assert (found.query, found.labels) == ("a vector", ("pea",))


def test_the_answer_carries_the_formula_it_was_asked(space: EmbeddingSpace) -> None:
    found = nearest_neighbors(space, space["king"] - space["man"])
    assert found.query == "king − man"


def test_excluded_labels_are_left_out_also_where_they_repeat() -> None:
    space = EmbeddingSpace(["a", "b", "a", "c"], [[1, 0], [1, 0.1], [1, 0.2], [1, 0.3]])
    found = nearest_neighbors(space, [1, 0], exclude=["a"])
    assert found.labels == ("b", "c")


def test_neighbors_of_a_row_leave_out_that_row_alone() -> None:
    space = EmbeddingSpace(["bank", "bank", "river"], [[1, 0], [0, 1], [0.1, 1]])
    assert neighbors_of_row(space, 1).indices.tolist() == [2, 0]


@pytest.mark.parametrize("metric", ["cosine", "euclidean", "dot"])
def test_ties_come_in_row_order(metric: str) -> None:
    space = EmbeddingSpace(list("abcdef"), [[1, 0], [0, 1], [1, 0], [0, 1], [1, 0], [1, 0]])
    found = nearest_neighbors(space, [1, 0], k=3, metric=metric)
    assert found.labels == ("a", "c", "e")


def test_the_cosine_with_a_zero_vector_is_zero() -> None:
    space = EmbeddingSpace(["zero", "against", "along"], [[0, 0], [-1, 0], [1, 0]])
    found = nearest_neighbors(space, [1, 0])
    assert found.labels == ("along", "zero", "against")
    assert found.scores.tolist() == [1, 0, -1]


def test_blocks_do_not_change_the_distances(
    space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = nearest_neighbors(space, "king", metric="euclidean")
    monkeypatch.setattr(neighbors_module, "BLOCK_BYTES", 24)
    assert nearest_neighbors(space, "king", metric="euclidean").labels == whole.labels


@pytest.mark.parametrize(
    ("metric", "column"),
    [
        ("cosine", "cosine similarity"),
        ("euclidean", "euclidean distance"),
        ("dot", "dot product"),
    ],
)
def test_the_table_names_its_score(space: EmbeddingSpace, metric: str, column: str) -> None:
    table = nearest_neighbors(space, "king", k=2, metric=metric).to_arrow()
    assert table.column_names == ["label", column, "row"]
    assert table.num_rows == 2


@pytest.mark.parametrize(
    ("query", "options", "words"),
    [
        ("king", {"k": 0}, ["k is 0", "at least one"]),
        ("king", {"metric": "manhattan"}, ["“manhattan”", "cosine, euclidean, dot"]),
        ([1, 2], {}, ["(2,)", "five words needs (3,)"]),
        ([1, np.nan, 2], {}, ["NaN"]),
    ],
)
def test_a_question_that_does_not_fit_is_refused(
    space: EmbeddingSpace, query: Any, options: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(QueryError) as caught:
        nearest_neighbors(space, query, **options)
    for word in words:
        assert word in str(caught.value)


def test_an_unknown_label_is_told_with_the_closest(space: EmbeddingSpace) -> None:
    with pytest.raises(UnknownLabelError, match="“queen”"):
        nearest_neighbors(space, "Queen")


@given(
    arrays(np.float32, st.integers(1, 40), elements=st.sampled_from([-1.5, 0, 1, 2, np.inf])),
    st.integers(1, 50),
)
def test_smallest_is_the_head_of_a_stable_sort(keys: NDArray[np.float32], k: int) -> None:
    assert smallest(keys, k).tolist() == np.argsort(keys, kind="stable")[:k].tolist()


def assert_same_graph(space: EmbeddingSpace, k: int, metric: str, atol: float) -> None:
    """Compare with scikit-learn: distances everywhere, rows wherever no other is as near."""
    exact = space.vectors.astype(np.float64)
    # its "brute" subtracts squares, and so loses digits far from the origin; its tree does not
    algorithm = "ball_tree" if metric == "euclidean" else "brute"
    reference = NearestNeighbors(n_neighbors=k, metric=metric, algorithm=algorithm).fit(exact)
    expected, rows = reference.kneighbors(exact)
    indices, distances = neighbor_graph(space, k, metric)
    np.testing.assert_allclose(distances, expected, atol=atol)
    gaps = np.diff(expected, axis=1)
    clear = (gaps[:, :-1] > 4 * atol) & (gaps[:, 1:] > 4 * atol)
    assert clear.mean() > 0.9
    assert (indices[:, 1:-1] == rows[:, 1:-1])[clear].all()


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_the_graph_is_scikit_learns(few_words: EmbeddingSpace, metric: str) -> None:
    assert_same_graph(few_words, 15, metric, atol=2e-6)


def test_the_graph_is_scikit_learns_far_from_the_origin(few_words: EmbeddingSpace) -> None:
    far = EmbeddingSpace(few_words.labels, few_words.vectors + np.float32(1000))
    assert_same_graph(far, 15, "euclidean", atol=2e-6)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_the_graph_is_the_same_block_by_block(
    few_words: EmbeddingSpace, metric: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = neighbor_graph(few_words, 15, metric)
    monkeypatch.setattr(neighbors_module, "BLOCK_BYTES", 4 * FEW * 17)
    blocks, _ = neighbor_graph(few_words, 15, metric)
    assert (whole == blocks).mean() > 0.999  # a product's last bit may turn a tie


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_each_row_is_its_own_first_neighbor_also_among_equals(metric: str) -> None:
    space = EmbeddingSpace(list("abcd"), [[1, 2], [1, 2], [1, 2], [5, 1]])
    indices, distances = neighbor_graph(space, 3, metric)
    assert indices[:, 0].tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(distances[:3], 0, atol=1e-6)


def test_the_graph_can_hold_all_points(space: EmbeddingSpace) -> None:
    indices, _ = neighbor_graph(space, 5)
    assert [sorted(row) for row in indices.tolist()] == [[0, 1, 2, 3, 4]] * 5


def test_the_graph_reports_each_block(
    few_words: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbors_module, "BLOCK_BYTES", 4 * FEW * 200)
    shares: list[float] = []
    neighbor_graph(few_words, 5, report=shares.append)
    np.testing.assert_allclose(shares, [1 / 3, 2 / 3, 1])


@pytest.mark.parametrize(
    ("k", "metric", "words"),
    [
        (0, "cosine", ["k is 0", "1 to 5"]),
        (6, "cosine", ["k is 6", "1 to 5"]),
        (2, "dot", ["“dot”", "cosine or euclidean"]),
    ],
)
def test_a_graph_that_cannot_be_is_refused(
    space: EmbeddingSpace, k: int, metric: str, words: list[str]
) -> None:
    with pytest.raises(QueryError) as caught:
        neighbor_graph(space, k, metric)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_vectors_too_long_for_float32_are_told(metric: str) -> None:
    space = EmbeddingSpace(["a", "b", "c"], [[3e38, 3e38], [0, 1e20], [1, 1]], name="far")
    with pytest.raises(QueryError, match=r"vectors of far are longer.*Divide all"):
        neighbor_graph(space, 2, metric)


@pytest.fixture(params=[1e20, 1e-24], ids=["1e20", "1e-24"])
def extreme(request: pytest.FixtureRequest) -> EmbeddingSpace:
    """Vectors whose squares float32 cannot hold; the first one is zero."""
    vectors = np.random.default_rng(0).normal(size=(40, 8))
    vectors[0] = 0
    return EmbeddingSpace([str(row) for row in range(40)], vectors * request.param)


def wide(space: EmbeddingSpace) -> np.ndarray:
    return space.vectors.astype(np.float64)


@pytest.mark.parametrize("is_sparse", [False, True])
def test_cosines_of_huge_and_tiny_numbers_are_those_of_float64(
    extreme: EmbeddingSpace, *, is_sparse: bool
) -> None:
    space = SparseSpace(extreme.labels, csr_array(extreme.vectors)) if is_sparse else extreme
    found = nearest_neighbors(space, "7", k=38)
    vectors = wide(extreme)
    lengths = np.linalg.norm(vectors, axis=1)
    expected = vectors[found.indices] @ vectors[7] / lengths[7]
    expected /= np.where(lengths[found.indices] > 0, lengths[found.indices], 1)
    np.testing.assert_allclose(found.scores, expected, atol=1e-6)


def test_distances_of_huge_and_tiny_numbers_are_those_of_float64(extreme: EmbeddingSpace) -> None:
    found = nearest_neighbors(extreme, "7", k=10, metric="euclidean")
    expected = np.linalg.norm(wide(extreme) - wide(extreme)[7], axis=1)
    np.testing.assert_allclose(found.scores, np.sort(expected)[1:11], rtol=1e-5)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_the_graph_of_huge_and_tiny_numbers_is_that_of_float64(
    extreme: EmbeddingSpace, metric: str
) -> None:
    space = extreme.take(range(1, 40), name="no zero", step="all but the first")
    indices, distances = neighbor_graph(space, 6, metric)
    expected = cdist(wide(space), wide(space), metric)
    np.testing.assert_array_equal(indices[:, 1:], np.argsort(expected, axis=1)[:, 1:6])
    np.testing.assert_allclose(distances[:, 1:], np.sort(expected, axis=1)[:, 1:6], rtol=1e-4)


def test_dot_products_beyond_float32_are_told() -> None:
    space = EmbeddingSpace(["a", "b"], [[1e20, 0], [1e20, 1e20]], name="far")
    with pytest.raises(QueryError, match=r"larger than float32 can hold.*or compare by cosine"):
        nearest_neighbors(space, "a", metric="dot")


def test_an_unseen_word_has_gensims_neighbors(
    unseen: EmbeddingSpace, fasttext_words: KeyedVectors
) -> None:
    found = nearest_neighbors(unseen, "kingdoms", k=5)
    expected = fasttext_words.most_similar("kingdoms", topn=5)
    assert found.labels == tuple(label for label, _ in expected)
    np.testing.assert_allclose(found.scores, [score for _, score in expected], atol=1e-6)


def test_neighbors_among_some_rows_are_those_of_these_rows_alone(few_words: EmbeddingSpace) -> None:
    among = np.arange(0, FEW, 3)  # without the row itself
    found = neighbors_of_row(few_words, 7, 10, among=among)
    reference = NearestNeighbors(n_neighbors=10, metric="cosine").fit(few_words.vectors[among])
    near = reference.kneighbors(few_words.vectors[7:8], return_distance=False)[0]
    assert found.indices.tolist() == among[near].tolist()
    assert len(neighbors_of_row(few_words, 7, 10, among=np.array([7]))) == 0
