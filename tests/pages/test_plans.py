"""The page Lessons and the bar of a lesson under way, without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer.errors import PlanError
from explorer.lessons.plan import Plan
from explorer.lessons.shelf import SHIPPED, files_in, plan_of_file
from explorer.ui.plans import underway
from explorer.ui.plans.cover import STYLE
from explorer.ui.shell.navigation import PAGES
from tests.lessons.test_plan import GOOD
from tests.pages.conftest import Visit, said

LESSONS = "pages/lessons.py"
OWN = (
    GOOD.replace("A lesson", "'*Mine* <b>'")
    .replace("number: 0 to 15", "choices: ['3', '4']")
    .replace("kept in PCA: [king]", "nearest: [king]")
)


def shipped(name: str) -> Plan:
    plan = plan_of_file(files_in(SHIPPED)[name], PAGES, underway.knows_space)
    assert isinstance(plan, Plan)
    return plan


STEPS = [(name, number) for name in files_in(SHIPPED) for number in range(len(shipped(name).steps))]


def take(visit: Visit, name: str, number: int) -> AppTest:
    """Visit a step by its link."""
    plan = underway.find_plan(name)
    assert plan is not None
    step = plan.steps[number]
    link = {"space": "words", **step.address, "plan": name, "plan_step": str(number + 1)}
    return visit(PAGES[step.page].file, **link)


def is_covered(screen: AppTest) -> bool:
    return any(one.value == STYLE for one in screen.get("html"))


def press(screen: AppTest, label: str) -> AppTest:
    return next(one for one in screen.button if one.label == label).click().run()


@pytest.mark.parametrize(("name", "number"), STEPS)
def test_each_step_of_each_lesson_opens_its_page(visit: Visit, name: str, number: int) -> None:
    screen = take(visit, name, number)
    assert not screen.exception
    assert not screen.error
    assert not screen.toast  # no parameter of the address was left out
    assert f"step {number + 1} of" in said(screen)
    assert is_covered(screen) == (shipped(name).steps[number].question is not None)


def test_a_guess_uncovers_the_page_and_stands_beside_the_answer(visit: Visit) -> None:
    screen = take(visit, "1-why-embeddings", 1)
    assert "1\\.41" not in said(screen)
    screen.pills[0].set_value("king and queen").run()
    assert not is_covered(screen)
    assert "You guessed **king and queen**" in said(screen)
    assert "**both are equally far apart**" in said(screen)


def test_a_number_is_guessed_in_a_field(visit: Visit) -> None:
    screen = take(visit, "4-trust-a-map", 0)
    field = next(one for one in screen.number_input if "How many" in one.label)
    field.set_value(9)
    press(screen, "Guess")
    assert not is_covered(screen)
    assert "You guessed **9**" in said(screen)


def test_an_empty_guess_is_none(visit: Visit) -> None:
    screen = press(take(visit, "4-trust-a-map", 0), "Guess")
    assert is_covered(screen)


def test_show_me_uncovers_without_a_guess(visit: Visit) -> None:
    screen = press(take(visit, "1-why-embeddings", 0), "Show me")
    assert not is_covered(screen)
    assert "You guessed" not in said(screen)
    assert "Answer: **all but one**" in said(screen)


def test_a_lesson_stays_under_way_on_another_page(visit: Visit) -> None:
    screen = take(visit, "1-why-embeddings", 0)
    screen.switch_page("pages/evaluation.py").run()
    assert "Back to the lesson" in [one.label for one in screen.button]
    assert not is_covered(screen)
    assert screen.query_params["plan"] == "1-why-embeddings"


def test_leaving_ends_it(visit: Visit) -> None:
    screen = take(visit, "1-why-embeddings", 0)
    screen.button(key="only-icon lesson leave").click().run()
    assert "step 1 of" not in said(screen)
    assert "plan" not in screen.query_params
    assert not is_covered(screen)


@pytest.mark.parametrize("number", ["0", "-1", "x", "999", "99999999999999", "²"])
def test_a_step_that_is_none_is_the_nearest(visit: Visit, number: str) -> None:
    screen = visit("pages/map.py", plan="4-trust-a-map", plan_step=number)
    assert not screen.exception
    assert "Can one trust a map" in said(screen)


def test_a_lesson_that_is_not_here_is_told(visit: Visit) -> None:
    screen = visit("pages/map.py", plan="../../etc/passwd")
    assert not screen.exception
    assert "does not have the lesson of this link" in said(screen)
    assert "plan" not in screen.query_params


def test_a_link_to_lessons_leads_to_the_step(visit: Visit) -> None:
    screen = visit(LESSONS, take="1-why-embeddings", plan_step="4")
    assert not screen.exception
    assert screen.query_params["plan_step"] == "4"


def test_the_lessons_are_doors(visit: Visit) -> None:
    screen = visit(LESSONS)
    assert not screen.exception
    assert len(screen.get("page_link")) >= 8


def test_a_finished_lesson_tells_how_many_guesses_were_right(visit: Visit) -> None:
    screen = visit(LESSONS, finished="1-why-embeddings")
    assert "0 of 7 guesses were right" in "\n".join(one.value for one in screen.success)


def test_a_dropped_plan_can_be_taken_and_its_texts_are_text(visit: Visit) -> None:
    plan_id = underway.read_dropped(OWN.encode())
    screen = take(visit, plan_id, 0)
    assert not screen.exception
    assert "\\*Mine\\* \\<b\\>" in said(screen)


def test_a_file_dropped_in_the_browser_is_read_and_its_mistakes_are_told(visit: Visit) -> None:
    screen = visit(LESSONS, lessons_part="For teachers")
    uploader = screen.get("file_uploader")[0]
    uploader.upload("own.yaml", GOOD.replace("page: map", "page: mop").encode()).run()
    assert "**Line 7**" in "\n".join(one.value for one in screen.error)


def test_a_plan_in_the_owners_folder_is_offered_and_a_broken_one_told(
    visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.yaml").write_text(OWN, encoding="utf-8")
    (tmp_path / "broken.yml").write_text("title: x\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no plan", encoding="utf-8")
    monkeypatch.setenv("EXPLORER_LESSONS", str(tmp_path))
    plans, broken = underway.shelf()
    assert "mine" in plans
    assert isinstance(broken["broken"], PlanError)
    assert "broken" in said(visit(LESSONS))
    assert "**Line 1**" in said(visit(LESSONS, lessons_part="For teachers"))


def test_a_changed_file_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(OWN, encoding="utf-8")
    monkeypatch.setenv("EXPLORER_LESSONS", str(tmp_path))
    assert underway.find_plan("mine") is not None
    file.write_text(OWN.replace("minutes: 10", "minutes: 25"), encoding="utf-8")
    found = underway.find_plan("mine")
    assert found is not None
    assert found.minutes == 25


@pytest.mark.parametrize("kind", ["Odd one out", "Guess the word", "Guess the axis"])
@pytest.mark.parametrize("space", ["words", "books"])
def test_a_riddle_is_answered_and_scored_once(visit: Visit, kind: str, space: str) -> None:
    screen = visit(LESSONS, lessons_part="Challenges", challenge=kind, space=space)
    assert not screen.exception
    if space == "books" and kind == "Guess the axis":
        assert "No round of this challenge" in said(screen)
        return
    choices = [one for one in screen.button if (one.key or "").startswith("riddle")]
    choices[0].click().run()
    assert not screen.exception
    assert screen.metric[0].value in ("0", "10")
    assert all(one.disabled for one in screen.button if (one.key or "").startswith("riddle"))


def test_a_way_is_gone_by_hints_to_its_end(visit: Visit) -> None:
    screen = visit(LESSONS, lessons_part="Challenges", space="books")
    for _ in range(5):
        if screen.success:
            break
        screen.button(key="way hint").click().run()
        word = screen.toast[0].value.split("“")[1].split("”")[0]
        press(screen, word)
    assert not screen.exception
    assert "the shortest way" in screen.success[0].value
    assert 1 <= int(screen.metric[0].value) < 10
