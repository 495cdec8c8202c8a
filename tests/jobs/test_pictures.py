"""Pictures by jobs: the same as here, kept, measured, and shown on their way."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explorer import EmbeddingSpace, Projection, cache, project, projection_quality
from explorer.errors import JobError
from explorer.jobs.frames import load_frames
from explorer.jobs.pool import Jobs
from explorer.projection.job import (
    Grouping,
    Picture,
    drawn,
    measured_key,
    start,
    start_clusters,
    start_quality,
)
from explorer.projection.storage import PROJECTIONS, load_projection, load_quality
from tests.jobs.work import (
    PATIENCE,
    double,
    show_frames,
    wait_until,
)


def test_a_projection_job_is_the_same_picture_and_is_kept(
    jobs: Jobs, space: EmbeddingSpace
) -> None:
    wanted = Picture("umap", 2, 7, ("center",), {"n_epochs": 20})
    found = start(jobs, space, wanted).result(PATIENCE)
    expected = project(space, "umap", 2, 7, prepared=["center"], n_epochs=20)
    kept = load_projection(wanted.key(space))
    assert kept is not None
    for one in (found, kept):
        np.testing.assert_array_equal(one.coordinates, expected.coordinates)
        assert (one.method, one.seed, one.params) == ("umap", 7, expected.params)


def test_a_projection_that_cannot_be_is_told_by_name(jobs: Jobs) -> None:
    few = EmbeddingSpace(["a", "b"], [[1, 2], [3, 4]], name="two words")
    with pytest.raises(JobError, match="two words has 2"):
        start(jobs, few, Picture("umap")).result(PATIENCE)


def test_a_picture_is_measured_by_a_job_and_the_figures_are_kept(
    jobs: Jobs, space: EmbeddingSpace
) -> None:
    picture = Picture("pca").draw(space)
    found = start_quality(jobs, space, picture, 2).result(PATIENCE)
    expected = projection_quality(space, picture, 2)
    kept = load_quality(measured_key(space, picture, 2))
    assert kept is not None
    for one in (found, kept):
        np.testing.assert_array_equal(one.kept, expected.kept)
        assert one.trustworthiness == expected.trustworthiness
        assert (one.k, one.measured, one.correlated) == (2, 5, 5)


def test_what_is_known_of_a_picture_is_not_told_of_another(space: EmbeddingSpace) -> None:
    """Pictures of the same settings may differ: an older version computed one of them."""
    one = Picture("pca").draw(space)
    other = Projection(one.coordinates[::-1], "pca")
    assert measured_key(space, one, 2) != measured_key(space, other, 2)
    assert measured_key(space, one, 2) == measured_key(space, replace(one, notes=("old",)), 2)


def test_pictures_on_the_way_arrive_while_it_runs(jobs: Jobs, tmp_path: Path) -> None:
    go = tmp_path / "go"
    job = jobs.submit("frames", show_frames, 3, str(go))
    wait_until(lambda: len(job.frames) == 3)
    assert not job.state.is_over
    assert [frame.coordinates[0, 0] for frame in job.frames] == [0, 1, 2]
    assert job.frames[1].step == "frame 1"
    go.touch()
    assert job.result(PATIENCE) == "shown"


def test_the_frames_of_a_projection_are_kept_with_it(jobs: Jobs, words: EmbeddingSpace) -> None:
    some = words.take(range(300), name="some", step="first 300")
    wanted = Picture("tsne", params={"n_iter": 150})
    job = start(jobs, some, wanted)
    seen = []
    while not job.state.is_over:
        if latest := job.frames.latest:
            seen.append(latest)
        time.sleep(0.02)
    job.result(PATIENCE)
    frames = load_frames(wanted.key(some))
    assert seen
    assert {frame.step for frame in seen} & {frame.step for frame in frames}
    same = next(one for one in frames if one.step == seen[0].step)
    np.testing.assert_array_equal(same.coordinates, seen[0].coordinates)


def test_a_job_whose_result_is_kept_holds_neither_it_nor_frames_in_memory(
    jobs: Jobs, words: EmbeddingSpace
) -> None:
    some = words.take(range(200), name="some", step="first 200")
    job = start(jobs, some, Picture("tsne", params={"n_iter": 60}))
    picture = job.result(PATIENCE)
    assert job._result is None
    assert len(job.frames) == 0
    for kept_job in (
        start_quality(jobs, some, picture, 5),
        start_clusters(jobs, some, picture, Grouping(size=3)),
    ):
        assert kept_job.result(PATIENCE) is not kept_job.result(PATIENCE)  # read anew
        assert kept_job._result is None


def test_a_result_that_left_the_cache_is_computed_anew(jobs: Jobs, space: EmbeddingSpace) -> None:
    wanted = Picture("umap", params={"n_epochs": 11})
    first = start(jobs, space, wanted)
    first.result(PATIENCE)
    assert start(jobs, space, wanted) is first
    cache.discard(PROJECTIONS, wanted.key(space))
    with pytest.raises(JobError, match="was removed from the cache"):
        first.result()
    again = start(jobs, space, wanted)
    assert again is not first
    assert len(again.result(PATIENCE)) == len(space)


def test_a_result_that_cannot_be_kept_is_handed_out_all_the_same(jobs: Jobs) -> None:
    def fail_to_keep(result: int) -> None:
        raise OSError("disk full")

    job = jobs.submit("disk full", double, 4, when_done=fail_to_keep, load=lambda: None)
    assert job.result(PATIENCE) == 8
    assert jobs.submit("disk full", double, 4, load=lambda: None) is job


def test_a_picture_that_could_not_be_kept_is_found_in_its_job(
    jobs: Jobs, space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = Picture("umap", params={"n_epochs": 12})

    def fail_to_keep(key: str, projection: Projection) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("explorer.projection.job.save_projection", fail_to_keep)
    assert drawn(jobs, space, wanted) is None
    start(jobs, space, wanted).result(PATIENCE)
    found = drawn(jobs, space, wanted)
    assert found is not None
    assert load_projection(wanted.key(space)) is None
