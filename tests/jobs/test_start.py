"""Local workers that cannot start say why."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from explorer.errors import JobError
from explorer.jobs.cluster import LINES_KEPT, REASON, Connection, reason
from explorer.jobs.pool import Jobs
from explorer.ui.shell.progress import Wait, told


def test_workers_that_cannot_start_say_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = tmp_path / "python"
    failing.write_text("#!/bin/sh\necho first >&2\necho 'OSError: no ports are left' >&2\nexit 1\n")
    failing.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(failing))
    with pytest.raises(
        JobError, match=r"did not start\. .*“OSError: no ports are left”\. Is there"
    ):
        Connection(1).client()


def test_what_workers_say_without_end_is_shortened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = tmp_path / "python"
    failing.write_text(
        f"#!{sys.executable}\nimport sys\n"
        f"sys.stderr.write(('x' * 10_000 + chr(10)) * {3 * LINES_KEPT})\n"
    )
    failing.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(failing))
    with pytest.raises(JobError) as caught:
        Connection(1).client()
    assert "x" * REASON in str(caught.value)
    assert "x" * (REASON + 1) not in str(caught.value)


def test_silent_workers_give_no_reason() -> None:
    assert reason([]) == ""


def test_a_warning_is_no_reason() -> None:
    """Python's resource tracker warns last, of what the killed processes left."""
    warned = [
        "/usr/lib/python3.11/resource_tracker.py:254: UserWarning: leaked",
        "warnings.warn('x'",
    ]
    assert "killed" in reason(["killed", *warned])
    assert reason(warned) == ""


def test_where_no_worker_can_start_jobs_run_in_this_process_and_say_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def denied(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("multiprocessing.context.SpawnContext.Lock", denied)
    with pytest.warns(RuntimeWarning, match=r"Read-only file system\): the folder /dev/shm must"):
        jobs = Jobs(workers=2, scheduler="")
    job = jobs.submit("key", lambda report: "here")
    assert job.result(timeout=60) == "here"
    assert "no worker can start on this machine" in told([job], Wait("here"), jobs)
