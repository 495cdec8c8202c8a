"""UMAP's optimization and densMAP's gradient, compared with plain Python versions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix, random_array
from umap.umap_ import find_ab_params

from explorer.projection import umap
from explorer.projection.umap import densmap, layout
from explorer.projection.umap.densmap import Densities

CURVE = (1.577, 0.895)
N = 30


@pytest.fixture
def graph() -> Any:
    """Thirty points, each of which belongs to a few others."""
    half = random_array((N, N), density=0.1, rng=np.random.default_rng(1), dtype=np.float32)
    return csr_matrix(half + half.T - csr_matrix(np.diag((half + half.T).diagonal())))


@pytest.fixture
def start() -> Any:
    return np.random.default_rng(2).normal(scale=3, size=(N, 2)).astype(np.float32)


@pytest.mark.parametrize("min_dist", [0.0, 0.1, 0.5, 1.0])
def test_the_curve_is_umap_learns(min_dist: float) -> None:
    np.testing.assert_allclose(umap.curve(min_dist), find_ab_params(1.0, min_dist), rtol=1e-6)


@pytest.mark.parametrize("curve", [CURVE, umap.curve(0.0), umap.curve(1.0)])
def test_forces_in_the_tables_are_those_of_the_formula(curve: tuple[float, float]) -> None:
    a, b = curve
    square = np.exp(np.random.default_rng(0).uniform(-20, 12, 2000)).astype(np.float32)
    wide = square.astype(np.float64)
    near = 1 + a * wide**b
    share = layout.NEGATIVE_SAMPLE_RATE / layout.NEGATIVES
    expected = (
        -2 * a * b * wide ** (b - 1) / near,
        share * 2 * b / ((layout.CLOSE + wide) * near),
    )
    for table, right in zip(layout.forces(a, b), expected, strict=True):
        found = [layout.force_at(table, one) for one in square]
        np.testing.assert_allclose(found, right, rtol=3e-5)


def test_epochs_are_those_of_the_plain_algorithm(graph: Any, start: Any) -> None:
    epochs = 4  # rounding grows from epoch to epoch
    found = layout.optimized(
        start, graph, curve=CURVE, n_epochs=epochs, seed=7, each_epoch=lambda done, now: None
    )
    chance = int(np.random.default_rng(7).integers(2**63, dtype=np.uint64))
    expected = plainly(start.astype(np.float64), graph.tocoo(), epochs, chance)
    assert np.abs(expected - start).max() > 1
    np.testing.assert_allclose(found, expected, atol=1e-4)


def plainly(points: Any, edges: Any, epochs: int, chance: int) -> Any:
    """Return what the module's first lines describe, computed one number after the other."""
    a, b = CURVE
    rate = edges.data / edges.data.max()
    acting = [edge for edge in range(len(rate)) if rate[edge] * epochs >= 1]
    points = points.copy()
    for epoch in range(epochs):
        step = (1 - epoch / epochs) ** 2
        for number, edge in enumerate(acting):
            if np.floor((epoch + 1) * rate[edge]) == np.floor(epoch * rate[edge]):
                continue
            one, other = edges.row[edge], edges.col[edge]
            gap = points[one] - points[other]
            square = gap @ gap
            pulled = np.clip(-2 * a * b * square ** (b - 1) / (1 + a * square**b) * gap, -4, 4)
            points[one] += step * pulled
            points[other] -= step * pulled
            pushed = np.zeros(2)
            for sample in range(layout.NEGATIVES):
                counted = (epoch * len(acting) + number) * layout.NEGATIVES + sample
                other = len(points) * (hashed(counted + chance) >> 32) >> 32
                gap = points[one] - points[other]
                square = gap @ gap
                force = 2 * b / ((0.001 + square) * (1 + a * square**b)) if other != one else 0
                pushed += np.clip(5 / 8 * force * gap, -4, 4)
            points[one] += step * pushed
    return points


