"""The page Room without a browser: who gets in, what is told, and what a stranger's text does."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.lessons.plan import Question
from explorer.rooms.moment import Scene
from explorer.rooms.room import Room
from explorer.ui.plans import underway
from explorer.ui.rooms import asking, door, lobby, teacher, who
from tests.pages.conftest import Visit, said
from tests.rooms.test_room import token

ROOM = "pages/room.py"


@pytest.fixture
def led(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Room, str]]:
    """A room of this test alone, and its teacher's secret."""
    monkeypatch.setenv("EXPLORER_CACHE_DIR", str(tmp_path))
    who.rooms.clear()
    plan = underway.find_plan("1-why-embeddings")
    assert plan is not None
    yield who.rooms().start(plan.title, plan.steps)
    who.rooms().close()
    who.rooms.clear()


def test_a_wrong_code_and_markup_in_its_place_are_told(visit: Visit, led: tuple[Room, str]) -> None:
    for typed in ("BBBBB", "<b>:smile:" + "x" * 10_000):
        screen = visit(ROOM, room=typed, pupil=token(1))
        assert not screen.exception
        assert "room" not in screen.query_params
    assert "five letters" in said(screen)
    assert "\\<b\\>" not in said(screen)


def test_a_pupil_answers_changes_and_sees_the_answer(visit: Visit, led: tuple[Room, str]) -> None:
    room, secret = led
    screen = visit(ROOM, room=room.code, pupil=token(1))
    assert not screen.exception
    assert len(screen.sidebar.children) == 0  # nothing to get lost in
    screen.button(key="choice 0 1").click().run()
    screen.button(key="choice 0 0").click()  # taken back before a run has read it
    screen.button(key="choice 0 2").click().run()
    assert room.answers(0) == ["all but one"]
    assert "80,000" not in said(screen)
    room.reveal(secret, 0)
    screen.run()
    assert "Answer: **all but one**" in said(screen)
    assert "You answered **all but one**" in said(screen)


def test_a_number_and_a_text_are_answered(visit: Visit, led: tuple[Room, str]) -> None:
    room, secret = led
    room.go(secret, 3)
    screen = visit(ROOM, room=room.code, pupil=token(1))
    screen.number_input[0].set_value(10)
    next(one for one in screen.button if one.label == "Send").click().run()
    assert room.answers(3) == ["10"]
    room.ask(secret, Question("What is it?", "", ""), room.scene.moment.step)
    screen.run()
    screen.text_area[0].set_value("<script>x</script> :smile: [a](b)")
    next(one for one in screen.button if one.label == "Send").click().run()
    assert not screen.exception
    assert "<script>" not in said(screen).replace("\\<", "")
    number = room.scene.moment.number
    for text in room.answers(number):
        room.let_through(secret, number, text)
    screen.run()
    shown = "".join(one.value for one in screen.get("html"))
    assert html.escape("<script>x</script>") in shown
    assert "<script>" not in shown


def test_only_the_teachers_link_leads_and_it_leaves_the_address(
    visit: Visit, led: tuple[Room, str]
) -> None:
    room, secret = led
    pupils = visit(ROOM, room=room.code, pupil=token(1), teacher="x" * 22)
    assert "room next" not in {one.key for one in pupils.button}
    screen = visit(ROOM, room=room.code, teacher=secret)
    assert not screen.exception
    assert "teacher" not in screen.query_params
    screen.button(key="room next").click().run()
    assert room.scene.at == 1
    screen.button(key="room end").click().run()
    assert not screen.exception
    assert "all answers are erased" in said(screen)
    assert "has ended" in said(pupils.run())


@pytest.mark.parametrize("shown", ["teacher", "pupil"])
def test_a_room_that_ends_while_a_screen_is_drawn_is_left(
    visit: Visit, led: tuple[Room, str], monkeypatch: pytest.MonkeyPatch, shown: str
) -> None:
    room, secret = led
    enter = who.enter

    def enter_and_end(code: str, visitor: who.Visitor) -> Room:
        found = enter(code, visitor)
        who.rooms().end(found, secret)
        return found

    monkeypatch.setattr(who, "enter", enter_and_end)
    mine = {"teacher": secret} if shown == "teacher" else {"pupil": token(1)}
    screen = visit(ROOM, room=room.code, **mine)
    assert not screen.exception
    assert "has ended" in said(screen)


