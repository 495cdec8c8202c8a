"""Sparse spaces stand wherever dense ones can, without their zeros."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy import sparse

from explorer import EmbeddingSpace, nearest_neighbors, project
from explorer.encoding.classical import one_hot
from explorer.errors import LabelCountError, SpaceError, VectorValueError
from explorer.jobs.files import ArrayFile
from explorer.neighbors.exact import neighbor_graph, neighbors_of_row
from explorer.projection.job import Picture, bare_space, draw_file
from explorer.sparse import SparseSpace

LABELS = ("king", "queen", "man", "woman", "pea")


@pytest.fixture
def dense() -> EmbeddingSpace:
    """Five rows of forty numbers, a tenth of them not zero."""
    chance = np.random.default_rng(3)
    numbers = chance.normal(size=(5, 40)) * (chance.random((5, 40)) < 0.3)
    return EmbeddingSpace(LABELS, numbers, name="five")


@pytest.fixture
def thin(dense: EmbeddingSpace) -> SparseSpace:
    return SparseSpace(LABELS, sparse.csr_array(dense.vectors), name="five")


def test_it_holds_the_same_numbers(dense: EmbeddingSpace, thin: SparseSpace) -> None:
    np.testing.assert_array_equal(thin.vectors, dense.vectors)
    np.testing.assert_array_equal(thin["queen"].values, dense["queen"].values)
    np.testing.assert_allclose(thin.norms, dense.norms, rtol=1e-6)
    assert (len(thin), thin.dim) == (5, 40)
    assert thin.zero_share == pytest.approx(dense.zero_share)


@pytest.mark.parametrize("metric", ["cosine", "euclidean", "dot"])
def test_its_neighbors_are_those_of_the_dense_space(
    dense: EmbeddingSpace, thin: SparseSpace, metric: str
) -> None:
    for found, expected in (
        (nearest_neighbors(thin, "king", 4, metric), nearest_neighbors(dense, "king", 4, metric)),
        (neighbors_of_row(thin, 4, 4, metric), neighbors_of_row(dense, 4, 4, metric)),
    ):
        assert found.labels == expected.labels
        np.testing.assert_allclose(found.scores, expected.scores, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_its_neighbor_graph_is_that_of_the_dense_space(
    dense: EmbeddingSpace, thin: SparseSpace, metric: str
) -> None:
    indices, distances = neighbor_graph(thin, 3, metric)
    expected_indices, expected = neighbor_graph(dense, 3, metric)
    np.testing.assert_array_equal(indices, expected_indices)
    np.testing.assert_allclose(distances, expected, atol=1e-5)


def test_its_pca_is_that_of_the_dense_space(dense: EmbeddingSpace, thin: SparseSpace) -> None:
    found, expected = project(thin, "pca"), project(dense, "pca")
    assert found.variance_share is not None
    assert expected.variance_share is not None
    np.testing.assert_allclose(found.variance_share, expected.variance_share, rtol=1e-5)
    np.testing.assert_allclose(
        np.abs(found.coordinates), np.abs(expected.coordinates), rtol=1e-4, atol=1e-4
    )


def test_umap_draws_it_from_a_file_of_the_cache() -> None:
    space = one_hot([f"w{row}" for row in range(30)])
    file = ArrayFile.of(space)
    again = bare_space(file.load(), "again")
    assert again.is_sparse
    np.testing.assert_array_equal(again.vectors, space.vectors)
    wanted = Picture("umap", seed=1, params={"n_epochs": 5})
    assert np.isfinite(draw_file(file, "again", None, wanted).coordinates).all()


def test_dense_vectors_in_the_cache_stay_dense(dense: EmbeddingSpace) -> None:
    again = bare_space(ArrayFile.of(dense).load(), "again")
    assert not again.is_sparse
    np.testing.assert_array_equal(again.vectors, dense.vectors)


def test_nobody_can_change_it(thin: SparseSpace) -> None:
    for part in (thin.matrix.data, thin.matrix.indices, thin.matrix.indptr, thin.vectors):
        with pytest.raises(ValueError, match="read-only"):
            part[0] = 7


def test_it_does_not_follow_the_matrix_it_came_from() -> None:
    matrix = sparse.csr_array(np.eye(2, dtype=np.float32))
    space = SparseSpace(["a", "b"], matrix)
    matrix.data[0] = 9
    assert space.vectors[0, 0] == 1


def test_the_digest_is_of_the_content(thin: SparseSpace) -> None:
    same = SparseSpace(LABELS, sparse.coo_array(thin.vectors), name="another name")
    other = SparseSpace(LABELS, thin.matrix * 2)
    assert thin.digest == same.digest
    assert thin.digest != other.digest


def test_taken_rows_stay_sparse_and_keep_labels_columns_and_metadata() -> None:
    table = pa.table({"rank": [1, 2, 3]})
    space = SparseSpace(
        ["a", "b", "c"], sparse.eye_array(3), columns=["x", "y", "z"], metadata=table
    )
    taken = space.take([2, 0], name="two", step="the ends")
    assert isinstance(taken, SparseSpace)
    assert taken.labels == ("c", "a")
    assert taken.columns == ("x", "y", "z")
    assert taken.vectors.tolist() == [[0, 0, 1], [1, 0, 0]]
    assert taken.metadata is not None
    assert taken.metadata["rank"].to_pylist() == [3, 1]


def test_what_would_not_fit_is_told_and_not_written_out() -> None:
    space = one_hot([f"w{row}" for row in range(50_000)])
    with pytest.raises(SpaceError, match=r"it would take 10\.0 GB"):
        _ = space.vectors


def test_rows_of_zeros_are_noted() -> None:
    space = SparseSpace(["a", "b"], sparse.csr_array([[1.0, 0], [0, 0]]))
    assert "only zeros (row 1)" in space.notes[0]


def test_infinite_values_are_told_with_their_rows() -> None:
    with pytest.raises(VectorValueError, match="1 holds NaN or infinite values: row 1"):
        SparseSpace(["a", "b"], sparse.csr_array([[1.0, 0], [0, np.inf]]))


@pytest.mark.parametrize(
    ("labels", "columns", "message"),
    [(["a"], (), "1 label for 2 vectors"), (["a", "b"], ["x"], "1 column name for 2 dimensions")],
)
def test_counts_that_disagree_are_told(labels: list[str], columns: list[str], message: str) -> None:
    with pytest.raises(LabelCountError, match=message):
        SparseSpace(labels, sparse.eye_array(2), columns=columns)


def test_metadata_must_fit() -> None:
    with pytest.raises(LabelCountError, match="1 metadata row for 2 vectors"):
        SparseSpace(["a", "b"], sparse.eye_array(2), metadata=pa.table({"rank": [1]}))


@pytest.mark.parametrize("matrix", [np.eye(2), sparse.csr_array((0, 3)), [[1, 0]]])
def test_what_is_no_sparse_matrix_is_told(matrix: object) -> None:
    with pytest.raises(SpaceError):
        SparseSpace(["a", "b"], matrix)
