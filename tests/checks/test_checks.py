"""Findings against scikit-learn, on planted errors, and on input that says little."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from scipy import sparse, stats
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier, LocalOutlierFactor, NearestNeighbors

from explorer import EmbeddingSpace
from explorer.checks import job
from explorer.checks.agreement import agreement, coded
from explorer.checks.duplicates import copy_of
from explorer.checks.findings import check, found_by, notes
from explorer.checks.measured import K, measure
from explorer.cli.main import main
from explorer.conditions import matching_rows
from explorer.errors import QueryError
from explorer.formats import open_space
from explorer.formats.save import save_space
from explorer.sparse import SparseSpace


def clustered(seed: int, n: int = 300) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Return n vectors in four clusters of 16 dimensions, and the number of each one's cluster."""
    random = np.random.default_rng(seed)
    own = random.integers(4, size=n)
    vectors = random.normal(size=(4, 16))[own] + 0.2 * random.normal(size=(n, 16))
    return vectors.astype(np.float32), own


def space_of(vectors: object, **columns: object) -> EmbeddingSpace:
    """Return a space with row numbers as labels."""
    n = len(vectors)  # type: ignore[arg-type]
    metadata = pa.table(columns) if columns else None
    return EmbeddingSpace([f"r{row}" for row in range(n)], vectors, metadata=metadata)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_local_outlier_factors_are_those_of_scikit_learn(metric: str) -> None:
    vectors, _ = clustered(0)
    reference = LocalOutlierFactor(K, metric=metric, algorithm="brute").fit(vectors)
    ours = measure(space_of(vectors), metric).outlier
    np.testing.assert_allclose(ours, -reference.negative_outlier_factor_, rtol=1e-3)


def test_lists_and_their_skewness_are_those_of_scikit_learn_and_scipy() -> None:
    vectors, _ = clustered(1)
    near = NearestNeighbors(n_neighbors=10, metric="cosine").fit(vectors)
    lists = np.bincount(near.kneighbors(return_distance=False).ravel(), minlength=len(vectors))
    found = check(space_of(vectors))
    np.testing.assert_array_equal(found.measured.in_lists, lists)
    assert found.skewness == pytest.approx(stats.skew(lists))


def test_leave_one_out_accuracy_is_that_of_scikit_learn() -> None:
    vectors, own = clustered(2, 120)
    random = np.random.default_rng(2)
    own = np.where(random.random(120) < 0.3, random.integers(4, size=120), own)
    voters = KNeighborsClassifier(10, metric="cosine")
    predicted = cross_val_predict(voters, vectors, own, cv=LeaveOneOut())
    found = check(space_of(vectors, kind=own), labels="kind").agreement
    assert found is not None
    np.testing.assert_array_equal(found.predicted, predicted)
    assert found.accuracy.value == pytest.approx(np.mean(predicted == own))
    shares = np.bincount(own) / len(own)
    assert (found.majority, found.chance) == pytest.approx((shares.max(), (shares**2).sum()))
    low, high = stats.binomtest(int((predicted == own).sum()), 120).proportion_ci(method="wilson")
    assert (found.accuracy.low, found.accuracy.high) == pytest.approx((low, high))


def test_planted_errors_are_found() -> None:
    vectors, own = clustered(3, 800)
    random = np.random.default_rng(4)
    source = random.choice(800, 30, replace=False)
    near = vectors[source[:20]] + 0.02 * random.normal(size=(20, 16))
    strange = 1.5 * random.normal(size=(15, 16))
    whole = np.vstack([vectors, near, vectors[source[20:]], strange])
    labels = np.concatenate([own, own[source], np.full(15, -1)])
    flipped = random.choice(800, 40, replace=False)
    labels[flipped] = (labels[flipped] + random.integers(1, 4, size=40)) % 4
    part = np.arange(len(whole)) % 2
    part[800:830] = 1 - part[source]
    kinds = [None if one < 0 else f"kind {one}" for one in labels]
    found = check(space_of(whole, kind=kinds, part=part), "kind", "part")

    def score(name: str, rows: object) -> tuple[float, float]:
        true, ours = set(np.ravel(rows).tolist()), set(found_by(found, name).rows.tolist())
        return len(true & ours) / max(1, len(ours)), len(true & ours) / len(true)

    assert score("copies", [source[20:], np.arange(820, 830)]) == (1, 1)
    assert min(score("near", [source[:20], np.arange(800, 820)])) >= 0.9
    assert min(score("leak", [source, np.arange(800, 830)])) >= 0.9
    assert min(score("outliers", np.arange(830, 845))) >= 0.85
    assert min(score("doubt", flipped)) >= 0.85


