"""For teachers: a plan's notes and sheets, its link, and a plan of one's own."""

from __future__ import annotations

from typing import Any

import streamlit as st

from explorer import EmbeddingSpace
from explorer.errors import PlanError
from explorer.lessons import sheets
from explorer.lessons.plan import Plan, Step
from explorer.lessons.reading import MOST_BYTES
from explorer.lessons.shelf import plan_files
from explorer.ui.plans import underway
from explorer.ui.shell import signin
from explorer.ui.shell.navigation import PAGES
from explorer.ui.shell.plain import plain

DROPPED = "plans dropped"  # session state: the ids of this visitor's own plans
MISTAKES_TOLD = 20
STEPS_HEIGHT = 340  # pixels: in sight at 720
PRINT: dict[str, Any] = {
    "mime": "text/html",
    "on_click": "ignore",
    "icon": ":material/print:",
    "width": "stretch",
}


def show(space: EmbeddingSpace) -> None:
    """Draw the teacher's part: choose a plan, print it, write one."""
    left, right = st.columns([1.7, 1], gap="large")
    with right:
        ask_own()
    plans, broken = underway.shelf()
    for plan_id in st.session_state.get(DROPPED, ()):
        if (own := underway.find_plan(plan_id)) is not None:
            plans = {plan_id: own, **plans}
    with left:
        chosen = st.selectbox(
            "Lesson", list(plans), format_func=lambda one: plans[one].title, key="lesson to print"
        )
        if chosen is not None:
            show_plan(chosen, plans[chosen], space)
        for name, error in broken.items():
            tell_mistakes(name, error)


def show_plan(plan_id: str, plan: Plan, space: EmbeddingSpace) -> None:
    """Draw a plan's link, its sheets and its steps."""
    st.page_link(
        PAGES[plan.steps[0].page].file,
        label="**Take it.** The address that you see then is the link for your class.",
        icon=":material/play_arrow:",
        query_params=underway.link(plan_id, plan, 0),
    )
    st.page_link(
        PAGES["room"].file,
        label="**Start a room with it**: your class answers on its phones, and you see how many.",
        icon=PAGES["room"].icon,
        query_params={"start": plan_id},
    )
    one, two, three = st.columns(3)
    one.download_button(
        "Worksheet",
        lambda: sheets.worksheet(plan),
        f"{plan_id}.html",
        key="worksheet",
        **PRINT,
    )
    two.download_button(
        "Answers",
        lambda: sheets.answer_sheet(plan, space),
        f"{plan_id}-answers.html",
        key="answers",
        help="As measured on the space that is open now.",
        **PRINT,
    )
    file = plan_files().get(plan_id)
    if file is not None:
        three.download_button(
            "The plan (YAML)",
            file.read_bytes,
            f"{plan_id}.yaml",
            mime="application/yaml",
            key="plan file",
            on_click="ignore",
            icon=":material/download:",
            width="stretch",
            help="Change it, and drop it here as a lesson of your own.",
        )
    with st.container(border=True, height=STEPS_HEIGHT):
        st.markdown("\n\n".join(tell_step(n, step) for n, step in enumerate(plan.steps, 1)))


def tell_step(number: int, step: Step) -> str:
    """Return a step in Markdown: page, question, answer, and the teacher's note."""
    parts = [f"**{number}. {plain(step.title)}** · {PAGES[step.page].title}"]
    if step.question is not None:
        parts.append(f"{plain(step.question.text)} **{plain(step.question.answer)}**")
    if step.teacher:
        parts.append(f":material/school: {plain(step.teacher)}")
    return "  \n".join(parts)


def ask_own() -> None:
    """Take a plan that somebody wrote, or tell its mistakes by line."""
    st.markdown(
        "#### Write your own\n\nA lesson is a text file. Take the one on the left, change it, "
        "and drop it here. Nothing in it is run."
    )
    given = signin.upload(
        "A lesson plan (YAML)", type=["yaml", "yml"], max_upload_size=1, key="own plan"
    )
    if given is None:
        return
    if given.size > MOST_BYTES:
        st.error(f"The file has {given.size:,} bytes; a plan has at most {MOST_BYTES:,}.")
        return
    try:
        plan_id = underway.read_dropped(given.getvalue())
    except PlanError as error:
        tell_mistakes(given.name, error)
        return
    own = st.session_state.setdefault(DROPPED, [])
    if plan_id not in own:
        own.append(plan_id)
    plan = underway.find_plan(plan_id)
    if plan is not None:
        st.success(
            f"“{plain(plan.title)}” is ready: {len(plan.steps)} steps. It stays on this server "
            "until it restarts. Everybody who has its link can take it.",
            icon=":material/check_circle:",
        )


def tell_mistakes(name: str, error: PlanError) -> None:
    """List a plan's mistakes with their lines."""
    told = "\n".join(
        f"- **Line {line}**: {plain(sentence)}" for line, sentence in error.mistakes[:MISTAKES_TOLD]
    )
    more = len(error.mistakes) - MISTAKES_TOLD
    rest = f"\n- and {more} more" if more > 0 else ""
    st.error(f"“{plain(name)}” has mistakes:\n{told}{rest}", icon=":material/error:")
