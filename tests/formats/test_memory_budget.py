"""Readers at once stay within a part of the machine's memory."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from explorer import open_space
from explorer.errors import JobCancelled
from explorer.formats import isolated
from explorer.formats.memory_budget import MemoryBudget
from explorer.jobs.progress import no_report

PATIENCE = 30.0


def stop(share: float, step: str) -> None:
    assert step == "waiting: other files are being read"
    raise JobCancelled("stopped")


def test_two_fit_and_a_third_waits() -> None:
    budget = MemoryBudget(10)
    with budget.take(5, no_report), budget.take(5, no_report):
        with pytest.raises(JobCancelled), budget.take(1, stop):
            pass
        assert budget.taken == 10
    assert budget.taken == 0


def test_one_alone_may_take_more_than_there_is() -> None:
    budget = MemoryBudget(10)
    with budget.take(50, no_report), pytest.raises(JobCancelled), budget.take(1, stop):
        pass


def test_who_waits_goes_on_when_another_has_ended() -> None:
    budget = MemoryBudget(10)
    waits, done = threading.Event(), threading.Event()

    def second() -> None:
        with budget.take(8, lambda share, step: waits.set()):
            done.set()

    thread = threading.Thread(target=second)
    with budget.take(8, no_report):
        thread.start()
        assert waits.wait(PATIENCE)
        assert not done.is_set()
    assert done.wait(PATIENCE)
    thread.join()


def test_a_reader_takes_its_share_while_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    pa = pytest.importorskip("pyarrow")
    budget = MemoryBudget(1)
    taken: list[int] = []
    popen = isolated.subprocess.Popen

    def seen(*args: object, **options: object) -> object:
        taken.append(budget.taken)
        return popen(*args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(isolated, "readers_budget", lambda: budget)
    monkeypatch.setattr(isolated.subprocess, "Popen", seen)
    vectors = pa.array(list(np.eye(3, dtype=np.float32)), pa.list_(pa.float32()))
    pq.write_table(pa.table({"label": ["a", "b", "c"], "vector": vectors}), tmp_path / "v.parquet")
    assert len(open_space(tmp_path / "v.parquet")) == 3
    assert taken
    assert min(taken) >= 2 << 30
    assert budget.taken == 0
