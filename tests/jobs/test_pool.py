"""Jobs, on real worker processes: results, progress, cancel, failures, one run for equal keys."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from distributed import Client, Security

from explorer import EmbeddingSpace, Projection, cache, project, projection_quality
from explorer.errors import JobCancelled, JobError, ProjectionError
from explorer.jobs.frames import load_frames
from explorer.jobs.pool import Job, Jobs
from explorer.jobs.progress import Report
from explorer.jobs.worker import FRAME_SECONDS
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

ROOT = Path(__file__).parents[2]
PATIENCE = 180.0  # seconds, for a busy machine; what is waited for comes within a few


@pytest.fixture(scope="module")
def one_worker() -> Iterator[Jobs]:
    """One worker: a job that is not over keeps the next one waiting."""
    running = Jobs(workers=1)
    yield running
    running.close()


@pytest.fixture
def jobs(one_worker: Jobs) -> Iterator[Jobs]:
    """The worker, left free for the next test also by a test that failed."""
    yield one_worker
    for job in list(one_worker._jobs.values()):
        job.cancel()


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def double(number: int, report: Report) -> int:
    return 2 * number


def note_and_wait(log: str, go: str, report: Report) -> str:
    """Write a line to the log, tell a quarter, and end when the file `go` is there."""
    with Path(log).open("a") as stream:
        stream.write("run\n")
    while not Path(go).exists():
        report(0.25, "waiting for the signal")
        time.sleep(0.02)
    return "went"


def turn_forever(report: Report) -> None:
    while True:
        report(0.5, "turning")
        time.sleep(0.02)


def note_and_raise(log: str, report: Report) -> None:
    with Path(log).open("a") as stream:
        stream.write("run\n")
    raise ValueError("the moon is not a number")


def refuse(report: Report) -> None:
    raise ProjectionError("UMAP needs at least 4 points.")


def die(report: Report) -> None:
    os._exit(1)


def test_a_result_comes_back(jobs: Jobs) -> None:
    job = jobs.submit("double", double, 21)
    assert job.result(PATIENCE) == 42
    assert (job.state.state, job.state.share) == ("done", 1.0)


def test_a_job_can_be_found_by_its_key(jobs: Jobs) -> None:
    job = jobs.submit("findable", double, 1)
    assert jobs.find("findable") is job
    assert jobs.find("unknown") is None


def test_equal_keys_run_once_while_running_and_when_done(jobs: Jobs, tmp_path: Path) -> None:
    log, go = tmp_path / "log", tmp_path / "go"
    first = jobs.submit("once", note_and_wait, str(log), str(go))
    wait_until(log.exists)
    assert jobs.submit("once", note_and_wait, str(log), str(go)) is first
    go.touch()
    assert first.result(PATIENCE) == "went"
    assert jobs.submit("once", note_and_wait, str(log), str(go)) is first
    assert log.read_text() == "run\n"


def test_progress_is_seen(jobs: Jobs, tmp_path: Path) -> None:
    go = tmp_path / "go"
    job = jobs.submit("progress", note_and_wait, str(tmp_path / "log"), str(go))
    wait_until(lambda: job.state.share > 0)
    assert (job.state.state, job.state.share) == ("running", 0.25)
    assert job.state.step == "waiting for the signal"
    go.touch()
    job.result(PATIENCE)


def test_cancel_ends_a_running_job_and_frees_its_worker(jobs: Jobs) -> None:
    job = jobs.submit("endless", turn_forever)
    wait_until(lambda: job.state.state == "running")
    job.cancel()
    with pytest.raises(JobCancelled):
        job.result(0)
    # there is one worker: this job runs only if that one is free
    assert jobs.submit("after the endless one", double, 1).result(PATIENCE) == 2


def test_a_cancelled_job_stays_cancelled(jobs: Jobs) -> None:
    job = jobs.submit("endless, too", turn_forever)
    wait_until(lambda: job.state.state == "running")
    job.cancel()
    jobs.submit("after the endless one, too", double, 1).result(PATIENCE)
    assert job.state.state == "cancelled"


def test_a_waiting_job_can_be_cancelled(jobs: Jobs, tmp_path: Path) -> None:
    go = tmp_path / "go"
    busy = jobs.submit("busy", note_and_wait, str(tmp_path / "log"), str(go))
    wait_until(lambda: busy.state.state == "running")
    waiting = jobs.submit("waiting", turn_forever)
    wait_until(lambda: waiting.state.state == "waiting")
    waiting.cancel()
    go.touch()
    assert busy.result(PATIENCE) == "went"
    assert jobs.submit("after the busy one", double, 1).result(PATIENCE) == 2


def test_a_job_cancelled_on_its_way_to_the_workers_does_not_keep_one_busy(jobs: Jobs) -> None:
    for number in range(20):
        job = jobs.submit(f"on its way {number}", turn_forever)
        time.sleep(0.001 * number)
        job.cancel()
    assert jobs.submit("after those on their way", double, 2).result(PATIENCE) == 4


def test_a_job_cancelled_before_the_workers_stand_is_never_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    idle = Jobs(workers=1)
    job = Job("too late")

    def connect() -> object:
        job.cancel()
        return object()  # a client that can do nothing: what is sent to it fails

    monkeypatch.setattr(idle._connection, "client", connect)
    idle._run(job, double, (1,), lambda result: None)
    assert job.state.state == "cancelled"


def test_a_failure_is_told_and_not_tried_again(jobs: Jobs, tmp_path: Path) -> None:
    log = tmp_path / "log"
    job = jobs.submit("raises", note_and_raise, str(log))
    with pytest.raises(JobError, match="ValueError: the moon is not a number"):
        job.result(PATIENCE)
    assert job.state.state == "failed"
    assert log.read_text() == "run\n"


def test_our_own_errors_are_told_as_they_are(jobs: Jobs) -> None:
    with pytest.raises(JobError) as caught:
        jobs.submit("refuses", refuse).result(PATIENCE)
    assert str(caught.value) == "UMAP needs at least 4 points."


def test_a_job_that_kills_its_process_is_told_and_the_next_one_runs(jobs: Jobs) -> None:
    with pytest.raises(JobError, match="died both times"):
        jobs.submit("dies", die).result(PATIENCE)
    assert jobs.submit("after the dead one", double, 4).result(PATIENCE) == 8


def test_a_failed_key_is_computed_anew(jobs: Jobs) -> None:
    failed = jobs.submit("second try", refuse)
    with pytest.raises(JobError):
        failed.result(PATIENCE)
    assert jobs.submit("second try", double, 3).result(PATIENCE) == 6


def test_the_result_is_handed_on_before_the_job_is_done(jobs: Jobs) -> None:
    seen: list[tuple[int, bool]] = []
    jobs_seen: list[Job] = []

    def keep(result: int) -> None:
        wait_until(lambda: bool(jobs_seen))
        seen.append((result, jobs_seen[0].state.is_over))

    jobs_seen.append(jobs.submit("handed on", double, 5, when_done=keep))
    jobs_seen[0].result(PATIENCE)
    assert seen == [(10, False)]


def test_waiting_for_a_result_can_end() -> None:
    with pytest.raises(JobError, match="not done after 0 seconds"):
        Job("never").result(0)


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


def show_frames(n: int, go: str, report: Report) -> str:
    for number in range(n):
        report(number / n, f"frame {number}", np.full((3, 2), number, np.float32))
        time.sleep(FRAME_SECONDS + 0.05)
    while not Path(go).exists():
        report(1, "waiting for the signal")
        time.sleep(0.02)
    return "shown"


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


def scheduler_topics(dask_scheduler: Any) -> dict[str, int]:
    return {name: len(one.events) for name, one in dask_scheduler._broker._topics.items()}


def test_the_scheduler_keeps_no_more_of_many_jobs_than_of_one(jobs: Jobs, tmp_path: Path) -> None:
    """Dask never forgets a topic, and keeps its last events: a frame of 800 kB each, say."""
    go = tmp_path / "go"
    go.touch()
    client = jobs._connection.client()
    for number in range(6):
        jobs.submit(f"topic {number}", show_frames, 1, str(go)).result(PATIENCE)
    topics = client.run_on_scheduler(scheduler_topics)
    ours = [name for name in topics if "topic" in name or "jobs of" in name]
    assert ours == [f"jobs of {client.id}"]
    assert topics[ours[0]] <= 4


def test_those_who_wait_see_their_place_in_the_line(jobs: Jobs, tmp_path: Path) -> None:
    go = tmp_path / "go"
    busy = jobs.submit("in front", note_and_wait, str(tmp_path / "log"), str(go))
    wait_until(lambda: busy.state.state == "running")
    first, second = (jobs.submit(f"in line {number}", double, number) for number in (1, 2))
    assert [jobs.place(job) for job in (busy, first, second)] == [0, 1, 2]
    first.cancel()
    assert jobs.place(second) == 1
    go.touch()
    assert second.result(PATIENCE) == 4


def die_once(log: str, die: str, go: str, report: Report) -> str:
    """The first time, kill the process when the file `die` is there; the second, wait for `go`."""
    first = not Path(log).exists()
    Path(log).touch()
    wait_for, step = (die, "the first time") if first else (go, "the second time")
    while not Path(wait_for).exists():
        report(0.1 if first else 0.5, step)
        time.sleep(0.02)
    if first:
        os._exit(1)
    return "survived"


def test_a_killed_worker_is_replaced_and_the_second_try_is_told(jobs: Jobs, tmp_path: Path) -> None:
    log, die, go = (tmp_path / name for name in ("log", "die", "go"))
    job = jobs.submit("dies once", die_once, str(log), str(die), str(go))
    wait_until(lambda: job.state.step == "the first time")
    die.touch()
    wait_until(lambda: job.state.attempt == 2)
    go.touch()
    assert job.result(PATIENCE) == "survived"
    assert job.state.attempt == 2


def test_a_job_whose_watchers_have_all_gone_is_stopped(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = jobs.submit("abandoned", turn_forever)
    jobs.stop_abandoned()
    assert not job.state.is_over  # nobody watched it: whoever submitted it may wait for it
    job.watch("somebody")
    jobs.stop_abandoned()
    assert (job.watchers, job.state.is_over) == (1, False)
    monkeypatch.setattr("explorer.jobs.job.ABANDONED_SECONDS", 0.0)
    jobs.stop_abandoned()
    assert job.state.state == "cancelled"


def test_who_leaves_stops_a_job_only_when_nobody_else_waits(jobs: Jobs) -> None:
    job = jobs.submit("left", turn_forever)
    job.watch("one")
    job.watch("other")
    assert jobs.watchers == 2
    assert not job.leave("one")
    assert not job.state.is_over
    assert job.leave("other")
    assert job.state.state == "cancelled"


def test_a_hidden_tab_that_looks_once_a_minute_keeps_its_job(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1000.0
    monkeypatch.setattr("explorer.jobs.job.time.monotonic", lambda: now)
    pool = Jobs(workers=0)
    job = pool._jobs["hidden"] = Job("hidden")
    for _ in range(5):
        job.watch("hidden tab")
        now += 75  # Chrome's minute, and a busy server
        pool.stop_abandoned()
    assert not job.state.is_over
    now += 120
    pool.stop_abandoned()
    assert job.state.state == "cancelled"


def test_nobody_joins_a_job_that_is_cancelled_in_this_moment(jobs: Jobs) -> None:
    """One visitor finds it running, another, the last one, leaves: the first begins anew."""
    found = jobs.submit("dying", turn_forever)
    found.watch("the last")
    assert jobs.submit("dying", turn_forever) is found
    assert found.leave("the last")
    assert not found.watch("who came late")
    anew = jobs.submit("dying", turn_forever)
    assert anew is not found
    assert anew.watch("who came late")
    wait_until(lambda: anew.state.state == "running")


def test_who_looks_again_in_time_has_kept_the_job_from_being_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = Job("found again")
    job.watch("a phone")
    monkeypatch.setattr("explorer.jobs.job.ABANDONED_SECONDS", 0.0)
    assert job.is_abandoned
    monkeypatch.setattr("explorer.jobs.job.ABANDONED_SECONDS", 100.0)
    assert job.watch("a phone")
    assert not job.cancel_if_abandoned()
    assert not job.state.is_over


def test_without_workers_jobs_run_in_this_process() -> None:
    here = Jobs(workers=0)
    assert here.submit("pid", own_pid).result(PATIENCE) == os.getpid()
    endless = here.submit("endless here", turn_forever)
    wait_until(lambda: endless.state.share == 0.5)
    waiting = here.submit("waits here", double, 2)
    assert here.place(waiting) == 1
    endless.cancel()
    assert waiting.result(PATIENCE) == 4
    with pytest.raises(JobError, match="ValueError: the moon"):
        here.submit("fails here", fail).result(PATIENCE)


def own_pid(report: Report) -> int:
    return os.getpid()


def fail(report: Report) -> None:
    raise ValueError("the moon is not a number")


def test_a_scheduler_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.jobs.cluster.CONNECT_SECONDS", 0.5)
    lost = Jobs(scheduler="tcp://127.0.0.1:9")
    with pytest.raises(JobError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        lost.submit("lost", double, 1).result(PATIENCE)
    lost.close()


def test_warmed_workers_have_done_what_a_first_job_would_wait_for(tmp_path: Path) -> None:
    fresh = Jobs(workers=1)
    fresh.start(partial(Path.touch, tmp_path / "warm"))
    wait_until(fresh.is_warm)
    assert (tmp_path / "warm").exists()
    fresh.close()


def test_workers_end_when_nobody_is_there_and_come_back_with_the_next_visit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("explorer.jobs.pool.IDLE_SECONDS", -1.0)
    own = Jobs(workers=1)
    own.start(partial(Path.touch, tmp_path / "warm"))
    assert own.submit("a job", double, 1).result(PATIENCE) == 2
    program = own._connection._process
    waiting = own.submit("another", turn_forever)
    own.rest()
    assert own._connection._process is program  # not while there is a job
    waiting.cancel()
    own.rest()
    assert program is not None
    assert program.poll() is not None
    wait_until((tmp_path / "warm").exists)
    (tmp_path / "warm").unlink()
    own.wake()
    wait_until((tmp_path / "warm").exists)
    assert own.submit("a job after that", double, 2).result(PATIENCE) == 4
    own.close()


def test_the_end_of_all_workers_at_once_is_survived() -> None:
    own = Jobs(workers=1)
    assert own.submit("before the end", double, 1).result(PATIENCE) == 2
    program = own._connection._process
    job = own.submit("during the end", turn_forever)
    wait_until(lambda: job.state.state == "running")
    assert program is not None
    program.kill()
    wait_until(lambda: job.state.attempt == 2)
    job.cancel()
    assert own.submit("after the end", own_pid).result(PATIENCE) != os.getpid()
    own.close()


def test_workers_that_never_come_back_are_started_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Jobs(workers=1, scheduler="")
    try:
        assert own.submit("before", double, 2).result(PATIENCE) == 4
        lost = own._connection.client()
        with monkeypatch.context() as patched:
            patched.setattr("explorer.jobs.pool.LOOK_EVERY", 0.1)
            patched.setattr("explorer.jobs.pool.NO_WORKERS_SECONDS", 0.2)
            patched.setattr(own._connection, "workers", list)  # as when none was replaced
            with pytest.raises(JobError, match="there was no worker"):
                own.submit("meanwhile", turn_forever).result(PATIENCE)
        assert own.submit("after", double, 3).result(PATIENCE) == 6
        assert own._connection.client() is not lost
    finally:
        own.close()


def test_who_waits_for_a_job_hears_of_the_end_of_all_jobs() -> None:
    own = Jobs(workers=1)
    job = own.submit("endless to the end", turn_forever)
    wait_until(lambda: job.state.state == "running")
    own.close()
    with pytest.raises(JobCancelled):
        job.result(0)


@pytest.mark.parametrize("program", ["exec sleep 60", "exit 1"], ids=["hangs", "dies"])
def test_workers_that_do_not_start_are_told(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "python"
    script.write_text(f"#!/bin/sh\n{program}\n")
    script.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(script))
    monkeypatch.setattr("explorer.jobs.cluster.START_SECONDS", 0.5)
    broken = Jobs(workers=1)
    with pytest.raises(JobError, match="The worker processes did not start"):
        broken.submit("never", double, 1).result(PATIENCE)
    broken.close()


def test_an_interpreter_ends_whose_workers_still_compute() -> None:
    script = (
        "import time; from explorer.jobs.pool import Jobs\n"
        "from tests.jobs.test_pool import turn_forever\n"
        "job = Jobs(workers=1).submit('endless', turn_forever)\n"
        "while job.state.state != 'running': time.sleep(0.02)\n"
    )
    command = [sys.executable, "-c", script]
    subprocess.run(command, cwd=ROOT, check=True, timeout=PATIENCE)


def test_who_lacks_the_key_does_not_reach_the_workers(jobs: Jobs) -> None:
    """Otherwise another user of this machine who finds the port could run code as this one."""
    address = jobs._connection.client().scheduler.address
    assert address.startswith("tls://127.0.0.1:")
    for guess, security in ((address.replace("tls", "tcp"), None), (address, Security.temporary())):
        with pytest.raises(OSError):  # noqa: PT011 - refused, or never answered
            Client(guess, security=security, timeout=2, set_as_default=False)
    assert jobs.submit("with the key", double, 8).result(PATIENCE) == 16


def test_no_port_of_the_workers_answers_without_the_key(jobs: Jobs) -> None:
    jobs.submit("to start them", double, 1).result(PATIENCE)
    assert jobs._connection._process is not None
    program = psutil.Process(jobs._connection._process.pid)
    ports = {
        one.laddr.port
        for process in (program, *program.children(recursive=True))
        for one in process.net_connections("tcp")
        if one.status == psutil.CONN_LISTEN
    }
    assert len(ports) >= 2  # the scheduler's and the worker's own
    for port in ports:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as asked:
            asked.sendall(b"GET /health HTTP/1.0\r\n\r\n")
            with contextlib.suppress(ConnectionError):
                assert not asked.recv(100).startswith(b"HTTP")


def test_a_short_job_passes_long_ones_and_these_keep_a_worker_free(tmp_path: Path) -> None:
    running = Jobs(workers=2)
    go, log = str(tmp_path / "go"), str(tmp_path / "log")
    try:
        long = [running.submit(f"long {i}", note_and_wait, log, go, seconds=60) for i in range(3)]
        wait_until(lambda: long[0].state.state == "running")
        short = running.submit("short", double, 21)
        assert short.result(PATIENCE) == 42
        assert [job.state.state for job in long] == ["running", "waiting", "waiting"]
        assert running.place(long[1]) == 1
        long[1].cancel()
        Path(go).touch()
        assert long[2].result(PATIENCE) == "went"
    finally:
        running.close()
