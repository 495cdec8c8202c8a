"""The rooms of a server: found again after a restart, erased at the end and when unused."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from explorer.errors import RoomError
from explorer.rooms import registry, storage
from explorer.rooms.registry import EMPTY_SECONDS, KEPT_SECONDS, MOST_ROOMS, Rooms
from explorer.rooms.storage import RoomFile
from tests.rooms.test_codes import Clock
from tests.rooms.test_room import CHOICE, STEPS, TEXT, token

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "rooms"


def test_a_wrong_code_an_ended_room_and_too_many_tries_are_told(folder: Path) -> None:
    clock = Clock()
    rooms = Rooms(folder, clock)
    room, secret = rooms.start("A lesson", STEPS)
    other = "BBBBB" if room.code != "BBBBB" else "CCCCC"
    with pytest.raises(RoomError, match="five letters"):
        rooms.enter("x" * 10_000, "phone")
    with pytest.raises(RoomError, match=f"no room {other}"):
        rooms.enter(other, "phone")
    assert rooms.enter(room.code.lower(), "phone") is room
    room.join(token(1))
    for _ in range(3):
        with pytest.raises(RoomError, match="no room"):
            rooms.enter(other, "phone")
    with pytest.raises(RoomError, match="Too many wrong codes"):
        rooms.enter(room.code, "phone")  # a right one too, or guessing would go on
    assert rooms.enter(room.code, "phone", door=room.door) is room
    assert rooms.enter(room.code, "phone", pupil=token(1)) is room
    assert rooms.enter(room.code, "phone", secret=secret) is room
    rooms.end(room, secret)
    clock.now += 60
    with pytest.raises(RoomError, match="has ended"):
        rooms.enter(room.code, "phone")


def test_a_class_behind_one_address_types_a_right_code_at_once(folder: Path) -> None:
    rooms = Rooms(folder)
    room, _ = rooms.start("A lesson", STEPS)
    with ThreadPoolExecutor(40) as pool:
        found = list(pool.map(lambda _: rooms.enter(room.code, "school"), range(200)))
    assert set(found) == {room}


def test_a_killed_server_loses_nothing(folder: Path) -> None:
    script = f"""
import os, pickle, sys
from pathlib import Path
from explorer.rooms.registry import Rooms
from explorer.rooms.storage import RoomFile
from tests.rooms.test_room import STEPS, TEXT, CHOICE, token
rooms = Rooms(Path({str(folder)!r}))
room, secret = rooms.start("A lesson", STEPS)
for number in range(3):
    room.join(token(number))
    room.answer(token(number), CHOICE, "ab"[number % 2])
room.answer(token(1), TEXT, "a word")
room.let_through(secret, TEXT, "a word")
room.reveal(secret, CHOICE)
room.go(secret, 2)
room.lead(secret, follows=False)
print(room.code, secret, room.door, room.scene.version, flush=True)
os.kill(os.getpid(), 9)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    code, secret, door, version = done.stdout.split()
    room = Rooms(folder).enter(code, "phone", door=door)
    assert room.is_teacher(secret)
    assert room.title == "A lesson"
    assert tuple(one.step for one in room.scene.moments) == STEPS
    assert (room.scene.version, room.scene.at, room.scene.follows) == (int(version), 2, False)
    assert room.scene.shown == {TEXT: {"a word"}}
    assert room.scene.revealed == {CHOICE}
    assert room.answers(CHOICE) == ["a", "a", "b"]
    assert room.answer_of(token(1), TEXT) == "a word"
    assert room.presence().joined == 3


def test_a_file_that_was_removed_is_written_anew_with_all_of_the_room(folder: Path) -> None:
    rooms = Rooms(folder)
    room, _ = rooms.start("A lesson", STEPS)
    for number in range(2):
        room.join(token(number))
        room.answer(token(number), CHOICE, "ab"[number])
        for path in folder.iterdir():
            path.unlink()
    room.answer(token(0), CHOICE, "b")
    assert room.is_kept
    rooms.close()
    again = Rooms(folder).enter(room.code, "phone", pupil=token(0))
    assert again.answers(CHOICE) == ["b", "b"]


