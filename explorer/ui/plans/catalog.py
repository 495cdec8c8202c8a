"""The page Lessons: the plans as doors, challenges, and the teacher's part."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer import EmbeddingSpace
from explorer.lessons.plan import Plan
from explorer.ui.plans import challenges, teaching, underway
from explorer.ui.shell import address
from explorer.ui.shell.navigation import PAGES
from explorer.ui.shell.plain import plain

COLUMNS = 4
TAKE, PLAY, TEACH = "Take a lesson", "Challenges", "For teachers"


def choose_part() -> str:
    """Draw the choice among the page's parts and return it."""
    chosen: str = st.segmented_control(
        "Part",
        list(PARTS),
        default=TAKE,
        required=True,
        key=address.choice("lessons_part", list(PARTS)),
        bind="query-params",
        label_visibility="collapsed",
    )
    return chosen


def show_plans(space: EmbeddingSpace) -> None:
    """Draw each plan as a card that leads to its first step."""
    plans, broken = underway.shelf()
    finished = st.query_params.get("finished")
    if finished in plans:
        title, score = plain(plans[finished].title), tell_score(finished, plans[finished])
        st.success(
            f"You finished “{title}”. {score}",
            icon=":material/check_circle:",
        )
    listed = list(plans.items())
    for start in range(0, len(listed), COLUMNS):
        row = listed[start : start + COLUMNS]
        for column, (plan_id, plan) in zip(st.columns(COLUMNS), row, strict=False):
            with column:
                card(plan_id, plan)
    if broken:
        st.caption(
            f":material/error: Not offered, because of mistakes: {plain(', '.join(broken))}. "
            f"“{TEACH}” tells them by line."
        )


def card(plan_id: str, plan: Plan) -> None:
    """Draw a plan as a card, the whole of which is the link to its first step."""
    # the frame makes a whole card the link, by how its key begins
    with st.container(border=True, key=f"door plan {plan_id}", gap=None, height="stretch"):
        st.page_link(
            PAGES[plan.steps[0].page].file,
            label=f"**{plain(plan.title)}**",
            query_params=underway.link(plan_id, plan, 0),
        )
        st.caption(plain(plan.idea))
        st.caption(f":material/schedule: {plan.minutes} min · {plain(plan.level)}")


def tell_score(plan_id: str, plan: Plan) -> str:
    """Say how many of a plan's questions this visitor guessed right, once there are guesses."""
    questions = [(number, step.question) for number, step in enumerate(plan.steps) if step.question]
    guesses = underway.guesses()
    given = [(guesses.get((plan_id, number)), question) for number, question in questions]
    right = sum(guess is not None and question.accepts(guess) for guess, question in given)
    return f"{right} of {len(questions)} guesses were right." if questions else ""


PARTS: dict[str, Callable[[EmbeddingSpace], None]] = {
    TAKE: show_plans,
    PLAY: challenges.show,
    TEACH: teaching.show,
}
