"""What the tests of jobs have done, and how they wait for it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from explorer.jobs.progress import Report
from explorer.jobs.worker import FRAME_SECONDS

ROOT = Path(__file__).parents[2]


PATIENCE = 180.0  # seconds, for a busy machine; what is waited for comes within a few


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


def show_frames(n: int, go: str, report: Report) -> str:
    for number in range(n):
        report(number / n, f"frame {number}", np.full((3, 2), number, np.float32))
        time.sleep(FRAME_SECONDS + 0.05)
    while not Path(go).exists():
        report(1, "waiting for the signal")
        time.sleep(0.02)
    return "shown"


def own_pid(report: Report) -> int:
    return os.getpid()