def test_a_room_that_has_ended_leaves_nothing_on_disk(folder: Path) -> None:
    rooms = Rooms(folder)
    room, secret = rooms.start("A lesson", STEPS)
    room.join(token(1))
    room.answer(token(1), TEXT, "something private")
    assert list(folder.iterdir())
    rooms.end(room, secret)
    assert list(folder.iterdir()) == []
    assert room.answers(TEXT) == []
    with pytest.raises(RoomError, match="ended"):
        room.answer(token(1), TEXT, "one more")
    assert list(folder.iterdir()) == []


def test_nobody_enters_a_room_while_it_is_erased(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = Rooms(folder)
    room, secret = rooms.start("A lesson", STEPS)
    erase, told = RoomFile.erase, []

    def slowly(file: RoomFile) -> None:
        with pytest.raises(RoomError, match="has ended"):
            rooms.enter(room.code, "phone", secret=secret)
        told.append(room.code)
        erase(file)

    monkeypatch.setattr(RoomFile, "erase", slowly)
    rooms.end(room, secret)
    assert told == [room.code]


def test_an_unused_room_is_erased_and_a_used_one_is_kept(folder: Path) -> None:
    clock = Clock()
    rooms = Rooms(folder, clock)
    unused, _ = rooms.start("Unused", STEPS)
    used, secret = rooms.start("Used", STEPS)
    clock.now += KEPT_SECONDS - 60
    used.go(secret, 1)
    clock.now += 120
    assert rooms.enter(used.code, "phone") is used
    with pytest.raises(RoomError, match="ended"):
        rooms.enter(unused.code, "phone")
    assert {path.stem for path in folder.glob("*.room")} == {used.code}


def test_a_wrong_clock_ends_no_room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rooms = Rooms(folder, clock := Clock())
    room, _ = rooms.start("A lesson", STEPS)
    room.join(token(1))
    for jump in (-1e9, 1e9):
        monkeypatch.setattr(time, "time", lambda jump=jump: 1.7e9 + jump)
        clock.now += 120
        assert rooms.enter(room.code, "phone") is room
        assert room.presence().joined == 1


def test_files_left_by_a_server_are_erased_when_they_are_old(folder: Path) -> None:
    for name in ("old", "new"):
        rooms = Rooms(folder)
        room, _ = rooms.start(name, STEPS)
        rooms.close()
        if name == "old":
            for path in folder.glob(f"{room.code}*"):
                os.utime(path, (time.time() - KEPT_SECONDS - 60,) * 2)
    (folder / "note.txt").write_text("not ours", encoding="utf-8")
    assert len(storage.files(folder)) == 1
    assert (folder / "note.txt").exists()


def test_a_broken_file_is_no_room(folder: Path) -> None:
    folder.mkdir()
    (folder / "BCDFG.room").write_bytes(b"no database" * 100)
    with pytest.raises(RoomError, match="no room BCDFG"):
        Rooms(folder).enter("BCDFG", "phone")


def test_a_folder_that_cannot_be_written_is_told_and_the_lesson_goes_on(tmp_path: Path) -> None:
    (tmp_path / "rooms").write_text("a file in its place", encoding="utf-8")
    rooms = Rooms(tmp_path / "rooms")
    room, secret = rooms.start("A lesson", STEPS)
    room.join(token(1))
    room.answer(token(1), CHOICE, "a")
    assert not room.is_kept
    assert rooms.enter(room.code, "phone").answers(CHOICE) == ["a"]
    (tmp_path / "rooms").unlink()
    room.go(secret, 1)
    assert room.is_kept
    rooms.close()
    assert Rooms(tmp_path / "rooms").enter(room.code, "phone").answers(CHOICE) == ["a"]


def test_a_server_has_a_bounded_number_of_rooms_and_empty_ones_make_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_ROOMS == 40
    monkeypatch.setattr(registry, "MOST_ROOMS", 2)
    rooms = Rooms(folder, clock := Clock())
    used, _ = rooms.start("Used", STEPS)
    used.join(token(1))
    empty, _ = rooms.start("Empty", STEPS)
    with pytest.raises(RoomError, match="2 rooms are open"):
        rooms.start("Third", STEPS)
    clock.now += EMPTY_SECONDS + 1
    third, _ = rooms.start("Third", STEPS)
    assert empty.scene.ended
    assert rooms.enter(used.code, "phone") is used
    assert rooms.enter(third.code, "phone") is third
