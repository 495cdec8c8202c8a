"""Two spaces of the same items, against references and on made data."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from scipy import spatial, stats
from sklearn.neighbors import NearestNeighbors

from explorer import EmbeddingSpace
from explorer.comparison.compare import Comparison, compare
from explorer.comparison.matching import left_out, match, notes
from explorer.comparison.measures import interval, linear_measures
from explorer.comparison.sentences import verdict
from explorer.errors import QueryError


def space_of(vectors: object, prefix: str = "w", name: str = "made") -> EmbeddingSpace:
    """Return a space with numbered labels."""
    return EmbeddingSpace(
        [f"{prefix}{row}" for row in range(len(vectors))],  # type: ignore[arg-type]
        vectors,
        name=name,
    )


def related(n: int = 150, d: int = 10, e: int = 10) -> tuple[NDArray[np.float64], ...]:
    """Return two matrices, the second a noisy linear image of the first."""
    random = np.random.default_rng(3)
    one = random.normal(size=(n, d)) * np.linspace(1, 3, d) + 1
    other = one @ random.normal(size=(d, e)) + 2 * random.normal(size=(n, e)) - 4
    return one.astype(np.float32), other.astype(np.float32)


def cka_by_the_formula(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return linear CKA as Kornblith et al. 2019 write it, by HSIC of two n × n kernels."""
    n = len(one)
    center = np.eye(n) - 1 / n
    left, right = (center @ (m.astype(float) @ m.T.astype(float)) @ center for m in (one, other))

    def hsic(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
        return float(np.trace(a @ b)) / (n - 1) ** 2

    return float(hsic(left, right) / (hsic(left, left) * hsic(right, right)) ** 0.5)


def test_overlap_is_that_of_scikit_learns_neighbors() -> None:
    one, other = related(e=6)
    near = [
        NearestNeighbors(n_neighbors=7, metric="cosine").fit(m).kneighbors(return_distance=False)
        for m in (one, other)
    ]
    expected = [len(set(a) & set(b)) / 7 for a, b in zip(*near, strict=True)]
    found = compare(space_of(one), space_of(other), k=7)
    np.testing.assert_allclose(found.kept, expected, atol=1e-6)
    assert found.agreement == pytest.approx(np.mean(expected))
    shuffled = np.random.default_rng(0).permutation(len(one))
    random = compare(space_of(one), space_of(other[shuffled]), k=7)
    assert random.by_chance == pytest.approx(7 / 149)
    assert random.agreement == pytest.approx(random.by_chance, abs=0.02)


def test_cka_and_its_value_by_chance_are_those_of_the_formula() -> None:
    one, other = related(e=6)
    found = linear_measures(one, other).cka
    assert found.value == pytest.approx(cka_by_the_formula(one, other), rel=1e-4)
    random = np.random.default_rng(1)
    by_chance = [cka_by_the_formula(one, other[random.permutation(150)]) for _ in range(60)]
    assert found.chance == pytest.approx(np.mean(by_chance), rel=0.1)


def test_the_residual_is_scipys_procrustes_disparity() -> None:
    one, other = related()
    found = linear_measures(one, other)
    left, right, disparity = spatial.procrustes(one, other)
    assert found.residual.value == pytest.approx(disparity, rel=1e-4)
    ours = found.distance / np.linalg.norm(found.distance)
    theirs = np.linalg.norm(left - right, axis=1)
    np.testing.assert_allclose(ours, theirs / np.linalg.norm(theirs), rtol=1e-3)


@pytest.mark.parametrize("e", [4, 14])
def test_of_other_dimensions_the_smaller_space_is_filled_up_with_zeros(e: int) -> None:
    one, other = related(e=e)
    wide = [np.pad(m, ((0, 0), (0, 14 - m.shape[1]))) for m in (one, other)]
    left, right, disparity = spatial.procrustes(*wide)
    found = linear_measures(one, other)
    assert found.residual.value == pytest.approx(disparity, rel=1e-4)
    theirs = np.linalg.norm(left - right, axis=1)
    ratio = found.distance / theirs
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-3)


def test_the_correlation_of_distances_is_scipys_spearman() -> None:
    one, other = related(e=5)
    found = compare(space_of(one), space_of(other)).measured.distances
    pairs = [spatial.distance.pdist(m, "cosine") for m in (one, other)]
    assert found.value == pytest.approx(stats.spearmanr(*pairs).statistic, abs=1e-4)


