"""What a picture needs is told before it starts, and is a bound of what it takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from explorer.errors import JobError
from explorer.jobs import memory
from explorer.jobs.memory import MB, Needs
from explorer.jobs.pool import Jobs
from explorer.projection.memory_needed import picture_bytes

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_a_picture_takes_at_most_what_is_told_and_not_a_third_of_it() -> None:
    method, points, dim = "umap", 3000, 200  # benchmarks/memory.py measures the others
    command = [sys.executable, "-m", "benchmarks.memory", f"--method={method}"]
    command += [f"--points={points}", f"--dim={dim}"]
    measured = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    bound = picture_bytes(method, points, dim) / MB
    assert bound / 3 < float(measured.stdout) <= bound


def test_what_does_not_fit_is_told_before_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "memory_left", lambda: 100 * MB)
    monkeypatch.setattr(memory, "memory_limit", lambda: 690 * MB)
    begun: list[str] = []

    def work(report: object) -> None:
        begun.append("begun")

    jobs = Jobs(workers=0)
    refused = jobs.submit("large", work, needs=Needs(250 * MB, "UMAP of 10,000 points", "Use PCA."))
    with pytest.raises(JobError) as caught:
        refused.result(timeout=60)
    assert str(caught.value) == (
        "UMAP of 10,000 points needs up to 250 MB of memory, and of this server's 690 MB 100 are "
        "left. Use PCA."
    )
    assert not begun
    jobs.submit("small", work, needs=Needs(99 * MB, "PCA", "")).result(timeout=60)
    assert begun


def test_what_is_left_is_less_than_the_limit_by_what_is_used() -> None:
    assert 0 < memory.memory_left() < memory.memory_limit()
