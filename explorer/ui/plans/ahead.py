"""What takes long in a lesson, made ahead: by the time the class comes to a step, it is there.

It begins when the first visitor, usually the teacher, comes to any step of the lesson, or starts a
room with it. What comes with the program needs nothing, such as the pictures of the samples.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from explorer.errors import ExplorerError
from explorer.jobs.lane import LONG_SECONDS
from explorer.lessons.plan import Plan
from explorer.ui.shell import progress, spaces

Addresses = Sequence[Mapping[str, str]]  # of a lesson's steps on one page


def texts(addresses: Addresses) -> None:
    """Read the texts that land on the Map."""
    from explorer.encoding.job import start_vector_of
    from explorer.ui.encode.jobs import encodings

    for address in addresses:
        space = spaces.find_space(address.get("space", spaces.DEFAULT))
        if (text := address.get("typed")) and space is not None and space.source.model:
            start_vector_of(encodings().jobs, text, space.source)


def pictures(addresses: Addresses) -> None:
    """Draw and measure the two pictures of each step of “Compare”."""
    from explorer.projection.job import SEED, Picture
    from explorer.ui.compare.view import FIRST
    from explorer.ui.map.view import METHOD_OF_TITLE
    from explorer.ui.picture import trust

    for address in addresses:
        space = spaces.find_space(address.get("space", spaces.DEFAULT))
        for side, first in FIRST.items():
            method = METHOD_OF_TITLE[address.get(side, first)]
            seed = int(address.get(f"{side}.seed", SEED))
            if space is not None:
                trust.make_ahead(space, Picture(method, seed=seed))


def films(addresses: Addresses) -> None:
    """Learn the words of the films of “Watch it learn”, first those that the steps name."""
    from explorer.ui.lessons.learning import choice

    named = [one["lesson"] for one in addresses if one.get("lesson") in choice.PRESETS]
    if named:
        presets = list(dict.fromkeys([*named, *choice.PRESETS]))
        threading.Thread(target=learn, args=(presets,), daemon=True).start()


def learn(presets: Sequence[str]) -> None:
    """Learn runs turn by turn, as long jobs: what somebody waits for now passes them."""
    from explorer.training import runs
    from explorer.training.options import TrainingOptions
    from explorer.ui.lessons.learning import choice, playback

    for preset in (choice.PRESETS[one] for one in presets):
        with contextlib.suppress(ExplorerError, OSError):  # stopped by a pupil, or told to one
            corpus = choice.grammar_corpus(shuffled=preset.text == choice.SHUFFLED)
            run = runs.shared_run(corpus, TrainingOptions(**preset.changed))  # type: ignore[arg-type]
            while not run.is_over:
                playback.learning(run, run.steps, seconds=LONG_SECONDS).result()


def ladder(addresses: Addresses) -> None:
    """Read the twelve sentences of the ladder, and those that its third step compares."""
    from explorer.ui.lessons import climbing, ladder_measured
    from explorer.ui.lessons.ladder import TEXTS

    climbing.start_reading(tuple(TEXTS.split("\n")))
    if any(one.get("ladder_step", "").startswith("3") for one in addresses):
        ladder_measured.make_ahead()


def bert(addresses: Addresses) -> None:
    """Load the model, have it read the steps' sentences, and measure the words with two senses."""
    from explorer.encoding.models import DEFAULT_MODEL
    from explorer.ui.lessons.bert import visit

    for address in addresses:
        for name in ("first", "second"):
            if name in address:
                visit.reading_of(DEFAULT_MODEL, address[name])
    visit.measured_senses(DEFAULT_MODEL)


def figures(_: Addresses) -> None:
    """Measure what “In production” tells."""
    from explorer.ui.lessons import production
    from explorer.ui.lessons.climbing import start_reading

    start_reading(production.OTHER_TEXTS)
    production.served()
    production.kept()


MAKERS: dict[str, Callable[[Addresses], None]] = {
    "map": texts,
    "compare": pictures,
    "watch_it_learn": films,
    "ladder": ladder,
    "word_to_bert": bert,
    "production": figures,
}


@st.cache_resource(show_spinner=False, max_entries=64)
def begin(plan_id: str, _plan: Plan) -> None:
    """Make ahead what a lesson needs, once for all visitors, while its page is drawn already.

    Not where jobs run in this process, one at a time: there it would be in everybody's way.
    """
    if not progress.jobs().runs_here:
        threading.Thread(target=make, args=(_plan,), daemon=True).start()


def make(plan: Plan) -> None:
    """Make what a lesson's pages need, in the order in which the class comes to them.

    A page that finds nothing makes it itself, and tells why it cannot.
    """
    for page in dict.fromkeys(step.page for step in plan.steps):
        if page in MAKERS:
            with contextlib.suppress(ExplorerError, OSError):
                MAKERS[page]([step.address for step in plan.steps if step.page == page])
