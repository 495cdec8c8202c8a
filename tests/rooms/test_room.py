"""A room: whose rights are whose, what is counted once, and what is bounded."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from explorer.errors import RoomError
from explorer.lessons.plan import Question, Step
from explorer.rooms.moment import LONGEST, place_text
from explorer.rooms.room import MOST_MOMENTS, MOST_PUPILS, Room
from explorer.rooms.storage import RoomFile
from explorer.rooms.tally import Bar, bars, places
from tests.rooms.test_codes import Clock

STEPS = (
    Step(
        "One",
        "map",
        "Look.",
        {"space": "words"},
        Question("Which?", "b", "So.", choices=("a", "b")),
    ),
    Step("Two", "map", "Look.", {}, Question("How many?", "4", "So.", low=0, high=20)),
    Step("Three", "map", "Look.", {}, Question("What?", "a word", "So.")),
    Step("Four", "map", "Only look.", {}),
)
CHOICE, NUMBER, TEXT, LOOK = range(4)


def token(number: int) -> str:
    return f"{number:022d}"


@pytest.fixture
def started(tmp_path: Path) -> tuple[Room, str]:
    return Room.start("BCDFG", RoomFile(tmp_path / "BCDFG.room"), "A lesson", STEPS, Clock())


def test_only_the_secret_leads_and_being_first_does_not(started: tuple[Room, str]) -> None:
    room, secret = started
    room.join(token(1))
    for wrong in ("", token(1), room.door, room.code, secret[:-1]):
        for act in (
            lambda w=wrong: room.go(w, 1),
            lambda w=wrong: room.lead(w, follows=False),
            lambda w=wrong: room.reveal(w, CHOICE),
            lambda w=wrong: room.hide(w, hides=True),
            lambda w=wrong: room.let_through(w, TEXT, "x"),
            lambda w=wrong: room.ask(w, Question("?", "", ""), STEPS[0]),
            lambda w=wrong: room.end(w),
        ):
            with pytest.raises(RoomError, match="Only the teacher"):
                act()
    assert room.scene.version == 0
    room.go(secret, 1)
    assert room.scene.moment.step.title == "Two"


def test_ten_thousand_answers_of_one_pupil_stay_one(started: tuple[Room, str]) -> None:
    room, _ = started
    room.join(token(1))
    for number in range(10_000):
        room.answer(token(1), CHOICE, "ab"[number % 2])
    assert room.answers(CHOICE) == ["b"]
    assert room.answer_of(token(1), CHOICE) == "b"


def test_an_answer_may_be_changed_until_it_is_revealed(started: tuple[Room, str]) -> None:
    room, secret = started
    room.join(token(1))
    room.answer(token(1), CHOICE, "a")
    room.answer(token(1), CHOICE, "b")
    room.reveal(secret, CHOICE)
    with pytest.raises(RoomError, match="shown already"):
        room.answer(token(1), CHOICE, "a")
    assert room.answers(CHOICE) == ["b"]


@pytest.mark.parametrize(
    ("number", "given", "told"),
    [
        (CHOICE, "c", "Choose one of: a, b"),
        (NUMBER, "21", "from 0 to 20"),
        (NUMBER, "nan", "from 0 to 20"),
        (TEXT, " \n ", "empty"),
        (TEXT, "x" * 10_000, f"10,000 letters, and {LONGEST} fit"),
        (LOOK, "x", "no question"),
        (99, "x", "not in the room"),
    ],
)
def test_what_is_no_answer_is_told(
    started: tuple[Room, str], number: int, given: str, told: str
) -> None:
    room, _ = started
    room.join(token(1))
    with pytest.raises(RoomError, match=told):
        room.answer(token(1), number, given)
    assert room.answers(number) == []


def test_a_name_in_place_of_a_token_is_refused(started: tuple[Room, str]) -> None:
    room, _ = started
    for name in ("", "Anna", "x" * 10_000, "<b>" * 7 + "b"):
        with pytest.raises(RoomError, match="did not tell who you are"):
            room.join(name)
    with pytest.raises(RoomError, match="not in this room"):
        room.answer(token(2), CHOICE, "a")


def test_a_full_room_drops_only_sleepers_who_never_answered(tmp_path: Path) -> None:
    clock = Clock()
    room, _ = Room.start("BCDFG", RoomFile(tmp_path / "BCDFG.room"), "A", STEPS, clock)
    for number in range(MOST_PUPILS):
        room.join(token(number))
    room.answer(token(0), CHOICE, "a")
    with pytest.raises(RoomError, match="full"):
        room.join(token(MOST_PUPILS))
    clock.now += 100
    room.heard_of(token(1))
    room.join(token(MOST_PUPILS))
    assert room.knows(token(0))
    assert room.knows(token(1))
    assert room.presence().joined == 3


def test_the_teacher_sees_how_many_have_yet_to_answer(started: tuple[Room, str]) -> None:
    room, _ = started
    clock = room._clock
    assert isinstance(clock, Clock)
    for number in range(3):
        room.join(token(number))
    room.answer(token(0), CHOICE, "a")
    assert (room.presence().awake, room.presence().waited_for) == (3, 2)
    clock.now += 100  # two phones sleep
    room.heard_of(token(2))
    assert (room.presence().joined, room.presence().awake, room.presence().waited_for) == (3, 1, 1)
    room.reveal(started[1], CHOICE)
    assert room.presence().waited_for == 0


def test_free_texts_are_shown_only_when_let_through(started: tuple[Room, str]) -> None:
    room, secret = started
    room.join(token(1))
    room.answer(token(1), TEXT, "<b>a  word</b>")
    assert not room.scene.shown.get(TEXT)
    room.let_through(secret, TEXT, "<b>a word</b>")
    assert room.scene.shown[TEXT] == {"<b>a word</b>"}
    room.let_through(secret, TEXT, "<b>a word</b>", shown=False)
    assert not room.scene.shown[TEXT]
    with pytest.raises(RoomError, match="changed"):
        room.let_through(secret, TEXT, "never written")
    room.let_through(secret, TEXT, "<b>a word</b>")
    before = room.scene.version
    room.answer(token(1), TEXT, "another")
    assert room.scene.version > before  # all phones draw anew, without the text that is gone


def test_a_question_of_the_teachers_own_stands_after_the_present_step(
    started: tuple[Room, str],
) -> None:
    room, secret = started
    room.join(token(1))
    room.answer(token(1), CHOICE, "a")
    room.ask(secret, Question("Where is king?", "king", ""), STEPS[0], place="king")
    assert [one.step.title for one in room.scene.moments][:3] == ["One", "Your teacher asks", "Two"]
    moment = room.scene.moment
    room.answer(token(1), moment.number, place_text(0.25, 2))
    assert places(room.answers(moment.number)) == [(0.25, 1.0)]
    assert room.answers(CHOICE) == ["a"]
    with pytest.raises(RoomError, match="Tap"):
        room.answer(token(1), moment.number, "king")
    with pytest.raises(RoomError, match="1 to 200 letters"):
        room.ask(secret, Question("?" * 10_000, "", ""), STEPS[0])
    for _ in range(MOST_MOMENTS - len(room.scene.moments)):
        room.ask(secret, Question("And now?", "", ""), STEPS[0])
    with pytest.raises(RoomError, match="at most 60"):
        room.ask(secret, Question("And now?", "", ""), STEPS[0])


def test_pupils_are_told_of_a_change_once_and_not_of_each_others_answers(
    started: tuple[Room, str],
) -> None:
    room, secret = started
    version = room.scene.version
    for number in range(3):
        room.join(token(number))
        room.answer(token(number), CHOICE, "a")
    assert room.scene.version == version
    assert room.tally == 6
    room.go(secret, 0)  # where it is
    assert room.scene.version == version
    room.go(secret, 99)
    assert (room.scene.version, room.scene.at) == (version + 1, len(STEPS) - 1)


def test_answers_of_forty_threads_at_once_are_all_counted(started: tuple[Room, str]) -> None:
    room, secret = started
    together = threading.Barrier(40)

    def pupil(number: int) -> None:
        together.wait()
        room.join(token(number))
        room.answer(token(number), CHOICE, "ab"[number % 2])

    threads = [threading.Thread(target=pupil, args=(number,)) for number in range(40)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert bars(room.scene.moment, room.answers(CHOICE)) == [
        Bar("a", 20, False),
        Bar("b", 20, True),
    ]
    room.end(secret)


def test_numbers_are_bars_or_ranges(started: tuple[Room, str]) -> None:
    room, _ = started
    moment = room.scene.moments[NUMBER]
    few = bars(moment, ["10", "4", "4"])
    assert few == [Bar("4", 2, True), Bar("10", 1, False)]
    many = bars(moment, [str(one) for one in range(21)])
    assert len(many) == 10
    assert sum(one.count for one in many) == 21
    assert [one.label for one in many if one.is_right] == ["4 to 6"]


def test_nobodys_token_and_no_secret_is_in_the_file(
    started: tuple[Room, str], tmp_path: Path
) -> None:
    room, secret = started
    room.join(token(7))
    room.answer(token(7), CHOICE, "a")
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"Which?" in written
    assert token(7).encode() not in written
    assert secret.encode() not in written
