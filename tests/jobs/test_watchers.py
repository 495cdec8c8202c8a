"""Jobs that several wait for: the line, and what happens to a job when they leave."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.jobs.pool import Job, Jobs
from tests.jobs.work import (
    PATIENCE,
    double,
    note_and_wait,
    turn_forever,
    wait_until,
)


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
