"""Beyond one machine: a scheduler and three workers as processes of their own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from explorer import EmbeddingSpace, encode, project
from explorer.analogies.evaluation import plan_analogies, start_evaluation
from explorer.cli.main import main
from explorer.encoding import job as encoding
from explorer.encoding.texts import prepare as own_texts
from explorer.errors import JobError, ProjectionError
from explorer.jobs.pool import Jobs
from explorer.projection.job import Picture, start
from explorer.projection.large import project_parquet
from explorer.projection.tsne import GRAPH_SHARE

ROOT = Path(__file__).parents[2]
PATIENCE = 180.0


@dataclass
class Cluster:
    """A scheduler's address and its workers' processes."""

    address: str
    workers: list[subprocess.Popen[bytes]]


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three workers for all tests that leave them alive."""
    with running_cluster(tmp_path_factory.mktemp("cluster"), 3) as running:
        yield running


@contextlib.contextmanager
def running_cluster(folder: Path, n: int) -> Iterator[Cluster]:
    """Run a scheduler and n workers without a nanny: nobody starts a killed one again."""
    told = folder / "scheduler.json"
    # a folder of its own: nothing but the installed package may be found there by chance
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1"]
    command += ["--port", "0", "--no-dashboard", "--scheduler-file", str(told)]
    command += ["--idle-timeout", "300"]  # it does not outlive a test run that was killed
    scheduler = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(told)]
    worker += ["--no-nanny", "--no-dashboard", "--nthreads", "1", "--death-timeout", "60"]
    workers = [
        subprocess.Popen(worker, cwd=folder, env=environment, stderr=subprocess.DEVNULL)
        for _ in range(n)
    ]
    try:
        wait_until(lambda: told.exists() and "tcp://" in told.read_text())
        from distributed import Client

        with Client(scheduler_file=str(told), set_as_default=False) as client:
            client.wait_for_workers(n, timeout=PATIENCE)
            address = client.scheduler.address
        yield Cluster(address, workers)
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def mortal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Cluster, Jobs]]:
    """A cluster for one test that kills workers of it, and the app's jobs pointed at it."""
    with running_cluster(tmp_path, 3) as running:
        monkeypatch.setenv("EXPLORER_SCHEDULER", running.address)
        made = Jobs()
        yield running, made
        made.close()


