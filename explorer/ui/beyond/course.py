"""What the pages of “Beyond words” share: steps, a training to watch, figures beside chance.

A page asks for data and settings, makes a `Training` of them, and hands it to `train`. What comes
back is how far it has come: complete, stopped on the way, or None before anything was learned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa
import streamlit as st

from explorer import cache
from explorer.beyond.course import COURSES, FILE, Course, kept_course
from explorer.jobs.pool import Job
from explorer.ui.shell import progress
from explorer.ui.shell.tables import named_table

WATCH, ASK, JUDGE, LESSON = "Watch it train", "Ask it", "How good is it?", "The lesson"
STEPS = (WATCH, ASK, JUDGE, LESSON)
WANTED = "trainings wanted"  # session state: keys of those that this visitor has started
LOOK_SECONDS = 0.6


@dataclass(frozen=True)
class Training:
    """A model to be trained: its course's key, the function that submits its job, its name."""

    key: str
    start: Callable[[], Job]
    title: str
    at_once: bool = False  # a second or two: it begins when the page is opened


@dataclass(frozen=True)
class Figure:
    """A figure on data that was held out, beside what costs nothing: a baseline, and chance."""

    name: str
    model: float
    baseline: float
    chance: float


def train(training: Training, draw: Callable[[Course], None] | None = None) -> Course | None:
    """Show the button, or how far the training is; return what is learned so far.

    Parameters
    ----------
    draw
        Draws a course. With it, the page shows the training as it goes, and again whenever
        something new was kept.
    """
    course = course_so_far(training.key)
    if course is not None and course.is_over:
        if draw:
            draw(course)
        return course
    wanted: set[str] = st.session_state.setdefault(WANTED, set())
    if training.at_once:
        wanted.add(training.key)
    if training.key not in wanted:
        invite(training, course)
        if course is not None and draw:
            draw(course)
        return course
    jobs = progress.follow({training.key: training.start}, waiting(training, course))
    if jobs and jobs[0].state.state == "done":
        course = course_so_far(training.key) or jobs[0].result()  # the disk may be full
        if course is not None and draw:
            draw(course)
        return course
    if jobs and draw:
        st.fragment(live, run_every=LOOK_SECONDS)(training.key, draw)
    elif course is not None and draw:
        draw(course)
    return None if jobs else course


def invite(training: Training, course: Course | None) -> None:
    """Draw the button that trains, or goes on."""
    begun = course is not None and course.epoch > 0
    label = "Go on training" if begun else f"Train {training.title}"
    text, button = st.columns([3.2, 1], vertical_alignment="center")
    if begun and course is not None:
        text.markdown(f"Stopped after epoch {course.epoch:,} of {course.epochs:,}.")
    else:
        text.markdown("Nothing is learned yet: every point still lies at random.")
    button.button(
        label,
        type="primary",
        icon=":material/play_arrow:",
        width="stretch",
        key="train",
        on_click=st.session_state[WANTED].add,
        args=(training.key,),
    )


def waiting(training: Training, course: Course | None) -> progress.Wait:
    """Return what is said while it trains, and after Stop."""
    epoch = course.epoch if course else 0
    return progress.Wait(
        place="course",
        running=f"{training.title[:1].upper()}{training.title[1:]} learns.",
        stopped=f"Stopped after epoch {epoch:,}. What was learned so far is kept.",
        again="Go on",
    )


def live(key: str, draw: Callable[[Course], None]) -> None:
    """Draw what is learned so far; runs again and again while it trains."""
    course = course_so_far(key)
    if course is not None:
        draw(course)


def course_so_far(key: str) -> Course | None:
    """Return a course as far as it was kept, read again only where it has grown."""
    folder = cache.find(COURSES, key)
    try:
        changed = (folder / FILE).stat().st_mtime_ns if folder else None
    except OSError:  # the cache made room a moment ago
        changed = None
    return None if changed is None else read_course(key, changed)


@st.cache_resource(show_spinner=False, max_entries=16)
def read_course(key: str, changed: int) -> Course | None:
    """Return a course as it was kept at a moment, once for all visitors."""
    return kept_course(key)


def beside_chance(figures: Sequence[Figure], model: str, baseline: str) -> None:
    """Show figures as a table: the model's, the baseline's, chance's."""
    named_table(
        pa.table(
            {
                "never seen": [one.name for one in figures],
                model: [one.model for one in figures],
                baseline: [one.baseline for one in figures],
                "chance": [one.chance for one in figures],
            }
        ),
        model,
        "beside chance",
        column_config={
            name: st.column_config.NumberColumn(format="%.3f")
            for name in (model, baseline, "chance")
        },
    )
