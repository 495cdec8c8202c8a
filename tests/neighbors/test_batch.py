"""Exact search of many queries, compared with faiss's."""

from __future__ import annotations

import faiss
import numpy as np
import pytest

from explorer.neighbors.batch import POINTS, QUERIES, nearest_rows


@pytest.mark.parametrize("n", [10, POINTS, 2 * POINTS + 3])
@pytest.mark.parametrize("q", [1, 7, QUERIES + 1])
def test_it_is_what_faiss_finds(n: int, q: int) -> None:
    random = np.random.default_rng(0)
    points = random.normal(size=(n, 12)).astype(np.float32)
    queries = random.normal(size=(q, 12)).astype(np.float32)
    exact = faiss.IndexFlatIP(12)
    exact.add(points)
    products, rows = exact.search(queries, 10)
    found, scores = nearest_rows(points, queries, 10)
    np.testing.assert_array_equal(found, rows)
    np.testing.assert_allclose(scores, products, rtol=1e-5, atol=1e-5)


def test_equal_products_come_in_row_order_across_blocks() -> None:
    points = np.ones((POINTS + 5, 3), np.float32)
    rows, _ = nearest_rows(points, np.ones((2, 3), np.float32), POINTS // 4)
    np.testing.assert_array_equal(rows, [np.arange(POINTS // 4)] * 2)