def test_nothing_wrong_is_said_to_be_nothing() -> None:
    circle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    found = check(space_of(np.stack([np.cos(circle), np.sin(circle)], axis=1)))
    assert {name: len(one.rows) for name, one in found.summary().items()} == dict.fromkeys(
        ("copies", "near", "same_label", "outliers", "lonely", "hubs"), 0
    )


def test_each_condition_picks_the_rows_that_were_counted() -> None:
    vectors, own = clustered(5, 200)
    vectors[:3] = 0
    vectors[3:6] = vectors[6]
    space = space_of(vectors, **{'odd "name': own, "part": np.arange(200) % 2})
    found = check(space, 'odd "name', "part")
    table = space.table()
    for name, values in found.columns.items():
        table = table.append_column(name, values)
    for one in found.summary().values():
        assert matching_rows(table, one.clause).tolist() == sorted(one.rows.tolist()), one.clause
    assert len(found_by(found, "copies").rows) == 7


def test_equal_rows_are_found_whatever_the_sign_of_zero_and_the_storage() -> None:
    values = np.array([[1, 0, 2], [1, 2, 0], [1, -0.0, 2], [0, 0, 0], [1, 0, 2]], np.float32)
    dense = space_of(values)
    rows = SparseSpace(dense.labels, sparse.csr_array(values))
    assert copy_of(dense).tolist() == copy_of(rows).tolist() == [0, 1, 0, 3, 0]


def test_a_near_duplicate_is_told_from_an_equal_row_far_below_a_products_rounding() -> None:
    vectors, _ = clustered(6, 60)
    vectors[1] = vectors[0] * np.float32(1 + 1e-4)
    vectors[1, 0] += np.float32(1e-4)
    one, other = vectors[:2].astype(np.float64)
    apart = 1 - one @ other / np.linalg.norm(one) / np.linalg.norm(other)
    found = measure(space_of(vectors))
    assert found.other[0] == 1
    assert found.nearest[0] == pytest.approx(apart, rel=1e-3)


def test_a_leak_is_seen_among_many_copies_and_never_without_a_part() -> None:
    vectors, _ = clustered(7, 90)
    vectors[:60] = vectors[0]  # more copies than the graph has neighbors
    parts = ["train"] * 90
    parts[59], parts[60] = "test", ""
    found = check(space_of(vectors, part=parts), split="part")
    leak = found_by(found, "leak")
    assert set(range(60)) <= set(leak.rows.tolist())
    assert np.isnan(leak.values[60])


def test_rows_whose_neighbors_mean_nothing_are_left_out_and_told() -> None:
    vectors, own = clustered(8, 150)
    vectors[:40] = 0
    vectors[40:70] = vectors[70]
    space = space_of(vectors, kind=own)
    found = check(space, "kind")
    assert np.isnan(found.outliers[:71]).all()
    assert np.isfinite(found.outliers[71:]).all()
    assert not len(found_by(found, "hubs").rows)  # the first zero rows fill the others' lists
    assert found.agreement is not None
    assert not found.agreement.judged[:71].any()
    told = " ".join(notes(space, found))
    assert "40 vectors hold only zeros" in told
    assert "31 rows have more than 20 equal ones" in told


@pytest.mark.parametrize(
    ("vectors", "counts"),
    [
        ([[1.0, 2.0]], {"copies": 0}),
        ([[1.0, 0.0], [0.0, 1.0]], {"copies": 0, "near": 0}),
        (np.ones((50, 3)), {"copies": 50, "near": 0, "outliers": 0, "lonely": 0, "hubs": 0}),
        (np.zeros((5, 3)), {"copies": 5, "near": 0, "outliers": 0, "lonely": 0, "hubs": 0}),
    ],
    ids=["one row", "two rows", "all equal", "all zero"],
)
def test_small_and_degenerate_spaces_have_an_answer(
    vectors: object, counts: dict[str, int]
) -> None:
    found = check(space_of(vectors))
    summary = found.summary()
    assert {name: len(summary[name].rows) for name in counts} == counts