def test_intervals_are_as_wide_as_resampling_the_items_shows() -> None:
    one, other = related(n=400, d=5, e=5)
    random = np.random.default_rng(2)
    found = compare(space_of(one), space_of(other))
    repeats: dict[str, list[float]] = {"cka": [], "procrustes": [], "distances": []}
    for _ in range(80):
        rows = random.integers(400, size=400)
        repeats["cka"].append(cka_by_the_formula(one[rows], other[rows]))
        repeats["procrustes"].append(spatial.procrustes(one[rows], other[rows])[2])
        pairs = [spatial.distance.pdist(m[rows[:200]], "cosine") for m in (one, other)]
        repeats["distances"].append(stats.spearmanr(*pairs).statistic / 2**0.5)
    for name, values in repeats.items():
        figure = found.figures()[name]
        assert figure.low <= figure.value <= figure.high
        width = (figure.high - figure.low) / (2 * 1.96)
        assert width == pytest.approx(np.std(values), rel=0.3), name


def test_an_interval_of_a_mean_is_that_of_its_standard_error() -> None:
    values = np.random.default_rng(0).normal(5, 2, size=500)
    low, high = interval(5.0, values)
    assert (high - low) / (2 * 1.96) == pytest.approx(values.std() / 500**0.5, rel=0.1)


def moved_fifty() -> tuple[Comparison, NDArray[np.intp]]:
    """Return a space compared with itself rotated, with noise and 50 of 2,000 items moved."""
    random = np.random.default_rng(0)
    one = random.normal(size=(20, 32))[random.integers(20, size=2000)]
    one = one + 0.5 * random.normal(size=(2000, 32))
    turn = np.linalg.qr(random.normal(size=(32, 32)))[0]
    other = one @ turn + 0.02 * random.normal(size=(2000, 32))
    moved = np.sort(random.choice(2000, 50, replace=False))
    other[moved] = other[random.permutation(2000)[:50]] * -1
    return compare(space_of(one), space_of(other)), moved


def test_the_fifty_that_moved_are_the_top_fifty() -> None:
    found, moved = moved_fifty()
    assert sorted(found.order[:50].tolist()) == moved.tolist()
    assert sorted(found.order_by_distance[:50].tolist()) == moved.tolist()
    assert found.agreement > 0.8


def test_items_are_matched_and_those_without_partner_or_repeated_are_told() -> None:
    old = EmbeddingSpace(
        ["a", "b", "c", "d", "e", "e"], np.eye(6), name="old", metadata=pa.table({"id": range(6)})
    )
    new = EmbeddingSpace(
        ["x"] * 5, np.eye(5), name="new", metadata=pa.table({"id": [9.0, 3.0, 2.0, 1.0, 1.0]})
    )
    with pytest.raises(QueryError, match=r"share no item by “label”: “a”, “b” here, “x”, “x”"):
        match(old, new)
    with pytest.raises(QueryError, match=r"share 2 items by “id”"):
        match(old, new, "id")
    twice = EmbeddingSpace(["a", "b", "c", "c", "d", "f"], np.eye(6), name="twice")
    found = match(old, twice)
    assert found.rows.tolist() == [0, 1, 3]
    assert found.repeated.tolist() == [2]
    assert found.alone.tolist() == [4, 5]  # “e” is not there at all
    assert found.other_repeated.tolist() == [2, 3]
    told = " ".join(notes(found, old, twice))
    assert "1 item of twice has no partner in old and is left out: “f”." in told
    assert "1 row of old is left out because the same “label” occurs more than once" in told
    assert [(one["item"], one["space"], one["row"], one["why"])
            for one in left_out(found, old, twice).to_pylist()] == [
        ("e", "old", 4, "no partner"),
        ("e", "old", 5, "no partner"),
        ("c", "old", 2, "occurs more than once"),
        ("f", "twice", 5, "no partner"),
        ("c", "twice", 2, "occurs more than once"),
        ("c", "twice", 3, "occurs more than once"),
    ]  # fmt: skip
    part = EmbeddingSpace(["a", "b", "c"], np.eye(3), name="part")
    assert "All items of part are in old: it is a part of it." in notes(
        match(old.take(range(4), name="old", step=""), part),
        old.take(range(4), name="old", step=""),
        part,
    )


def test_equal_spaces_zero_vectors_one_item_and_equal_vectors_are_told() -> None:
    one, other = related(n=40)
    same = compare(space_of(one), space_of(one), k=5)
    assert same.measured.is_equal
    assert (same.agreement, round(same.cka, 5)) == (1.0, 1.0)
    assert verdict(same).startswith("The two spaces are identical")
    other[7] = 0
    found = compare(space_of(one), space_of(other), k=5)
    assert np.isnan(found.kept[7])
    assert found.order[-1] == 7
    assert any("1 item has a vector of only zeros" in note for note in found.notes())
    with pytest.raises(QueryError, match="share 1 item by"):
        compare(space_of(one[:1]), space_of(one[:1]))
    with pytest.raises(QueryError, match="All 40 shared vectors of made are equal"):
        compare(space_of(one), space_of(np.ones((40, 3))))
    with pytest.raises(QueryError, match="k is 99"):
        found.at(99)
