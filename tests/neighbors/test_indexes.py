"""Indexes, compared with faiss by hand."""

from __future__ import annotations

import ast
from pathlib import Path

import faiss
import numpy as np
import pytest

from explorer.errors import QueryError
from explorer.neighbors.indexes.data import CLUSTERS, Made, split_rows, unit_rows
from explorer.neighbors.indexes.job import Measured, Wanted, kept, measure_file
from explorer.neighbors.indexes.known import EXPANSION, INDEXES
from explorer.neighbors.indexes.measure import measure, recall, true_neighbors
from explorer.neighbors.indexes.settings import Settings, nearest_divisor, usual_cells

ROOT = Path(__file__).parents[2]
Floats = np.ndarray


@pytest.fixture(scope="module")
def data() -> tuple[Floats, Floats]:
    """Clustered vectors, and as many queries as the page's largest."""
    return Made(4000, 24, CLUSTERS).split(10_000)


def test_recall_is_faisss_own_by_hand_on_ten_thousand_queries(data: tuple[Floats, Floats]) -> None:
    points, queries = data
    flat = faiss.IndexFlatIP(24)
    flat.add(points)
    true = flat.search(queries, 10)[1]
    index = faiss.IndexHNSWFlat(24, 16)
    index.hnsw.efConstruction = EXPANSION
    index.add(points)
    index.hnsw.efSearch = 16
    found = index.search(queries, 10)[1]
    by_hand = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(found, true, strict=True)])
    similarities = true_neighbors(points, queries, 10)[1]
    assert recall(points, queries, found, similarities) == pytest.approx(by_hand, abs=1e-5)
    assert 0.5 < by_hand < 1


@pytest.mark.parametrize("name", INDEXES)
def test_every_index_is_measured_and_more_effort_finds_more(
    name: str, data: tuple[Floats, Floats]
) -> None:
    points, queries = data[0], data[1][:50]
    similarities = true_neighbors(points, queries, 10)[1]
    made = measure(name, points, queries, similarities, Settings())
    assert made[-1].recall >= made[0].recall
    assert made[-1].recall > 0.4
    assert all(one.nbytes > 0 and one.seconds > 0 and one.seconds_alone > 0 for one in made)
    assert made[0].recall == 1 or name != "exact"


@pytest.mark.parametrize("nprobe", [1, 8])
def test_ivf_finds_what_faiss_finds_with_the_same_cells(
    nprobe: int, data: tuple[Floats, Floats]
) -> None:
    points, queries = data[0], data[1][:500]
    similarities = true_neighbors(points, queries, 10)[1]
    (ours,) = measure("ivf", points, queries, similarities, Settings(), values=[nprobe])
    index = faiss.IndexIVFFlat(faiss.IndexFlatL2(24), 24, usual_cells(len(points)))
    index.cp.niter, index.cp.max_points_per_centroid = 6, 39
    index.train(points)
    index.add(points)
    index.nprobe = nprobe
    share = recall(points, queries, index.search(queries, 10)[1], similarities)
    assert ours.recall == pytest.approx(share, abs=0.01)


def test_duplicates_count_as_the_neighbors_they_are() -> None:
    points = np.repeat(np.eye(3, dtype=np.float32), 5, axis=0)
    similarities = true_neighbors(points, points[:1], 2)[1]
    assert recall(points, points[:1], np.array([[4, 3]]), similarities) == 1
    assert recall(points, points[:1], np.array([[4, 4]]), similarities) == 0.5
    assert recall(points, points[:1], np.array([[4, -1]]), similarities) == 0.5


def test_queries_are_taken_out_of_the_vectors() -> None:
    units = np.eye(40, dtype=np.float32)
    points, queries = split_rows(units, 4)
    assert len(points) == 36
    assert not (queries @ points.T).any()


def test_what_is_measured_is_kept(data: tuple[Floats, Floats]) -> None:
    wanted = Wanted("a space", Settings(k=5), queries=20)
    made = measure_file(np.asarray(data[0][:600]), wanted, ["exact", "sq"])
    assert kept(wanted, "sq") == made["sq"]
    assert isinstance(made["sq"], Measured)
    assert made["sq"].queries == 20


