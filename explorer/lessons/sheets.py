"""Worksheets: a lesson plan as a page of HTML for print, with space for answers, or with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape

from explorer.errors import ExplorerError
from explorer.lessons.measures import MEASURES, measure
from explorer.lessons.paper import drawn, frame
from explorer.lessons.plan import Plan, Question, Step
from explorer.space import EmbeddingSpace

LINES = 3  # to write a free answer on

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
@page {{ size: A4; margin: 15mm 18mm; }}
body {{ font: 11pt/1.4 system-ui, sans-serif; color: #111; }}
body {{ max-width: 46rem; margin: 2rem auto; }}
h1 {{ font-size: 18pt; margin: 0; }}
h2 {{ font-size: 12.5pt; margin: 1.1rem 0 0.2rem; }}
p {{ margin: 0.2rem 0; }}
.about {{ color: #555; }}
.idea {{ border-left: 4px solid #0072b2; padding-left: 0.8rem; margin: 0.8rem 0; }}
.line {{ border-bottom: 1px solid #999; height: 1.9em; }}
.choice, .right {{ display: inline-block; margin-right: 1.6rem; }}
.choice::before {{ content: "☐ "; }}
.right::before {{ content: "☑ "; }}
svg {{ display: block; width: 100%; margin: 0.4rem 0; }}
.answer {{ background: #eef4f8; padding: 0.4rem 0.8rem; }}
section {{ break-inside: avoid; }}
@media print {{ body {{ margin: 0; max-width: none; }} }}
</style>
</head>
<body>
{body}
</body>
</html>
"""


def worksheet(plan: Plan) -> str:
    """Return a plan's questions as one self-contained page of HTML, with space for answers."""
    parts = [
        *heading(plan, plan.title),
        "<p>Name: ______________________</p>",
        *(
            section(number, step if step.question is None else replace(step, look=""), questions)
            + to_draw(step.draw)
            for number, step in enumerate(plan.steps, 1)  # what to look at may tell the answer
        ),
        "<section><h2>In your own words: what is the idea?</h2>" + lines(LINES) + "</section>",
    ]
    return PAGE.format(title=escape(plan.title), body="\n".join(parts))


def answer_sheet(plan: Plan, space: EmbeddingSpace) -> str:
    """Return a plan's answers and notes; those that are measured also as measured on a space."""

    def answers(question: Question) -> Sequence[str]:
        return answered(question, space)

    parts = [
        *heading(plan, f"{plan.title} (answers)"),
        f'<p class="about">Measured on the space “{escape(space.name)}” where a line says so.</p>',
        *(
            section(number, step, answers) + as_drawn(step.draw, space) + note(step.teacher)
            for number, step in enumerate(plan.steps, 1)
        ),
    ]
    return PAGE.format(title=escape(f"{plan.title} (answers)"), body="\n".join(parts))


def heading(plan: Plan, title: str) -> list[str]:
    """Return the first lines of a sheet."""
    return [
        f"<h1>{escape(title)}</h1>",
        f'<p class="about">{plan.minutes} minutes, {escape(plan.level)}</p>',
        f'<p class="idea">{escape(plan.idea)}</p>',
    ]


def section(number: int, step: Step, shown: Callable[[Question], Sequence[str]]) -> str:
    """Return a step: what to do, its question, and what is shown below it."""
    parts = [f"<section><h2>{number}. {escape(step.title)}</h2>", f"<p>{escape(step.text)}</p>"]
    if step.question is not None:
        parts.append(f"<p><strong>{escape(step.question.text)}</strong></p>")
        parts += shown(step.question)
    if step.look:
        parts.append(f"<p>Look at {escape(step.look)}</p>")
    return "\n".join([*parts, "</section>"])


def questions(question: Question) -> list[str]:
    """Return what is printed below a question: boxes or a line for the guess, lines for why."""
    if question.choices:
        guess = [f'<p class="choice">{escape(one)}</p>' for one in question.choices]
    else:
        guess = ["<p>My guess: ______________________</p>"]
    return [*guess, "<p>What I found, and why:</p>", lines(LINES - 1)]


def answered(question: Question, space: EmbeddingSpace) -> list[str]:
    """Return what is printed below a question on the teacher's sheet."""
    boxes = [
        f'<p class="{"right" if one == question.answer else "choice"}">{escape(one)}</p>'
        for one in question.choices
    ]
    why = f"<strong>{escape(question.answer)}</strong>. {escape(question.why)}"
    told = measured(question, space)
    return [*boxes, f'<p class="answer">{why}</p>', *(f"<p>{escape(one)}</p>" for one in told)]


def measured(question: Question, space: EmbeddingSpace) -> list[str]:
    """Return the answer as measured on a space, or why it cannot be; nothing without a measure."""
    if question.measured is None:
        return []
    name, labels = question.measured.name, question.measured.labels
    asked = f"{MEASURES[name].sentence}: {', '.join(labels)}"
    try:
        return [f"Measured on “{space.name}” ({asked}): {measure(space, name, labels)}"]
    except ExplorerError as error:
        return [f"Not measured on “{space.name}” ({asked}). {error}"]


def to_draw(labels: Sequence[str]) -> str:
    """Return a frame to draw labels in; nothing without labels."""
    if not labels:
        return ""
    asked = f"Draw a dot for each, where you think it goes: {', '.join(labels)}. Near is similar."
    return f"\n<section><p>{escape(asked)}</p>{frame()}</section>"


def as_drawn(labels: Sequence[str], space: EmbeddingSpace) -> str:
    """Return labels as a space has them, or why it cannot draw them; nothing without labels."""
    if not labels:
        return ""
    try:
        picture, kept = drawn(space, labels)
    except ExplorerError as error:
        return f"\n<p>Not drawn on “{escape(space.name)}”. {escape(str(error))}</p>"
    told = (
        f"The best flat picture of these {len(labels)} in “{space.name}”: two directions keep "
        f"{kept:.0%} of their differences."
    )
    return f"\n<section><p>{escape(told)}</p>{picture}</section>"


def note(text: str) -> str:
    """Return a note for the teacher."""
    return f'\n<p class="about">For the teacher: {escape(text)}</p>' if text else ""


def lines(count: int) -> str:
    """Return lines to write on."""
    return '<div class="line"></div>' * count
