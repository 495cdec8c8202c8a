"""One worker for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from explorer.jobs.pool import Jobs


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