def test_a_sparse_space_has_the_findings_of_the_dense_one() -> None:
    random = np.random.default_rng(9)
    values = random.normal(size=(80, 30)) * (random.random((80, 30)) < 0.2)
    values[1] = values[0]
    values[2] = values[3] * 1.001
    dense = space_of(values)
    rows = SparseSpace(dense.labels, sparse.csr_array(values.astype(np.float32)))
    ours, theirs = check(rows), check(dense)
    for name in ("copies", "near", "outliers"):
        assert found_by(ours, name).rows.tolist() == found_by(theirs, name).rows.tolist()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([None] * 6, "holds no value in any row"),
        ([""] * 6, "holds no value in any row"),
        (["a"] * 6, "All rows have the same value"),
        (list("abcdef"), "All 6 values in “kind” are different"),
        ([[1]] * 6, "A label is one text or number a row"),
    ],
    ids=["null", "empty", "one", "all different", "lists"],
)
def test_an_unfit_label_column_is_refused_with_what_to_do(values: list[object], told: str) -> None:
    space = space_of(np.eye(6), kind=values)
    with pytest.raises(QueryError, match=told):
        check(space, "kind")


def test_unknown_columns_and_splits_of_one_part_are_refused() -> None:
    space = space_of(np.eye(6), kind=["a"] * 6, number=range(6))
    with pytest.raises(QueryError, match=r"no column “sort”.*Columns: label, kind"):
        check(space, "sort")
    with pytest.raises(QueryError, match="A split needs two at least"):
        check(space, split="kind")
    with pytest.raises(QueryError, match="6 different values for 6 rows"):
        check(space, split="number")
    with pytest.raises(QueryError, match="Known: cosine, euclidean"):
        check(space, metric="dot")


def test_neighbors_without_a_label_do_not_vote() -> None:
    neighbors = np.array([[1, 2], [0, 2], [0, 1], [2, 0]], np.int32)
    labels = coded(pa.table({"kind": ["a", None, "b", "b"]}), "kind")
    found = agreement(neighbors, labels, np.ones(4, bool))
    np.testing.assert_array_equal(found.doubt, np.array([1, np.nan, 1, 0], np.float32))
    assert found.predicted.tolist() == [1, -1, 0, 0]  # of equals, the first in order
    assert found.pairs is not None
    assert found.pairs.tolist() == [[0, 1], [2, 1]]


def test_what_was_measured_is_kept_and_read_again() -> None:
    measured = measure(space_of(clustered(10, 60)[0]))
    job.save("key", measured)
    again = job.load("key")
    assert again is not None
    for name, value in vars(measured).items():
        np.testing.assert_array_equal(getattr(again, name), value)


def test_the_command_prints_each_finding_and_saves_its_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vectors, own = clustered(11, 60)
    vectors[1] = vectors[0]
    file, new = tmp_path / "rows.parquet", tmp_path / "checked.parquet"
    save_space(space_of(vectors, kind=own), file)
    assert main(["check", str(file), "--label", "kind", "--save", str(new)]) == 0
    told = capsys.readouterr().out
    assert '"check_copies" > 1: rows 0, 1' in told
    assert "majority of 10 neighbors names the label of" in told
    assert "--split COLUMN" in told
    saved = open_space(new).metadata
    assert saved is not None
    assert saved["check_copies"].to_pylist()[:3] == [2, 2, 1]
    assert set(check(space_of(vectors, kind=own), "kind").columns) <= set(saved.column_names)
    assert main(["check", str(file), "--save", str(new)]) == 2
    assert main(["check", str(file), "--save", str(tmp_path / "rows.txt")]) == 2
    assert "no place for columns" in capsys.readouterr().err
    assert open_space(new).metadata.equals(saved)
