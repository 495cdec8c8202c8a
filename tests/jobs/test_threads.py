"""Blocks on all cores: each done once, yielded in order, none started after an error."""

from __future__ import annotations

import threading

import pytest

from explorer.jobs.threads import cores, in_threads


def test_each_block_is_done_once_and_told_in_order() -> None:
    done: list[int] = []
    told = [len(done) for _ in in_threads(done.append, range(50))]
    assert sorted(done) == list(range(50))
    assert len(told) == 50
    assert all(seen > number for number, seen in enumerate(told))


def test_an_error_of_a_block_is_raised() -> None:
    def fail(number: int) -> None:
        if number == 3:
            raise ValueError("block 3")

    with pytest.raises(ValueError, match="block 3"):
        list(in_threads(fail, range(10)))


def test_who_stops_to_ask_stops_the_rest() -> None:
    done: list[int] = []
    go_on = threading.Event()

    def work(number: int) -> None:
        done.append(number)
        if number:
            go_on.wait(10)

    telling = in_threads(work, range(1000))
    next(telling)
    threading.Timer(0.2, go_on.set).start()  # after the others were cancelled
    telling.close()
    assert len(done) <= 1 + cores()
