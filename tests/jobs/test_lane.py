"""The lane of long jobs, and jobs that leave it because somebody now waits for them."""

from __future__ import annotations

import threading

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