@pytest.fixture
def jobs(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    """The app's jobs, pointed at the cluster by its setting."""
    monkeypatch.setenv("EXPLORER_SCHEDULER", cluster.address)
    made = Jobs()
    yield made
    made.close()


@pytest.fixture(scope="module")
def some_words(words: EmbeddingSpace) -> EmbeddingSpace:
    return words.take(range(1500), name="some words", step="first 1,500")


def made_file(path: Path, space: EmbeddingSpace) -> Path:
    flat = pa.array(space.vectors.ravel())
    table = pa.table(
        {
            "word": pa.array(space.labels),
            "vector": pa.FixedSizeListArray.from_arrays(flat, space.dim),
        }
    )
    pq.write_table(table, path, row_group_size=400)
    return path


def test_the_command_fits_a_sample_and_places_the_rest_on_the_cluster(
    cluster: Cluster, some_words: EmbeddingSpace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = made_file(tmp_path / "words.parquet", some_words)
    options = ["--method", "pca", "--sample", "500", "--scheduler", cluster.address]
    assert main(["project", str(source), *options]) == 0
    assert "1,500 points, 500 of them fitted" in capsys.readouterr().out
    table = pq.read_table(tmp_path / "words-pca.parquet")
    assert table.column_names == ["word", "x", "y", "confidence", "fitted"]
    assert table["word"].to_pylist() == list(some_words.labels)
    fitted = np.flatnonzero(table["fitted"].to_numpy())
    assert len(fitted) == 500
    # PCA places exactly: all points stand where the sample's own directions put them
    sample = EmbeddingSpace([str(row) for row in fitted], some_words.vectors[fitted])
    expected = project(sample, "pca").coordinates
    drawn = np.stack([table["x"].to_numpy(), table["y"].to_numpy()], axis=1)
    np.testing.assert_allclose(drawn[fitted], expected, atol=1e-4)
    assert 0 < table["confidence"].to_numpy().mean() < 1


def test_umap_on_the_cluster_is_the_same_picture_as_here(
    jobs: Jobs, some_words: EmbeddingSpace
) -> None:
    wanted = Picture("umap", params={"n_epochs": 50})
    found = start(jobs, some_words, wanted).result(PATIENCE)
    np.testing.assert_array_equal(found.coordinates, wanted.draw(some_words).coordinates)


def test_a_worker_killed_midway_stops_nothing(
    mortal: tuple[Cluster, Jobs], some_words: EmbeddingSpace
) -> None:
    """Three long projections, one a worker; one worker is killed while all three run."""
    cluster, jobs = mortal
    few = some_words.take(range(200), name="few words", step="first 200")
    wanted = [Picture("tsne", seed=seed, params={"n_iter": 1500}) for seed in (1, 2, 3)]
    running = [start(jobs, few, one) for one in wanted]
    wait_until(lambda: all(job.state.share > GRAPH_SHARE for job in running))
    cluster.workers[0].send_signal(signal.SIGKILL)
    found = [job.result(PATIENCE) for job in running]
    assert all(np.isfinite(one.coordinates).all() for one in found)
    assert sorted(job.state.attempt for job in running) == [1, 1, 2]


def test_a_file_without_vectors_or_with_broken_ones_is_told(tmp_path: Path) -> None:
    here = Jobs(workers=0)
    tables = {
        "There are no vectors among the columns word": pa.table({"word": ["a"]}),
        "differ in length": pa.table({"v": [[1.0, 2.0], [1.0]]}),
        "1 of 2 vectors hold NaN": pa.table({"v": [[1.0, 2.0], [1.0, float("nan")]]}),
    }
    for words, table in tables.items():
        pq.write_table(table, tmp_path / "broken.parquet")
        with pytest.raises(ProjectionError, match=words):
            project_parquet(
                tmp_path / "broken.parquet", tmp_path / "out.parquet", Picture("pca"), jobs=here
            )
    assert not (tmp_path / "out.parquet").exists()


def test_texts_are_encoded_on_the_cluster(jobs: Jobs) -> None:
    texts = own_texts(["the old house", "a house with secrets", "two cats"])
    made: list[EmbeddingSpace] = []
    encoding.start(jobs, texts, encoding.EncodeOptions(), "three texts", made.append).result(
        PATIENCE
    )
    expected = encode(["the old house", "a house with secrets", "two cats"], cache=False)
    np.testing.assert_allclose(made[0].vectors, expected.vectors, atol=2e-6)
    assert made[0].labels == ("the old house", "a house with secrets", "two cats")


def test_analogies_are_evaluated_on_the_cluster(jobs: Jobs, space: EmbeddingSpace) -> None:
    plan = plan_analogies(space, b": kin\nman king woman queen\n")
    job = start_evaluation(jobs, "some analogies", space, plan, "3cosadd")
    assert plan.report(space, job.result(PATIENCE), "3cosadd").accuracy == 1


def test_a_cluster_without_workers_is_told(
    mortal: tuple[Cluster, Jobs], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster, jobs = mortal
    monkeypatch.setattr("explorer.jobs.pool.LOOK_EVERY", 0.1)
    monkeypatch.setattr("explorer.jobs.pool.NO_WORKERS_SECONDS", 0.5)
    for worker in cluster.workers:
        worker.kill()
        worker.wait()
    job = jobs.submit("nobody is there", own_texts, ["a"])
    with pytest.raises(JobError, match=r"no worker to compute this\. Start some at tcp:"):
        job.result(PATIENCE)
