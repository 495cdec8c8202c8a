"""Comparisons as jobs: what is kept, and a second picture that starts from the first."""

from __future__ import annotations

import numpy as np
import pytest

from explorer import EmbeddingSpace
from explorer.comparison import job
from explorer.comparison.compare import Comparison, compare
from explorer.comparison.drift import draw_both, measure_drift
from explorer.comparison.sentences import verdict
from explorer.errors import JobCancelled, ProjectionError
from explorer.projection import project, umap


def pair() -> tuple[EmbeddingSpace, EmbeddingSpace]:
    """Return 120 items in four groups, and the same turned, in another order."""
    random = np.random.default_rng(0)
    one = 2 * random.normal(size=(4, 8))[np.arange(120) % 4] + 0.3 * random.normal(size=(120, 8))
    order = random.permutation(120)
    labels = np.array([f"w{row}" for row in range(120)])
    return (
        EmbeddingSpace(labels.tolist(), one, name="old"),
        EmbeddingSpace(labels[order].tolist(), one[order][:, ::-1], name="new"),
    )


def test_what_a_job_measured_is_read_back_as_it_was() -> None:
    one, other = pair()
    expected = compare(one, other)
    matching = expected.matching
    found = job.measure_files(
        one.vectors, other.vectors, (None, matching.other_rows), ("old", "new")
    )
    job.save("comparison", found)
    again = job.load("comparison")
    assert again is not None
    loaded = Comparison(one, other, matching, again, expected.k)
    assert loaded.figures() == expected.figures()
    np.testing.assert_array_equal(loaded.order, expected.order)
    assert verdict(loaded).startswith("Nearly everything stayed in place")


def test_stop_ends_a_comparison_at_its_next_report() -> None:
    one, other = pair()

    def stop(share: float, step: str) -> None:
        if step.startswith("aligning"):
            raise JobCancelled("stopped")

    with pytest.raises(JobCancelled):
        compare(one, other, report=stop)
    with pytest.raises(JobCancelled):
        measure_drift(draw_both(one, other), 9, report=lambda *_: stop(0, "aligning"))


def test_a_map_that_starts_from_another_keeps_unchanged_items_in_their_places() -> None:
    one, other = pair()
    found = compare(one, other)
    first = project(one, "umap")
    aligned = other.take(found.matching.other_rows, name="new", step="")
    second = job.aligned(aligned.vectors, "new", first.coordinates)
    alone = project(aligned, "umap")
    away, by_itself = (
        np.linalg.norm(
            (one.coordinates - one.coordinates.mean(axis=0))
            - (first.coordinates - first.coordinates.mean(axis=0)),
            axis=1,
        ).mean()
        for one in (second, alone)
    )
    assert away < by_itself / 4
    with pytest.raises(ProjectionError, match=r"start has shape \(3, 2\)"):
        umap.project(one, 2, 0, start=first.coordinates[:3])
