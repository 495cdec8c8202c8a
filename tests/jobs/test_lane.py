"""The lane of long jobs, and jobs that leave it because somebody now waits for them."""

from __future__ import annotations

import threading
import time

import pytest

from explorer.jobs.lane import Lane
from explorer.jobs.pool import Jobs

SOON = 0.01  # seconds between looks
PATIENCE = 30.0


def test_a_job_that_somebody_waits_for_now_leaves_the_lane_and_takes_no_place() -> None:
    lane, kinds = Lane(), {"is long": True}
    entered, go = threading.Event(), threading.Event()

    def made_ahead() -> None:
        with lane.turn(lambda: 2, lambda: False, SOON, lambda: kinds["is long"]):
            entered.set()
            go.wait(PATIENCE)

    with lane.turn(lambda: 2, lambda: False, SOON):  # the one place that two workers leave
        waiting = threading.Thread(target=made_ahead, daemon=True)
        waiting.start()
        assert not entered.wait(5 * SOON)
        kinds["is long"] = False
        assert entered.wait(PATIENCE)
    with lane.turn(lambda: 2, lambda: False, SOON):  # its place is free, beside the other
        go.set()
        waiting.join(PATIENCE)
    assert not waiting.is_alive()


def test_a_long_job_gives_way_while_all_workers_are_needed_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lane, crowd = Lane(), {"is there": True}
    entered = threading.Event()

    def long() -> None:
        with lane.turn(
            lambda: 2, lambda: False, PATIENCE, is_crowded=lambda workers: crowd["is there"]
        ):
            entered.set()

    waiting = threading.Thread(target=long, daemon=True)
    waiting.start()
    assert not entered.wait(5 * SOON)
    crowd["is there"] = False
    lane.look()  # as when a job has ended; not at the next look, PATIENCE later
    assert entered.wait(PATIENCE / 2)
    waiting.join(PATIENCE)

    monkeypatch.setattr("explorer.jobs.lane.GIVES_WAY_SECONDS", 10 * SOON)
    with lane.turn(lambda: 2, lambda: False, SOON, is_crowded=lambda workers: True):
        pass  # it had its turn although the crowd never went


def test_short_jobs_pass_a_long_one_in_the_web_process_too() -> None:
    jobs = Jobs(workers=0)
    let_go, done = threading.Event(), []
    try:
        first = jobs.submit("running", lambda report: let_go.wait(PATIENCE))
        while first.state.state != "running":
            time.sleep(SOON)
        long = jobs.submit("long", lambda report: done.append("long"), seconds=60)
        short = [jobs.submit(f"short {n}", lambda report: done.append("short")) for n in range(3)]
        assert [jobs.place(one) for one in (*short, long)] == [1, 2, 3, 4]
        let_go.set()
        for one in (long, *short):
            one.result(PATIENCE)
        assert done == ["short"] * 3 + ["long"]
    finally:
        let_go.set()
        jobs.close()


def test_a_job_made_ahead_counts_as_short_once_somebody_asks_for_it() -> None:
    jobs = Jobs(workers=0)
    let_go = threading.Event()
    try:
        ahead = jobs.submit("film", lambda report: let_go.wait(PATIENCE), seconds=60)
        assert ahead.is_long
        assert jobs.submit("film", print, seconds=60).is_long
        assert jobs.submit("film", print) is ahead
        assert not ahead.is_long
        assert not jobs.submit("film", print, seconds=60).is_long
    finally:
        let_go.set()
        jobs.close()
