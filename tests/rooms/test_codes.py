"""Codes cannot be guessed in a lesson's time, and whoever mistypes one is not locked out."""

from __future__ import annotations

from explorer.rooms.codes import OF_SERVER, OF_VISITOR, WrongCodes, chance_of_a_hit, new_code
from explorer.rooms.codes import read_code as read
from explorer.rooms.registry import MOST_ROOMS


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def try_wrong(wrong: WrongCodes, visitor: str) -> float:
    return wrong.seconds_to_wait(visitor, is_right=False)


def test_a_code_is_read_as_people_type_it() -> None:
    code = new_code()
    assert read(f" {code[:2].lower()} {code[2:]}") == code
    assert [read(one) for one in ("", "BCDF", "BCDFA", "BCDF0", "../..", "B" * 10_000)] == [
        None
    ] * 6


def test_guessing_through_a_lesson_lets_through_no_more_codes_than_the_arithmetic_says() -> None:
    clock = Clock()
    wrong = WrongCodes(clock)
    passed = 0
    for second in range(90 * 60):
        clock.now = 100.0 + second
        passed += sum(try_wrong(wrong, f"10.0.{second}.{who}") == 0 for who in range(3))
    assert passed <= OF_SERVER.at_once + OF_SERVER.a_minute * 90
    assert passed / 20**5 <= chance_of_a_hit(90, 1) < 1 / 3000
    assert chance_of_a_hit(90, MOST_ROOMS) < 1 / 80


def test_one_visitor_does_not_use_up_what_the_server_allows() -> None:
    clock = Clock()
    wrong = WrongCodes(clock)
    assert [try_wrong(wrong, "a") == 0 for _ in range(9)].count(True) == OF_VISITOR.at_once
    assert try_wrong(wrong, "b") == 0
    clock.now += 20
    assert try_wrong(wrong, "a") == 0
    assert 0 < try_wrong(wrong, "a") <= 20


def test_right_codes_cost_nothing() -> None:
    wrong = WrongCodes(Clock())
    for _ in range(100):  # a class behind one address
        assert wrong.seconds_to_wait("school", is_right=True) == 0
    assert try_wrong(wrong, "school") == 0