def hashed(number: int) -> int:
    number = number * 0x9E3779B97F4A7C15 % 2**64
    return (number ^ number >> 32) * 0xD6E8FEB86659FD93 % 2**64


def test_every_epoch_is_told_with_the_layout_by_now(graph: Any, start: Any) -> None:
    told: list[tuple[int, Any]] = []
    found = layout.optimized(
        start,
        graph,
        curve=CURVE,
        n_epochs=5,
        seed=0,
        each_epoch=lambda done, now: told.append((done, now.copy())),
    )
    assert [done for done, _ in told] == [1, 2, 3, 4, 5]
    np.testing.assert_array_equal(told[-1][1], found)


def test_without_any_edge_nothing_moves(start: Any) -> None:
    alone = csr_matrix((N, N), dtype=np.float32)
    found = layout.optimized(
        start, alone, curve=CURVE, n_epochs=5, seed=0, each_epoch=lambda done, now: None
    )
    np.testing.assert_array_equal(found, start)


def test_the_density_gradient_is_umap_learns(graph: Any, start: Any) -> None:
    """Edge by edge, as in umap-learn's `umap.layouts`."""
    edges = graph.tocoo()
    lengths = np.random.default_rng(3).uniform(1, 3, len(edges.data)).astype(np.float32)
    ends = (edges.row.astype(np.int32), edges.col.astype(np.int32), edges.data)
    found = Densities(ends, lengths, N, CURVE).gradient(start)

    def sums(share: Any, square: Any) -> tuple[Any, Any]:
        radius, total = np.zeros(N), np.zeros(N)
        for one, other, part, ways in zip(*ends[:2], share, square, strict=True):
            for end in (one, other):
                radius[end] += part * ways
                total[end] += part
        return np.log(1e-8 + radius / total), total

    a, b = CURVE
    ro, mu_sum = sums(ends[2], lengths.astype(np.float64) ** 2)
    wanted = (ro - ro.mean()) / ro.std()
    square = ((start[ends[0]] - start[ends[1]]) ** 2).sum(axis=1).astype(np.float64)
    phi = 1 / (1 + a * square**b)
    re_sum, phi_sum = sums(phi, square)
    spread = np.sqrt(re_sum.var() + 0.1)
    covariance = re_sum @ wanted / (N - 1)
    for edge, (j, k, mu) in enumerate(zip(*ends, strict=True)):
        dphi = a * b * square[edge] ** (b - 1) / (1 + a * square[edge] ** b)
        coefficient = 0.0
        for end in (j, k):
            grown = (1 - b * (1 - phi[edge])) / np.exp(re_sum[end]) + dphi
            weight = wanted[end] - covariance * (re_sum[end] - re_sum.mean()) / spread**2
            coefficient += weight * phi[edge] / phi_sum[end] * grown
        coefficient *= 2.0 * mu_sum.sum() / 2 / (mu * spread) / N
        assert found[edge] == pytest.approx(2 * coefficient, rel=1e-3, abs=1e-5)


def test_where_it_is_equally_dense_everywhere_rounding_pulls_nobody(start: Any) -> None:
    ring = np.arange(N, dtype=np.int32)
    ends = (ring, np.roll(ring, 1), np.ones(N, np.float32))
    lengths = (0.7 + 1e-8 * np.random.default_rng(0).normal(size=N)).astype(np.float64)
    assert lengths.std() > 0
    np.testing.assert_array_equal(Densities(ends, lengths, N, CURVE).gradient(start), 0)


def test_densities_wait_until_the_layout_has_its_shape(
    graph: Any, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    whole = Densities.gradient

    def gradient(self: Densities, points: Any) -> Any:
        asked.append(1)
        return whole(self, points)

    monkeypatch.setattr(Densities, "gradient", gradient)
    lengths = graph.copy()
    layout.optimized(
        start,
        graph,
        curve=CURVE,
        n_epochs=10,
        seed=0,
        each_epoch=lambda done, now: None,
        lengths=lengths,
    )
    assert len(asked) == round(10 * (1 - densmap.FROM))
