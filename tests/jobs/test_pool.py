"""Jobs, on real worker processes: results, progress, cancel, failures, one run for equal keys."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from distributed import Client, Security

from explorer.errors import JobCancelled, JobError, ProjectionError
from explorer.jobs.pool import Job, Jobs
from explorer.jobs.progress import Report
from tests.jobs.work import (
    PATIENCE,
    double,
    note_and_wait,
    own_pid,
    show_frames,
    turn_forever,
    wait_until,
)


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


def fail(report: Report) -> None:
    raise ValueError("the moon is not a number")


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


def test_a_wait_whose_time_ends_in_the_moment_of_the_answer_goes_on(jobs: Jobs) -> None:
    """distributed's `sync` then raises an error that says nothing of the job."""

    class Answer:
        looks = 0

        def done(self) -> bool:
            return self.looks > 1

        def result(self, timeout: float) -> int:
            self.looks += 1
            if self.looks == 1:
                raise UnboundLocalError("cannot access local variable 'result'")
            return 4

    assert jobs._wait(Answer(), Job("answered")) == 4
