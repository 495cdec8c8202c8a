"""Looks inside an index do what faiss does."""

from __future__ import annotations

import faiss
import numpy as np
import pytest

from explorer.neighbors.indexes import looking
from explorer.neighbors.indexes.data import Made
from explorer.neighbors.indexes.hnsw import graph_of, walk
from explorer.neighbors.indexes.inside import (
    CellsLook,
    CodesLook,
    Look,
    PlanesLook,
    WalkLook,
    packed,
    unpacked,
)
from explorer.neighbors.indexes.settings import Settings

ROW = 7


@pytest.fixture(scope="module")
def points() -> np.ndarray:
    return Made(3000, 24).split(1)[0]


def look_at(name: str, points: np.ndarray) -> Look:
    """Look inside an index over the points."""
    settings = Settings(cells=40).fitted(len(points), points.shape[1])
    return unpacked(*looking.look_file(points, "digest", name, ROW, settings))


@pytest.mark.parametrize("ef", [10, 16, 40, 128])
def test_the_walk_is_faisss_own_step_by_step(ef: int, points: np.ndarray) -> None:
    index = faiss.IndexHNSWFlat(24, 8)
    index.add(points)
    index.hnsw.efSearch = ef
    graph = graph_of(index)
    faiss.omp_set_num_threads(1)
    for row in range(0, 3000, 150):
        faiss.cvar.hnsw_stats.reset()
        found = index.search(points[row : row + 1], 10)[1][0]
        statistics = faiss.cvar.hnsw_stats
        ours = walk(graph, points, points[row])
        end = ours.end(ef)
        rows, levels = ours.computed_until(end)
        ground = np.unique(rows[levels == 0])
        away = ((points[ground] - points[row]) ** 2).sum(axis=1)
        assert set(ground[np.argsort(away)[:10]]) == set(found)
        assert end == statistics.nhops
        # faiss does not count the comparison with the entry
        assert ours.comparisons(end) == statistics.ndis + 1


def test_a_wider_search_continues_the_walk_and_misses_less(points: np.ndarray) -> None:
    look = look_at("hnsw", points)
    assert isinstance(look, WalkLook)
    missed = [len(look.at(ef).missed) for ef in (10, 32, 256)]
    assert missed == sorted(missed, reverse=True)
    assert look.walk.end(10) < look.walk.end(32) < look.walk.end(256)


@pytest.mark.parametrize("nprobe", [1, 3, 40])
def test_cells_are_faisss_own(nprobe: int, points: np.ndarray) -> None:
    look = look_at("ivf", points)
    assert isinstance(look, CellsLook)
    index = looking.kept_index("digest", "IVF 40", lambda: pytest.fail("it was not kept"))
    index.nprobe = nprobe
    rows = index.search(points[ROW : ROW + 1], 11)[1][0]
    assert set(look.at(nprobe).found) == set(rows[rows != ROW][:10])


def test_codes_find_what_faiss_finds(points: np.ndarray) -> None:
    look = look_at("pq", points)
    assert isinstance(look, CodesLook)
    for size in look.sizes:
        index = looking.kept_index("digest", f"PQ {size}", lambda: pytest.fail("not kept"))
        decoded = index.reconstruct(ROW)
        np.testing.assert_allclose(look.rebuilt[look.sizes.index(size)], decoded)
        away = ((index.reconstruct_n(0, 3000) - points[ROW]) ** 2).sum(axis=1)
        away[ROW] = np.inf
        assert set(look.at(size).found) == set(np.argsort(away, kind="stable")[:10])
    assert look.error(look.sizes[-1]) < look.error(look.sizes[0])


def test_planes_are_faisss_own(points: np.ndarray) -> None:
    look = look_at("lsh", points)
    assert isinstance(look, PlanesLook)
    index = looking.kept_index(
        "digest", f"LSH {looking.NUMBERS[-1]}", lambda: pytest.fail("it was not kept")
    )
    distances, rows = index.search(points[ROW : ROW + 1], 50)
    np.testing.assert_array_equal(look.differ[-1][rows[0]], distances[0])


def test_the_query_is_never_its_own_neighbor(points: np.ndarray) -> None:
    look = look_at("ivf", points)
    assert isinstance(look, CellsLook)
    assert ROW not in look.true
    assert ROW not in look.at(2).found


@pytest.mark.parametrize("name", looking.INSIDE)
def test_rows_are_those_of_the_space_where_zero_vectors_are_left_out(
    name: str, points: np.ndarray
) -> None:
    holes = points.copy()
    holes[[0, 5]] = 0
    settings = Settings(cells=40).fitted(len(points), points.shape[1])
    look = unpacked(*looking.look_file(holes, f"holes {name}", name, ROW, settings))
    similarities = holes @ points[ROW]
    similarities[ROW] = -np.inf
    assert look.row == ROW
    np.testing.assert_array_equal(look.true, np.argsort(-similarities)[:10])
    again = unpacked(*packed(look))
    np.testing.assert_array_equal(again.true, look.true)
