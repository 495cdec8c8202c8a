"""Workers that die, do not start, or end with the last visitor; and what a job tells then."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from explorer.errors import JobCancelled, JobError
from explorer.jobs.pool import Jobs
from explorer.jobs.progress import Report
from tests.jobs.work import (
    PATIENCE,
    ROOT,
    double,
    own_pid,
    turn_forever,
    wait_until,
)


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
        "from tests.jobs.work import turn_forever\n"
        "job = Jobs(workers=1).submit('endless', turn_forever)\n"
        "while job.state.state != 'running': time.sleep(0.02)\n"
    )
    command = [sys.executable, "-c", script]
    subprocess.run(command, cwd=ROOT, check=True, timeout=PATIENCE)