def test_a_teacher_who_goes_on_while_the_other_screen_is_drawn_is_followed_there(
    visit: Visit, led: tuple[Room, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    room, secret = led
    steer = teacher.steer

    def steer_and_go_on(room: Room, secret: str, scene: Scene) -> None:
        steer(room, secret, scene)
        if room.scene.at == 0:
            room.go(secret, 1)

    monkeypatch.setattr(teacher, "steer", steer_and_go_on)
    screen = visit(ROOM, room=room.code, teacher=secret)
    assert not screen.exception
    assert "Step 2 of 7" in said(screen)


def test_what_they_answer_is_hidden_until_it_is_shown_if_the_teacher_wants_so(
    visit: Visit, led: tuple[Room, str]
) -> None:
    room, secret = led
    room.join(token(1))
    room.answer(token(1), 0, "none")
    screen = visit(ROOM, room=room.code, teacher=secret)

    def counts() -> list[str]:
        shown = "".join(one.value for one in screen.get("html"))
        return re.findall("class='count'>(.*?)<", shown)

    assert counts() == ["1", "0", "0"]
    screen.toggle(key="room hides").set_value(True).run()
    assert room.scene.hides
    assert counts() == [""] * 3
    assert "**1** answered" in said(screen)
    again = visit(ROOM, room=room.code, teacher=secret)  # the teacher's phone, or after a reload
    assert again.toggle(key="room hides").value
    screen.button(key="room reveal").click().run()
    assert counts() == ["1", "0", "0"]
    assert not screen.exception


def test_a_text_is_let_through_or_set_aside(visit: Visit, led: tuple[Room, str]) -> None:
    room, secret = led
    room.ask(secret, Question("What is it?", "", ""), room.scene.moment.step)
    number = room.scene.moment.number
    for pupil, text in enumerate(("good", "rude")):
        room.join(token(pupil))
        room.answer(token(pupil), number, text)
    screen = visit(ROOM, room=room.code, teacher=secret)
    assert "**2** to read" in said(screen)

    def press(label: str, place: int) -> None:
        [one for one in screen.button if one.label == label][place].click().run()

    press("Set aside", 1)
    assert "**1** to read" in said(screen)
    assert "rude" not in said(screen)
    press("Let through", 0)
    assert room.scene.shown[number] == {"good"}
    press("Show what was set aside", 0)
    assert "rude" in said(screen)
    assert not screen.exception


def test_a_room_is_started_from_the_lobby_and_its_lesson_is_made_ahead(
    visit: Visit, led: tuple[Room, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    monkeypatch.setattr(lobby.ahead, "begin", lambda plan_id, plan: begun.append(plan_id))
    screen = visit(ROOM, start="3-arithmetic")
    next(one for one in screen.button if one.label == "Start a room").click().run()
    assert not screen.exception
    assert screen.query_params["room"] != led[0].code
    assert "Arithmetic" in "".join(one.value for one in screen.get("html"))
    assert begun == ["3-arithmetic"]


def test_where_sign_in_gives_roles_only_those_who_open_files_start_rooms(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_MAY_OPEN", "groups:teachers")
    screen = visit(ROOM)
    assert "Start a room" not in [one.label for one in screen.button]
    assert "Join" in [one.label for one in screen.button]


def test_a_pupil_on_another_page_is_shown_the_way_back_and_called_back(
    visit: Visit, led: tuple[Room, str]
) -> None:
    room, secret = led
    room.lead(secret, follows=False)
    screen = visit("pages/evaluation.py", room=room.code, pupil=token(1))
    assert f"You are in room **{room.code}**" in said(screen)
    room.reveal(secret, 0)
    screen.run()
    assert "You are in room" in said(screen)
    room.go(secret, 1)
    screen.run()
    assert not screen.exception
    assert "### Which is nearer" in said(screen)


def test_a_word_that_is_not_in_the_space_cannot_be_placed(led: tuple[Room, str]) -> None:
    room, secret = led
    with pytest.raises(ValueError, match="not in the space"):
        asking.put(room, secret, asking.PICTURE, "not a word", "")
    with pytest.raises(ValueError, match="different choices"):
        asking.put(room, secret, asking.CHOICES, "Which?", "a, a ,")
    asking.put(room, secret, asking.PICTURE, "queen", "")
    assert room.scene.moment.kind == "place"


def test_the_address_for_phones_is_this_machines_in_its_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(door.owner, "answers_others", lambda: True)
    monkeypatch.setattr(door, "network_addresses", lambda: ["192.168.1.5", "10.0.0.2"])
    page, others = door.pages()
    assert page.startswith("http://192.168.1.5:")
    assert others[0].startswith("http://10.0.0.2:")
    monkeypatch.setattr(door, "network_addresses", list)
    assert "localhost" in door.pages()[0]