def test_made_vectors_are_measured_and_kept_by_what_they_are() -> None:
    wanted = Wanted(Made(500, 16), Settings(k=5), queries=20)
    made = measure_file(None, wanted, ["exact"])
    assert made["exact"].n == 500
    assert kept(wanted, "exact") == made["exact"]
    assert kept(Wanted(Made(500, 16, "noise"), Settings(k=5), queries=20), "exact") is None


def test_stop_keeps_the_indexes_that_are_measured(data: tuple[Floats, Floats]) -> None:
    wanted = Wanted("another space", Settings(), queries=20)

    def stop(share: float, step: str, _: object = None) -> None:
        if step.startswith("SQ"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_file(np.asarray(data[0][:600]), wanted, ["exact", "sq"], report=stop)
    assert kept(wanted, "exact") is not None
    assert kept(wanted, "sq") is None


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (Settings(cells=2000), "1,000 vectors.*25 cells work"),
        (Settings(code_bytes=16), "300 numbers cannot be cut into 16 equal parts.* is 15 bytes"),
        (Settings(code_bytes=1000), "nearest code size that works is 300"),
        (Settings(k=200), "k is 200.*1 to 100"),
        (Settings(links=2), "M is 2.*4 works"),
    ],
)
def test_what_cannot_be_built_names_the_nearest_that_can(settings: Settings, told: str) -> None:
    with pytest.raises(QueryError, match=told):
        settings.fitted(1000, 300)


def test_k_larger_than_the_space_is_refused() -> None:
    with pytest.raises(QueryError, match=r"holds 7 vectors\. Ask for 1 to 7"):
        Settings(k=10).fitted(7, 3)


@pytest.mark.parametrize("name", ["pq", "ivfpq"])
def test_fewer_vectors_than_codewords_are_refused(name: str) -> None:
    with pytest.raises(QueryError, match="learns 256 codewords, and there are 100 vectors"):
        INDEXES[name].check(100)


@pytest.mark.parametrize(
    ("vectors", "told"),
    [
        (np.ones((50, 4), np.float32), "have the same direction"),
        (np.zeros((50, 4), np.float32), "0 vectors have a direction"),
    ],
)
def test_vectors_that_no_index_can_tell_apart_are_refused(vectors: Floats, told: str) -> None:
    with pytest.raises(QueryError, match=told):
        unit_rows(vectors)


def test_zero_vectors_are_left_out() -> None:
    vectors = np.eye(30, dtype=np.float32)
    vectors[3] = 0
    units, rows = unit_rows(vectors)
    assert len(units) == 29
    assert 3 not in rows


def test_a_million_queries_are_refused() -> None:
    with pytest.raises(QueryError, match=r"1,000,000 queries; here it can be 1 to 10,000"):
        Made(100, 8).split(1_000_000)


def test_made_vectors_that_are_too_many_are_refused() -> None:
    with pytest.raises(QueryError, match="at most 2 are made here"):
        Made(10_000_000, 384).split(10)


def test_the_same_made_vectors_come_again() -> None:
    np.testing.assert_array_equal(Made(50, 8).split(5)[1], Made(50, 8).split(5)[1])


@pytest.mark.parametrize(("dim", "wanted", "near"), [(384, 48, 48), (100, 48, 50), (101, 30, 1)])
def test_codes_have_a_size_that_divides_the_vector(dim: int, wanted: int, near: int) -> None:
    assert nearest_divisor(dim, wanted) == near


def test_faiss_and_usearch_are_imported_nowhere_but_inside_functions_of_workers() -> None:
    """Where they are: modules whose functions jobs run."""
    found = set()
    for file in (ROOT / "explorer").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            if any(name.split(".")[0] in ("faiss", "usearch") for name in names):
                assert node not in tree.body, file
                found.add(file.relative_to(ROOT / "explorer").as_posix())
    assert found == {"neighbors/indexes/known.py", "lessons/vibe.py", "stores/faiss_files.py"}
