"""What takes long in a lesson, made ahead: by the time the class comes to a step, it is there.

It begins when the first visitor, usually the teacher, comes to any step of the lesson. A picture of
a sample needs nothing: it comes with the program.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping

import streamlit as st

from explorer.errors import ExplorerError
from explorer.jobs.lane import LONG_SECONDS
from explorer.lessons.plan import Plan
from explorer.ui.shell import progress


def film(address: Mapping[str, str]) -> None:
    """Learn the words of the film that a step of “Watch it learn” shows."""
    from explorer.training import runs
    from explorer.training.options import TrainingOptions
    from explorer.ui.lessons.learning import choice, playback

    preset = choice.PRESETS.get(address.get("lesson", ""))
    if preset is not None:
        corpus = choice.grammar_corpus(shuffled=preset.text == choice.SHUFFLED)
        run = runs.shared_run(corpus, TrainingOptions(**preset.changed))  # type: ignore[arg-type]
        if not run.is_over:
            # as a long job: what somebody waits for now passes it
            playback.learning(run, run.steps, seconds=LONG_SECONDS)


def ladder(address: Mapping[str, str]) -> None:
    """Read the sentences that the ladder's third step compares."""
    from explorer.ui.lessons import ladder_measured

    if address.get("ladder_step", "").startswith("3"):
        ladder_measured.make_ahead()


MAKERS: dict[str, Callable[[Mapping[str, str]], None]] = {"watch_it_learn": film, "ladder": ladder}


@st.cache_resource(show_spinner=False, max_entries=64)
def begin(plan_id: str, _plan: Plan) -> None:
    """Make ahead what a lesson needs, once for all visitors, while its page is drawn already.

    Not where jobs run in this process, one at a time: there it would be in everybody's way.
    """
    if not progress.jobs().runs_here:
        threading.Thread(target=make, args=(_plan,), daemon=True).start()


def make(plan: Plan) -> None:
    """Start the jobs of a lesson's steps; a page that finds none starts its own, and tells why."""
    for step in plan.steps:
        if step.page in MAKERS:
            with contextlib.suppress(ExplorerError, OSError):
                MAKERS[step.page](step.address)
