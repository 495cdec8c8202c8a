"""The bar of a lesson under way: what to do on this page, what to guess, and on to the next."""

from __future__ import annotations

import streamlit as st

from explorer.lessons.plan import Question
from explorer.ui.plans import ahead, underway
from explorer.ui.plans.cover import cover
from explorer.ui.plans.underway import Underway
from explorer.ui.shell.navigation import PAGES
from explorer.ui.shell.plain import plain

LONGEST_GUESS = 80  # characters
# The bar is slim, and the page's heading smaller, so that the picture stays in sight at 720 pixels.
STYLE = """<style>
.stMainBlockContainer .page-heading h1 { font-size: 1.4rem; }
.st-key-lesson-bar { padding: 0.5rem 0.9rem; }
.st-key-lesson-bar button { min-height: 2rem; padding-block: 0.1rem; }
.stMainBlockContainer [data-testid="stLayoutWrapper"]:has(> .st-key-lesson-bar) {
    margin-bottom: -1.1rem; } /* the cover below it is empty, and would leave two gaps */
</style>"""


def draw(page: str) -> None:
    """Draw the bar above a page's content where a lesson is under way."""
    under = underway.current()
    if under is None:
        return
    here = under.step.page == page
    st.html(STYLE)
    if here:
        underway.enter(under)
        ahead.begin(under.plan_id, under.plan)
    with st.container(key="lesson-bar", border=True, gap="xsmall"):
        steer(under, here=here)
        if here:
            tell(under)
    cover(covered=here and under.is_open)


def steer(under: Underway, *, here: bool) -> None:
    """Draw the lesson's title and the ways back, on and out."""
    steps = under.plan.steps
    number = under.number
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f":material/school: **{plain(under.plan.title)}** · step {number + 1} of {len(steps)}: "
            f"{plain(under.step.title)}",
            width="stretch",
        )
        if not here:
            st.button(
                "Back to the lesson", icon=":material/undo:", key="lesson return", type="primary"
            )
        else:
            st.button("Back", icon=":material/arrow_back:", key="lesson back", disabled=number == 0)
            last = number == len(steps) - 1
            st.button(
                "Finish" if last else "Next",
                icon=":material/check:" if last else ":material/arrow_forward:",
                key="lesson next",
                type="secondary" if under.is_open else "primary",
            )
        st.button(
            "Leave the lesson",
            icon=":material/close:",
            key="only-icon lesson leave",
            type="tertiary",
            help="Leave the lesson, stay on this page",
            on_click=underway.leave,
        )
    follow(under)


def follow(under: Underway) -> None:
    """Go where the button that was pressed leads."""
    pressed = st.session_state.get
    if pressed("lesson return"):
        underway.go(under.plan_id, under.number)
    elif pressed("lesson back") and under.number:
        underway.go(under.plan_id, under.number - 1)
    elif pressed("lesson next"):
        if under.number + 1 < len(under.plan.steps):
            underway.go(under.plan_id, under.number + 1)
        underway.leave()
        st.switch_page(
            PAGES["lessons"].file,
            query_params={"space": st.session_state["space"], "finished": under.plan_id},
        )


def tell(under: Underway) -> None:
    """Say what to do at a step, and ask its question or answer it."""
    step = under.step
    st.markdown(plain(step.text))
    question = step.question
    if question is None:
        look_for(step.look)
    elif under.is_open:
        ask(under, question)
    else:
        answer(under, question)
        look_for(step.look)


def look_for(look: str) -> None:
    """Say what to look at."""
    if look:
        st.markdown(f":material/visibility: **Look at** {plain(look)}")


def ask(under: Underway, question: Question) -> None:
    """Take a guess, or show the answer to whoever does not want to guess."""
    key = f"guess {under.plan_id} {under.number}"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if question.choices:
            st.pills(
                f"**{plain(question.text)}**",
                question.choices,
                key=key,
                format_func=plain,
                on_change=take_choice,
                args=(under, key),
                width="content",
            )
        else:
            with (
                st.form(key, border=False, enter_to_submit=True, width="content"),
                st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
            ):
                guess = (ask_number if question.low is not None else ask_text)(question)
                pressed = st.form_submit_button("Guess", type="primary")
            if pressed and guess:
                underway.guesses()[under.key] = guess
                st.rerun()
        st.button(
            "Show me",
            key="lesson show",
            type="tertiary",
            help="Uncover the page without a guess",
            on_click=lambda: underway.guesses().update({under.key: None}),
        )
        st.caption(
            ":material/visibility_off: Covered until you have guessed.",
            width="content",
        )


def take_choice(under: Underway, key: str) -> None:
    """Keep the choice that was clicked."""
    underway.guesses()[under.key] = st.session_state[key]


def ask_number(question: Question) -> str:
    """Draw a field for a number, and return it as text, or nothing."""
    assert question.low is not None
    assert question.high is not None
    whole = question.low == int(question.low) and "." not in question.answer
    kind = int if whole else float
    found = st.number_input(
        f"**{plain(question.text)}**",
        kind(question.low),
        kind(question.high),
        value=None,
        step=1 if whole else 0.05,
        format="%d" if whole else "%.2f",
        placeholder=f"{question.low:g} to {question.high:g}",
    )
    return "" if found is None else f"{found:g}"


def ask_text(question: Question) -> str:
    """Draw a field for a free guess, and return what was typed."""
    found = st.text_input(f"**{plain(question.text)}**", max_chars=LONGEST_GUESS)
    return (found or "").strip()


def answer(under: Underway, question: Question) -> None:
    """Show the guess beside the answer, and why it is so."""
    guess = underway.guesses()[under.key]
    if guess is None:
        said, mark = "", ":material/lightbulb:"
    elif question.accepts(guess):
        said, mark = f"You guessed {told(guess)} ", ":material/check_circle:"
    else:
        said, mark = f"You guessed {told(guess)} ", ":material/lightbulb:"
    st.markdown(
        f"**{plain(question.text)}** {mark} {said}Answer: {told(question.answer)} "
        f"{plain(question.why)}"
    )


def told(text: str) -> str:
    """Return a text in bold, and a full stop unless it ends with a mark of its own.

    >>> told("queen"), told("The car hit the man.").endswith(".**")
    ('**queen**.', True)
    """
    return f"**{plain(text)}**" + ("" if text.endswith((".", "?", "!")) else ".")
