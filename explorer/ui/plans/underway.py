"""The lesson that a visitor is taking: which plan, which step, what was guessed.

Plan and step stand in the address of each page, so that a link brings others to the same step.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import NoReturn

import streamlit as st

from explorer.errors import PlanError
from explorer.lessons.plan import Plan, Step
from explorer.lessons.reading import read_plan
from explorer.lessons.shelf import plan_files, plan_of_file
from explorer.ui.shell import address, spaces
from explorer.ui.shell.navigation import PAGES

PLAN, STEP = "plan", "plan_step"  # parameters of the address
TAKE = "take"  # a parameter of the page Lessons: the plan whose step to go on to
LESSON = "lesson under way"  # session state: the plan's id and the step's number, from 0
ENTERED = "step entered"  # session state: the step whose parameters were given to its page
TYPED = {"first", "second", "words", "tokens", "hidden_sentence"}  # parameters that are texts
GUESSES = "guesses"  # session state: what was guessed, by plan and step; None: shown unguessed
MOST_DROPPED = 200  # plans of visitors; the least recently used go first


@dataclass(frozen=True)
class Underway:
    """A plan, by its id, and the number of a step in it, counted from 0."""

    plan_id: str
    plan: Plan
    number: int

    @property
    def step(self) -> Step:
        """The step."""
        return self.plan.steps[self.number]

    @property
    def is_open(self) -> bool:
        """Whether the step has a question that nobody has answered yet."""
        return self.step.question is not None and self.key not in guesses()

    @property
    def key(self) -> tuple[str, int]:
        """What the guess at this step is kept under."""
        return self.plan_id, self.number


class DroppedPlans:
    """The plans that visitors dropped, by id; shared, so that a link works for a whole class."""

    def __init__(self) -> None:
        self._plans: OrderedDict[str, Plan] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, plan: Plan, content: bytes) -> str:
        """Keep a plan and return its id: its title and the beginning of its file's digest."""
        readable = re.sub(r"[^A-Za-z0-9]+", "-", plan.title)[:40].strip("-").lower() or "plan"
        plan_id = f"{readable}~{hashlib.blake2b(content, digest_size=6).hexdigest()}"
        with self._lock:
            self._plans[plan_id] = plan
            self._plans.move_to_end(plan_id)
            while len(self._plans) > MOST_DROPPED:
                self._plans.popitem(last=False)
        return plan_id

    def get(self, plan_id: str) -> Plan | None:
        """Return the plan of that id, or None."""
        with self._lock:
            if plan_id in self._plans:
                self._plans.move_to_end(plan_id)
            return self._plans.get(plan_id)


@st.cache_resource(show_spinner=False)
def dropped_plans() -> DroppedPlans:
    """Return the plans that were dropped on this server."""
    return DroppedPlans()


def knows_space(space_id: str) -> bool:
    """Return whether a space can be opened on this server."""
    return spaces.find_space(space_id) is not None


def read_dropped(content: bytes) -> str:
    """Read a dropped plan, keep it, and return its id; raises PlanError."""
    return dropped_plans().add(read_plan(content, PAGES, knows_space), content)


def shelf() -> tuple[dict[str, Plan], dict[str, PlanError]]:
    """Return the plans of this server by id, and the files that have mistakes by name."""
    read = {name: plan_of_file(path, PAGES, knows_space) for name, path in plan_files().items()}
    plans = {name: plan for name, plan in read.items() if isinstance(plan, Plan)}
    broken = {name: error for name, error in read.items() if isinstance(error, PlanError)}
    return plans, broken


def find_plan(plan_id: str) -> Plan | None:
    """Return the plan of an id, of this server or dropped, or None."""
    path = plan_files().get(plan_id)
    found = None if path is None else plan_of_file(path, PAGES, knows_space)
    return found if isinstance(found, Plan) else dropped_plans().get(plan_id)


def guesses() -> dict[tuple[str, int], str | None]:
    """Return what this visitor guessed."""
    kept: dict[tuple[str, int], str | None] = st.session_state.setdefault(GUESSES, {})
    return kept


def current() -> Underway | None:
    """Return the lesson that the address names, or the one under way; None without.

    A plan that this server does not have is told once.
    """
    named = st.query_params.get(PLAN)
    plan_id, number = st.session_state.get(LESSON, ("", 0))
    if named:
        plan_id, number = named, step_number(st.query_params.get(STEP, "1"))
    if not plan_id:
        return None
    plan = find_plan(plan_id)
    if plan is None:
        leave()
        st.warning(
            "This server does not have the lesson of this link: it was dropped on another server, "
            "or before a restart. Drop its file again on the page “Lessons”.",
            icon=":material/link_off:",
        )
        return None
    number = min(number, len(plan.steps) - 1)
    st.session_state[LESSON] = plan_id, number
    for name, value in ((PLAN, plan_id), (STEP, str(number + 1))):
        if st.query_params.get(name) != value:
            address.change(name, value)
    return Underway(plan_id, plan, number)


def step_number(text: str) -> int:
    """Return the number, from 0, of a step that the address counts from 1; else the first."""
    return max(0, int(text) - 1) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def enter(under: Underway) -> None:
    """Let the page of a step begin as the step says, when one comes to it.

    Streamlit keeps the values of bound widgets over pages. Those that a step sets are
    forgotten here, before the page draws its widgets, which then read the address. A text that
    the browser still holds of the step before would be taken even so: it is set.
    """
    if st.session_state.get(ENTERED) == under.key:
        return
    st.session_state[ENTERED] = under.key
    for step in under.plan.steps:
        for name in step.address:
            if name != "space":
                st.session_state.pop(name, None)
    for name in TYPED & under.step.address.keys():
        st.session_state[name] = under.step.address[name]


def go(plan_id: str, number: int) -> NoReturn:
    """Go to a step, by way of the page Lessons.

    The next step may be on the same page, and Streamlit lets no script change parameters that
    the page's own widgets are bound to.
    """
    st.switch_page(PAGES["lessons"].file, query_params={TAKE: plan_id, STEP: str(number + 1)})


def follow_link() -> None:
    """Go on to the step that a link to the page Lessons names; call it before drawing the page."""
    plan_id = st.query_params.get(TAKE)
    plan = None if plan_id is None else find_plan(plan_id)
    if plan_id is None or plan is None:
        return
    number = min(step_number(st.query_params.get(STEP, "1")), len(plan.steps) - 1)
    st.session_state[LESSON] = plan_id, number
    st.switch_page(PAGES[plan.steps[number].page].file, query_params=link(plan_id, plan, number))


def link(plan_id: str, plan: Plan, number: int) -> dict[str, str]:
    """Return the parameters of a link to a step's page."""
    step = plan.steps[number]
    here = st.session_state.get("space", spaces.DEFAULT)
    return {"space": here, **step.address, PLAN: plan_id, STEP: str(number + 1)}


def leave() -> None:
    """End the lesson; what was guessed is kept."""
    for name in (LESSON, ENTERED):
        st.session_state.pop(name, None)
    for name in (PLAN, STEP):
        address.change(name, None)
